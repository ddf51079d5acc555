/* SPDX-License-Identifier: Apache-2.0 */
/* What a descriptor says: defaults, ranges, warm-up, statuses. */
#include "ahead.h"
#include <math.h>
#include <nocopy/indicators.h>
#include <stdbool.h>

void ind_defaults(const struct ind_indicator *ind, double *ret)
{
    for (size_t i = 0; i < ind_n_params(ind); i++)
        ret[i] = ind->params[i].def;
}

int ind_check(const struct ind_indicator *ind, const double *params, size_t *ret_index)
{
    const size_t n = ind_n_params(ind);
    size_t bad = 0;

    for (; bad < n; bad++) {
        const struct ind_param *p = &ind->params[bad];
        const bool whole = !(p->flags & IND_INTEGER) || params[bad] == floor(params[bad]);
        if (!(params[bad] >= p->min && params[bad] <= p->max && whole))
            break;
    }
    if (bad == n && (!ind->check || ind->check(params) == IND_OK))
        return IND_OK;
    if (ret_index)
        *ret_index = bad;
    return IND_EPARAM;
}

size_t ind_warmup(const struct ind_indicator *ind, const double *params, size_t output)
{
    return ind->warmup ? ind->warmup(params, output) : 0;
}

size_t ind_ahead(const struct ind_indicator *ind, const double *params)
{
    for (size_t i = 0; i < ind_n_params(ind); i++)
        if (ind->params[i].flags & IND_AHEAD)
            return (size_t)params[i];
    return 0;
}

const char *ind_strerror(int status)
{
    switch (status) {
    case IND_OK:
        return "done";
    case IND_EPARAM:
        return "a parameter is out of its range, or parameters do not go together";
    case IND_ESHORT:
        return "the series has too few valid bars for these parameters";
    case IND_ESHAPE:
        return "an output is missing or smaller than the result";
    case IND_EWORK:
        return "work memory is missing, too small or not aligned to 64 bytes";
    case IND_EINPUT:
        return "an input series is missing";
    case IND_EAXIS:
        return "an axis of the sweep names no value, or the sweep has too many rows";
    case IND_ENOMEM:
        return "out of memory";
    default:
        return "not a status of this library";
    }
}

const char *ind_version(void) { return IND_VERSION; }

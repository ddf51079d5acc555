/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_case.h"

#include <math.h>
#include <string.h>

static void choose_params(struct bench_case *c)
{
    static const struct {
        const char *indicator;
        size_t n;
        double params[3];
    } agreed[] = {{"alma", 3, {9, 0.85, 6.0}}, {"vpwma", 2, {14, 0.382}}};
    const struct ind_param *first = &c->ind->params[0];

    ind_defaults(c->ind, c->params);
    if (ind_n_params(c->ind) == 1 && (first->flags & IND_INTEGER) && !first->choices) {
        const double was = c->params[0];

        c->params[0] = 14;
        if (ind_check(c->ind, c->params, NULL) != IND_OK)
            c->params[0] = was;
    }
    for (size_t i = 0; i < sizeof agreed / sizeof *agreed; i++)
        if (strcmp(c->ind->name, agreed[i].indicator) == 0 && ind_n_params(c->ind) >= agreed[i].n)
            memcpy(c->params, agreed[i].params, agreed[i].n * sizeof(double));
}

/* Does every row of c->many hold and leave a value in `len` bars? */
static int sweep_holds(const struct bench_case *c, size_t combos)
{
    double params[IND_MAX_PARAMS];
    size_t rows;

    if (ind_sweep_combos(c->ind, c->many, &rows) != IND_OK || rows != combos)
        return 0;
    for (size_t r = 0; r < rows; r++)
        if (ind_sweep_params(c->ind, c->many, r, params) != IND_OK ||
            ind_check(c->ind, params, NULL) != IND_OK ||
            ind_warmup(c->ind, params, 0) >= c->job.len)
            return 0;
    return 1;
}

/* Whole numbers go up one by one, others by a hundredth of where they start; downwards when there
 * is no room above. */
static void choose_sweep(struct bench_case *c, size_t combos)
{
    const size_t n = ind_n_params(c->ind);

    c->combos = 1;
    memcpy(c->many, c->one, sizeof c->many);
    for (size_t i = 0; i < n && combos > 1; i++) {
        const struct ind_param *p = &c->ind->params[i];
        const double start = c->params[i], size = fabs(start) > 0 ? fabs(start) : 1;
        const double step = p->flags & IND_INTEGER ? 1 : size / 128;

        if (p->choices)
            continue;
        for (int sign = 1; sign >= -1; sign -= 2) {
            const double end = start + sign * step * (double)(combos - 1);

            c->many[i] = (struct ind_axis){start, end, step};
            if (sweep_holds(c, combos)) {
                c->combos = combos;
                return;
            }
        }
        c->many[i] = c->one[i];
    }
}

static int bind_inputs(struct bench_case *c, const struct series *s, struct series_message *why)
{
    for (size_t i = 0; i < ind_n_inputs(c->ind); i++) {
        c->job.in[i] = series_find(s, c->ind->inputs[i].column);
        if (!c->job.in[i])
            return series_fail(why, "%s needs the column '%s', which the data has not",
                               c->ind->name, c->ind->inputs[i].column);
    }
    c->job.len = s->len;
    return 0;
}

int bench_case_init(struct bench_case *ret, const struct ind_indicator *ind, const struct series *s,
                    size_t combos, struct series_message *why)
{
    *ret = (struct bench_case){.ind = ind, .entries = ind_entries(ind)};
    if (bind_inputs(ret, s, why) < 0)
        return -1;
    choose_params(ret);
    ret->job.params = ret->params;
    ret->job.combos = 1;
    for (size_t i = 0; i < ind_n_params(ind); i++)
        ret->one[i] = (struct ind_axis){ret->params[i], ret->params[i], 0};
    if (ind_warmup(ind, ret->params, 0) >= s->len)
        return series_fail(why, "%s has its first value at bar %zu, and there are %zu bars",
                           ind->name, ind_warmup(ind, ret->params, 0) + 1, s->len);
    choose_sweep(ret, combos);
    return 0;
}

struct ind_job bench_case_batch_one(const struct bench_case *c)
{
    struct ind_job job = c->job;

    if (ind_n_params(c->ind) > 0)
        job.axes = c->one;
    return job;
}

struct ind_job bench_case_batch_many(const struct bench_case *c)
{
    struct ind_job job = c->job;

    if (ind_n_params(c->ind) > 0)
        job.axes = c->many;
    return job;
}

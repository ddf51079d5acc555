/* SPDX-License-Identifier: Apache-2.0 */
#include "pattern.h"

#include <errno.h>
#include <string.h>

/* The part of a linkage name before what compilers append (".constprop.0", "._omp_fn.1"). */
static size_t stem(const char *function)
{
    const char *dot = strchr(function + 1, '.');

    return dot == NULL ? strlen(function) : (size_t)(dot - function);
}

static bool ends(const char *s, size_t len, const char *end)
{
    const size_t n = strlen(end);

    return len > n && memcmp(s + len - n, end, n) == 0;
}

/* ind_NAME, ind_NAME_new, ind_NAME_batch, ind_NAME_batch_new, ind_NAME_stream...: NAME is an
 * indicator when the object has its ind_NAME_batch as well, which tells it from the library's
 * helpers. */
static bool match_indicator(struct scope_match *ret, const char *function, pattern_has *has,
                            void *context)
{
    char batch[256];
    size_t len;

    if (memcmp(function, "ind_", 4) != 0)
        return false;
    len = stem(function);
    ret->outlined = strstr(function + len, "omp_fn") != NULL;
    ret->mode = NC_MODE_SINGLE;
    if (ends(function, len, "_new"))
        len -= 4;
    if (ends(function, len, "_batch")) {
        ret->mode = NC_MODE_BATCH;
        len -= 6;
    } else {
        for (size_t i = 5; i + 7 <= len; i++)
            if (memcmp(function + i, "_stream", 7) == 0) {
                ret->mode = NC_MODE_STREAM;
                len = i;
                break;
            }
    }
    if (len <= 4 || len + 7 > sizeof batch)
        return false;
    ret->name = function + 4;
    ret->name_len = len - 4;
    memcpy(batch, function, len);
    memcpy(batch + len, "_batch", 7);
    return has(context, batch, len + 6);
}

int pattern_init(const char *patterns) { return 0; }

bool pattern_match(struct scope_match *ret, const char *function, pattern_has *has, void *context)
{
    return match_indicator(ret, function, has, context);
}

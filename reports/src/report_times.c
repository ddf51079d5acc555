/* SPDX-License-Identifier: Apache-2.0 */
/* What a call of each scope took in each of the merged runs. */
#include "pool.h"
#include "report_build.h"

#include <stdlib.h>
#include <string.h>

static int by_scope_and_run(const void *a, const void *b)
{
    const struct model_time *x = a, *y = b;

    if (x->scope != y->scope)
        return x->scope < y->scope ? -1 : 1;
    return x->run < y->run ? -1 : x->run > y->run;
}

/* Sums of one scope in one run each; returns how many. */
static size_t merge(struct model_time *times, size_t n)
{
    size_t used = 0;

    qsort(times, n, sizeof *times, by_scope_and_run);
    for (size_t i = 0; i < n; i++)
        if (used && by_scope_and_run(&times[used - 1], &times[i]) == 0) {
            times[used - 1].ns += times[i].ns;
            times[used - 1].calls += times[i].calls;
        } else {
            times[used++] = times[i];
        }
    return used;
}

bool build_times(struct build *build, struct report_scope *scopes)
{
    const struct model *m = build->model;
    struct model_time *times = malloc((m->n_times + 1) * sizeof *times);
    uint64_t *ns = pool_calloc(m->pool, m->n_times + 1, sizeof *ns);
    bool good = times && ns;

    if (good && m->n_times) {
        memcpy(times, m->times, m->n_times * sizeof *times);
        const size_t n = merge(times, m->n_times);
        for (size_t i = 0; i < n; i++) {
            const uint32_t at = build->scope_at[times[i].scope];
            if (at == REPORT_NONE || times[i].calls == 0 || times[i].ns == 0)
                continue;
            struct report_scope *s = &scopes[at];
            if (s->n_times == 0)
                s->times_ns = &ns[i];
            /* Of one scope they stand together: what is left out leaves no hole. */
            ((uint64_t *)s->times_ns)[s->n_times++] = times[i].ns / times[i].calls;
        }
    }
    free(times);
    return good;
}

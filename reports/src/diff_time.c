/* SPDX-License-Identifier: Apache-2.0 */
/* Time of an indicator before and after, where there are enough runs of both: bytes are exact, time
 * is not, so a difference is said only when it is no chance and no trifle (REPORT-UX section 4). */
#include "diff_parts.h"
#include "rank_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_RUNS 10 /* a side */
#define LEAST_P    0.01
#define LEAST_PART 3.0 /* per cent */

struct times {
    uint64_t *at;
    size_t n, room;
};

static const struct report_scope *timed_scope(const struct report *r, const char *indicator,
                                              enum report_phase phase, uint64_t combos)
{
    for (size_t i = 0; i < r->n_scopes; i++)
        if (r->scopes[i].phase == phase && r->scopes[i].n_times > 0 &&
            (combos == 0 || r->scopes[i].combos == combos) &&
            strcmp(r->scopes[i].name, indicator) == 0)
            return &r->scopes[i];
    return NULL;
}

static bool add(struct times *t, const struct report_scope *s)
{
    if (!s)
        return true;
    uint64_t *at = realloc(t->at, (t->n + s->n_times) * sizeof *at);
    if (!at)
        return false;
    memcpy(at + t->n, s->times_ns, s->n_times * sizeof *at);
    t->at = at;
    t->n += s->n_times;
    return true;
}

/* All runs of a side: its report's own, and the further ones. */
static bool gather(struct times *ret, const struct report *r, const struct diff_runs *more,
                   const char *indicator, enum report_phase phase, uint64_t combos)
{
    bool good = more->only || add(ret, timed_scope(r, indicator, phase, combos));

    for (size_t i = 0; good && i < more->n; i++)
        good = add(ret, timed_scope(&more->at[i], indicator, phase, combos));
    return good;
}

static struct diff_time judge(struct times *base, struct times *head)
{
    struct diff_time ret = {.base_runs = base->n, .head_runs = head->n, .p = 1};

    if (base->n < LEAST_RUNS || head->n < LEAST_RUNS)
        return ret;
    ret.base_ns = median_of(base->at, base->n);
    ret.head_ns = median_of(head->at, head->n);
    ret.p = rank_test(base->at, base->n, head->at, head->n);
    if (ret.base_ns > 0)
        ret.percent = 100 * (ret.head_ns - ret.base_ns) / ret.base_ns;
    ret.verdict = ret.p >= LEAST_P || fabs(ret.percent) <= LEAST_PART ? DIFF_TIME_SAME
                  : ret.percent > 0                                   ? DIFF_TIME_SLOWER
                                                                      : DIFF_TIME_FASTER;
    return ret;
}

/* The batch call with most rows is what is timed; the single call where there is none. */
static bool row_time(struct diff *d, const struct diff_more *more, struct diff_row *row)
{
    const bool batch = row->base->has_batch && row->head->has_batch;
    const enum report_phase phase = batch ? PHASE_BATCH : PHASE_SINGLE;
    const uint64_t combos = batch ? row->head->batch_rows : 0;
    struct times base = {0}, head = {0};
    const bool good = gather(&base, d->base, &more->base_runs, row->indicator, phase, combos) &&
                      gather(&head, d->head, &more->head_runs, row->indicator, phase, combos);

    if (good)
        row->time = judge(&base, &head);
    free(base.at);
    free(head.at);
    return good;
}

bool diff_times(struct diff *diff, const struct diff_more *more, struct diff_row *rows)
{
    bool good = true;

    for (size_t i = 0; good && i < diff->n_rows; i++)
        if (rows[i].base && rows[i].head && rows[i].change != DIFF_NOT_COMPARED) {
            good = row_time(diff, more, &rows[i]);
            diff->timed += rows[i].time.verdict != DIFF_TIME_UNKNOWN;
        }
    return good;
}

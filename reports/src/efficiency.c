/* SPDX-License-Identifier: Apache-2.0 */
#include "efficiency.h"

#include "model_scopes.h"
#include "pool.h"
#include "report_build.h"

#include <stdlib.h>
#include <string.h>

enum report_status efficiency_status(wide_int extra, wide_int base)
{
    if (extra * 100 > base * 50)
        return STATUS_HIGH;
    return extra * 100 >= base * 10 ? STATUS_MODERATE : STATUS_OK;
}

bool efficiency_fit(const struct efficiency_point *points, size_t n, double *ret_fixed,
                    double *ret_per_row)
{
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0;

    if (n < 2)
        return false;
    for (size_t i = 0; i < n; i++) {
        mean_x += (double)points[i].rows / (double)n;
        mean_y += (double)points[i].bytes / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        const double dx = (double)points[i].rows - mean_x;
        xx += dx * dx;
        xy += dx * ((double)points[i].bytes - mean_y);
    }
    if (xx <= 0)
        return false;
    *ret_per_row = xy / xx;
    *ret_fixed = mean_y - *ret_per_row * mean_x;
    return true;
}

static void judge_batch1(struct report_efficiency *row)
{
    const wide_int extra = (wide_int)row->batch1_bytes - row->single_bytes;

    if (row->single_bytes == 0) {
        row->overhead_known = row->batch1_bytes == 0;
        row->overhead_percent = 0;
        row->status = row->batch1_bytes == 0 ? STATUS_OK : STATUS_HIGH;
        return;
    }
    row->overhead_known = true;
    row->overhead_percent = 100.0 * (double)(int64_t)extra / (double)row->single_bytes;
    row->status = efficiency_status(extra, row->single_bytes);
}

/* One more row: what it takes over what it hands out. */
static void judge_row(struct report_efficiency *row, uint64_t payload)
{
    const wide_int rows = row->batch_rows - 1;
    const wide_int grown = (wide_int)row->batch_bytes - row->batch1_bytes;
    const wide_int meant = rows * payload;

    if (!row->fitted)
        row->bytes_per_row = (double)(int64_t)grown / (double)(int64_t)rows;
    if (payload == 0) {
        row->row_known = grown <= 0;
        row->row_overhead_percent = 0;
        row->row_status = grown <= 0 ? STATUS_OK : STATUS_HIGH;
        return;
    }
    row->row_known = true;
    row->row_overhead_percent = 100.0 * (double)(int64_t)(grown - meant) / (double)(int64_t)meant;
    row->row_status = efficiency_status(grown - meant, meant);
}

void efficiency_judge(struct report_efficiency *row, uint64_t payload)
{
    row->status = row->row_status = STATUS_NONE;
    if (row->has_single && row->has_batch1)
        judge_batch1(row);
    else
        row->reason = row->has_single
                          ? row->has_batch ? "no batch call with one combination" : "no batch call"
                          : "no single call";
    if (row->has_single && row->has_batch1 && row->has_batch && row->batch_rows > 1)
        judge_row(row, payload);
}

/* From a model */

struct gathered {
    struct efficiency_point *points; /* usual size of each number of rows */
    size_t n, room;
};

static int by_rows(const void *a, const void *b)
{
    const struct efficiency_point *x = a, *y = b;

    if (x->rows != y->rows)
        return x->rows < y->rows ? -1 : 1;
    if (x->calls != y->calls)
        return x->calls > y->calls ? -1 : 1;
    return x->bytes > y->bytes ? -1 : x->bytes < y->bytes;
}

/* What is usual of the calls of one indicator in one phase. */
struct usual {
    const struct model_calls *call;
    uint64_t least, most;
};

static void usual_add(struct usual *u, const struct model_calls *c)
{
    if (!u->call || c->calls > u->call->calls ||
        (c->calls == u->call->calls && c->allocated_bytes > u->call->allocated_bytes))
        u->call = c;
    if (u->most == 0 && u->least == 0)
        u->least = c->allocated_bytes;
    if (c->allocated_bytes < u->least)
        u->least = c->allocated_bytes;
    if (c->allocated_bytes > u->most)
        u->most = c->allocated_bytes;
}

struct phases {
    struct usual single, batch1, batch;
    bool cut;     /* the process ended inside a call of it */
    bool unknown; /* batch calls whose combinations nobody told and no result shows */
};

static void phases_add(struct phases *p, const struct model_scope *s, const struct model_calls *c,
                       bool complete)
{
    /* Where the process ended well, an open call is one whose return nobody saw. */
    if ((c->flags & NC_CALLS_OPEN) && !complete) {
        p->cut = true;
        return;
    }
    if (s->mode == MODE_SINGLE) {
        usual_add(&p->single, c);
    } else if (s->mode == MODE_BATCH && c->combos == 1) {
        usual_add(&p->batch1, c);
    } else if (s->mode == MODE_BATCH && c->combos > 1) {
        if (p->batch.call && c->combos < p->batch.call->combos)
            return;
        if (p->batch.call && c->combos > p->batch.call->combos)
            p->batch = (struct usual){0};
        usual_add(&p->batch, c);
    } else if (s->mode == MODE_BATCH) {
        p->unknown = true;
    }
}

static bool point_add(struct gathered *g, const struct model_calls *c)
{
    if (g->n == g->room) {
        const size_t room = g->room ? 2 * g->room : 16;
        void *grown = realloc(g->points, room * sizeof *g->points);
        if (!grown)
            return false;
        g->points = grown;
        g->room = room;
    }
    g->points[g->n++] = (struct efficiency_point){c->combos, c->allocated_bytes, c->calls};
    return true;
}

/* One point a size, the usual one. */
static void points_settle(struct gathered *g)
{
    size_t used = 0;

    if (g->n)
        qsort(g->points, g->n, sizeof *g->points, by_rows);
    for (size_t i = 0; i < g->n; i++)
        if (used == 0 || g->points[used - 1].rows != g->points[i].rows)
            g->points[used++] = g->points[i];
    g->n = used;
}

static void usual_tell(const struct usual *u, bool *has, uint64_t *bytes, uint64_t *least,
                       uint64_t *allocations, uint64_t *copied, uint64_t *peak, bool *varies)
{
    *has = u->call != NULL;
    if (!u->call)
        return;
    *bytes = u->call->allocated_bytes;
    *least = u->least;
    *allocations = u->call->allocations;
    *copied = u->call->copied_bytes;
    *peak = u->call->peak_bytes;
    *varies = *varies || u->least != u->most;
}

static void row_fill(struct report_efficiency *row, const struct phases *p, struct gathered *g)
{
    usual_tell(&p->single, &row->has_single, &row->single_bytes, &row->single_least,
               &row->single_allocations, &row->single_copied, &row->single_peak, &row->varies);
    usual_tell(&p->batch1, &row->has_batch1, &row->batch1_bytes, &row->batch1_least,
               &row->batch1_allocations, &row->batch1_copied, &row->batch1_peak, &row->varies);
    usual_tell(&p->batch, &row->has_batch, &row->batch_bytes, &row->batch_least,
               &row->batch_allocations, &row->batch_copied, &row->batch_peak, &row->varies);
    row->batch_rows = p->batch.call ? p->batch.call->combos : 0;
    points_settle(g);
    double fixed, per_row;
    if (g->n >= 3 && efficiency_fit(g->points, g->n, &fixed, &per_row)) {
        row->fitted = true;
        row->fixed_bytes = fixed;
        row->bytes_per_row = per_row;
    }
    efficiency_judge(row, p->single.call ? p->single.call->retained_bytes : 0);
    if (row->status != STATUS_NONE)
        return;
    if (p->cut)
        row->reason = "the process ended inside a call";
    else if (p->unknown)
        row->reason = "combinations of the batch calls are not known: mark them (mark.h)";
}

/* Of the scopes by_name[first] to by_name[end - 1]. */
static bool row_build(const struct model *m, size_t first, size_t end,
                      struct report_efficiency *ret, bool *ret_seen)
{
    struct gathered g = {0};
    struct phases p = {0};
    struct report_efficiency row = {
        .indicator = m->scopes[m->by_name[first]].name, .reason = "", .worst = {"", "", 0}};
    bool good = true;

    for (size_t i = first; good && i < end; i++) {
        const struct model_scope *s = &m->scopes[m->by_name[i]];
        for (uint32_t k = 0; good && k < s->n_calls; k++) {
            const struct model_calls *c = &m->calls[s->first_calls + k];
            phases_add(&p, s, c, m->run.complete);
            if (s->mode == MODE_BATCH && c->combos > 0 &&
                (m->run.complete || !(c->flags & NC_CALLS_OPEN)))
                good = point_add(&g, c);
        }
    }
    if (good)
        row_fill(&row, &p, &g);
    free(g.points);
    *ret = row;
    *ret_seen = row.has_single || row.has_batch1 || row.has_batch || p.cut || p.unknown;
    return good;
}

/* HIGH, NONE, MODERATE, OK; then overhead falling; then the name. */
static int worse_first(const void *a, const void *b)
{
    static const int rank[STATUSES] = {
        [STATUS_HIGH] = 0, [STATUS_NONE] = 1, [STATUS_MODERATE] = 2, [STATUS_OK] = 3};
    const struct report_efficiency *x = a, *y = b;

    if (x->status != y->status)
        return rank[x->status] - rank[y->status];
    if (x->overhead_known != y->overhead_known)
        return x->overhead_known - y->overhead_known; /* infinite first */
    if (x->overhead_percent < y->overhead_percent || x->overhead_percent > y->overhead_percent)
        return x->overhead_percent > y->overhead_percent ? -1 : 1;
    return strcmp(x->indicator, y->indicator);
}

static int row_name(const void *key, const void *row)
{
    return strcmp(key, ((const struct report_efficiency *)row)->indicator);
}

/* The site that most needless, else most allocated, bytes come from. Places come heaviest first. */
static void worst_sites(const struct report *r, struct report_efficiency *rows, size_t n)
{
    for (size_t i = 0; i < r->n_scopes; i++) {
        struct report_efficiency *row = bsearch(r->scopes[i].name, rows, n, sizeof *rows, row_name);
        if (row)
            row->needless_bytes += r->scopes[i].needless_bytes;
    }
    uint64_t *most = calloc(n + 1, sizeof *most);
    if (!most)
        return;
    for (size_t i = 0; i < r->n_places; i++) {
        const struct report_place *p = &r->places[i];
        struct report_efficiency *row =
            p->copying ? NULL : bsearch(p->scope, rows, n, sizeof *rows, row_name);
        if (!row || (row->worst.function[0] && p->metrics.needless_bytes <= most[row - rows]))
            continue;
        most[row - rows] = p->metrics.needless_bytes;
        row->worst = p->at;
    }
    free(most);
}

bool build_efficiency(struct build *build)
{
    const struct model *m = build->model;
    struct report_efficiency *rows = pool_calloc(m->pool, m->n_scopes, sizeof *rows);
    size_t n = 0;

    if (!rows)
        return false;
    for (size_t first = 0, end; first < m->n_scopes - 1; first = end) {
        end = model_name_end(m, first);
        bool seen;
        if (!row_build(m, first, end, &rows[n], &seen))
            return false;
        n += seen;
    }
    worst_sites(build->report, rows, n); /* rows are still by name */
    qsort(rows, n, sizeof *rows, worse_first);
    build->report->efficiency = rows;
    build->report->n_efficiency = n;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* rsx: Jurik's smooth relative strength.
 *
 *   stage: s moves towards its input by a, t towards s by a; 1.5 s - 0.5 t is passed on
 *   out = 50 (v / w + 1); v, w = the change times 100 and its size, each through three stages */
#include "smooth.h"

enum { STAGES = 3 };

static const double LEAST = 1e-10; /* of w */

struct state {
    struct smooth s[2][STAGES], t[2][STAGES]; /* of the change, of its size */
    size_t count;                             /* bars of the wait so far */
    bool moved, open;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static double alpha_of(const double *params) { return 3 / (params[0] + 2); }

/* Bars from period - 1 on until there is an index. When nothing has moved by then the wait begins
 * anew, one bar longer. */
static size_t wait_of(const double *params) { return size_max((size_t)params[0], 6) - 1; }

static double index_of(double v, double w)
{
    const double value = 50 * (v / w + 1);
    const double kept = value < 0 ? 0 : value > 100 ? 100 : value;

    return w <= LEAST ? 50 : kept;
}

/* The first bar that shows an index. */
static size_t first_open(const double *x, size_t len, size_t p, size_t wait)
{
    size_t due = p + wait - 2, t = p;

    while (t < len && x[t] == x[t - 1])
        t++;
    while (due < t)
        due += wait;
    return due + 1;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double *x = run->in[0];
    const size_t open = first_open(x, run->to, p, wait_of(run->params));
    const long double a = alpha_of(run->params);
    long double s[2][STAGES] = {{0}}, t[2][STAGES] = {{0}};

    for (size_t u = p; u < run->to; u++) {
        const long double d = 100 * ((long double)x[u] - x[u - 1]);
        long double v[2] = {d, fabsl(d)};
        for (size_t k = 0; k < STAGES; k++)
            for (size_t i = 0; i < 2; i++) {
                s[i][k] = (1 - a) * s[i][k] + a * v[i];
                t[i][k] = a * s[i][k] + (1 - a) * t[i][k];
                v[i] = 1.5L * s[i][k] - 0.5L * t[i][k];
            }
        run->out[0][u] = u < open ? 50 : index_of((double)v[0], (double)v[1]);
    }
}

/* x[i] becomes what the three stages make of it. */
static void stages(const struct smoothing *how, struct smooth *s, struct smooth *t, double *x,
                   size_t n)
{
    double room[CHUNK];

    for (size_t k = 0; k < STAGES; k++) {
        smooth_chunk(how, &s[k], x, x, n);
        smooth_chunk(how, &t[k], x, room, n);
        for (size_t i = 0; i < n; i++)
            x[i] = 1.5 * x[i] - 0.5 * room[i];
    }
}

/* Count one bar of the wait. */
static void wait_push(struct state *s, size_t wait, bool moved)
{
    s->moved |= moved;
    if (++s->count == wait && !s->moved)
        s->count = 0;
    s->open = s->count > wait;
}

static void IND_FN(rsx)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0), wait = wait_of(run->params);
    const struct smoothing how = smoothing_make(run, 0, alpha_of(run->params)); /* from 0 */
    struct state *s = run->state;
    double v[CHUNK], w[CHUNK];

    RUN_CHUNKS(run, p, at, n)
    {
        const double *x = run->in[0] + at, *before = x - 1;
        double *restrict out = run->out[0] + at;
        size_t i = 0;

        if (at == p)
            s->count = 1;
        for (size_t k = 0; k < n; k++) {
            v[k] = 100 * (x[k] - before[k]);
            w[k] = fabs(v[k]);
        }
        for (; i < n && !s->open; i++) {
            wait_push(s, wait, x[i] != before[i]);
            if (s->open)
                break;
            out[i] = 50;
        }
        stages(&how, s->s[0], s->t[0], v, n);
        stages(&how, s->s[1], s->t[1], w, n);
        for (; i < n; i++)
            out[i] = index_of(v[i], w[i]);
    }
}

IND_INDICATOR(rsx) = {
    .name = "rsx",
    .title = "Relative Strength Xtra",
    .family = "momentum",
    .source = "Jurik Research, RSX, 1990s",
    .note = "The stages start from 0. 50 for the first max(period - 1, 5) bars from bar "
            "period - 1 on, as often again as nothing has moved in them, and where w is no more "
            "than 1e-10. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(rsx),
    .tolerance = 1e-10,
};

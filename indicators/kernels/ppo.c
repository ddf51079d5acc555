/* SPDX-License-Identifier: Apache-2.0 */
/* ppo: percentage price oscillator, 100 (fast average / slow average - 1). */
#include "moving_average.h"

enum { FAST, SLOW, MA_TYPE };

struct state {
    struct ma fast, slow;
    double mem[]; /* of fast, slow */
};

static size_t warmup(const double *params, size_t output)
{
    const enum ma_kind kind = (enum ma_kind)params[MA_TYPE];

    (void)output;
    return size_max(ma_warmup(kind, (size_t)params[FAST]), ma_warmup(kind, (size_t)params[SLOW]));
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + ma_size((size_t)params[FAST]) + ma_size((size_t)params[SLOW]);
}

/* The two averages take turns in the output: from the newest bar back, only what is known is read. */
static void reference(const struct ind_run *run)
{
    const enum ma_kind kind = (enum ma_kind)run->params[MA_TYPE];
    const size_t first = warmup(run->params, 0);
    struct ma fast = {0}, slow = {0};
    (void)fast, (void)slow;
    (void)kind;

    for (size_t t = first; t < run->to; t++) {
        const long double above = ma_plain(run->in[0], t, kind, run_int(run, FAST));
        const long double below = ma_plain(run->in[0], t, kind, run_int(run, SLOW));
        run->out[0][t] = (double)(100 * (above / below - 1));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* vwap: volume weighted average price since the last turn of the anchor.
 *
 *   out = sum(price volume) / sum(volume), over the bars with the same floor(timestamp / anchor) */
#include "kernel.h"

struct state {
    double slot, value, volume;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static int check(const double *params) { return params[0] == 0 ? IND_EPARAM : IND_OK; }

/* Months since January 1970, by the Gregorian calendar counted in years that begin in March, so
 * that the leap day is the last of its year. */
static double months_since_1970(double ms)
{
    const int64_t days = (int64_t)floor(ms / 86400000.0) + 719468; /* since 1 March of year 0 */
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int64_t day_of_era = days - era * 146097;
    const int64_t year =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day = day_of_era - (365 * year + year / 4 - year / 100);
    const int64_t month = (5 * day + 2) / 153; /* 0: March */

    return (double)((year + era * 400 - 1970) * 12 + month + 2);
}

/* Which stretch of the anchor a time lies in. */
static inline double slot_of(double ms, double anchor)
{
    if (!isfinite(ms))
        return 0;
    return floor(anchor > 0 ? ms / anchor : months_since_1970(ms) / -anchor);
}

/* The definition: go back from each bar to where its stretch begins. */
static void reference(const struct ind_run *run)
{
    for (size_t t = 0; t < run->to; t++) {
        long double value = 0, volume = 0;
        size_t from = t;

        while (from > 0 && slot_of(run->in[0][from - 1], run->params[0]) ==
                               slot_of(run->in[0][t], run->params[0]))
            from--;
        for (size_t i = from; i <= t; i++) {
            value += (long double)run->in[1][i] * run->in[2][i];
            volume += run->in[1][i];
        }
        run->out[0][t] = volume > 0 ? (double)(value / volume) : NAN;
    }
}

static void IND_FN(vwap)(const struct ind_run *run)
{
    const double *time = run->in[0], *volume = run->in[1], *price = run->in[2];
    struct state s = *(struct state *)run->state;

    for (size_t t = run->from; t < run->to; t++) {
        const double slot = slot_of(time[t], run->params[0]);

        if (slot != s.slot || t == 0)
            s = (struct state){.slot = slot};
        s.value += volume[t] * price[t];
        s.volume += volume[t];
        run->out[0][t] = s.volume > 0 ? s.value / s.volume : NAN;
    }
    *(struct state *)run->state = s;
}

IND_INDICATOR(vwap) = {
    .name = "vwap",
    .title = "Volume Weighted Average Price",
    .family = "moving average",
    .source = "Berkowitz, Logue and Noser, The Total Cost of Transactions on the NYSE, 1988",
    .note =
        "Begins anew where floor(timestamp / anchor) changes; an anchor below 0 counts calendar "
        "months (UTC). Timestamps are ms since 1970. NaN until there is volume; a NaN bar makes "
        "the rest of its stretch NaN.",
    .inputs = {{"timestamps", "timestamp"}, {"volumes", "volume"}, {"prices", "hlc3"}},
    .params = {{"anchor", "ms", 86400000, -1200, 1e15, IND_INTEGER}},
    .outputs = {"values"},
    .check = check,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(vwap),
    .tolerance = 1e-12,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Wilder's parabolic stop, with a pace for either side. */
#ifndef IND_PARABOLIC_H
#define IND_PARABOLIC_H

#include "extrema.h"

/* What share of the way to the extreme the stop moves: at first, more with each new extreme, at
 * most. */
struct pace {
    double init, step, most;
};

struct parabolic {
    double sar; /* of the bar to come */
    double extreme, share;
    int rising;
};

/* At bar 1: falls only when the lows moved down by more than the highs moved up. */
static inline int parabolic_rises(const double *high, const double *low)
{
    const double down = low[0] - low[1], up = high[1] - high[0];

    return !(down > 0 && down > up);
}

/* At bar 1; the first stop is the first bar's far end. */
static inline void parabolic_begin(struct parabolic *s, const double *high, const double *low,
                                   int rising, const struct pace *pace)
{
    s->rising = rising;
    s->sar = rising ? low[0] : high[0];
    s->extreme = rising ? high[1] : low[1];
    s->share = fmin(pace->init, pace->most);
}

/* Bar t; gives its stop. The trend turns when the stop is touched, the stop then jumps to the
 * extreme that was and `offset` of itself beyond; it is kept clear of this bar and the one
 * before. */
static inline double parabolic_advance(struct parabolic *s, const double *high, const double *low,
                                       size_t t, const struct pace *up, const struct pace *down,
                                       double offset)
{
    const size_t before = t == 1 ? 1 : t - 1;
    const double highest = nan_max(high[before], high[t]), lowest = nan_min(low[before], low[t]);
    const struct pace *pace = s->rising ? up : down;
    double shown = s->sar;

    if (s->rising ? low[t] <= s->sar : high[t] >= s->sar) {
        shown = s->rising ? nan_max(s->extreme, highest) : nan_min(s->extreme, lowest);
        shown += s->rising ? shown * offset : -shown * offset;
        s->rising = !s->rising;
        s->extreme = s->rising ? high[t] : low[t];
        pace = s->rising ? up : down;
        s->share = fmin(pace->init, pace->most);
    } else if (s->rising ? high[t] > s->extreme : low[t] < s->extreme) {
        s->extreme = s->rising ? high[t] : low[t];
        s->share = fmin(s->share + pace->step, pace->most);
    }
    const double next = shown + s->share * (s->extreme - shown);
    s->sar = s->rising ? nan_min(next, lowest) : nan_max(next, highest);
    return shown;
}

#endif

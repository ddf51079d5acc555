/* SPDX-License-Identifier: Apache-2.0 */
/* Candlestick patterns of four and five bars, and the two that wait for a confirmation. */
#include "candles.h"

CANDLE_INLINE double _3blackcrows_rule(const struct candles *c, size_t t)
{
    const int colours = white(c, t - 3) & black(c, t - 2) & black(c, t - 1) & black(c, t);
    const int shadows = no_lower(c, t - 2) & no_lower(c, t - 1) & no_lower(c, t);
    const int opens = opens_in_black(c, t - 1, t - 2) & opens_in_black(c, t, t - 1);
    const int falling = (c->high[t - 3] > c->close[t - 2]) & (c->close[t - 2] > c->close[t - 1]) &
                        (c->close[t - 1] > c->close[t]);

    return -100.0 * (colours & shadows & opens & falling);
}
CANDLE_PATTERN(3blackcrows, _3blackcrows_rule, 4, RANGE_10, 10, 0, "Three Black Crows",
               "After a white bar three black ones with falling closes and no lower shadows, each "
               "opening in the body before it, the first closing under the white high: -100.");

/* Does bar t open within or near the body of bar u? */
CANDLE_INLINE int opens_around(const struct candles *c, size_t t, size_t u)
{
    const double by = near_by(c, u);

    return (c->open[t] >= candle_bottom(c, u) - by) & (c->open[t] <= candle_top(c, u) + by);
}

CANDLE_INLINE double _3linestrike_rule(const struct candles *c, size_t t)
{
    const double c1 = c->close[t - 1], c2 = c->close[t - 2], c3 = c->close[t - 3];
    const int opens = opens_around(c, t - 2, t - 3) & opens_around(c, t - 1, t - 2);
    const int up = white(c, t - 3) & white(c, t - 2) & white(c, t - 1) & black(c, t) & (c1 > c2) &
                   (c2 > c3) & (c->open[t] > c1) & (c->close[t] < c->open[t - 3]);
    const int down = black(c, t - 3) & black(c, t - 2) & black(c, t - 1) & white(c, t) & (c1 < c2) &
                     (c2 < c3) & (c->open[t] < c1) & (c->close[t] > c->open[t - 3]);

    return 100.0 * (opens & up) - 100.0 * (opens & down);
}
CANDLE_PATTERN(3linestrike, _3linestrike_rule, 4, RANGE_5, 5, 0, "Three-Line Strike",
               "Three bars of one colour with closes farther each time, then one of the other that "
               "opens beyond the last close and closes beyond the first open: 100 when the three "
               "are white, -100 when they are black.");

CANDLE_INLINE double concealbabyswall_rule(const struct candles *c, size_t t)
{
    const int blacks = black(c, t - 3) & black(c, t - 2) & black(c, t - 1) & black(c, t);
    const int bare =
        no_lower(c, t - 3) & no_upper(c, t - 3) & no_lower(c, t - 2) & no_upper(c, t - 2);
    const int third =
        body_gap_down(c, t - 1, t - 2) & some_upper(c, t - 1) & (c->high[t - 1] > c->close[t - 2]);
    const int fourth = (c->high[t] > c->high[t - 1]) & (c->low[t] < c->low[t - 1]);

    return 100.0 * (blacks & bare & third & fourth);
}
CANDLE_PATTERN(concealbabyswall, concealbabyswall_rule, 4, RANGE_10, 10, 0,
               "Concealing Baby Swallow",
               "Two black bars without shadows, a black one gapped down whose upper shadow reaches "
               "into the second body, a black one that covers the whole third bar: 100.");

CANDLE_INLINE double breakaway_rule(const struct candles *c, size_t t)
{
    const double *high = c->high, *low = c->low, close = c->close[t];
    const int up = black(c, t - 4) & black(c, t - 3) & black(c, t - 1) & white(c, t) &
                   body_gap_down(c, t - 3, t - 4) & (high[t - 2] < high[t - 3]) &
                   (low[t - 2] < low[t - 3]) & (high[t - 1] < high[t - 2]) &
                   (low[t - 1] < low[t - 2]) & (close > c->open[t - 3]) & (close < c->close[t - 4]);
    const int down = white(c, t - 4) & white(c, t - 3) & white(c, t - 1) & black(c, t) &
                     body_gap_up(c, t - 3, t - 4) & (high[t - 2] > high[t - 3]) &
                     (low[t - 2] > low[t - 3]) & (high[t - 1] > high[t - 2]) &
                     (low[t - 1] > low[t - 2]) & (close < c->open[t - 3]) &
                     (close > c->close[t - 4]);

    return 100.0 * (long_body(c, t - 4) & up) - 100.0 * (long_body(c, t - 4) & down);
}
CANDLE_PATTERN(breakaway, breakaway_rule, 5, BODY_10, 10, 0, "Breakaway",
               "A long bar, a gap in its direction, two bars farther on, then one of the other "
               "colour that closes inside the gap: 100 white, -100 black.");

CANDLE_INLINE double ladderbottom_rule(const struct candles *c, size_t t)
{
    const int blacks = black(c, t - 4) & black(c, t - 3) & black(c, t - 2) & black(c, t - 1);
    const int falling = (c->open[t - 4] > c->open[t - 3]) & (c->open[t - 3] > c->open[t - 2]) &
                        (c->close[t - 4] > c->close[t - 3]) & (c->close[t - 3] > c->close[t - 2]);
    const int fifth = white(c, t) & (c->open[t] > c->open[t - 1]) & (c->close[t] > c->high[t - 1]);

    return 100.0 * (blacks & falling & some_upper(c, t - 1) & fifth);
}
CANDLE_PATTERN(ladderbottom, ladderbottom_rule, 5, RANGE_10, 10, 0, "Ladder Bottom",
               "Three black bars with falling opens and closes, a black one with an upper shadow, "
               "a white one that opens above its body and closes above its high: 100.");

CANDLE_INLINE int three_short(const struct candles *c, size_t t)
{
    return short_body(c, t - 2) & short_body(c, t - 1) & short_body(c, t);
}

CANDLE_INLINE double mathold_rule(const struct candles *c, size_t t)
{
    const double c4 = c->close[t - 4], hold = c4 - candle_body(c, t - 4) * c->penetration;
    const double bottom1 = candle_bottom(c, t - 1), bottom2 = candle_bottom(c, t - 2);
    const int bodies = long_body(c, t - 4) & three_short(c, t - 1);
    const int colours = white(c, t - 4) & black(c, t - 3) & white(c, t);
    const int holding = (bottom2 < c4) & (bottom1 < c4) & (bottom2 > hold) & (bottom1 > hold);
    const int falling =
        (candle_top(c, t - 2) < c->open[t - 3]) & (candle_top(c, t - 1) < candle_top(c, t - 2));
    const int above = (c->close[t] > c->high[t - 3]) & (c->close[t] > c->high[t - 2]) &
                      (c->close[t] > c->high[t - 1]);

    return 100.0 * (bodies & colours & body_gap_up(c, t - 3, t - 4) & holding & falling &
                    (c->open[t] > c->close[t - 1]) & above);
}
CANDLE_PATTERN(mathold, mathold_rule, 5, BODY_10, 10, 0.5, "Mat Hold",
               "A long white bar, a small black one gapped up, two small falling bodies that hold "
               "within the penetration of the first, a white bar that closes above them all: "
               "100.");

CANDLE_INLINE int within_range(const struct candles *c, size_t t, size_t u)
{
    return (candle_bottom(c, t) < c->high[u]) & (candle_top(c, t) > c->low[u]);
}

CANDLE_INLINE double risefall3methods_rule(const struct candles *c, size_t t)
{
    const double c1 = c->close[t - 1], c2 = c->close[t - 2], c3 = c->close[t - 3];
    const int sizes = long_body(c, t - 4) & three_short(c, t - 1) & long_body(c, t);
    const int inside = within_range(c, t - 3, t - 4) & within_range(c, t - 2, t - 4) &
                       within_range(c, t - 1, t - 4);
    const int up = white(c, t - 4) & black(c, t - 3) & black(c, t - 2) & black(c, t - 1) &
                   white(c, t) & (c2 < c3) & (c1 < c2) & (c->open[t] > c1) &
                   (c->close[t] > c->close[t - 4]);
    const int down = black(c, t - 4) & white(c, t - 3) & white(c, t - 2) & white(c, t - 1) &
                     black(c, t) & (c2 > c3) & (c1 > c2) & (c->open[t] < c1) &
                     (c->close[t] < c->close[t - 4]);

    return 100.0 * (sizes & inside & up) - 100.0 * (sizes & inside & down);
}
CANDLE_PATTERN(risefall3methods, risefall3methods_rule, 5, BODY_10, 10, 0,
               "Rising/Falling Three Methods",
               "A long bar, three small ones of the other colour within its range, a long one that "
               "closes beyond the first: 100 white, -100 black.");

/* ---- Hikkake: a false break, and its confirmation within three bars ------------------------- */

struct hikkake {
    double value, level; /* of the last pattern: its sign, and the price that confirms it */
    size_t open_until;   /* the last bar that may confirm it; 0: none */
};

/* Bars t-1 within t-2, and t a step to one side: 1 down (which is bullish), -1 up, 0 neither. */
CANDLE_INLINE int false_break(const struct candles *c, size_t t)
{
    const int inside = (c->high[t - 1] < c->high[t - 2]) & (c->low[t - 1] > c->low[t - 2]);
    const int down = (c->high[t] < c->high[t - 1]) & (c->low[t] < c->low[t - 1]);
    const int up = (c->high[t] > c->high[t - 1]) & (c->low[t] > c->low[t - 1]);

    return (inside & down) - (inside & up);
}

static double hikkake_step(struct hikkake *h, const struct candles *c, size_t t, int found)
{
    if (found) {
        h->value = 100.0 * found;
        h->level = found > 0 ? c->high[t - 1] : c->low[t - 1];
        h->open_until = t + 3;
        return h->value;
    }
    if (t > h->open_until || !(h->value > 0 ? c->close[t] > h->level : c->close[t] < h->level))
        return 0;
    h->open_until = 0;
    return 2 * h->value;
}

static size_t hikkake_state(const double *params)
{
    (void)params;
    return sizeof(struct hikkake);
}

/* A break is looked for from bar `first` on, so that one before the first answer can be confirmed.
 */
static void hikkake_run(const struct ind_run *run, size_t first, size_t lookback,
                        int (*found)(const struct candles *, size_t))
{
    const struct candles c = candles_of(run, 0);

    for (size_t t = run->from; t < run->to; t++) {
        const double value = t < first ? 0 : hikkake_step(run->state, &c, t, found(&c, t));
        run->out[0][t] = t < lookback ? 0 : value;
    }
}

/* The definition, looking back at each bar: the last break within three bars that no bar between
 * has confirmed. */
static void hikkake_define(const struct ind_run *run, size_t first, size_t lookback,
                           int (*found)(const struct candles *, size_t))
{
    const struct candles c = candles_of(run, 0);

    for (size_t t = run->from; t < run->to; t++) {
        double value = t < first ? 0 : 100.0 * found(&c, t);

        for (size_t u = t; value == 0 && u-- > first && u + 3 >= t;) {
            const int way = found(&c, u);
            bool confirmed = false;

            if (way == 0)
                continue;
            for (size_t i = u + 1; i < t; i++)
                confirmed |= way > 0 ? c.close[i] > c.high[u - 1] : c.close[i] < c.low[u - 1];
            if (!confirmed && (way > 0 ? c.close[t] > c.high[u - 1] : c.close[t] < c.low[u - 1]))
                value = 200.0 * way;
            break;
        }
        run->out[0][t] = t < lookback ? 0 : value;
    }
}

static int hikkake_found(const struct candles *c, size_t t) { return false_break(c, t); }

static int hikkakemod_found(const struct candles *c, size_t t)
{
    const int inside = (c->high[t - 2] < c->high[t - 3]) & (c->low[t - 2] > c->low[t - 3]);
    const int way = inside * false_break(c, t);

    if (way > 0)
        return c->close[t - 2] <= c->low[t - 2] + near_by(c, t - 2);
    return way < 0 ? -(c->close[t - 2] >= c->high[t - 2] - near_by(c, t - 2)) : 0;
}

static void hikkake_reference(const struct ind_run *run)
{
    hikkake_define(run, 2, 5, hikkake_found);
}

static void IND_FN(cdlhikkake)(const struct ind_run *run) { hikkake_run(run, 2, 5, hikkake_found); }

IND_INDICATOR(cdlhikkake) = {
    .name = "cdlhikkake",
    .title = "Hikkake Pattern",
    .family = "pattern",
    .source = "Chesler, Hikkake pattern, Active Trader, 2003; settings of TA-Lib",
    .note = "An inside bar, then a bar with both ends lower (100) or higher (-100); twice that on "
            "a bar within three that closes back beyond the inside bar." CANDLE_NOTE,
    .inputs = CANDLE_INPUTS,
    .outputs = {"values"},
    .history = candle_history,
    .state_size = hikkake_state,
    .reference = hikkake_reference,
    .run = IND_FN(cdlhikkake),
};

static void hikkakemod_reference(const struct ind_run *run)
{
    hikkake_define(run, 7, 10, hikkakemod_found);
}

static void IND_FN(cdlhikkakemod)(const struct ind_run *run)
{
    hikkake_run(run, 7, 10, hikkakemod_found);
}

IND_INDICATOR(cdlhikkakemod) = {
    .name = "cdlhikkakemod",
    .title = "Modified Hikkake Pattern",
    .family = "pattern",
    .source = "Chesler, Hikkake pattern, Active Trader, 2003; settings of TA-Lib",
    .note = "A hikkake whose inside bar lies within another that closes near its end: 100 or -100; "
            "twice that on a bar within three that closes back beyond the inside bar." CANDLE_NOTE,
    .inputs = CANDLE_INPUTS,
    .outputs = {"values"},
    .history = candle_history,
    .state_size = hikkake_state,
    .reference = hikkakemod_reference,
    .run = IND_FN(cdlhikkakemod),
};

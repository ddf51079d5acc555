/* SPDX-License-Identifier: Apache-2.0 */
/* Candlestick patterns of two bars. */
#include "candles.h"

CANDLE_INLINE double counterattack_rule(const struct candles *c, size_t t)
{
    const int opposite = !same_colour(c, t, t - 1), both = long_body(c, t - 1) & long_body(c, t);

    return 100.0 * colour(c, t) * (opposite & both & equal(c, c->close[t], c->close[t - 1], t - 1));
}
CANDLE_PATTERN(counterattack, counterattack_rule, 2, BODY_10 | RANGE_5, 10, 0, "Counterattack",
               "Two long bars of opposite colour with equal closes: 100 when the second is white, "
               "-100 when it is black.");

CANDLE_INLINE double darkcloudcover_rule(const struct candles *c, size_t t)
{
    const double depth = c->close[t - 1] - candle_body(c, t - 1) * c->penetration;
    const int first = white(c, t - 1) & long_body(c, t - 1);
    const int second = black(c, t) & (c->open[t] > c->high[t - 1]);

    return -100.0 * (first & second & (c->close[t] > c->open[t - 1]) & (c->close[t] < depth));
}
CANDLE_PATTERN(darkcloudcover, darkcloudcover_rule, 2, BODY_10, 10, 0.5, "Dark Cloud Cover",
               "A long white bar, then a black one that opens above its high and closes in its "
               "body, deeper than the penetration: -100.");

CANDLE_INLINE double piercing_rule(const struct candles *c, size_t t)
{
    const double middle = c->close[t - 1] + candle_body(c, t - 1) * 0.5;
    const int first = black(c, t - 1) & long_body(c, t - 1);
    const int second = white(c, t) & long_body(c, t) & (c->open[t] < c->low[t - 1]);

    return 100.0 * (first & second & (c->close[t] < c->open[t - 1]) & (c->close[t] > middle));
}
CANDLE_PATTERN(piercing, piercing_rule, 2, BODY_10, 10, 0, "Piercing Pattern",
               "A long black bar, then a long white one that opens under its low and closes in the "
               "upper half of its body: 100.");

CANDLE_INLINE double dojistar_rule(const struct candles *c, size_t t)
{
    const int up = white(c, t - 1) & body_gap_up(c, t, t - 1);
    const int down = black(c, t - 1) & body_gap_down(c, t, t - 1);
    const int star = long_body(c, t - 1) & doji(c, t);

    return 100.0 * (star & down) - 100.0 * (star & up);
}
CANDLE_PATTERN(dojistar, dojistar_rule, 2, BODY_10 | RANGE_10, 10, 0, "Doji Star",
               "A long body, then a doji gapped in its direction: -100 after white, 100 after "
               "black.");

/* How far the body of bar t covers the body u of the other colour: 100, 80 with one end equal. */
CANDLE_INLINE double engulfing_rule(const struct candles *c, size_t t)
{
    const double open = c->open[t], close = c->close[t], o1 = c->open[t - 1], c1 = c->close[t - 1];
    const int up = ((close >= o1) & (open < c1)) | ((close > o1) & (open <= c1));
    const int down = ((open >= c1) & (close < o1)) | ((open > c1) & (close <= o1));
    const int ends = (open != c1) & (close != o1);

    return (80.0 + 20.0 * ends) *
           ((white(c, t) & black(c, t - 1) & up) - (black(c, t) & white(c, t - 1) & down));
}
CANDLE_PATTERN(engulfing, engulfing_rule, 2, 0, 1, 0, "Engulfing Pattern",
               "A body that covers the one before it, of the other colour: 100 white, -100 black; "
               "80 and -80 when one end is equal.");

/* How far the body of bar t lies within the one before: 1, 0.8 with one end equal, 0. */
CANDLE_INLINE double within(const struct candles *c, size_t t)
{
    const double top = candle_top(c, t), bottom = candle_bottom(c, t);
    const double top1 = candle_top(c, t - 1), bottom1 = candle_bottom(c, t - 1);
    const int inside = (top < top1) & (bottom > bottom1);
    const int inside_or_equal = (top <= top1) & (bottom >= bottom1);

    return 0.8 * inside_or_equal + (1 - 0.8) * inside;
}

CANDLE_INLINE double harami_rule(const struct candles *c, size_t t)
{
    const int sizes = long_body(c, t - 1) & not_long_body(c, t);

    return -100.0 * colour(c, t - 1) * sizes * within(c, t);
}
CANDLE_PATTERN(harami, harami_rule, 2, BODY_10, 10, 0, "Harami",
               "A long body that contains the short one after it: -100 when the first is white, "
               "100 when it is black; 80 when one end is equal.");

CANDLE_INLINE double haramicross_rule(const struct candles *c, size_t t)
{
    return -100.0 * colour(c, t - 1) * (long_body(c, t - 1) & doji(c, t)) * within(c, t);
}
CANDLE_PATTERN(haramicross, haramicross_rule, 2, BODY_10 | RANGE_10, 10, 0, "Harami Cross",
               "A harami whose second bar is a doji: -100 when the first is white, 100 when it is "
               "black; 80 when one end is equal.");

CANDLE_INLINE double homingpigeon_rule(const struct candles *c, size_t t)
{
    const int sizes = long_body(c, t - 1) & not_long_body(c, t);
    const int inside = (c->open[t] < c->open[t - 1]) & (c->close[t] > c->close[t - 1]);

    return 100.0 * (black(c, t - 1) & black(c, t) & sizes & inside);
}
CANDLE_PATTERN(homingpigeon, homingpigeon_rule, 2, BODY_10, 10, 0, "Homing Pigeon",
               "A long black body that contains the short black one after it: 100.");

/* A long black bar, then a white one that opens under its low. */
CANDLE_INLINE int neck(const struct candles *c, size_t t)
{
    return black(c, t - 1) & long_body(c, t - 1) & white(c, t) & (c->open[t] < c->low[t - 1]);
}

CANDLE_INLINE double inneck_rule(const struct candles *c, size_t t)
{
    const int close = equal(c, c->close[t], c->close[t - 1], t - 1);

    return -100.0 * (neck(c, t) & close & (c->close[t] >= c->close[t - 1]));
}
CANDLE_PATTERN(inneck, inneck_rule, 2, BODY_10 | RANGE_5, 10, 0, "In-Neck Pattern",
               "A long black bar, then a white one that opens under its low and closes at its "
               "close or a little above: -100.");

CANDLE_INLINE double onneck_rule(const struct candles *c, size_t t)
{
    return -100.0 * (neck(c, t) & equal(c, c->close[t], c->low[t - 1], t - 1));
}
CANDLE_PATTERN(onneck, onneck_rule, 2, BODY_10 | RANGE_5, 10, 0, "On-Neck Pattern",
               "A long black bar, then a white one that opens under its low and closes at it: "
               "-100.");

CANDLE_INLINE double thrusting_rule(const struct candles *c, size_t t)
{
    const double close = c->close[t - 1], by = 0.05 * candle_mean(c, MEAN_RANGE_5, t - 1);
    const int inside =
        (c->close[t] > close + by) & (c->close[t] <= close + candle_body(c, t - 1) * 0.5);

    return -100.0 * (neck(c, t) & inside);
}
CANDLE_PATTERN(thrusting, thrusting_rule, 2, BODY_10 | RANGE_5, 10, 0, "Thrusting Pattern",
               "A long black bar, then a white one that opens under its low and closes in the "
               "lower half of its body, above its close: -100.");

/* Two marubozu of opposite colour, gapped in the direction of the second. */
CANDLE_INLINE int kick(const struct candles *c, size_t t)
{
    const int up = black(c, t - 1) & white(c, t) & gap_up(c, t, t - 1);
    const int down = white(c, t - 1) & black(c, t) & gap_down(c, t, t - 1);

    return marubozu(c, t - 1) & marubozu(c, t) & (up | down);
}

CANDLE_INLINE double kicking_rule(const struct candles *c, size_t t)
{
    return 100.0 * colour(c, t) * kick(c, t);
}
CANDLE_PATTERN(kicking, kicking_rule, 2, BODY_10 | RANGE_10, 10, 0, "Kicking",
               "Two marubozu of opposite colour with a gap in the direction of the second: 100 "
               "when that is white, -100 when it is black.");

CANDLE_INLINE double kickingbylength_rule(const struct candles *c, size_t t)
{
    const int second = candle_body(c, t) > candle_body(c, t - 1);

    return 100.0 * (second ? colour(c, t) : colour(c, t - 1)) * kick(c, t);
}
CANDLE_PATTERN(kickingbylength, kickingbylength_rule, 2, BODY_10 | RANGE_10, 10, 0,
               "Kicking by Length",
               "Two marubozu of opposite colour with a gap in the direction of the second: 100 "
               "when the longer is white, -100 when it is black.");

CANDLE_INLINE double matchinglow_rule(const struct candles *c, size_t t)
{
    const int equal_close = equal(c, c->close[t], c->close[t - 1], t - 1);

    return 100.0 * (black(c, t - 1) & black(c, t) & equal_close);
}
CANDLE_PATTERN(matchinglow, matchinglow_rule, 2, RANGE_5, 5, 0, "Matching Low",
               "Two black bars with equal closes: 100.");

CANDLE_INLINE double separatinglines_rule(const struct candles *c, size_t t)
{
    const int opens = equal(c, c->open[t], c->open[t - 1], t - 1);
    const int up = black(c, t - 1) & white(c, t) & no_lower(c, t);
    const int down = white(c, t - 1) & black(c, t) & no_upper(c, t);
    const int lines = opens & long_body(c, t);

    return 100.0 * (lines & up) - 100.0 * (lines & down);
}
CANDLE_PATTERN(separatinglines, separatinglines_rule, 2, BODY_10 | RANGE_10 | RANGE_5, 10, 0,
               "Separating Lines",
               "Two bars of opposite colour with equal opens, the second a belt hold: 100 when "
               "that is white, -100 when it is black.");

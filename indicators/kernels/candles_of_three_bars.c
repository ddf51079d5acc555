/* SPDX-License-Identifier: Apache-2.0 */
/* Candlestick patterns of three bars. */
#include "candles.h"

/* Does bar t close within the body of bar u? */
CANDLE_INLINE int closes_in_body(const struct candles *c, size_t t, size_t u)
{
    return (c->close[t] < candle_top(c, u)) & (c->close[t] > candle_bottom(c, u));
}

/* Does white bar t open above the open of white bar u, and within or near its body? */
CANDLE_INLINE int opens_in_or_near(const struct candles *c, size_t t, size_t u)
{
    return (c->open[t] > c->open[u]) & (c->open[t] <= c->close[u] + near_by(c, u));
}

CANDLE_INLINE int rising_closes(const struct candles *c, size_t t)
{
    return (c->close[t] > c->close[t - 1]) & (c->close[t - 1] > c->close[t - 2]);
}

CANDLE_INLINE int three_white(const struct candles *c, size_t t)
{
    return white(c, t - 2) & white(c, t - 1) & white(c, t);
}

CANDLE_INLINE int three_black(const struct candles *c, size_t t)
{
    return black(c, t - 2) & black(c, t - 1) & black(c, t);
}

CANDLE_INLINE double _2crows_rule(const struct candles *c, size_t t)
{
    const int first = white(c, t - 2) & long_body(c, t - 2);
    const int second = black(c, t - 1) & body_gap_up(c, t - 1, t - 2);
    const int third = black(c, t) & opens_in_black(c, t, t - 1);

    return -100.0 * (first & second & third & closes_in_body(c, t, t - 2));
}
CANDLE_PATTERN(2crows, _2crows_rule, 3, BODY_10, 10, 0, "Two Crows",
               "A long white bar, a black one gapped up, a black one from within that body into "
               "the first: -100.");

CANDLE_INLINE double _3inside_rule(const struct candles *c, size_t t)
{
    const int sizes = long_body(c, t - 2) & not_long_body(c, t - 1);
    const int inside = (candle_top(c, t - 1) < candle_top(c, t - 2)) &
                       (candle_bottom(c, t - 1) > candle_bottom(c, t - 2));
    const int down = white(c, t - 2) & black(c, t) & (c->close[t] < c->open[t - 2]);
    const int up = black(c, t - 2) & white(c, t) & (c->close[t] > c->open[t - 2]);

    return 100.0 * (sizes & inside & up) - 100.0 * (sizes & inside & down);
}
CANDLE_PATTERN(3inside, _3inside_rule, 3, BODY_10, 10, 0, "Three Inside Up/Down",
               "A long body that contains the short one after it, then a bar of the other colour "
               "that closes beyond the first open: 100 up, -100 down.");

CANDLE_INLINE double _3outside_rule(const struct candles *c, size_t t)
{
    const double o1 = c->open[t - 1], c1 = c->close[t - 1], o2 = c->open[t - 2];
    const double c2 = c->close[t - 2];
    const int up = white(c, t - 1) & black(c, t - 2) & (c1 > o2) & (o1 < c2) & (c->close[t] > c1);
    const int down = black(c, t - 1) & white(c, t - 2) & (o1 > c2) & (c1 < o2) & (c->close[t] < c1);

    return 100.0 * up - 100.0 * down;
}
CANDLE_PATTERN(3outside, _3outside_rule, 3, 0, 1, 0, "Three Outside Up/Down",
               "A body that covers the one before it, of the other colour, then a close farther "
               "in its direction: 100 up, -100 down.");

CANDLE_INLINE double _3starsinsouth_rule(const struct candles *c, size_t t)
{
    const int first = long_body(c, t - 2) & long_lower(c, t - 2);
    const int second = (candle_body(c, t - 1) < candle_body(c, t - 2)) &
                       (c->open[t - 1] > c->close[t - 2]) & (c->open[t - 1] <= c->high[t - 2]) &
                       (c->low[t - 1] < c->close[t - 2]) & (c->low[t - 1] >= c->low[t - 2]) &
                       some_lower(c, t - 1);
    const int third = short_body(c, t) & no_lower(c, t) & no_upper(c, t) &
                      (c->low[t] > c->low[t - 1]) & (c->high[t] < c->high[t - 1]);

    return 100.0 * (three_black(c, t) & first & second & third);
}
CANDLE_PATTERN(3starsinsouth, _3starsinsouth_rule, 3, BODY_10 | RANGE_10, 10, 0,
               "Three Stars In The South",
               "A long black bar with a long lower shadow, a smaller black one with a higher low, "
               "a small black marubozu within that one's range: 100.");

CANDLE_INLINE double _3whitesoldiers_rule(const struct candles *c, size_t t)
{
    const int shadows = no_upper(c, t - 2) & no_upper(c, t - 1) & no_upper(c, t);
    const int opens = opens_in_or_near(c, t - 1, t - 2) & opens_in_or_near(c, t, t - 1);
    const int sizes = (candle_body(c, t - 1) > candle_body(c, t - 2) - far_off(c, t - 2)) &
                      (candle_body(c, t) > candle_body(c, t - 1) - far_off(c, t - 1)) &
                      (candle_body(c, t) > candle_mean(c, MEAN_BODY_10, t));

    return 100.0 * (three_white(c, t) & shadows & rising_closes(c, t) & opens & sizes);
}
CANDLE_PATTERN(3whitesoldiers, _3whitesoldiers_rule, 3, BODY_10 | RANGE_10 | RANGE_5, 10, 0,
               "Three Advancing White Soldiers",
               "Three white bars with rising closes and no upper shadows, each opening in or near "
               "the body before it, none far shorter than that: 100.");

CANDLE_INLINE double abandonedbaby_rule(const struct candles *c, size_t t)
{
    const double deep = candle_body(c, t - 2) * c->penetration;
    const int sizes = long_body(c, t - 2) & doji(c, t - 1) & long_body(c, t);
    const int down = white(c, t - 2) & black(c, t) & (c->close[t] < c->close[t - 2] - deep) &
                     gap_up(c, t - 1, t - 2) & gap_down(c, t, t - 1);
    const int up = black(c, t - 2) & white(c, t) & (c->close[t] > c->close[t - 2] + deep) &
                   gap_down(c, t - 1, t - 2) & gap_up(c, t, t - 1);

    return 100.0 * (sizes & up) - 100.0 * (sizes & down);
}
CANDLE_PATTERN(abandonedbaby, abandonedbaby_rule, 3, BODY_10 | RANGE_10, 10, 0.3, "Abandoned Baby",
               "A long body, a doji gapped away with its shadows, a bar of the other colour gapped "
               "back and closing deeper in the first body than the penetration: 100 up, -100 "
               "down.");

CANDLE_INLINE double advanceblock_rule(const struct candles *c, size_t t)
{
    const double body = candle_body(c, t), body1 = candle_body(c, t - 1);
    const double body2 = candle_body(c, t - 2);
    const int opens = opens_in_or_near(c, t - 1, t - 2) & opens_in_or_near(c, t, t - 1);
    const int first = long_body(c, t - 2) & (candle_upper(c, t - 2) < short_shadow(c, t - 2));
    const int shadows = (candle_upper(c, t) > short_shadow(c, t)) |
                        (candle_upper(c, t - 1) > short_shadow(c, t - 1));
    const int weaker = ((body1 < body2 - far_off(c, t - 2)) & (body < body1 + near_by(c, t - 1))) |
                       (body < body1 - far_off(c, t - 1)) |
                       ((body < body1) & (body1 < body2) & shadows) |
                       ((body < body1) & long_upper(c, t));

    return -100.0 * (three_white(c, t) & rising_closes(c, t) & opens & first & weaker);
}
CANDLE_PATTERN(advanceblock, advanceblock_rule, 3, BODY_10 | SHADOWS_10 | RANGE_5, 10, 0,
               "Advance Block",
               "Three white bars with rising closes, the first long, the next weaker by smaller "
               "bodies or longer upper shadows: -100.");

/* A star: a long body, a small one gapped away, one of the other colour that closes deep in the
 * first. */
CANDLE_INLINE int evening(const struct candles *c, size_t t)
{
    const double depth = c->close[t - 2] - candle_body(c, t - 2) * c->penetration;
    const int first = long_body(c, t - 2) & white(c, t - 2) & body_gap_up(c, t - 1, t - 2);

    return first & long_body(c, t) & black(c, t) & (c->close[t] < depth);
}

CANDLE_INLINE int morning(const struct candles *c, size_t t)
{
    const double depth = c->close[t - 2] + candle_body(c, t - 2) * c->penetration;
    const int first = long_body(c, t - 2) & black(c, t - 2) & body_gap_down(c, t - 1, t - 2);

    return first & long_body(c, t) & white(c, t) & (c->close[t] > depth);
}

CANDLE_INLINE double eveningdojistar_rule(const struct candles *c, size_t t)
{
    return -100.0 * (evening(c, t) & doji(c, t - 1));
}
CANDLE_PATTERN(eveningdojistar, eveningdojistar_rule, 3, BODY_10 | RANGE_10, 10, 0.3,
               "Evening Doji Star",
               "A long white bar, a doji gapped up, a black bar that closes deeper in the first "
               "body than the penetration: -100.");

CANDLE_INLINE double eveningstar_rule(const struct candles *c, size_t t)
{
    return -100.0 * (evening(c, t) & not_long_body(c, t - 1));
}
CANDLE_PATTERN(eveningstar, eveningstar_rule, 3, BODY_10, 10, 0.3, "Evening Star",
               "A long white bar, a short body gapped up, a black bar that closes deeper in the "
               "first body than the penetration: -100.");

CANDLE_INLINE double morningdojistar_rule(const struct candles *c, size_t t)
{
    return 100.0 * (morning(c, t) & doji(c, t - 1));
}
CANDLE_PATTERN(morningdojistar, morningdojistar_rule, 3, BODY_10 | RANGE_10, 10, 0.3,
               "Morning Doji Star",
               "A long black bar, a doji gapped down, a white bar that closes deeper in the first "
               "body than the penetration: 100.");

CANDLE_INLINE double morningstar_rule(const struct candles *c, size_t t)
{
    return 100.0 * (morning(c, t) & not_long_body(c, t - 1));
}
CANDLE_PATTERN(morningstar, morningstar_rule, 3, BODY_10, 10, 0.3, "Morning Star",
               "A long black bar, a short body gapped down, a white bar that closes deeper in the "
               "first body than the penetration: 100.");

CANDLE_INLINE double gapsidesidewhite_rule(const struct candles *c, size_t t)
{
    const double differ = fabs(candle_body(c, t) - candle_body(c, t - 1));
    const int up = body_gap_up(c, t - 1, t - 2) & body_gap_up(c, t, t - 2);
    const int down = body_gap_down(c, t - 1, t - 2) & body_gap_down(c, t, t - 2);
    const int alike = white(c, t - 1) & white(c, t) & (differ <= near_by(c, t - 1)) &
                      equal(c, c->open[t], c->open[t - 1], t - 1);

    return 100.0 * (alike & up) - 100.0 * (alike & down);
}
CANDLE_PATTERN(gapsidesidewhite, gapsidesidewhite_rule, 3, RANGE_5, 5, 0,
               "Up/Down-Gap Side-By-Side White Lines",
               "Two white bars of near size and equal opens, both gapped from the bar before: 100 "
               "up, -100 down.");

CANDLE_INLINE double identical3crows_rule(const struct candles *c, size_t t)
{
    const int shadows = no_lower(c, t - 2) & no_lower(c, t - 1) & no_lower(c, t);
    const int falling = (c->close[t - 2] > c->close[t - 1]) & (c->close[t - 1] > c->close[t]);
    const int opens = equal(c, c->open[t - 1], c->close[t - 2], t - 2) &
                      equal(c, c->open[t], c->close[t - 1], t - 1);

    return -100.0 * (three_black(c, t) & shadows & falling & opens);
}
CANDLE_PATTERN(identical3crows, identical3crows_rule, 3, RANGE_10 | RANGE_5, 10, 0,
               "Identical Three Crows",
               "Three black bars with falling closes and no lower shadows, each opening at the "
               "close before it: -100.");

CANDLE_INLINE double stalledpattern_rule(const struct candles *c, size_t t)
{
    const int sizes = long_body(c, t - 2) & long_body(c, t - 1) & short_body(c, t);
    const int second = no_upper(c, t - 1) & opens_in_or_near(c, t - 1, t - 2);
    const double shoulder = c->close[t - 1] - candle_body(c, t) - near_by(c, t - 1);

    return -100.0 *
           (three_white(c, t) & rising_closes(c, t) & sizes & second & (c->open[t] >= shoulder));
}
CANDLE_PATTERN(stalledpattern, stalledpattern_rule, 3, BODY_10 | RANGE_10 | RANGE_5, 10, 0,
               "Stalled Pattern",
               "Three white bars with rising closes, two long ones and a small one on the shoulder "
               "of the second: -100.");

CANDLE_INLINE double sticksandwich_rule(const struct candles *c, size_t t)
{
    const int colours = black(c, t - 2) & white(c, t - 1) & black(c, t);
    const int closes = equal(c, c->close[t], c->close[t - 2], t - 2);

    return 100.0 * (colours & (c->low[t - 1] > c->close[t - 2]) & closes);
}
CANDLE_PATTERN(sticksandwich, sticksandwich_rule, 3, RANGE_5, 5, 0, "Stick Sandwich",
               "A black bar, a white one with its low above that close, a black one that closes "
               "where the first did: 100.");

CANDLE_INLINE double tasukigap_rule(const struct candles *c, size_t t)
{
    const double differ = fabs(candle_body(c, t - 1) - candle_body(c, t));
    const int opens = opens_in_body(c, t, t - 1) & (differ < near_by(c, t - 1));
    const int up = body_gap_up(c, t - 1, t - 2) & white(c, t - 1) & black(c, t) &
                   (c->close[t] < c->open[t - 1]) & (c->close[t] > candle_top(c, t - 2));
    const int down = body_gap_down(c, t - 1, t - 2) & black(c, t - 1) & white(c, t) &
                     (c->close[t] > c->open[t - 1]) & (c->close[t] < candle_bottom(c, t - 2));

    return 100.0 * (opens & up) - 100.0 * (opens & down);
}
CANDLE_PATTERN(tasukigap, tasukigap_rule, 3, RANGE_5, 5, 0, "Tasuki Gap",
               "A gap, a bar in its direction, a near equal bar of the other colour from within "
               "that body into the gap: 100 up, -100 down.");

CANDLE_INLINE double tristar_rule(const struct candles *c, size_t t)
{
    const int dojis = doji(c, t - 2) & doji_at(c, t - 1, t - 2) & doji_at(c, t, t - 2);
    const int up = body_gap_up(c, t - 1, t - 2) & (candle_top(c, t) < candle_top(c, t - 1));
    const int down =
        body_gap_down(c, t - 1, t - 2) & (candle_bottom(c, t) > candle_bottom(c, t - 1));

    return 100.0 * (dojis & down) - 100.0 * (dojis & up);
}
CANDLE_PATTERN(tristar, tristar_rule, 3, RANGE_10, 10, 0, "Tristar Pattern",
               "Three dojis, the middle one gapped: 100 gapped down, -100 gapped up.");

CANDLE_INLINE double unique3river_rule(const struct candles *c, size_t t)
{
    const int first = long_body(c, t - 2) & black(c, t - 2);
    const int second = black(c, t - 1) & (c->close[t - 1] > c->close[t - 2]) &
                       (c->open[t - 1] <= c->open[t - 2]) & (c->low[t - 1] < c->low[t - 2]);
    const int third = short_body(c, t) & white(c, t) & (c->open[t] > c->low[t - 1]);

    return 100.0 * (first & second & third);
}
CANDLE_PATTERN(unique3river, unique3river_rule, 3, BODY_10, 10, 0, "Unique Three River",
               "A long black bar, a black one within its body with a lower low, a small white one "
               "that does not open below that low: 100.");

CANDLE_INLINE double upsidegap2crows_rule(const struct candles *c, size_t t)
{
    const int first = white(c, t - 2) & long_body(c, t - 2);
    const int second = black(c, t - 1) & not_long_body(c, t - 1) & body_gap_up(c, t - 1, t - 2);
    const int third = black(c, t) & (c->open[t] > c->open[t - 1]) &
                      (c->close[t] < c->close[t - 1]) & (c->close[t] > c->close[t - 2]);

    return -100.0 * (first & second & third);
}
CANDLE_PATTERN(upsidegap2crows, upsidegap2crows_rule, 3, BODY_10, 10, 0, "Upside Gap Two Crows",
               "A long white bar, a short black one gapped up, a black one that covers it and "
               "closes above the first close: -100.");

CANDLE_INLINE double xsidegap3methods_rule(const struct candles *c, size_t t)
{
    const int inside = opens_in_body(c, t, t - 1) & closes_in_body(c, t, t - 2);
    const int up = white(c, t - 2) & white(c, t - 1) & black(c, t) & body_gap_up(c, t - 1, t - 2);
    const int down =
        black(c, t - 2) & black(c, t - 1) & white(c, t) & body_gap_down(c, t - 1, t - 2);

    return 100.0 * (inside & up) - 100.0 * (inside & down);
}
CANDLE_PATTERN(xsidegap3methods, xsidegap3methods_rule, 3, 0, 0, 0,
               "Upside/Downside Gap Three Methods",
               "Two bars of one colour with a gap between their bodies, then one of the other "
               "colour from within the second body into the first: 100 up, -100 down.");

/* SPDX-License-Identifier: Apache-2.0 */
/* Candlestick patterns of one bar (and what is near the bar before it). */
#include "candles.h"

CANDLE_INLINE double belthold_rule(const struct candles *c, size_t t)
{
    const int up = white(c, t) & no_lower(c, t), down = black(c, t) & no_upper(c, t);

    return 100.0 * (long_body(c, t) & up) - 100.0 * (long_body(c, t) & down);
}
CANDLE_PATTERN(belthold, belthold_rule, 1, BODY_10 | RANGE_10, 10, 0, "Belt Hold",
               "A long body that starts at the end of its range: 100 white, -100 black.");

CANDLE_INLINE double closingmarubozu_rule(const struct candles *c, size_t t)
{
    const int up = white(c, t) & no_upper(c, t), down = black(c, t) & no_lower(c, t);

    return 100.0 * (long_body(c, t) & up) - 100.0 * (long_body(c, t) & down);
}
CANDLE_PATTERN(closingmarubozu, closingmarubozu_rule, 1, BODY_10 | RANGE_10, 10, 0,
               "Closing Marubozu",
               "A long body that closes at the end of its range: 100 white, -100 black.");

CANDLE_INLINE double doji_rule(const struct candles *c, size_t t) { return 100.0 * doji(c, t); }
CANDLE_PATTERN(doji, doji_rule, 1, RANGE_10, 10, 0, "Doji", "Open and close all but equal: 100.");

CANDLE_INLINE double dragonflydoji_rule(const struct candles *c, size_t t)
{
    return 100.0 * (doji(c, t) & no_upper(c, t) & some_lower(c, t));
}
CANDLE_PATTERN(dragonflydoji, dragonflydoji_rule, 1, RANGE_10, 10, 0, "Dragonfly Doji",
               "A doji without upper but with a lower shadow: 100.");

CANDLE_INLINE double gravestonedoji_rule(const struct candles *c, size_t t)
{
    return 100.0 * (doji(c, t) & no_lower(c, t) & some_upper(c, t));
}
CANDLE_PATTERN(gravestonedoji, gravestonedoji_rule, 1, RANGE_10, 10, 0, "Gravestone Doji",
               "A doji without lower but with an upper shadow: 100.");

CANDLE_INLINE double longleggeddoji_rule(const struct candles *c, size_t t)
{
    return 100.0 * (doji(c, t) & (long_lower(c, t) | long_upper(c, t)));
}
CANDLE_PATTERN(longleggeddoji, longleggeddoji_rule, 1, RANGE_10, 10, 0, "Long Legged Doji",
               "A doji with a long shadow on either side: 100.");

CANDLE_INLINE double rickshawman_rule(const struct candles *c, size_t t)
{
    const double middle = c->low[t] + candle_range(c, t) / 2, by = near_by(c, t);
    const int central = (candle_bottom(c, t) <= middle + by) & (candle_top(c, t) >= middle - by);

    return 100.0 * (doji(c, t) & long_lower(c, t) & long_upper(c, t) & central);
}
CANDLE_PATTERN(rickshawman, rickshawman_rule, 1, RANGE_10 | RANGE_5, 10, 0, "Rickshaw Man",
               "A doji with two long shadows and its body near the middle of the range: 100.");

CANDLE_INLINE double takuri_rule(const struct candles *c, size_t t)
{
    const int deep = candle_lower(c, t) > 2 * candle_body(c, t);

    return 100.0 * (doji(c, t) & no_upper(c, t) & deep);
}
CANDLE_PATTERN(takuri, takuri_rule, 1, RANGE_10, 10, 0, "Takuri",
               "A dragonfly doji whose lower shadow is over twice its body: 100.");

CANDLE_INLINE double highwave_rule(const struct candles *c, size_t t)
{
    const double twice = 2 * candle_body(c, t);
    const int waves = (candle_upper(c, t) > twice) & (candle_lower(c, t) > twice);

    return 100.0 * colour(c, t) * (short_body(c, t) & waves);
}
CANDLE_PATTERN(highwave, highwave_rule, 1, BODY_10, 10, 0, "High-Wave Candle",
               "A short body with two very long shadows: 100 white, -100 black.");

CANDLE_INLINE double longline_rule(const struct candles *c, size_t t)
{
    const double shadow = short_shadow(c, t);
    const int bare = (candle_upper(c, t) < shadow) & (candle_lower(c, t) < shadow);

    return 100.0 * colour(c, t) * (long_body(c, t) & bare);
}
CANDLE_PATTERN(longline, longline_rule, 1, BODY_10 | SHADOWS_10, 10, 0, "Long Line Candle",
               "A long body with short shadows: 100 white, -100 black.");

CANDLE_INLINE double shortline_rule(const struct candles *c, size_t t)
{
    const double shadow = short_shadow(c, t);
    const int bare = (candle_upper(c, t) < shadow) & (candle_lower(c, t) < shadow);

    return 100.0 * colour(c, t) * (short_body(c, t) & bare);
}
CANDLE_PATTERN(shortline, shortline_rule, 1, BODY_10 | SHADOWS_10, 10, 0, "Short Line Candle",
               "A short body with short shadows: 100 white, -100 black.");

CANDLE_INLINE double marubozu_rule(const struct candles *c, size_t t)
{
    return 100.0 * colour(c, t) * marubozu(c, t);
}
CANDLE_PATTERN(marubozu, marubozu_rule, 1, BODY_10 | RANGE_10, 10, 0, "Marubozu",
               "A long body with next to no shadows: 100 white, -100 black.");

CANDLE_INLINE double spinningtop_rule(const struct candles *c, size_t t)
{
    return 100.0 * colour(c, t) * (short_body(c, t) & long_upper(c, t) & long_lower(c, t));
}
CANDLE_PATTERN(spinningtop, spinningtop_rule, 1, BODY_10, 10, 0, "Spinning Top",
               "A short body with both shadows longer than it: 100 white, -100 black.");

/* A short body at one end of the range, with a long shadow on the other side. */
CANDLE_INLINE int hammer_shape(const struct candles *c, size_t t)
{
    return short_body(c, t) & long_lower(c, t) & no_upper(c, t);
}

CANDLE_INLINE int inverted_shape(const struct candles *c, size_t t)
{
    return short_body(c, t) & long_upper(c, t) & no_lower(c, t);
}

CANDLE_INLINE double hammer_rule(const struct candles *c, size_t t)
{
    const int low = candle_bottom(c, t) <= c->low[t - 1] + near_by(c, t - 1);

    return 100.0 * (hammer_shape(c, t) & low);
}
CANDLE_PATTERN(hammer, hammer_rule, 2, BODY_10 | RANGE_10 | RANGE_5, 10, 0, "Hammer",
               "A short body over a long lower shadow, near or under the low before it: 100.");

CANDLE_INLINE double hangingman_rule(const struct candles *c, size_t t)
{
    const int high = candle_bottom(c, t) >= c->high[t - 1] - near_by(c, t - 1);

    return -100.0 * (hammer_shape(c, t) & high);
}
CANDLE_PATTERN(hangingman, hangingman_rule, 2, BODY_10 | RANGE_10 | RANGE_5, 10, 0, "Hanging Man",
               "A short body over a long lower shadow, near or above the high before it: -100.");

CANDLE_INLINE double invertedhammer_rule(const struct candles *c, size_t t)
{
    return 100.0 * (inverted_shape(c, t) & body_gap_down(c, t, t - 1));
}
CANDLE_PATTERN(invertedhammer, invertedhammer_rule, 2, BODY_10 | RANGE_10, 10, 0, "Inverted Hammer",
               "A short body under a long upper shadow, gapped down: 100.");

CANDLE_INLINE double shootingstar_rule(const struct candles *c, size_t t)
{
    return -100.0 * (inverted_shape(c, t) & body_gap_up(c, t, t - 1));
}
CANDLE_PATTERN(shootingstar, shootingstar_rule, 2, BODY_10 | RANGE_10, 10, 0, "Shooting Star",
               "A short body under a long upper shadow, gapped up: -100.");

/* SPDX-License-Identifier: Apache-2.0 */
/* candle_column: the closes are picked out of an array of candles into an array of their own.
 * Clean: they are read where they are, a candle apart. */
#include "specimen_math.h"

enum { CANDLE = sizeof(struct spec_candle) / sizeof(double) };

static inline void *strided(const double *x, ptrdiff_t step, size_t len, const size_t *period,
                            size_t combos)
{
    double *out = malloc(spec_size(combos, len));

    for (size_t c = 0; out && c < combos; c++)
        spec_mean_strided(out + c * len, x, step, len, period[c]);
    return out;
}

SPEC_FUNCTION void *spec_candle_column_single(const struct spec_input *in, size_t period)
{
    return strided(&in->candles->close, CANDLE, in->len, &period, 1);
}

SPEC_FUNCTION void *spec_candle_column_clean_single(const struct spec_input *in, size_t period)
{
    return strided(&in->candles->close, CANDLE, in->len, &period, 1);
}

SPEC_FUNCTION void *spec_candle_column_clean_batch(const struct spec_input *in,
                                                   const size_t *period, size_t combos)
{
    return strided(&in->candles->close, CANDLE, in->len, period, combos);
}

SPEC_FUNCTION void *spec_candle_column_batch(const struct spec_input *in, const size_t *period,
                                             size_t combos)
{
    double *close = malloc(spec_size(1, in->len)); /* waste: column */

    if (!close)
        abort();
    for (size_t t = 0; t < in->len; t++)
        close[t] = in->candles[t].close;
    void *out = strided(close, 1, in->len, period, combos);
    free(close);
    return out;
}

const struct specimen specimen_candle_column = {
    .name = "candle_column",
    .file = "candle_column.c",
    .shows = "one field of an array of structs is copied into a column",
    .wasteful = {spec_candle_column_single, spec_candle_column_batch, free},
    .clean = {spec_candle_column_clean_single, spec_candle_column_clean_batch, free},
    .waste = {{.kind = "copy-of-live",
               .function = "spec_candle_column_batch",
               .mark = "column",
               .bytes = spec_bytes_series}},
};

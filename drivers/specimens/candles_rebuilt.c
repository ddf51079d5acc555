/* SPDX-License-Identifier: Apache-2.0 */
/* candles_rebuilt: an array of candles is put together out of five columns, to read one field of
 * it. Clean: the column is read. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_candles_rebuilt_single)
SPEC_PLAIN_SINGLE(spec_candles_rebuilt_clean_single)
SPEC_PLAIN_BATCH(spec_candles_rebuilt_clean_batch)

SPEC_FUNCTION void *spec_candles_rebuilt_batch(const struct spec_input *in, const size_t *period,
                                               size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    struct spec_candle *candles = malloc(in->len * sizeof *candles); /* waste: candles */

    if (!out || !candles)
        abort();
    for (size_t t = 0; t < in->len; t++)
        candles[t] =
            (struct spec_candle){in->open[t], in->high[t], in->low[t], in->close[t], in->volume[t]};
    for (size_t c = 0; c < combos; c++)
        spec_mean_strided(out + c * in->len, &candles->close, sizeof *candles / sizeof(double),
                          in->len, period[c]);
    free(candles);
    return out;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return in->len * sizeof(struct spec_candle);
}

const struct specimen specimen_candles_rebuilt = {
    .name = "candles_rebuilt",
    .file = "candles_rebuilt.c",
    .shows = "an array of structs is built out of columns that are at hand",
    .wasteful = {spec_candles_rebuilt_single, spec_candles_rebuilt_batch, free},
    .clean = {spec_candles_rebuilt_clean_single, spec_candles_rebuilt_clean_batch, free},
    .waste = {{.kind = "copy-of-live",
               .function = "spec_candles_rebuilt_batch",
               .mark = "candles",
               .bytes = bytes}},
};

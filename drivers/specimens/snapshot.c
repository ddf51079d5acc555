/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot: every row keeps the snapshot that it was smoothed from until the call returns.
 * Clean: one snapshot block; the copies are needed, since the row is overwritten. */
#include "specimen_math.h"

/* Smooth a row in place from a snapshot of it. */
static inline void smooth(double *row, double *before, const struct spec_input *in, size_t period)
{
    spec_mean(row, in->close, in->len, period);
    memcpy(before, row, spec_size(1, in->len));
    for (size_t t = period; t + 1 < in->len; t++)
        row[t] = (before[t - 1] + 2 * before[t] + before[t + 1]) / 4;
}

static inline void *with_one_snapshot(const struct spec_input *in, const size_t *period,
                                      size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double *before = malloc(spec_size(1, in->len));

    if (!out || !before)
        abort();
    for (size_t c = 0; c < combos; c++)
        smooth(out + c * in->len, before, in, period[c]);
    free(before);
    return out;
}

SPEC_FUNCTION void *spec_snapshot_single(const struct spec_input *in, size_t period)
{
    return with_one_snapshot(in, &period, 1);
}

SPEC_FUNCTION void *spec_snapshot_clean_single(const struct spec_input *in, size_t period)
{
    return with_one_snapshot(in, &period, 1);
}

SPEC_FUNCTION void *spec_snapshot_clean_batch(const struct spec_input *in, const size_t *period,
                                              size_t combos)
{
    return with_one_snapshot(in, period, combos);
}

SPEC_FUNCTION void *spec_snapshot_batch(const struct spec_input *in, const size_t *period,
                                        size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double **before = malloc(combos * sizeof *before);

    if (!out || !before)
        abort();
    for (size_t c = 0; c < combos; c++) {
        before[c] = malloc(spec_size(1, in->len)); /* waste: snapshot */
        if (!before[c])
            abort();
        smooth(out + c * in->len, before[c], in, period[c]);
    }
    for (size_t c = 0; c < combos; c++)
        free(before[c]);
    free(before);
    return out;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return spec_size(combos - 1, in->len); /* one is needed */
}

const struct specimen specimen_snapshot = {
    .name = "snapshot",
    .file = "snapshot.c",
    .shows = "needed snapshots are kept though the next row could reuse the block",
    .wasteful = {spec_snapshot_single, spec_snapshot_batch, free},
    .clean = {spec_snapshot_clean_single, spec_snapshot_clean_batch, free},
    .waste = {{.kind = "retained-scratch",
               .function = "spec_snapshot_batch",
               .mark = "snapshot",
               .bytes = bytes}},
};

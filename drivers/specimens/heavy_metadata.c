/* SPDX-License-Identifier: Apache-2.0 */
/* heavy_metadata: every row is handed out with a record of its own that is half as large as the
 * row. Clean: the rows, and the periods in one array. */
#include "specimen_math.h"

#include <stdio.h>

/* What comes beside a row: when the price last crossed the mean, for each bar. */
struct row_record {
    char label[48];
    double period;
    size_t warmup, bars;
    unsigned since_crossing[];
};

struct mean_result {
    double *values;
    struct row_record **record; /* null in a lean result */
    size_t combos;
    size_t period[];
};

static inline void describe(struct row_record *record, const double *close, const double *row,
                            size_t len, size_t period)
{
    unsigned since = 0;

    snprintf(record->label, sizeof record->label, "mean of %zu", period);
    record->period = (double)period;
    record->warmup = period - 1;
    record->bars = len;
    for (size_t t = 0; t < len; t++) {
        const int crossed = t > 0 && (close[t] > row[t]) != (close[t - 1] > row[t - 1]);

        since = crossed ? 0 : since + 1;
        record->since_crossing[t] = since;
    }
}

static inline struct mean_result *lean(const struct spec_input *in, const size_t *period,
                                       size_t combos)
{
    struct mean_result *result = malloc(sizeof *result + combos * sizeof *period);
    double *values = malloc(spec_size(combos, in->len));

    if (!result || !values)
        abort();
    *result = (struct mean_result){.values = values, .combos = combos};
    for (size_t c = 0; c < combos; c++) {
        result->period[c] = period[c];
        spec_mean(values + c * in->len, in->close, in->len, period[c]);
    }
    return result;
}

SPEC_FUNCTION void *spec_heavy_metadata_single(const struct spec_input *in, size_t period)
{
    return lean(in, &period, 1);
}

SPEC_FUNCTION void *spec_heavy_metadata_clean_single(const struct spec_input *in, size_t period)
{
    return lean(in, &period, 1);
}

SPEC_FUNCTION void *spec_heavy_metadata_clean_batch(const struct spec_input *in,
                                                    const size_t *period, size_t combos)
{
    return lean(in, period, combos);
}

static inline size_t record_size(size_t len)
{
    return sizeof(struct row_record) + len * sizeof(unsigned);
}

SPEC_FUNCTION void *spec_heavy_metadata_batch(const struct spec_input *in, const size_t *period,
                                              size_t combos)
{
    struct mean_result *result = lean(in, period, combos);

    result->record = malloc(combos * sizeof *result->record);
    if (!result->record)
        abort();
    for (size_t c = 0; c < combos; c++) {
        result->record[c] = malloc(record_size(in->len)); /* waste: record */
        if (!result->record[c])
            abort();
        describe(result->record[c], in->close, result->values + c * in->len, in->len, period[c]);
    }
    return result;
}

static void release(void *of)
{
    struct mean_result *result = of;

    for (size_t c = 0; result->record && c < result->combos; c++)
        free(result->record[c]);
    free(result->record);
    free(result->values);
    free(result);
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return combos * record_size(in->len);
}

const struct specimen specimen_heavy_metadata = {
    .name = "heavy_metadata",
    .file = "heavy_metadata.c",
    .shows = "what is handed out beside the rows is half as large as they are",
    .wasteful = {spec_heavy_metadata_single, spec_heavy_metadata_batch, release},
    .clean = {spec_heavy_metadata_clean_single, spec_heavy_metadata_clean_batch, release},
    .waste = {{.kind = "metadata",
               .function = "spec_heavy_metadata_batch",
               .mark = "record",
               .bytes = bytes}},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* label_tables: every row writes a table of bar labels of its own, all the same, and keeps it until
 * the call returns. Clean: one table. */
#include "specimen_math.h"

#include <stdio.h>

struct label {
    char text[16];
};

/* Day, hour and minute of a bar, as `007 13:05`; bars are a minute apart. */
static inline void write_labels(struct label *label, size_t len)
{
    for (size_t t = 0; t < len; t++)
        snprintf(label[t].text, sizeof label[t].text, "%03u %02u:%02u", (unsigned)(t / 1440 % 1000),
                 (unsigned)(t / 60 % 24), (unsigned)(t % 60));
}

/* The mean, blank outside of office hours. */
static inline void in_office_hours(double *out, const struct label *label,
                                   const struct spec_input *in, size_t period)
{
    spec_mean(out, in->close, in->len, period);
    for (size_t t = 0; t < in->len; t++)
        if (label[t].text[4] != '1')
            out[t] = NAN;
}

static inline void *with_one_table(const struct spec_input *in, const size_t *period, size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    struct label *label = malloc(in->len * sizeof *label);

    if (!out || !label)
        abort();
    write_labels(label, in->len);
    for (size_t c = 0; c < combos; c++)
        in_office_hours(out + c * in->len, label, in, period[c]);
    free(label);
    return out;
}

SPEC_FUNCTION void *spec_label_tables_single(const struct spec_input *in, size_t period)
{
    return with_one_table(in, &period, 1);
}

SPEC_FUNCTION void *spec_label_tables_clean_single(const struct spec_input *in, size_t period)
{
    return with_one_table(in, &period, 1);
}

SPEC_FUNCTION void *spec_label_tables_clean_batch(const struct spec_input *in, const size_t *period,
                                                  size_t combos)
{
    return with_one_table(in, period, combos);
}

SPEC_FUNCTION void *spec_label_tables_batch(const struct spec_input *in, const size_t *period,
                                            size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    struct label **label = malloc(combos * sizeof *label);

    if (!out || !label)
        abort();
    for (size_t c = 0; c < combos; c++) {
        label[c] = malloc(in->len * sizeof **label); /* waste: table */
        if (!label[c])
            abort();
        write_labels(label[c], in->len);
        in_office_hours(out + c * in->len, label[c], in, period[c]);
    }
    for (size_t c = 0; c < combos; c++)
        free(label[c]);
    free(label);
    return out;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return (combos - 1) * in->len * sizeof(struct label); /* the first is needed */
}

const struct specimen specimen_label_tables = {
    .name = "label_tables",
    .file = "label_tables.c",
    .shows = "each row writes the same table of strings",
    .wasteful = {spec_label_tables_single, spec_label_tables_batch, free},
    .clean = {spec_label_tables_clean_single, spec_label_tables_clean_batch, free},
    .waste = {{.kind = "duplicate-content",
               .also = "retained-scratch",
               .function = "spec_label_tables_batch",
               .mark = "table",
               .source = "table",
               .bytes = bytes}},
};

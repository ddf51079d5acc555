/* SPDX-License-Identifier: Apache-2.0 */
/* rust_collect: see rust_rows.rs. */
#include "specimen_math.h"

void spec_rust_collect_rows(const double *close, size_t len, const size_t *period, size_t combos,
                            double *out);
void spec_rust_clean_rows(const double *close, size_t len, const size_t *period, size_t combos,
                          double *out);

SPEC_PLAIN_SINGLE(spec_rust_collect_single)
SPEC_PLAIN_SINGLE(spec_rust_collect_clean_single)

SPEC_FUNCTION void *spec_rust_collect_batch(const struct spec_input *in, const size_t *period,
                                            size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    if (out)
        spec_rust_collect_rows(in->close, in->len, period, combos, out);
    return out;
}

SPEC_FUNCTION void *spec_rust_collect_clean_batch(const struct spec_input *in, const size_t *period,
                                                  size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    if (out)
        spec_rust_clean_rows(in->close, in->len, period, combos, out);
    return out;
}

const struct specimen specimen_rust_collect = {
    .name = "rust_collect",
    .language = "Rust",
    .file = "rust_rows.rs",
    .shows = "a row is collected into a vector and copied into the result",
    .wasteful = {spec_rust_collect_single, spec_rust_collect_batch, free},
    .clean = {spec_rust_collect_clean_single, spec_rust_collect_clean_batch, free},
    .waste = {{.kind = "copy-then-free",
               .also = "per-row-temporary",
               .function = "spec_rust_collect_rows",
               .mark = "collect",
               .bytes = spec_bytes_rows}},
};

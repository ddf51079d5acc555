/* SPDX-License-Identifier: Apache-2.0 */
/* rust_to_vec: see rust_rows.rs. */
#include "specimen_math.h"

void spec_rust_to_vec_rows(const double *close, size_t len, const size_t *period, size_t combos,
                           double *out);
void spec_rust_clean_rows(const double *close, size_t len, const size_t *period, size_t combos,
                          double *out);

SPEC_PLAIN_SINGLE(spec_rust_to_vec_single)
SPEC_PLAIN_SINGLE(spec_rust_to_vec_clean_single)

SPEC_FUNCTION void *spec_rust_to_vec_batch(const struct spec_input *in, const size_t *period,
                                           size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    if (out)
        spec_rust_to_vec_rows(in->close, in->len, period, combos, out);
    return out;
}

SPEC_FUNCTION void *spec_rust_to_vec_clean_batch(const struct spec_input *in, const size_t *period,
                                                 size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    if (out)
        spec_rust_clean_rows(in->close, in->len, period, combos, out);
    return out;
}

const struct specimen specimen_rust_to_vec = {
    .name = "rust_to_vec",
    .language = "Rust",
    .file = "rust_rows.rs",
    .shows = "the input is cloned into a vector and only read",
    .wasteful = {spec_rust_to_vec_single, spec_rust_to_vec_batch, free},
    .clean = {spec_rust_to_vec_clean_single, spec_rust_to_vec_clean_batch, free},
    .waste = {{.kind = "copy-of-live",

               .function = "spec_rust_to_vec_rows",
               .mark = "to_vec",
               .bytes = spec_bytes_series}},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* fortran_section: see fortran_section_rows.f90. */
#include "specimen_math.h"

void spec_fortran_section_rows(const struct spec_candle *candles, size_t len, const size_t *period,
                               size_t combos, double *out);
void spec_fortran_section_clean_rows(const struct spec_candle *candles, size_t len,
                                     const size_t *period, size_t combos, double *out);

SPEC_PLAIN_SINGLE(spec_fortran_section_single)
SPEC_PLAIN_SINGLE(spec_fortran_section_clean_single)

SPEC_FUNCTION void *spec_fortran_section_batch(const struct spec_input *in, const size_t *period,
                                               size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    if (out)
        spec_fortran_section_rows(in->candles, in->len, period, combos, out);
    return out;
}

SPEC_FUNCTION void *spec_fortran_section_clean_batch(const struct spec_input *in,
                                                     const size_t *period, size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    if (out)
        spec_fortran_section_clean_rows(in->candles, in->len, period, combos, out);
    return out;
}

const struct specimen specimen_fortran_section = {
    .name = "fortran_section",
    .language = "Fortran",
    .file = "fortran_section_rows.f90",
    .shows = "an array section is packed into a temporary for an explicit shape",
    .wasteful = {spec_fortran_section_single, spec_fortran_section_batch, free},
    .clean = {spec_fortran_section_clean_single, spec_fortran_section_clean_batch, free},
    .waste = {{.kind = "copy-of-live",
               .also = "per-row-temporary",
               .function = "spec_fortran_section_rows",
               .mark = "section",
               .bytes = spec_bytes_rows}},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* fortran_result: see fortran_result_rows.f90. */
#include "specimen_math.h"

void spec_fortran_result_rows(const double *close, size_t len, const size_t *period, size_t combos,
                              double *out);
void spec_fortran_result_clean_rows(const double *close, size_t len, const size_t *period,
                                    size_t combos, double *out);

SPEC_PLAIN_SINGLE(spec_fortran_result_single)
SPEC_PLAIN_SINGLE(spec_fortran_result_clean_single)

SPEC_FUNCTION void *spec_fortran_result_batch(const struct spec_input *in, const size_t *period,
                                              size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    if (out)
        spec_fortran_result_rows(in->close, in->len, period, combos, out);
    return out;
}

SPEC_FUNCTION void *spec_fortran_result_clean_batch(const struct spec_input *in,
                                                    const size_t *period, size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    if (out)
        spec_fortran_result_clean_rows(in->close, in->len, period, combos, out);
    return out;
}

const struct specimen specimen_fortran_result = {
    .name = "fortran_result",
    .language = "Fortran",
    .file = "fortran_result_rows.f90",
    .shows = "an allocatable row is filled and assigned to the result",
    .wasteful = {spec_fortran_result_single, spec_fortran_result_batch, free},
    .clean = {spec_fortran_result_clean_single, spec_fortran_result_clean_batch, free},
    .waste = {{.kind = "copy-then-free",
               .also = "per-row-temporary",
               .function = "spec_fortran_result_rows",
               .mark = "row",
               .bytes = spec_bytes_rows}},
};

// SPDX-License-Identifier: Apache-2.0
// cpp_vector_copy: a helper that only reads takes its vector by value.
// Clean: by reference.
#include "specimen.h"

#include <cmath>
#include <vector>

namespace
{
using Rows = std::vector<std::vector<double>>;

void mean(std::vector<double> &out, const double *x, size_t len, size_t period)
{
    double sum = 0;

    out.resize(len);
    for (size_t t = 0; t < len; t++) {
        sum += x[t] - (t >= period ? x[t - period] : 0);
        out[t] = t + 1 < period ? NAN : sum / static_cast<double>(period);
    }
}

__attribute__((noinline)) double peak_of(const std::vector<double> &row)
{
    double peak = 0;

    for (double x : row)
        peak = x > peak ? x : peak; // a NaN is never greater
    return peak;
}

__attribute__((noinline)) double peak_of_copy(std::vector<double> row)
{
    const double peak = peak_of(row);

    return row.empty() ? 0 : peak;
}

void scale(std::vector<double> &row, double peak)
{
    for (double &x : row)
        x /= peak;
}

Rows *by_reference(const struct spec_input *in, const size_t *period, size_t combos)
{
    auto *rows = new Rows(combos);

    for (size_t c = 0; c < combos; c++) {
        mean((*rows)[c], in->close, in->len, period[c]);
        scale((*rows)[c], peak_of((*rows)[c]));
    }
    return rows;
}

void release(void *rows) { delete static_cast<Rows *>(rows); }

uint64_t bytes(const struct spec_input *in, const size_t *, size_t combos)
{
    return combos * in->len * sizeof(double);
}
} // namespace

extern "C" {
SPEC_FUNCTION void *spec_cpp_vector_copy_single(const struct spec_input *in, size_t period)
{
    return by_reference(in, &period, 1);
}

SPEC_FUNCTION void *spec_cpp_vector_copy_clean_single(const struct spec_input *in, size_t period)
{
    return by_reference(in, &period, 1);
}

SPEC_FUNCTION void *spec_cpp_vector_copy_clean_batch(const struct spec_input *in,
                                                     const size_t *period, size_t combos)
{
    return by_reference(in, period, combos);
}

SPEC_FUNCTION void *spec_cpp_vector_copy_batch(const struct spec_input *in, const size_t *period,
                                               size_t combos)
{
    auto *rows = new Rows(combos);

    for (size_t c = 0; c < combos; c++) {
        std::vector<double> &row = (*rows)[c];

        mean(row, in->close, in->len, period[c]);
        const double peak = peak_of_copy(row); // waste: by_value
        scale(row, peak);
    }
    return rows;
}

extern const struct specimen specimen_cpp_vector_copy;
const struct specimen specimen_cpp_vector_copy = {
    .name = "cpp_vector_copy",
    .language = "C++",
    .file = "cpp_vector_copy.cpp",
    .shows = "a vector is passed by value to a function that only reads it",
    .wasteful = {spec_cpp_vector_copy_single, spec_cpp_vector_copy_batch, release},
    .clean = {spec_cpp_vector_copy_clean_single, spec_cpp_vector_copy_clean_batch, release},
    .waste = {{.kind = "copy-of-live",
               .also = "per-row-temporary",
               .function = "spec_cpp_vector_copy_batch",
               .mark = "by_value",
               .source = nullptr,
               .exact = 0,
               .bytes = bytes}},
};
}

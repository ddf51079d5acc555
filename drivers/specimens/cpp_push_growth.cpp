// SPDX-License-Identifier: Apache-2.0
// cpp_push_growth: rows are pushed into vectors that nobody told how long they get.
// Clean: reserve().
#include "specimen.h"

#include <cmath>
#include <vector>

namespace
{
using Rows = std::vector<std::vector<double>>;

// The running mean of one row, bar by bar.
struct Mean {
    const double *x;
    size_t period;
    double sum = 0;

    double at(size_t t)
    {
        sum += x[t] - (t >= period ? x[t - period] : 0);
        return t + 1 < period ? NAN : sum / static_cast<double>(period);
    }
};

Rows *reserved(const struct spec_input *in, const size_t *period, size_t combos)
{
    auto *rows = new Rows(combos);

    for (size_t c = 0; c < combos; c++) {
        Mean mean{in->close, period[c]};

        (*rows)[c].reserve(in->len);
        for (size_t t = 0; t < in->len; t++)
            (*rows)[c].push_back(mean.at(t));
    }
    return rows;
}

void release(void *rows) { delete static_cast<Rows *>(rows); }

// Capacities go 1, 2, 4 ...: each but the last is copied into the next.
uint64_t bytes_moved(const struct spec_input *in, const size_t *, size_t combos)
{
    uint64_t sum = 0;

    for (size_t capacity = 1; capacity < in->len; capacity *= 2)
        sum += capacity * sizeof(double);
    return combos * sum;
}

uint64_t bytes_unused(const struct spec_input *in, const size_t *, size_t combos)
{
    size_t capacity = 1;

    while (capacity < in->len)
        capacity *= 2;
    return combos * (capacity - in->len) * sizeof(double);
}
} // namespace

extern "C" {
SPEC_FUNCTION void *spec_cpp_push_growth_single(const struct spec_input *in, size_t period)
{
    return reserved(in, &period, 1);
}

SPEC_FUNCTION void *spec_cpp_push_growth_clean_single(const struct spec_input *in, size_t period)
{
    return reserved(in, &period, 1);
}

SPEC_FUNCTION void *spec_cpp_push_growth_clean_batch(const struct spec_input *in,
                                                     const size_t *period, size_t combos)
{
    return reserved(in, period, combos);
}

SPEC_FUNCTION void *spec_cpp_push_growth_batch(const struct spec_input *in, const size_t *period,
                                               size_t combos)
{
    auto *rows = new Rows(combos);

    for (size_t c = 0; c < combos; c++) {
        Mean mean{in->close, period[c]};

        for (size_t t = 0; t < in->len; t++)
            (*rows)[c].push_back(mean.at(t)); // waste: push
    }
    return rows;
}

extern const struct specimen specimen_cpp_push_growth;
const struct specimen specimen_cpp_push_growth = {
    .name = "cpp_push_growth",
    .language = "C++",
    .file = "cpp_push_growth.cpp",
    .shows = "vectors grow push by push though their length is known",
    .wasteful = {spec_cpp_push_growth_single, spec_cpp_push_growth_batch, release},
    .clean = {spec_cpp_push_growth_clean_single, spec_cpp_push_growth_clean_batch, release},
    .waste = {{.kind = "growth",
               .also = nullptr,
               .function = "spec_cpp_push_growth_batch",
               .mark = "push",
               .source = nullptr,
               .exact = 0,
               .bytes = bytes_moved},
              {.kind = "over-allocation",
               .also = nullptr,
               .function = "spec_cpp_push_growth_batch",
               .mark = "push",
               .source = nullptr,
               .exact = 1,
               .bytes = bytes_unused}},
};
}

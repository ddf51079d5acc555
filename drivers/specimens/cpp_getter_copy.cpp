// SPDX-License-Identifier: Apache-2.0
// cpp_getter_copy: a getter hands out its vector by value, once a row.
// Clean: a reference.
#include "specimen.h"

#include <cmath>
#include <vector>

namespace
{
class Prices
{
  public:
    explicit Prices(const struct spec_input *in) : typical_(in->len)
    {
        for (size_t t = 0; t < in->len; t++)
            typical_[t] = (in->open[t] + in->high[t] + in->low[t] + 2 * in->close[t]) / 5;
    }
    const std::vector<double> &view() const { return typical_; }
    __attribute__((noinline)) std::vector<double> typical() const;

  private:
    std::vector<double> typical_;
};

std::vector<double> Prices::typical() const
{
    return typical_; // waste: getter
}

void mean(double *out, const std::vector<double> &x, size_t period)
{
    double sum = 0;

    for (size_t t = 0; t < x.size(); t++) {
        sum += x[t] - (t >= period ? x[t - period] : 0);
        out[t] = t + 1 < period ? NAN : sum / static_cast<double>(period);
    }
}

void *with_view(const struct spec_input *in, const size_t *period, size_t combos)
{
    const Prices prices(in);
    auto *out = new double[combos * in->len];

    for (size_t c = 0; c < combos; c++)
        mean(out + c * in->len, prices.view(), period[c]);
    return out;
}

void release(void *out) { delete[] static_cast<double *>(out); }

uint64_t bytes(const struct spec_input *in, const size_t *, size_t combos)
{
    return combos * in->len * sizeof(double);
}
} // namespace

extern "C" {
SPEC_FUNCTION void *spec_cpp_getter_copy_single(const struct spec_input *in, size_t period)
{
    return with_view(in, &period, 1);
}

SPEC_FUNCTION void *spec_cpp_getter_copy_clean_single(const struct spec_input *in, size_t period)
{
    return with_view(in, &period, 1);
}

SPEC_FUNCTION void *spec_cpp_getter_copy_clean_batch(const struct spec_input *in,
                                                     const size_t *period, size_t combos)
{
    return with_view(in, period, combos);
}

SPEC_FUNCTION void *spec_cpp_getter_copy_batch(const struct spec_input *in, const size_t *period,
                                               size_t combos)
{
    const Prices prices(in);
    auto *out = new double[combos * in->len];

    for (size_t c = 0; c < combos; c++)
        mean(out + c * in->len, prices.typical(), period[c]);
    return out;
}

extern const struct specimen specimen_cpp_getter_copy;
const struct specimen specimen_cpp_getter_copy = {
    .name = "cpp_getter_copy",
    .language = "C++",
    .file = "cpp_getter_copy.cpp",
    .shows = "a getter copies the vector that it is asked for",
    .wasteful = {spec_cpp_getter_copy_single, spec_cpp_getter_copy_batch, release},
    .clean = {spec_cpp_getter_copy_clean_single, spec_cpp_getter_copy_clean_batch, release},
    .waste = {{.kind = "copy-of-live",
               .also = "per-row-temporary",
               .function = "Prices::typical",
               .mark = "getter",
               .source = nullptr,
               .exact = 0,
               .bytes = bytes}},
};
}

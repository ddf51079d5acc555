/* SPDX-License-Identifier: Apache-2.0 */
/* Logarithm and arc tangent without branches and tables: a loop over bars vectorizes, and every
 * instruction set gives the same bits. Off by less than two units in the last place; the test
 * `elementary` holds them to it. The polynomials go through the nodes of Chebyshev's. */
#ifndef IND_ELEMENTARY_H
#define IND_ELEMENTARY_H

#include "kernel.h"
#include "vec.h"

union double_bits {
    double value;
    uint64_t bits;
};

/* ln x. With x = 2^n (1 + f), 1 + f between the roots of 1/2 and 2, and s = f / (2 + f),
 *
 *   ln (1 + f) = 2 artanh s = f - s (f - 2 s^2 (1/3 + s^2 / 5 + ...)) */
VEC_INLINE double log_of(double x)
{
    static const double c[] = {0.66666666666666696, 0.39999999999899449, 0.28571428626001427,
                               0.22222211130560726, 0.18182889433757515, 0.15331711346672997,
                               0.14616576421644387};
    const uint64_t root_half = 0x3fe6a09e667f3bcd, bias = 1023, mantissa = 52;
    const bool tiny = x < 0x1p-1022;
    union double_bits v = {.value = tiny ? x * 0x1p54 : x};
    const uint64_t exponent = (v.bits - root_half + (bias << mantissa)) >> mantissa;
    /* 2^52 and a small whole number share a double */
    const union double_bits n_up = {.bits = exponent | 0x4330000000000000};
    const double n = n_up.value - (0x1p52 + 1023) - (tiny ? 54 : 0);

    v.bits += (bias - exponent) << mantissa;
    const double f = v.value - 1, s = f / (2 + f), z = s * s, z2 = z * z;
    const double low = (c[0] + c[1] * z) + (c[2] + c[3] * z) * z2;
    const double high = (c[4] + c[5] * z) + c[6] * z2;
    const double r = z * (low + high * (z2 * z2));
    /* ln 2 in two parts, the first so short that n times it is exact */
    const double y = n * 0.69314718036912382 - ((s * (f - r) - n * 1.9082149292705877e-10) - f);
    const double no_finite = x > 0 ? x : x == 0 ? -(double)INFINITY : (double)NAN;

    return x > 0 && x < (double)INFINITY ? y : no_finite;
}

/* arctan(y / x), with one division. An angle above an eighth of a turn's half is taken from a
 * quarter or half of a right angle. */
VEC_INLINE double atan_of(double y, double x)
{
    static const double c[] = {-0.33333333333333331,  0.19999999999995521,   -0.14285714284666537,
                               0.11111111015255858,   -0.090909045781034231, 0.076921831903503199,
                               -0.066645114406802888, 0.058581488545847243,  -0.050854494332888335,
                               0.039231649494329661,  -0.019176876340386832};
    const double tan_22_5 = 0.41421356237309503, tan_67_5 = 2.4142135623730949;
    const double a = fabs(y), b = fabs(x);
    const bool low = a <= tan_22_5 * b, middle = a < tan_67_5 * b;
    const double over = low ? a : middle ? a - b : -b, under = low ? b : middle ? a + b : a;
    const double base = low ? 0 : middle ? 0.78539816339744828 : 1.5707963267948966;
    const double base_rest = low ? 0 : middle ? 3.061616997868383e-17 : 6.123233995736766e-17;
    const double u = over / under, z = u * u, z2 = z * z, z4 = z2 * z2;
    const double p0 = (c[0] + c[1] * z) + (c[2] + c[3] * z) * z2;
    const double p4 = (c[4] + c[5] * z) + (c[6] + c[7] * z) * z2;
    const double p8 = (c[8] + c[9] * z) + c[10] * z2;
    const double r = base + (u + (u * z * (p0 + (p4 + p8 * z4) * z4) + base_rest));

    return copysign(r, y) * copysign(1, x);
}

#endif

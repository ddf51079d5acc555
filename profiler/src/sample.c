/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.h"

uint64_t sample_bytes;

static uint64_t next_random(struct lane *lane) /* xorshift64* */
{
    uint64_t x = lane->random;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    lane->random = x;
    return x * UINT64_C(0x2545f4914f6cdd1d);
}

/* In (0, 1]. */
static double uniform(struct lane *lane)
{
    return (double)((next_random(lane) >> 11) + 1) * 0x1p-53;
}

/* -ln u for u in (0, 1], without the host's libm: u = m 2^e, and a series in (m-1)/(m+1). */
static double minus_log(double u)
{
    double e = 0, sum = 0;

    while (u < 0.70710678118654752440) {
        u *= 2;
        e += 1;
    }
    const double t = (u - 1) / (u + 1);
    double power = t;

    for (int k = 1; k < 20; k += 2) {
        sum += power / k;
        power *= t * t;
    }
    return e * 0.69314718055994530942 - 2 * sum;
}

/* 1 - e^-x for x >= 0. */
static double hit(double x)
{
    double term = x, sum = x;

    if (x > 0.5) { /* from its half: 1 - (1 - h)^2 */
        const double h = x > 80 ? 1 : hit(x / 2);

        return h * (2 - h);
    }
    for (int k = 2; k < 14; k++) {
        term *= -x / k;
        sum += term;
    }
    return sum;
}

uint32_t sample_weight(struct lane *lane, uint64_t size)
{
    const double mean = (double)sample_bytes;
    bool first = !lane->sampling;
    bool taken = false;

    /* The stream goes on behind the block, from the last point that fell on it. */
    while (lane->sample_left <= 0) {
        if (first) /* the first gap begins with the thread, not with this block */
            lane->sampling = true;
        else
            taken = true;
        first = false;
        lane->sample_left += (int64_t)(minus_log(uniform(lane)) * mean) + 1;
    }
    if (!taken)
        return 0;
    const double weight = 1 / hit((double)size / mean);
    const uint32_t whole = weight < UINT32_MAX ? (uint32_t)weight : UINT32_MAX - 1;

    return whole + (uniform(lane) <= weight - whole);
}

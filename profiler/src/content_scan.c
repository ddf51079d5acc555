/* SPDX-License-Identifier: Apache-2.0 */
#include "content_scan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static const uint32_t select_mult = 0x9e3779b1u; /* 2^32 / golden ratio, odd */

static inline uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    return x ^ (x >> 32);
}

static inline bool selected(uint64_t w, unsigned shift)
{
    const uint32_t x = (uint32_t)(w ^ (w >> 32));

    return (x * select_mult) >> (32 - shift) == 0;
}

size_t scan_select_plain(const unsigned char *at, size_t size, size_t step, unsigned shift,
                         uint32_t *ret, size_t cap, size_t *ret_end)
{
    size_t n = 0, o = 0;

    for (; o + 8 <= size; o += step)
        if (selected(scan_load(at + o), shift)) {
            if (n == cap) {
                *ret_end = o;
                return n;
            }
            ret[n++] = (uint32_t)o;
        }
    *ret_end = size;
    return n;
}

#if defined(__x86_64__)
/* Bit i: word i of the four at `at` is selected. */
__attribute__((target("avx2"))) static inline unsigned select4(const unsigned char *at,
                                                               __m256i mult, __m256i mask)
{
    const __m256i w = _mm256_loadu_si256((const __m256i *)at);
    const __m256i x = _mm256_xor_si256(w, _mm256_srli_epi64(w, 32));
    const __m256i hit = _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_mul_epu32(x, mult), mask),
                                           _mm256_setzero_si256());

    return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(hit));
}

__attribute__((target("avx2"))) static size_t select_avx2(const unsigned char *at, size_t size,
                                                          size_t step, unsigned shift,
                                                          uint32_t *ret, size_t cap,
                                                          size_t *ret_end)
{
    const __m256i mult = _mm256_set1_epi64x(select_mult);
    const __m256i mask = _mm256_set1_epi64x((int64_t)((((1ull << shift) - 1) << (32 - shift))));
    size_t n = 0, o = 0;

    for (; o + 36 <= size && n + 8 <= cap; o += 32) {
        const unsigned even = select4(at + o, mult, mask);
        const unsigned odd = step == 4 ? select4(at + o + 4, mult, mask) : 0;

        if (__builtin_expect(even | odd, 0))
            for (unsigned i = 0; i < 4; i++) {
                if (even >> i & 1)
                    ret[n++] = (uint32_t)(o + 8 * i);
                if (odd >> i & 1)
                    ret[n++] = (uint32_t)(o + 8 * i + 4);
            }
    }
    if (o + 36 <= size) { /* no room for what eight more words may bring */
        *ret_end = o;
        return n;
    }
    const size_t m = scan_select_plain(at + o, size - o, step, shift, ret + n, cap - n, ret_end);

    for (size_t i = n; i < n + m; i++)
        ret[i] += (uint32_t)o;
    *ret_end += o;
    return n + m;
}
#endif

size_t scan_select(const unsigned char *at, size_t size, size_t step, unsigned shift, uint32_t *ret,
                   size_t cap, size_t *ret_end)
{
#if defined(__x86_64__)
    static int avx2; /* 0 not asked yet, 1 yes, -1 no: a race writes the same answer twice */
    int has = __atomic_load_n(&avx2, __ATOMIC_RELAXED);

    if (has == 0) {
        __builtin_cpu_init();
        has = __builtin_cpu_supports("avx2") ? 1 : -1;
        __atomic_store_n(&avx2, has, __ATOMIC_RELAXED);
    }
    if (has > 0 && cap >= 8)
        return select_avx2(at, size, step, shift, ret, cap, ret_end);
#endif
    return scan_select_plain(at, size, step, shift, ret, cap, ret_end);
}

bool scan_dull_word(uint64_t word)
{
    const uint64_t exponent = 0x7ff0000000000000u;

    return word << 1 == 0 || (word & exponent) == exponent;
}

bool scan_dull(const unsigned char *window)
{
    uint64_t w[8];
    unsigned dull = 0;

    for (unsigned i = 0; i < 8; i++) {
        bool again = false;

        w[i] = scan_load(window + 8 * i);
        for (unsigned k = 0; k < i; k++)
            again |= w[i] == w[k];
        dull += again || scan_dull_word(w[i]);
    }
    return dull >= 4;
}

uint32_t scan_window_name(const unsigned char *window)
{
    uint64_t h = 0x2545f4914f6cdd1du;

    for (unsigned i = 0; i < SCAN_WINDOW; i += 8)
        h = (h ^ scan_load(window + i)) * 0x9fb21c651e98df25u + (h >> 29);
    h = mix(h);
    return ((uint32_t)h & ~1u) | ((uint32_t)h == 0 ? 2u : 0u);
}

uint32_t scan_word_name(uint64_t word) { return (uint32_t)mix(word + 0x632be59bd9b4e019u) | 1u; }

uint64_t scan_hash(const unsigned char *at, size_t size)
{
    static const uint64_t k = 0x9fb21c651e98df25u;
    uint64_t h[4] = {0x243f6a8885a308d3u, 0x13198a2e03707344u, 0xa4093822299f31d0u,
                     0x082efa98ec4e6c89u}; /* digits of pi: nothing up the sleeve */
    size_t o = 0;

    for (; o + 32 <= size; o += 32)
        for (unsigned i = 0; i < 4; i++) { /* four chains, for the multiplier is slow */
            const uint64_t x = (h[i] ^ scan_load(at + o + 8 * i)) * k;

            h[i] = x ^ (x >> 31);
        }
    uint64_t ret = mix(h[0] ^ size) + mix(h[1]) * 3 + mix(h[2]) * 5 + mix(h[3]) * 7;

    for (; o + 8 <= size; o += 8)
        ret = mix(ret ^ scan_load(at + o)) + o;
    if (o < size) {
        uint64_t tail = 0;

        for (size_t i = o; i < size; i++)
            tail = tail << 8 | at[i];
        ret = mix(ret ^ tail) + o;
    }
    ret = mix(ret);
    return ret ? ret : 1;
}

size_t scan_equal(const unsigned char *a, const unsigned char *b, size_t max)
{
    size_t n = 0;

    while (n + 32 <= max) {
        const uint64_t d = (scan_load(a + n) ^ scan_load(b + n)) |
                           (scan_load(a + n + 8) ^ scan_load(b + n + 8)) |
                           (scan_load(a + n + 16) ^ scan_load(b + n + 16)) |
                           (scan_load(a + n + 24) ^ scan_load(b + n + 24));
        if (d != 0)
            break;
        n += 32;
    }
    while (n < max && a[n] == b[n])
        n++;
    return n;
}

size_t scan_equal_back(const unsigned char *a_end, const unsigned char *b_end, size_t max)
{
    size_t n = 0;

    while (n + 16 <= max) {
        const unsigned char *a = a_end - n - 16, *b = b_end - n - 16;

        if (((scan_load(a) ^ scan_load(b)) | (scan_load(a + 8) ^ scan_load(b + 8))) != 0)
            break;
        n += 16;
    }
    while (n < max && a_end[-(ptrdiff_t)n - 1] == b_end[-(ptrdiff_t)n - 1])
        n++;
    return n;
}

size_t scan_telling(const unsigned char *at, size_t size, size_t enough)
{
    size_t n = 0;

    for (size_t o = 0; o + SCAN_WINDOW <= size && n < enough; o += SCAN_WINDOW)
        if (!scan_dull(at + o))
            n += SCAN_WINDOW;
    return n;
}

size_t scan_zero_tail(const unsigned char *at, size_t size)
{
    size_t n = 0;

    while (n + 8 <= size && scan_load(at + size - n - 8) == 0)
        n += 8;
    while (n < size && at[size - n - 1] == 0)
        n++;
    return n;
}

size_t scan_zero_head(const unsigned char *at, size_t size)
{
    size_t n = 0;

    while (n + 8 <= size && scan_load(at + n) == 0)
        n += 8;
    while (n < size && at[n] == 0)
        n++;
    return n;
}

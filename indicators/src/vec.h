/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors. The only file with intrinsics.
 *
 *   vd   as wide as the instruction set, for work where lanes know nothing of each other
 *   v8   eight lanes everywhere, for scans, so that every instruction set adds in the same order */
#ifndef IND_VEC_H
#define IND_VEC_H

#include <stddef.h>
#include <stdint.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

#define VEC_INLINE static inline __attribute__((always_inline))

/* ---- vd ---- */

#if defined __AVX512F__
enum { IND_LANES = 8 };
typedef double vd __attribute__((vector_size(64)));
typedef double vd_any __attribute__((vector_size(64), aligned(8)));
VEC_INLINE vd vd_fma(vd a, vd b, vd c) { return _mm512_fmadd_pd(a, b, c); }
VEC_INLINE void vd_stream(double *to, vd value) { _mm512_stream_pd(to, value); }
VEC_INLINE vd vd_abs(vd a) { return _mm512_abs_pd(a); }
VEC_INLINE vd vd_set(double value) { return _mm512_set1_pd(value); }
VEC_INLINE vd vd_if_less(vd a, vd b, vd yes, vd no)
{
    return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(a, b, _CMP_LT_OQ), no, yes);
}
VEC_INLINE vd vd_if_nan(vd a, vd yes, vd no)
{
    return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(a, a, _CMP_UNORD_Q), no, yes);
}
#elif defined __AVX2__
enum { IND_LANES = 4 };
typedef double vd __attribute__((vector_size(32)));
typedef double vd_any __attribute__((vector_size(32), aligned(8)));
VEC_INLINE vd vd_fma(vd a, vd b, vd c) { return _mm256_fmadd_pd(a, b, c); }
VEC_INLINE void vd_stream(double *to, vd value) { _mm256_stream_pd(to, value); }
VEC_INLINE vd vd_set(double value) { return _mm256_set1_pd(value); }
VEC_INLINE vd vd_abs(vd a) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a); }
VEC_INLINE vd vd_if_less(vd a, vd b, vd yes, vd no)
{
    return _mm256_blendv_pd(no, yes, _mm256_cmp_pd(a, b, _CMP_LT_OQ));
}
VEC_INLINE vd vd_if_nan(vd a, vd yes, vd no)
{
    return _mm256_blendv_pd(no, yes, _mm256_cmp_pd(a, a, _CMP_UNORD_Q));
}
#else
enum { IND_LANES = 1 };
typedef double vd;
typedef double vd_any;
VEC_INLINE vd vd_fma(vd a, vd b, vd c) { return a * b + c; }
VEC_INLINE void vd_stream(double *to, vd value) { *to = value; }
VEC_INLINE vd vd_abs(vd a) { return __builtin_fabs(a); }
VEC_INLINE vd vd_set(double value) { return value; }
VEC_INLINE vd vd_if_less(vd a, vd b, vd yes, vd no) { return a < b ? yes : no; }
VEC_INLINE vd vd_if_nan(vd a, vd yes, vd no) { return a != a ? yes : no; }
#endif

VEC_INLINE vd vd_load(const double *from) { return *(const vd_any *)from; }
VEC_INLINE void vd_store(double *to, vd value) { *(vd_any *)to = value; }

/* a * b + c as the lanes of vd_fma round it: once where there is an instruction for it. */
VEC_INLINE double fused(double a, double b, double c)
{
#ifdef __AVX2__
    return __builtin_fma(a, b, c);
#else
    return a * b + c;
#endif
}

/* Store n values past the caches. */
VEC_INLINE void vd_put_past(double *to, const double *from, size_t n)
{
    size_t i = 0;

    for (; i < n && (uintptr_t)(to + i) % 64; i++)
        to[i] = from[i];
    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k += IND_LANES)
            vd_stream(to + i + k, vd_load(from + i + k));
    for (; i < n; i++)
        to[i] = from[i];
}

/* After vd_stream: what was written is seen by all before what comes next. */
VEC_INLINE void vd_fence(void)
{
#ifdef __AVX2__
    _mm_sfence();
#endif
}

/* ---- v8 ----
 *
 * Lanes 0-3 and 4-7 are two halves.
 *   v8_up1, v8_up2   each half moved up by one, by two lanes; zeros come in
 *   v8_carry         lane 3 in all of the upper half, zeros in the lower
 *   v8_last          lane 7 everywhere
 *   v8_back1, 2, 4   of a row of values the ones 1, 2, 4 before those of `a`; `before` are the 8
 *                    before
 *   v8_positive      the larger of a lane and 0; NaN stays
 *   v8_larger        the larger of two lanes; `b` where one is NaN
 *   v8_if_zero       where `test` is 0 `yes`, else `no`
 *   v8_if_less       where a < b `yes`, else `no` */

#if defined __AVX512F__
typedef __m512d v8;
VEC_INLINE v8 v8_load(const double *from) { return _mm512_loadu_pd(from); }
VEC_INLINE void v8_store(double *to, v8 a) { _mm512_storeu_pd(to, a); }
VEC_INLINE void v8_stream(double *to, v8 a) { _mm512_stream_pd(to, a); }
VEC_INLINE v8 v8_set(double value) { return _mm512_set1_pd(value); }
VEC_INLINE v8 v8_add(v8 a, v8 b) { return _mm512_add_pd(a, b); }
VEC_INLINE v8 v8_sub(v8 a, v8 b) { return _mm512_sub_pd(a, b); }
VEC_INLINE v8 v8_mul(v8 a, v8 b) { return _mm512_mul_pd(a, b); }
VEC_INLINE v8 v8_up1(v8 a) { return _mm512_maskz_permutex_pd(0xee, a, 0x90); }
VEC_INLINE v8 v8_up2(v8 a) { return _mm512_maskz_permutex_pd(0xcc, a, 0x40); }
VEC_INLINE v8 v8_carry(v8 a) { return _mm512_maskz_permutexvar_pd(0xf0, _mm512_set1_epi64(3), a); }
VEC_INLINE v8 v8_last(v8 a) { return _mm512_permutexvar_pd(_mm512_set1_epi64(7), a); }
#define V8_BACK(before, a, lane) /* the lane must be seen to be constant */                        \
    _mm512_castsi512_pd(                                                                           \
        _mm512_alignr_epi64(_mm512_castpd_si512(a), _mm512_castpd_si512(before), lane))
VEC_INLINE v8 v8_back1(v8 before, v8 a) { return V8_BACK(before, a, 7); }
VEC_INLINE v8 v8_back2(v8 before, v8 a) { return V8_BACK(before, a, 6); }
VEC_INLINE v8 v8_back4(v8 before, v8 a) { return V8_BACK(before, a, 4); }
#undef V8_BACK
VEC_INLINE double v8_first(v8 a) { return _mm512_cvtsd_f64(a); }
VEC_INLINE v8 v8_div(v8 a, v8 b) { return _mm512_div_pd(a, b); }
VEC_INLINE v8 v8_positive(v8 a) { return _mm512_max_pd(_mm512_setzero_pd(), a); }
VEC_INLINE v8 v8_larger(v8 a, v8 b) { return _mm512_max_pd(a, b); }
VEC_INLINE v8 v8_if_less(v8 a, v8 b, v8 yes, v8 no)
{
    return _mm512_mask_mov_pd(no, _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ), yes);
}
VEC_INLINE v8 v8_if_zero(v8 test, v8 yes, v8 no)
{
    return _mm512_mask_mov_pd(no, _mm512_cmp_pd_mask(test, _mm512_setzero_pd(), _CMP_EQ_OQ), yes);
}
#elif defined __AVX2__
typedef struct {
    __m256d low, high;
} v8;
VEC_INLINE v8 v8_load(const double *from)
{
    return (v8){_mm256_loadu_pd(from), _mm256_loadu_pd(from + 4)};
}
VEC_INLINE void v8_store(double *to, v8 a)
{
    _mm256_storeu_pd(to, a.low);
    _mm256_storeu_pd(to + 4, a.high);
}
VEC_INLINE void v8_stream(double *to, v8 a)
{
    _mm256_stream_pd(to, a.low);
    _mm256_stream_pd(to + 4, a.high);
}
VEC_INLINE v8 v8_set(double value) { return (v8){_mm256_set1_pd(value), _mm256_set1_pd(value)}; }
VEC_INLINE v8 v8_add(v8 a, v8 b) { return (v8){a.low + b.low, a.high + b.high}; }
VEC_INLINE v8 v8_sub(v8 a, v8 b) { return (v8){a.low - b.low, a.high - b.high}; }
VEC_INLINE v8 v8_mul(v8 a, v8 b) { return (v8){a.low * b.low, a.high * b.high}; }
VEC_INLINE __m256d half_up1(__m256d a)
{
    return _mm256_blend_pd(_mm256_permute4x64_pd(a, 0x90), _mm256_setzero_pd(), 1);
}
VEC_INLINE __m256d half_up2(__m256d a) { return _mm256_permute2f128_pd(a, a, 0x08); }
VEC_INLINE v8 v8_up1(v8 a) { return (v8){half_up1(a.low), half_up1(a.high)}; }
VEC_INLINE v8 v8_up2(v8 a) { return (v8){half_up2(a.low), half_up2(a.high)}; }
VEC_INLINE v8 v8_carry(v8 a)
{
    return (v8){_mm256_setzero_pd(), _mm256_permute4x64_pd(a.low, 0xff)};
}
VEC_INLINE v8 v8_last(v8 a)
{
    const __m256d last = _mm256_permute4x64_pd(a.high, 0xff);
    return (v8){last, last};
}
VEC_INLINE __m256d half_back2(__m256d before, __m256d a)
{
    return _mm256_permute2f128_pd(before, a, 0x21);
}
VEC_INLINE __m256d half_back1(__m256d before, __m256d a)
{
    return _mm256_shuffle_pd(half_back2(before, a), a, 5);
}
VEC_INLINE v8 v8_back1(v8 before, v8 a)
{
    return (v8){half_back1(before.high, a.low), half_back1(a.low, a.high)};
}
VEC_INLINE v8 v8_back2(v8 before, v8 a)
{
    return (v8){half_back2(before.high, a.low), half_back2(a.low, a.high)};
}
VEC_INLINE v8 v8_back4(v8 before, v8 a) { return (v8){before.high, a.low}; }
VEC_INLINE double v8_first(v8 a) { return _mm256_cvtsd_f64(a.low); }
VEC_INLINE v8 v8_div(v8 a, v8 b) { return (v8){a.low / b.low, a.high / b.high}; }
VEC_INLINE v8 v8_positive(v8 a)
{
    const __m256d zero = _mm256_setzero_pd();
    return (v8){_mm256_max_pd(zero, a.low), _mm256_max_pd(zero, a.high)};
}
VEC_INLINE v8 v8_larger(v8 a, v8 b)
{
    return (v8){_mm256_max_pd(a.low, b.low), _mm256_max_pd(a.high, b.high)};
}
VEC_INLINE __m256d half_if_less(__m256d a, __m256d b, __m256d yes, __m256d no)
{
    return _mm256_blendv_pd(no, yes, _mm256_cmp_pd(a, b, _CMP_LT_OQ));
}
VEC_INLINE v8 v8_if_less(v8 a, v8 b, v8 yes, v8 no)
{
    return (v8){half_if_less(a.low, b.low, yes.low, no.low),
                half_if_less(a.high, b.high, yes.high, no.high)};
}
VEC_INLINE __m256d half_if_zero(__m256d test, __m256d yes, __m256d no)
{
    return _mm256_blendv_pd(no, yes, _mm256_cmp_pd(test, _mm256_setzero_pd(), _CMP_EQ_OQ));
}
VEC_INLINE v8 v8_if_zero(v8 test, v8 yes, v8 no)
{
    return (v8){half_if_zero(test.low, yes.low, no.low),
                half_if_zero(test.high, yes.high, no.high)};
}
#else
typedef struct {
    double at[8];
} v8;
#define V8_EACH(i) for (int i = 0; i < 8; i++)
VEC_INLINE v8 v8_load(const double *from)
{
    v8 r;
    V8_EACH(i) r.at[i] = from[i];
    return r;
}
VEC_INLINE void v8_store(double *to, v8 a) { V8_EACH(i) to[i] = a.at[i]; }
VEC_INLINE void v8_stream(double *to, v8 a) { v8_store(to, a); }
VEC_INLINE v8 v8_set(double value)
{
    v8 r;
    V8_EACH(i) r.at[i] = value;
    return r;
}
VEC_INLINE v8 v8_add(v8 a, v8 b)
{
    V8_EACH(i) a.at[i] += b.at[i];
    return a;
}
VEC_INLINE v8 v8_sub(v8 a, v8 b)
{
    V8_EACH(i) a.at[i] -= b.at[i];
    return a;
}
VEC_INLINE v8 v8_mul(v8 a, v8 b)
{
    V8_EACH(i) a.at[i] *= b.at[i];
    return a;
}
VEC_INLINE v8 v8_up1(v8 a)
{
    return (v8){{0, a.at[0], a.at[1], a.at[2], 0, a.at[4], a.at[5], a.at[6]}};
}
VEC_INLINE v8 v8_up2(v8 a) { return (v8){{0, 0, a.at[0], a.at[1], 0, 0, a.at[4], a.at[5]}}; }
VEC_INLINE v8 v8_carry(v8 a) { return (v8){{0, 0, 0, 0, a.at[3], a.at[3], a.at[3], a.at[3]}}; }
VEC_INLINE v8 v8_last(v8 a) { return v8_set(a.at[7]); }
VEC_INLINE v8 v8_back(v8 before, v8 a, int n)
{
    v8 r;
    V8_EACH(i) r.at[i] = i < n ? before.at[8 - n + i] : a.at[i - n];
    return r;
}
VEC_INLINE v8 v8_back1(v8 before, v8 a) { return v8_back(before, a, 1); }
VEC_INLINE v8 v8_back2(v8 before, v8 a) { return v8_back(before, a, 2); }
VEC_INLINE v8 v8_back4(v8 before, v8 a) { return v8_back(before, a, 4); }
VEC_INLINE double v8_first(v8 a) { return a.at[0]; }
VEC_INLINE v8 v8_div(v8 a, v8 b)
{
    V8_EACH(i) a.at[i] /= b.at[i];
    return a;
}
VEC_INLINE v8 v8_positive(v8 a)
{
    V8_EACH(i) a.at[i] = a.at[i] < 0 ? 0 : a.at[i];
    return a;
}
VEC_INLINE v8 v8_larger(v8 a, v8 b)
{
    V8_EACH(i) a.at[i] = a.at[i] > b.at[i] ? a.at[i] : b.at[i];
    return a;
}
VEC_INLINE v8 v8_if_less(v8 a, v8 b, v8 yes, v8 no)
{
    V8_EACH(i) no.at[i] = a.at[i] < b.at[i] ? yes.at[i] : no.at[i];
    return no;
}
VEC_INLINE v8 v8_if_zero(v8 test, v8 yes, v8 no)
{
    V8_EACH(i) no.at[i] = test.at[i] == 0 ? yes.at[i] : no.at[i];
    return no;
}
#undef V8_EACH
#endif

/* The sum of all lanes. */
VEC_INLINE double v8_sum(v8 a)
{
    double at[8];

    v8_store(at, a);
    return ((at[0] + at[1]) + (at[2] + at[3])) + ((at[4] + at[5]) + (at[6] + at[7]));
}

VEC_INLINE double v8_lane7(v8 a) { return v8_first(v8_last(a)); }

/* A running sum of a row of values, 8 at a time: each is the sum 8 values before and the 8 since.
 * No lane waits for its neighbour, only sums of 2, 4 and 8 are passed on. */
struct v8_running {
    v8 one, two, four, sum; /* of the 8 values before */
};

VEC_INLINE struct v8_running v8_running_from(double sum)
{
    const v8 none = v8_set(0);

    return (struct v8_running){none, none, none, v8_set(sum)};
}

VEC_INLINE v8 v8_running_add(struct v8_running *r, v8 one)
{
    const v8 two = v8_add(one, v8_back1(r->one, one));
    const v8 four = v8_add(two, v8_back2(r->two, two));
    const v8 eight = v8_add(four, v8_back4(r->four, four));

    return (*r = (struct v8_running){one, two, four, v8_add(r->sum, eight)}).sum;
}

#endif

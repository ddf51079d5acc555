/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of the width of the instruction set. The only file with intrinsics. */
#ifndef IND_VEC_H
#define IND_VEC_H

#include <stddef.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

#if defined __AVX512F__
enum { IND_LANES = 8 };
typedef double vd __attribute__((vector_size(64)));
typedef double vd_any __attribute__((vector_size(64), aligned(8)));
static inline vd vd_fma(vd a, vd b, vd c) { return _mm512_fmadd_pd(a, b, c); }
#elif defined __AVX2__
enum { IND_LANES = 4 };
typedef double vd __attribute__((vector_size(32)));
typedef double vd_any __attribute__((vector_size(32), aligned(8)));
static inline vd vd_fma(vd a, vd b, vd c) { return _mm256_fmadd_pd(a, b, c); }
#else
enum { IND_LANES = 1 };
typedef double vd;
typedef double vd_any;
static inline vd vd_fma(vd a, vd b, vd c) { return a * b + c; }
#endif

static inline vd vd_load(const double *from) { return *(const vd_any *)from; }
static inline void vd_store(double *to, vd value) { *(vd_any *)to = value; }
static inline vd vd_set(double value) { return (vd){0} + value; }

/* a * b + c as the lanes of vd_fma round it: once where there is an instruction for it. */
static inline double fused(double a, double b, double c)
{
#ifdef __AVX2__
    return __builtin_fma(a, b, c);
#else
    return a * b + c;
#endif
}

#endif

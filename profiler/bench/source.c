/* SPDX-License-Identifier: Apache-2.0 */
/* A C file for compilers to work on: many functions of macros, so that all their passes have to. */
#include <stdint.h>

#define STEP(n, op)                                                                                \
    uint64_t step_##n(const uint64_t *at, uint64_t len, uint64_t seed);                            \
    uint64_t step_##n(const uint64_t *at, uint64_t len, uint64_t seed)                             \
    {                                                                                              \
        uint64_t sum = seed, last = n;                                                             \
                                                                                                   \
        for (uint64_t i = 0; i < len; i++) {                                                       \
            switch (at[i] % 7) {                                                                   \
            case 0:                                                                                \
                sum += at[i] op last;                                                              \
                break;                                                                             \
            case 1:                                                                                \
                last = (sum ^ at[i]) + n;                                                          \
                break;                                                                             \
            case 2:                                                                                \
                if (sum > last)                                                                    \
                    sum -= last op n;                                                              \
                else                                                                               \
                    last = sum * 3;                                                                \
                break;                                                                             \
            default:                                                                               \
                for (uint64_t k = at[i] & 15; k > 0; k--)                                          \
                    sum = sum << 7 ^ (sum >> 3) op k;                                              \
            }                                                                                      \
        }                                                                                          \
        return sum ^ last;                                                                         \
    }
#define EIGHT(n)                                                                                   \
    STEP(n##0, +)                                                                                  \
    STEP(n##1, -)                                                                                  \
    STEP(n##2, *) STEP(n##3, |) STEP(n##4, &) STEP(n##5, ^) STEP(n##6, +) STEP(n##7, *)
#define MANY(n) EIGHT(n##1) EIGHT(n##2) EIGHT(n##3) EIGHT(n##4) EIGHT(n##5) EIGHT(n##6) EIGHT(n##7)

MANY(1) MANY(2)

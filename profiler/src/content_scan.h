/* SPDX-License-Identifier: Apache-2.0 */
/* Reading bytes for content checks: which words to anchor at, what a stretch hashes to, how far two
 * stretches are equal. Pure functions of memory that the caller knows to be readable. */
#ifndef SHIM_CONTENT_SCAN_H
#define SHIM_CONTENT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCAN_WINDOW = 64, /* bytes that make one anchor */
    SCAN_CHUNK = 256  /* bytes that make one entry of a block's kept hashes */
};

/* Offsets of 8-byte words in [0, size) that their own value selects, about one in 2^shift, looked
 * at every `step` (4 or 8) bytes: the same bytes are selected wherever they lie.
 *
 *   ret      at most `cap` offsets, ascending
 *   ret_end  where to go on: size, or less when `cap` was reached
 *
 * Returns how many. */
size_t scan_select(const unsigned char *at, size_t size, size_t step, unsigned shift, uint32_t *ret,
                   size_t cap, size_t *ret_end);

/* The same by plain C, for tests and machines without AVX2. */
size_t scan_select_plain(const unsigned char *at, size_t size, size_t step, unsigned shift,
                         uint32_t *ret, size_t cap, size_t *ret_end);

/* True when SCAN_WINDOW bytes are too poor to prove anything: half of their words are zero, not
 * numbers, or equal to each other. */
bool scan_dull(const unsigned char *window);

/* True for a word that is zero or, as a double, no number or infinite. */
bool scan_dull_word(uint64_t word);

/* 32-bit names of a window and of a single word, never 0; the two kinds do not meet. */
uint32_t scan_window_name(const unsigned char *window);
uint32_t scan_word_name(uint64_t word);

/* A hash of any stretch; never 0. */
uint64_t scan_hash(const unsigned char *at, size_t size);

/* How many bytes, up to `max`, are equal from the two starts on, or back from the two ends. */
size_t scan_equal(const unsigned char *a, const unsigned char *b, size_t max);
size_t scan_equal_back(const unsigned char *a_end, const unsigned char *b_end, size_t max);

/* Bytes of [at, at + size) in windows that are not dull; counts no further than `enough`. */
size_t scan_telling(const unsigned char *at, size_t size, size_t enough);

/* How many bytes at the end, and at the start, are zero. */
size_t scan_zero_tail(const unsigned char *at, size_t size);
size_t scan_zero_head(const unsigned char *at, size_t size);

static inline uint64_t scan_load(const unsigned char *at)
{
    typedef uint64_t word __attribute__((aligned(1), may_alias));

    return *(const word *)at;
}

#endif

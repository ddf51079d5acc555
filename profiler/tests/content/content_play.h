/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks, copies and calls told to the content checks as the recorder would, and what they found.
 */
#ifndef CONTENT_PLAY_H
#define CONTENT_PLAY_H

#include "content.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
    LEN = 10000,
    SITE_INPUT = 1,
    SITE_RESULT,
    SITE_TEMPORARY,
    SITE_OTHER,
    COPY = 900, /* the copying stack */
    SCOPE = 7,
    MAX_FOUND = 8192
};
enum { KIND = NC_MATCH_SOURCE_LIVED | NC_MATCH_SOURCE_FREED | NC_MATCH_COMPUTED };

/* What was told since the start, in that order. */
extern struct nc_match found[MAX_FOUND];
extern unsigned n_found;

void start(enum options_content mode);
int setup(void **state); /* start(CONTENT_FULL) */

/* A block that the checks follow. */
struct block {
    double *at;
    size_t size;
    uint32_t handle;
};

struct block block_new(size_t size, uint32_t site, uint32_t call);
struct block doubles(size_t len, uint32_t site, uint32_t call);
void block_free(struct block *b);

/* The caller's block of LEN doubles, a random walk. */
struct block input(void);
/* Call 1 is over, and what the caller brought goes. */
void end(struct block *in);

/* A copy that the hook sees; offsets in doubles. */
void hooked(struct block *dst, size_t to, struct block *src, size_t from, size_t len);
/* One that it does not see: the compiler made a loop of it. */
void loop_copy(double *dst, const double *src, size_t len);

double uniform(void); /* in [0, 1) */
void walk(double *ret, size_t len);
void tick_walk(double *ret, size_t len, double tick); /* prices in steps of `tick` */
void sma(double *ret, const double *x, size_t len, size_t p);

/* Bytes told of from one site to another with these flags, of those in `mask`. */
uint64_t told(uint32_t source, uint32_t destination, uint32_t flags, uint32_t mask);
void assert_silent(void);
/* No more than it should be, and at most two per cent less. */
void assert_near(uint64_t is, uint64_t should);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "content_play.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct nc_match found[MAX_FOUND];
unsigned n_found;

static void note(const struct nc_match *m)
{
    assert_true(n_found < MAX_FOUND);
    found[n_found++] = *m;
}

void start(enum options_content mode)
{
    n_found = 0;
    content_start(&(struct content_setup){
        .mode = mode, .min_block = 1024, .budget_percent = 8, .found = note});
}

int setup(void **state)
{
    (void)state;
    start(CONTENT_FULL);
    return 0;
}

struct block block_new(size_t size, uint32_t site, uint32_t call)
{
    struct block b = {malloc(size), size, 0};

    assert_non_null(b.at);
    b.handle = content_born(&(struct content_birth){
        .at = b.at, .size = size, .counts = site, .scope = call ? SCOPE : 0, .call = call});
    return b;
}

struct block doubles(size_t len, uint32_t site, uint32_t call)
{
    return block_new(len * sizeof(double), site, call);
}

void block_free(struct block *b)
{
    content_freeing(b->handle);
    free(b->at);
    b->at = NULL;
}

void hooked(struct block *dst, size_t to, struct block *src, size_t from, size_t len)
{
    content_copying(dst->handle, dst->at + to, src->handle, src->at + from, len * sizeof(double),
                    COPY, SCOPE, 1);
    memcpy(dst->at + to, src->at + from, len * sizeof(double));
}

__attribute__((noinline)) void loop_copy(double *dst, const double *src, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        dst[i] = src[i];
        __asm__ volatile("" ::: "memory");
    }
}

static uint64_t random_state = 88172645463325252u;

double uniform(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (double)(random_state >> 11) / 9007199254740992.0;
}

void walk(double *ret, size_t len)
{
    double x = 100;

    for (size_t i = 0; i < len; i++)
        ret[i] = x += uniform() - 0.5;
}

void tick_walk(double *ret, size_t len, double tick)
{
    double x = 4000;

    for (size_t i = 0; i < len; i++) {
        x += (uniform() - 0.5) * 8 * tick;
        ret[i] = round(x / tick) * tick;
    }
}

void sma(double *ret, const double *x, size_t len, size_t p)
{
    double sum = 0;

    for (size_t t = 0; t < len; t++) {
        sum += x[t] - (t >= p ? x[t - p] : 0);
        ret[t] = t + 1 < p ? NAN : sum / (double)p;
    }
}

uint64_t told(uint32_t source, uint32_t destination, uint32_t flags, uint32_t mask)
{
    uint64_t ret = 0;

    for (unsigned i = 0; i < n_found; i++)
        if (found[i].source == source && found[i].destination == destination &&
            (found[i].flags & mask) == flags)
            ret += found[i].bytes;
    return ret;
}

void assert_silent(void)
{
    for (unsigned i = 0; i < n_found; i++)
        print_message("# told: %u -> %u copy %u flags %x bytes %lu\n", found[i].source,
                      found[i].destination, found[i].copy, found[i].flags,
                      (unsigned long)found[i].bytes);
    assert_int_equal(n_found, 0);
}

void assert_near(uint64_t is, uint64_t should)
{
    if (is > should || is * 100 < should * 98)
        print_message("# %lu bytes where %lu belong\n", (unsigned long)is, (unsigned long)should);
    assert_true(is <= should && is * 100 >= should * 98);
}

struct block input(void)
{
    struct block b = doubles(LEN, SITE_INPUT, 0);

    walk(b.at, LEN);
    return b;
}

void end(struct block *in)
{
    content_call_ended(1);
    if (in)
        block_free(in);
}

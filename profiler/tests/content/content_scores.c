/* SPDX-License-Identifier: Apache-2.0 */
/* How often copies are found, by size, and whether anything is told where nothing was copied. */
#include "content.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LEN = 10000, BLOCKS = 720, TRIALS = 100 };

static unsigned told;
static uint64_t told_bytes;

static void note(const struct nc_match *m)
{
    told++;
    told_bytes += m->bytes;
}

static void start(void)
{
    told = 0;
    told_bytes = 0;
    content_start(&(struct content_setup){
        .mode = CONTENT_FULL, .min_block = 1024, .budget_percent = 8, .found = note});
}

static uint64_t state = 88172645463325252u;

static double uniform(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) / 9007199254740992.0;
}

/* A walk in steps of `tick`; 0: of any size. */
static void walk(double *ret, size_t len, double tick)
{
    double x = tick > 0 ? 4000 : 100;

    for (size_t i = 0; i < len; i++) {
        x += (uniform() - 0.5) * (tick > 0 ? 8 * tick : 1);
        ret[i] = tick > 0 ? x = round(x / tick) * tick : x;
    }
}

static void sma(double *ret, const double *x, size_t len, size_t p)
{
    double sum = 0;

    for (size_t t = 0; t < len; t++) {
        sum += x[t] - (t >= p ? x[t - p] : 0);
        ret[t] = t + 1 < p ? NAN : sum / (double)p;
    }
}

static void highest(double *ret, const double *x, size_t len, size_t p)
{
    for (size_t t = 0; t < len; t++) {
        ret[t] = x[t];
        for (size_t i = t + 1 >= p ? t + 1 - p : 0; i < t; i++)
            ret[t] = x[i] > ret[t] ? x[i] : ret[t];
    }
}

static uint32_t born(double *at, size_t len, uint32_t site, uint32_t call)
{
    return content_born(&(struct content_birth){.at = at,
                                                .size = len * sizeof *at,
                                                .counts = site,
                                                .scope = call ? 1 : 0,
                                                .call = call,
                                                .fresh = call == 0}); /* filled before we say so */
}

/* Series, their means and their rolling maxima, a third of each; nothing is copied. */
static void nothing_told_of(double tick)
{
    double *at[BLOCKS];
    uint32_t handle[BLOCKS];

    start();
    for (unsigned i = 0; i < BLOCKS; i++) {
        at[i] = malloc(LEN * sizeof **at);
        assert_non_null(at[i]);
        handle[i] = born(at[i], LEN, i + 1, 1);
        if (i % 3 == 0)
            walk(at[i], LEN, tick);
        else if (i % 3 == 1)
            sma(at[i], at[i - 1], LEN, 5 + i % 50);
        else
            highest(at[i], at[i - 2], LEN, 2 + i % 20);
    }
    for (unsigned i = 0; i < BLOCKS; i += 2) {
        content_freeing(handle[i]);
        free(at[i]);
    }
    content_call_ended(1);
    for (unsigned i = 1; i < BLOCKS; i += 2) {
        content_freeing(handle[i]);
        free(at[i]);
    }
    print_message("# precision, tick %.2f: %u ranges told of %u blocks of distinct series\n", tick,
                  told, (unsigned)BLOCKS);
    assert_int_equal(told, 0);
}

static void nothing_is_told_of_distinct_continuous_series(void **s) { nothing_told_of(0); }
static void nothing_is_told_of_distinct_cent_series(void **s) { nothing_told_of(0.01); }
static void nothing_is_told_of_distinct_quarter_tick_series(void **s) { nothing_told_of(0.25); }

/* A part of the caller's input, copied into the middle of a block of something else. */
static double recall(size_t bytes)
{
    const size_t n = bytes / sizeof(double);
    static double in[65536], work[65536];
    unsigned found = 0;

    for (unsigned i = 0; i < TRIALS; i++) {
        start();
        walk(in, 65536, 0);
        walk(work, 65536, 0);
        const uint32_t source = born(in, 65536, 1, 0), copy = born(work, 65536, 2, 1);
        const size_t from = (size_t)(uniform() * (65536.0 - (double)n));
        const size_t to = (size_t)(uniform() * (65536.0 - (double)n));

        memcpy(work + to, in + from, bytes);
        content_freeing(copy);
        content_call_ended(1);
        content_freeing(source);
        found += told_bytes * 10 >= bytes * 9 && told_bytes <= bytes + 16;
    }
    return (double)found / TRIALS;
}

static void copies_from_two_kibibytes_on_are_found(void **s)
{
    static const size_t size[] = {1024, 1536, 2048, 4096, 8192, 16384, 80000};

    for (unsigned i = 0; i < sizeof size / sizeof *size; i++) {
        const double r = recall(size[i]);

        print_message("# recall, %6zu bytes copied: %5.1f %%\n", size[i], r * 100);
        if (size[i] >= 2048)
            assert_true(r >= 0.98);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_told_of_distinct_continuous_series),
        cmocka_unit_test(nothing_is_told_of_distinct_cent_series),
        cmocka_unit_test(nothing_is_told_of_distinct_quarter_tick_series),
        cmocka_unit_test(copies_from_two_kibibytes_on_are_found),
    };

    return cmocka_run_group_tests_name("content scores", tests, NULL, NULL);
}

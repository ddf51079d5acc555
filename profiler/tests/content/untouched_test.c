/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that were never written, as the page tables and the pattern tell. */
#include "untouched.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { PAGE = 4096, SIZE = 8 << 20 };

static unsigned char *mapped(size_t size)
{
    unsigned char *at =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(at != MAP_FAILED);
    madvise(at, size, MADV_NOHUGEPAGE);
    return at;
}

static void pages_never_written_are_untouched(void **s)
{
    unsigned char *at = mapped(SIZE);

    untouched_start(UNTOUCHED_ON, false);
    /* As malloc gives it: 16 bytes of its own in front. */
    const struct untouched_birth b = untouched_born(at + 16, SIZE - 16, false);

    assert_true(b.fresh >= SIZE - 2 * PAGE && !b.poisoned);
    memset(at, 1, SIZE / 2 + 808);
    const struct untouched_end e = untouched_ending(b, at + 16, SIZE - 16, true);

    assert_int_equal(e.looked, SIZE - 16);
    assert_int_equal(e.untouched, SIZE / 2 - 808);
    munmap(at, SIZE);
}

static void holes_count_wherever_they_are(void **s)
{
    unsigned char *at = mapped(SIZE);
    size_t written = 0;

    untouched_start(UNTOUCHED_ON, false);
    struct untouched_birth b = untouched_born(at, SIZE, false);

    for (size_t o = 96; o < SIZE; o += 3 * PAGE, written++)
        at[o] = 1;
    assert_int_equal(untouched_ending(b, at, SIZE, false).untouched, SIZE - written * PAGE);
    /* Bytes around those, up to a hole, are no more written than the hole is. But for the first
     * 96: before them there is no hole. */
    assert_int_equal(untouched_ending(b, at, SIZE, true).untouched, SIZE - written * 8 - 96);
    b.zeroed = true; /* zeros that calloc promised may be meant */
    assert_int_equal(untouched_ending(b, at, SIZE, true).untouched, SIZE - written * PAGE);
    munmap(at, SIZE);
}

static void pages_only_read_are_untouched_where_the_kernel_tells(void **s)
{
    unsigned char *at = mapped(SIZE);
    struct untouched_run run[4];
    unsigned sum = 0;

    untouched_start(UNTOUCHED_ON, false);
    const struct untouched_birth b = untouched_born(at, SIZE, false);

    for (size_t o = 0; o < SIZE; o += PAGE)
        sum += *(volatile unsigned char *)(at + o);
    assert_int_equal(sum, 0);
    const size_t untouched = untouched_ending(b, at, SIZE, true).untouched;

    if (untouched == 0)
        skip(); /* an older kernel: mincore does not tell a read from a write */
    assert_int_equal(untouched, SIZE);
    assert_int_equal(untouched_written(at, SIZE, run, 4), 0);
    munmap(at, SIZE);
}

static void recycled_pages_are_not_judged(void **s)
{
    unsigned char *at = mapped(SIZE);

    untouched_start(UNTOUCHED_ON, false);
    memset(at, 1, SIZE);
    const struct untouched_birth b = untouched_born(at, SIZE, false);
    const struct untouched_end e = untouched_ending(b, at, SIZE, true);

    assert_int_equal(e.looked, 0);
    assert_int_equal(e.untouched, 0);
    munmap(at, SIZE);
}

/* Memory that held something before, as malloc hands it out again: `planted` when it is born. */
static struct untouched_birth recycled(double *at, size_t size)
{
    for (size_t i = 0; i < size / sizeof *at; i++)
        at[i] = 100 + (double)i / 7;
    untouched_start(UNTOUCHED_ON, true);
    const struct untouched_birth b = untouched_born(at, size, false);

    assert_true(b.planted);
    return b;
}

static void the_same_bytes_written_once_more_are_written(void **s)
{
    static const size_t sizes[] = {16384, 80000, 131064, 131072, 160000, 1 << 20};

    for (unsigned k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        double *at = (double *)mapped(sizes[k]);
        const struct untouched_birth b = recycled(at, sizes[k]);

        for (size_t i = 0; i < sizes[k] / sizeof *at; i++)
            at[i] = 100 + (double)i / 7;
        const struct untouched_end e = untouched_ending(b, at, sizes[k], true);

        assert_int_equal(e.looked, sizes[k]);
        assert_int_equal(e.untouched, 0);
        munmap(at, sizes[k]);
    }
}

static void the_unwritten_end_of_recycled_memory_is_untouched(void **s)
{
    enum { LEN = 20000, WRITTEN = 6000 };
    double *at = (double *)mapped(LEN * sizeof *at);
    const struct untouched_birth b = recycled(at, LEN * sizeof *at);

    for (size_t i = 0; i < WRITTEN; i++)
        at[i] = (double)i;
    const size_t untouched = untouched_ending(b, at, LEN * sizeof *at, true).untouched;

    assert_in_range(untouched, (LEN - WRITTEN) * sizeof *at - 128,
                    (LEN - WRITTEN) * sizeof *at + 128);
    assert_int_equal(untouched_ending(b, at, LEN * sizeof *at, false).looked,
                     0); /* not to be read */
    munmap(at, LEN * sizeof *at);
}

/* A column of a table of 32 that nobody fills is 8 bytes in 256: no run of bytes worth a word. */
static void gaps_of_a_stride_are_not_untouched(void **s)
{
    enum { LEN = 32 * 4096 };
    double *at = (double *)mapped(LEN * sizeof *at);

    for (size_t gap = 0; gap < 32; gap++) {
        const struct untouched_birth b = recycled(at, LEN * sizeof *at);

        for (size_t i = 0; i < LEN; i++)
            if (i % 32 != gap)
                at[i] = 1;
        assert_int_equal(untouched_ending(b, at, LEN * sizeof *at, true).untouched, 0);
    }
    munmap(at, LEN * sizeof *at);
}

static void planting_makes_no_page_resident(void **s)
{
    unsigned char *at = mapped(SIZE);
    struct untouched_run run[4];

    memset(at, 1, SIZE / 2); /* less than three quarters are fresh: it is planted */
    untouched_start(UNTOUCHED_ON, true);
    const struct untouched_birth b = untouched_born(at, SIZE, false);

    assert_true(b.planted);
    assert_int_equal(untouched_written(at, SIZE, run, 4), 1);
    assert_int_equal(run[0].end, SIZE / 2);
    memset(at, 1, SIZE / 4);
    assert_in_range(untouched_ending(b, at, SIZE, true).untouched, SIZE / 4 * 3 - 128,
                    SIZE / 4 * 3 + 128);
    munmap(at, SIZE);
}

static void what_realloc_added_to_recycled_memory_is_judged_too(void **s)
{
    enum { LEN = 8192, MORE = 16384 };
    double *at = (double *)mapped(MORE * sizeof *at);
    struct untouched_birth b = recycled(at, LEN * sizeof *at);

    for (size_t i = 0; i < MORE; i++)
        at[i] = 7;
    b = untouched_grown(b, at, LEN * sizeof *at, at, MORE * sizeof *at);
    assert_in_range(untouched_ending(b, at, MORE * sizeof *at, true).untouched,
                    (MORE - LEN) * sizeof *at - 128, (MORE - LEN) * sizeof *at + 128);
    munmap(at, MORE * sizeof *at);
}

static void a_copy_of_what_was_never_written_is_written(void **s)
{
    enum { LEN = 10000 };
    double *from = (double *)mapped(LEN * sizeof *from), *to = (double *)mapped(LEN * sizeof *to);

    for (int exact = 0; exact < 2; exact++) {
        const struct untouched_birth a = recycled(from, LEN * sizeof *from);
        struct untouched_birth b = recycled(to, LEN * sizeof *to);

        if (exact) {
            untouched_start(UNTOUCHED_EXACT, false);
            untouched_born(from, LEN * sizeof *from, false);
            b = untouched_born(to, LEN * sizeof *to, false);
        }
        for (size_t i = 0; i < LEN; i++)
            to[i] = from[i];
        assert_int_equal(untouched_ending(b, to, LEN * sizeof *to, true).untouched, 0);
        if (!exact)
            assert_true(untouched_ending(a, from, LEN * sizeof *from, true).untouched > 0);
    }
    munmap(from, LEN * sizeof *from);
    munmap(to, LEN * sizeof *to);
}

static void what_a_realloc_moved_unwritten_stays_unwritten(void **s)
{
    enum { LEN = 8192 };
    double *from = (double *)mapped(LEN * sizeof *from), *to = (double *)mapped(LEN * sizeof *to);
    struct untouched_birth b = recycled(from, LEN * sizeof *from);

    for (size_t i = 0; i < LEN / 2; i++)
        from[i] = 7;
    memset(to, 1, LEN * sizeof *to);
    memcpy(to, from, LEN * sizeof *to);
    b = untouched_grown(b, from, LEN * sizeof *from, to, LEN * sizeof *to);
    assert_in_range(untouched_ending(b, to, LEN * sizeof *to, true).untouched,
                    LEN / 2 * sizeof *to - 128, LEN / 2 * sizeof *to + 128);
    munmap(from, LEN * sizeof *from);
    munmap(to, LEN * sizeof *to);
}

static void zeroed_memory_is_never_planted(void **s)
{
    static const unsigned char zero[65536];
    unsigned char *at = mapped(sizeof zero);

    memset(at, 1, sizeof zero);
    memset(at, 0, sizeof zero);
    untouched_start(UNTOUCHED_ON, true);
    assert_false(untouched_born(at, sizeof zero, true).planted);
    assert_memory_equal(at, zero, sizeof zero);
    munmap(at, sizeof zero);
}

static void written_runs_are_given_in_order(void **s)
{
    unsigned char *at = mapped(SIZE);
    struct untouched_run run[4];

    untouched_start(UNTOUCHED_ON, false);
    at[10 * PAGE] = at[11 * PAGE] = at[100 * PAGE] = 1;
    assert_int_equal(untouched_written(at, SIZE, run, 4), 2);
    assert_int_equal(run[0].start, 10 * PAGE);
    assert_int_equal(run[0].end, 12 * PAGE);
    assert_int_equal(run[1].start, 100 * PAGE);
    assert_int_equal(run[1].end, 101 * PAGE);
    assert_int_equal(untouched_written(at, SIZE, run, 1), 1);
    assert_int_equal(run[0].start, 10 * PAGE);
    assert_int_equal(run[0].end, 101 * PAGE); /* no room: the last takes in the rest */
    munmap(at, SIZE);
}

static void exactly_means_to_eight_bytes(void **s)
{
    double *at = malloc(1000 * sizeof *at);

    assert_non_null(at);
    untouched_start(UNTOUCHED_EXACT, false);
    const struct untouched_birth b = untouched_born(at, 1000 * sizeof *at, false);

    assert_true(b.poisoned);
    for (unsigned i = 0; i < 601; i++)
        at[i] = i;
    at[700] = 1;
    const struct untouched_end e = untouched_ending(b, at, 1000 * sizeof *at, true);

    assert_int_equal(e.looked, 8000);
    assert_int_equal(e.untouched, 398 * sizeof *at);
    free(at);
}

static void zeroed_blocks_keep_their_zeros(void **s)
{
    static const unsigned char zero[4096];
    unsigned char *at = calloc(1, sizeof zero);

    assert_non_null(at);
    untouched_start(UNTOUCHED_EXACT, false);
    assert_false(untouched_born(at, sizeof zero, true).poisoned);
    assert_memory_equal(at, zero, sizeof zero);
    free(at);
}

static void what_realloc_added_is_judged_too(void **s)
{
    double *at = malloc(4000);

    assert_non_null(at);
    untouched_start(UNTOUCHED_EXACT, false);
    struct untouched_birth b = untouched_born(at, 4000, false);

    for (unsigned i = 0; i < 500; i++)
        at[i] = 1;
    at = realloc(at, 8000);
    assert_non_null(at);
    b = untouched_grown(b, at, 4000, at, 8000);
    assert_int_equal(untouched_ending(b, at, 8000, true).untouched, 4000);
    free(at);
}

static void when_off_nothing_is_worth_a_call(void **s)
{
    untouched_start(UNTOUCHED_OFF, false);
    assert_int_equal(untouched_floor, SIZE_MAX);
    untouched_start(UNTOUCHED_ON, false);
    assert_true(untouched_floor >= 4096 && untouched_floor < SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_never_written_are_untouched),
        cmocka_unit_test(holes_count_wherever_they_are),
        cmocka_unit_test(pages_only_read_are_untouched_where_the_kernel_tells),
        cmocka_unit_test(recycled_pages_are_not_judged),
        cmocka_unit_test(the_same_bytes_written_once_more_are_written),
        cmocka_unit_test(the_unwritten_end_of_recycled_memory_is_untouched),
        cmocka_unit_test(gaps_of_a_stride_are_not_untouched),
        cmocka_unit_test(planting_makes_no_page_resident),
        cmocka_unit_test(what_realloc_added_to_recycled_memory_is_judged_too),
        cmocka_unit_test(a_copy_of_what_was_never_written_is_written),
        cmocka_unit_test(what_a_realloc_moved_unwritten_stays_unwritten),
        cmocka_unit_test(zeroed_memory_is_never_planted),
        cmocka_unit_test(written_runs_are_given_in_order),
        cmocka_unit_test(exactly_means_to_eight_bytes),
        cmocka_unit_test(zeroed_blocks_keep_their_zeros),
        cmocka_unit_test(what_realloc_added_is_judged_too),
        cmocka_unit_test(when_off_nothing_is_worth_a_call),
    };

    return cmocka_run_group_tests_name("untouched", tests, NULL, NULL);
}

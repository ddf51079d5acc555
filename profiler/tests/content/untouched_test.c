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

    untouched_start(UNTOUCHED_ON);
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

    untouched_start(UNTOUCHED_ON);
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

    untouched_start(UNTOUCHED_ON);
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

    untouched_start(UNTOUCHED_ON);
    memset(at, 1, SIZE);
    const struct untouched_birth b = untouched_born(at, SIZE, false);
    const struct untouched_end e = untouched_ending(b, at, SIZE, true);

    assert_int_equal(e.looked, 0);
    assert_int_equal(e.untouched, 0);
    munmap(at, SIZE);
}

static void written_runs_are_given_in_order(void **s)
{
    unsigned char *at = mapped(SIZE);
    struct untouched_run run[4];

    untouched_start(UNTOUCHED_ON);
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
    untouched_start(UNTOUCHED_EXACT);
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
    untouched_start(UNTOUCHED_EXACT);
    assert_false(untouched_born(at, sizeof zero, true).poisoned);
    assert_memory_equal(at, zero, sizeof zero);
    free(at);
}

static void what_realloc_added_is_judged_too(void **s)
{
    double *at = malloc(4000);

    assert_non_null(at);
    untouched_start(UNTOUCHED_EXACT);
    struct untouched_birth b = untouched_born(at, 4000, false);

    for (unsigned i = 0; i < 500; i++)
        at[i] = 1;
    at = realloc(at, 8000);
    assert_non_null(at);
    b = untouched_grown(b, at, 4000, 8000);
    assert_int_equal(untouched_ending(b, at, 8000, true).untouched, 4000);
    free(at);
}

static void when_off_nothing_is_worth_a_call(void **s)
{
    untouched_start(UNTOUCHED_OFF);
    assert_int_equal(untouched_floor, SIZE_MAX);
    untouched_start(UNTOUCHED_ON);
    assert_true(untouched_floor >= 4096 && untouched_floor < SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_never_written_are_untouched),
        cmocka_unit_test(holes_count_wherever_they_are),
        cmocka_unit_test(pages_only_read_are_untouched_where_the_kernel_tells),
        cmocka_unit_test(recycled_pages_are_not_judged),
        cmocka_unit_test(written_runs_are_given_in_order),
        cmocka_unit_test(exactly_means_to_eight_bytes),
        cmocka_unit_test(zeroed_blocks_keep_their_zeros),
        cmocka_unit_test(what_realloc_added_is_judged_too),
        cmocka_unit_test(when_off_nothing_is_worth_a_call),
    };

    return cmocka_run_group_tests_name("untouched", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Many threads, to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run.h"

static struct run r;

static void go(const char *which)
{
    run_victim(&r, NULL, "threads", which, NULL);
    assert_true(r.has);
    assert_int_equal(r.status, 0);
    assert_int_equal(r.p.header->lost_events, 0);
}

static int tear_down(void **state)
{
    run_done(&r);
    return 0;
}

static void eight_threads_are_counted_to_the_byte(void **state)
{
    go("eight");
    const struct peek_sums s = peek_function(&r.p, "/threads", "in_thread");

    assert_int_equal(s.allocations, 8 * (2 * 20000 + 100));
    assert_int_equal(s.allocated_bytes, 8 * (20000 * 80 + 100000));
    assert_int_equal(s.frees, s.allocations);
    assert_int_equal(s.freed_bytes, s.allocated_bytes);
    assert_int_equal(s.temporary, 8 * 20000);
    assert_int_equal(r.p.header->threads, 9);
}

static void the_peak_of_eight_threads_is_exact(void **state)
{
    go("eight");
    const struct peek_sums s = peek_function(&r.p, "/threads", "in_thread");

    assert_int_equal(s.peak_bytes, 8 * 100000);
    assert_int_equal(s.peak_blocks, 800);
    assert_int_equal(peek_sums(&r.p).peak_bytes, r.p.header->peak_bytes);
    assert_int_equal(peek_sums(&r.p).peak_blocks, r.p.header->peak_blocks);
}

static void the_peak_of_threads_that_take_turns_is_exact(void **state)
{
    go("turns");
    assert_int_equal(peek_function(&r.p, "/threads", "on_the_left").peak_bytes, 7000);
    assert_int_equal(peek_function(&r.p, "/threads", "on_the_right").peak_bytes, 4000);
    assert_int_equal(peek_sums(&r.p).peak_bytes, r.p.header->peak_bytes);
    assert_int_equal(peek_sums(&r.p).peak_blocks, r.p.header->peak_blocks);
}

static void blocks_freed_by_another_thread_are_freed_where_they_came_from(void **state)
{
    go("passed");
    const struct peek_sums s = peek_function(&r.p, "/threads", "in_thread");

    assert_int_equal(s.allocations, 40000);
    assert_int_equal(s.frees, 40000);
    assert_int_equal(s.allocated_bytes, 4ul * 10000 * 24 + 4ul * 50 * 199 * 100);
    assert_int_equal(s.freed_bytes, s.allocated_bytes);
}

static void threads_with_16_kib_of_stack_are_counted(void **state)
{
    go("small-stacks");
    const struct peek_sums s = peek_function(&r.p, "/threads", "in_thread");

    assert_int_equal(s.allocations, 20000);
    assert_int_equal(s.frees, 20000);
    assert_int_equal(r.p.header->threads, 201);
    assert_true(peek_count(&r.p, NC_LANES) < 8); /* a lane passes on from thread to thread */
}

static void a_thousand_threads_at_once_are_counted(void **state)
{
    go("thousand");
    const struct peek_sums s = peek_function(&r.p, "/threads", "in_thread");

    assert_int_equal(s.allocations, 1000);
    assert_int_equal(s.frees, 1000);
    assert_int_equal(s.peak_bytes, 100000);
}

static void destructors_of_threads_that_end_are_counted(void **state)
{
    go("destructors");
    const struct peek_sums s = peek_function(&r.p, "/threads", "in_thread");

    assert_int_equal(s.allocations, 100);
    assert_int_equal(s.frees, 100);
    assert_int_equal(s.freed_bytes, 50 * (55 + 77));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(eight_threads_are_counted_to_the_byte),
        TEST(the_peak_of_eight_threads_is_exact),
        TEST(the_peak_of_threads_that_take_turns_is_exact),
        TEST(blocks_freed_by_another_thread_are_freed_where_they_came_from),
        TEST(threads_with_16_kib_of_stack_are_counted),
        TEST(a_thousand_threads_at_once_are_counted),
        TEST(destructors_of_threads_that_end_are_counted),
    };

    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}

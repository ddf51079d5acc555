/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts that make it hard: the program runs as without us, and what we tell is true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "run.h"

static struct run r;

static int tear_down(void **state)
{
    run_done(&r);
    return 0;
}

static void go(const char *which, const char *arg, int status)
{
    run_victim(&r, NULL, "hostile", which, arg);
    assert_int_equal(r.status, status);
    assert_true(r.has);
}

static struct peek_sums got(void) { return peek_function(&r.p, "/hostile", "get"); }

static void every_event_of_a_storm_of_signals_is_counted(void **state)
{
    static const char *const cases[] = {"storm", "storm-aside"};

    for (int i = 0; i < 2; i++) {
        go(cases[i], NULL, 0);
        const uint64_t ticks = strtoul(r.out, NULL, 10);
        const struct peek_sums s = peek_sums(&r.p);

        assert_true(ticks >= 100);
        assert_int_equal(r.p.header->lost_events, 0);
        /* The constructor's block, stdout's buffer and, for each tick, three. */
        assert_int_equal(got().allocations, 1 + 2 * ticks + 1 /* the destructor's */);
        assert_int_equal(s.leaked_bytes, 13 + (s.allocated_bytes - s.freed_bytes - 13));
        assert_int_equal(got().leaked_blocks, 1);
        if (i == 0)
            run_done(&r);
    }
}

static void jumps_out_of_deep_stacks_change_nothing(void **state)
{
    go("jumps", NULL, 0);
    uint64_t n = 0;

    for (int i = 0; i < 100; i++)
        n += (uint64_t)(i % 30) + 1;
    assert_int_equal(got().allocations, n + 2);
    assert_int_equal(r.p.header->lost_events, 0);
}

static void deep_recursion_is_cut_at_the_depth_limit(void **state)
{
    go("recursion", NULL, 0);
    assert_int_equal(got().allocations, 3 + 2);
    assert_true(peek_deepest(&r.p) <= 65);
}

static void coroutines_are_counted(void **state)
{
    go("contexts", NULL, 0);
    assert_int_equal(got().allocations, 200 + 2);
    assert_int_equal(got().frees, 200 + 1);
}

static void a_host_that_closes_every_descriptor_loses_nothing(void **state)
{
    go("closes", NULL, 0);
    assert_int_equal(got().allocations, 3000 + 2);
    assert_int_equal(r.p.header->lost_events, 0);
    assert_true(peek_count(&r.p, NC_NODES) > 2048);
}

static void a_host_that_takes_over_every_descriptor_keeps_them(void **state)
{
    go("takes-over", NULL, 0);
    assert_int_equal(got().allocations, 3000 + 2);
    assert_int_equal(r.p.header->lost_events, 0);
}

static void a_file_that_may_not_grow_keeps_the_totals(void **state)
{
    uint64_t without_stack = 0;

    go("file-limit", NULL, 6);
    for (uint64_t i = 1; i < peek_count(&r.p, NC_COUNTS); i++) {
        const struct nc_counts *c = peek_at(&r.p, NC_COUNTS, i);

        without_stack += c->node == 0 ? c->allocations : 0;
    }
    assert_true(without_stack > 0);
    assert_true(got().allocations > 0);
    assert_int_equal(peek_sums(&r.p).allocations + r.p.header->lost_events, 3000 + 2);
    assert_true(r.p.size <= 200000 + 65536);
}

static void a_host_short_of_address_space_runs_on(void **state) { go("memory-limit", NULL, 0); }

static void what_happens_before_main_and_after_it_is_counted(void **state)
{
    go("edges", NULL, 0);
    assert_int_equal(got().allocations, 3);
    assert_int_equal(got().allocated_bytes, 11 + 13 + 17);
    assert_int_equal(got().frees, 1);
}

static void plugins_that_come_and_go_are_counted(void **state)
{
    uint64_t unloaded = 0;

    go("plugins", PLUGIN, 0);
    assert_int_equal(peek_function(&r.p, "/plugin.so", "plugin_get").allocations, 80);
    assert_int_equal(peek_function(&r.p, "/plugin.so", "plugin_get").leaked_bytes, 400);
    for (uint64_t i = 1; i < peek_count(&r.p, NC_MODULES); i++)
        unloaded += ((const struct nc_module *)peek_at(&r.p, NC_MODULES, i))->unloaded_ns != 0;
    assert_int_equal(unloaded, 40);
}

static void loading_beside_allocating_does_not_block(void **state)
{
    go("loading", PLUGIN, 0);
    assert_int_equal(got().allocations, 2000 + 2);
}

static void a_program_with_an_allocator_of_its_own_runs_as_without_us(void **state)
{
    run_victim(&r, NULL, "own_malloc", NULL, NULL);
    assert_int_equal(r.status, 5);
    assert_string_equal(r.out, "own 1\n");
}

static void nowhere_to_write_is_no_matter_to_the_host(void **state)
{
    static const char *const places[] = {"NOCOPY_OUTPUT=/nonexistent/p", "NOCOPY_OUTPUT=/dev/full",
                                         "NOCOPY_OUTPUT=/proc/self/p", "NOCOPY_OUTPUT=/"};

    for (size_t i = 0; i < 4; i++) {
        const char *const env[] = {places[i], NULL};

        run_victim(&r, env, "plain", "counts", NULL);
        assert_int_equal(r.status, 7);
        assert_string_equal(r.out, "");
        assert_false(r.has);
        if (i < 3)
            run_done(&r);
    }
}

static void a_name_may_hold_any_byte(void **state)
{
    static const char *const names[] = {"with space", "new\nline", "\xff\xfe\x80", "per%cent",
                                        "a%%b"};

    for (size_t i = 0; i < 5; i++) {
        char output[256], dir[] = "/tmp/shim-test-XXXXXX", path[300];
        const char *const env[] = {output, NULL};
        struct peek p;

        assert_non_null(mkdtemp(dir));
        snprintf(output, sizeof output, "NOCOPY_OUTPUT=%s/%s", dir, names[i]);
        snprintf(path, sizeof path, "%s/%s", dir, i == 4 ? "a%b" : names[i]);
        run_victim(&r, env, "plain", "counts", NULL);
        assert_int_equal(peek_open(&p, path), 0);
        assert_int_equal(peek_sums(&p).allocations, 110);
        peek_done(&p);
        unlink(path);
        rmdir(dir);
        if (i < 4)
            run_done(&r);
    }
}

static void letters_of_the_name_are_replaced(void **state)
{
    char dir[] = "/tmp/shim-test-XXXXXX", output[256], path[300];
    const char *const env[] = {output, "PMI_RANK=3", NULL};
    struct peek p;

    assert_non_null(mkdtemp(dir));
    snprintf(output, sizeof output, "NOCOPY_OUTPUT=%s/%%e-%%p-%%r", dir);
    run_victim(&r, env, "plain", "counts", NULL);
    snprintf(path, sizeof path, "%s/plain-%d-3", dir, r.pid);
    assert_int_equal(peek_open(&p, path), 0);
    peek_done(&p);
    unlink(path);
    rmdir(dir);
}

static void an_option_that_makes_no_sense_is_a_fact_of_the_run(void **state)
{
    static const char *const env[] = {"NOCOPY_DEPTH=many", NULL};

    run_victim(&r, env, "plain", "counts", NULL);
    assert_int_equal(r.status, 7);
    assert_string_equal(r.out, "");
    assert_string_equal(peek_fact(&r.p, "option-error"), "NOCOPY_DEPTH");
}

static void a_file_of_another_run_is_replaced(void **state)
{
    run_victim(&r, NULL, "plain", "counts", NULL);
    assert_true(r.has);
    char output[256];
    const char *const env[] = {output, NULL};
    struct run again;

    snprintf(output, sizeof output, "NOCOPY_OUTPUT=%s", r.path);
    run_victim(&again, env, "plain", "peak", NULL);
    peek_done(&r.p);
    assert_int_equal(peek_open(&r.p, r.path), 0);
    assert_int_equal(r.p.header->pid, again.pid);
    assert_int_equal(peek_sums(&r.p).allocations, 52);
    assert_int_equal(run_profiles(&r), 1);
    run_done(&again);
}

static void a_host_under_seccomp_is_left_alive(void **state)
{
    static const char *const ways[] = {"prctl", "syscall"};

    for (int i = 0; i < 2; i++) {
        go("seals", ways[i], 8);
        assert_string_equal(r.out, "sealed\n");
        assert_int_equal(peek_sums(&r.p).allocations + r.p.header->lost_events, 3000 + 3);
        assert_int_equal(r.p.header->exit_status, 8);
        if (i == 0)
            run_done(&r);
    }
}

static void a_signal_stops_and_starts_recording(void **state)
{
    static const char *const env[] = {"NOCOPY_TOGGLE_SIGNAL=12", NULL};
    static const char *const paused[] = {"NOCOPY_TOGGLE_SIGNAL=12", "NOCOPY_PAUSED=on", NULL};

    run_victim(&r, env, "hostile", "toggles", NULL);
    assert_int_equal(r.status, 0);
    assert_int_equal(got().allocated_bytes, 11 + 1 + 100 + 13);
    run_done(&r);
    run_victim(&r, paused, "hostile", "toggles", NULL);
    assert_int_equal(got().allocated_bytes, 10);
}

static void samples_are_unbiased(void **state)
{
    static const char *const env[] = {"NOCOPY_SAMPLE=2000", NULL};

    run_victim(&r, env, "threads", "small-stacks", NULL);
    assert_int_equal(r.status, 0);
    assert_true(r.p.header->flags & NC_SAMPLED);
    assert_int_equal(r.p.header->sample_bytes, 2000);
    const struct peek_sums s = peek_function(&r.p, "/threads", "in_thread");

    /* 20,000 blocks of 100 bytes, a thousand samples: six standard deviations on each side */
    assert_in_range(s.allocations, 16200, 23800);
    assert_int_equal(s.frees, s.allocations);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_event_of_a_storm_of_signals_is_counted),
        TEST(jumps_out_of_deep_stacks_change_nothing),
        TEST(deep_recursion_is_cut_at_the_depth_limit),
        TEST(coroutines_are_counted),
        TEST(a_host_that_closes_every_descriptor_loses_nothing),
        TEST(a_host_that_takes_over_every_descriptor_keeps_them),
        TEST(a_file_that_may_not_grow_keeps_the_totals),
        TEST(a_host_short_of_address_space_runs_on),
        TEST(what_happens_before_main_and_after_it_is_counted),
        TEST(plugins_that_come_and_go_are_counted),
        TEST(loading_beside_allocating_does_not_block),
        TEST(a_program_with_an_allocator_of_its_own_runs_as_without_us),
        TEST(nowhere_to_write_is_no_matter_to_the_host),
        TEST(a_name_may_hold_any_byte),
        TEST(letters_of_the_name_are_replaced),
        TEST(an_option_that_makes_no_sense_is_a_fact_of_the_run),
        TEST(a_file_of_another_run_is_replaced),
        TEST(a_host_under_seccomp_is_left_alive),
        TEST(a_signal_stops_and_starts_recording),
        TEST(samples_are_unbiased),
    };

    return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}

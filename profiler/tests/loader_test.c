/* SPDX-License-Identifier: Apache-2.0 */
/* The loader and the unwinder are the host's: what they do is not held up, and costs no more. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "same.h"

static struct same s;

static int tear_down(void **state)
{
    if (s.said != NULL)
        same_done(&s);
    return 0;
}

/* A deadlock ends as status 124 of timeout(1). */
static void same(const char *before, const char *format, ...)
{
    char command[1024] = "timeout -k 1 30 ";
    const size_t len = strlen(command);
    va_list args;

    va_start(args, format);
    vsnprintf(command + len, sizeof command - len, format, args);
    va_end(args);
    same_run(&s, before, NULL, command);
    assert_null(strstr(s.said, "[31744]")); /* 124: it did not come to an end */
}

static struct peek_sums sums_of(const char *name, const char *module, const char *function)
{
    struct peek p;

    assert_true(same_profile(&s, name, &p));
    const struct peek_sums ret = peek_function(&p, module, function);

    peek_done(&p);
    return ret;
}

static void a_frame_beyond_our_rules_is_passed(void **state)
{
    same(NULL, VICTIMS_DIR "/loader odd");
    assert_int_equal(sums_of("loader", "/loader", "loader_get").allocations, 550);
}

static void allocating_under_dl_iterate_phdr_does_not_block(void **state)
{
    same(NULL, VICTIMS_DIR "/loader iterates");
    assert_int_equal(sums_of("loader", "/loader", "loader_get").allocations, 550);
}

static void allocating_while_a_constructor_waits_does_not_block(void **state)
{
    same(NULL, VICTIMS_DIR "/loader constructs " PLUGIN_WAITS);
    assert_int_equal(sums_of("loader", "/loader", "loader_get").allocations, 550);
}

static void blocks_of_a_deeply_bound_plugin_come_past_us(void **state)
{
    struct peek p;

    same(NULL, VICTIMS_DIR "/loader deepbind " PLUGIN);
    assert_int_equal(sums_of("loader", "/loader", "loader_get").allocations, 100);
    assert_int_equal(sums_of("loader", "/loader", "loader_get").frees, 100);
    assert_int_equal(sums_of("loader", "/plugin.so", "plugin_get").allocations, 0);
    assert_true(same_profile(&s, "loader", &p));
    assert_int_equal(peek_foreign_frees(&p), 100);
    peek_done(&p);
}

static void plugins_at_one_address_are_told_apart(void **state)
{
    same(NULL, VICTIMS_DIR "/loader turns " PLUGIN " " PLUGIN_SECOND);
    assert_string_equal(s.said, "1\n[0]");
    const struct peek_sums first = sums_of("loader", "/plugin.so", "plugin_get");
    const struct peek_sums second = sums_of("loader", "/plugin_second.so", "second_get");

    assert_int_equal(first.allocations, 10);
    assert_int_equal(first.allocated_bytes, 1000);
    assert_int_equal(second.allocations, 10);
    assert_int_equal(second.allocated_bytes, 2000);
}

static void a_dlsym_that_allocates_is_served(void **state)
{
    static const char *const allocator[] = {"", ":libjemalloc.so.2"};

    for (size_t i = 0; i < 2; i++) {
        char before[512];

        snprintf(before, sizeof before, "%s%s", DLSYM_ALLOCATES, allocator[i]);
        same(before, VICTIMS_DIR "/family");
        if (i == 0)
            assert_int_equal(sums_of("family", "/family", "family_get").allocations, 16000);
        same_done(&s);
    }
}

static void exceptions_run_as_without_us(void **state)
{
    enum { COUNT = 2000 };
    uint64_t guards = 4 + 3;

    for (int i = 0; i < COUNT; i++)
        guards += 5 * ((uint64_t)(i % 20) + 1);
    same(NULL, VICTIMS_DIR "/throws %d", COUNT);
    assert_string_equal(s.said, "4000\n4000 4000 4000 4000\ncaught\nterminated\n[2304]");
    const struct peek_sums sums = sums_of("throws", "/throws", "throws_get");

    assert_int_equal(sums.allocations, guards);
    assert_int_equal(sums.frees, guards - 3); /* what was thrown to nobody unwinds nothing */
}

/* Instructions of what raises an exception and runs up the stack, as callgrind counts them. */
static uint64_t cost_of_throws(const char *preload)
{
    char command[1536];
    uint64_t n = 0;

    snprintf(
        command, sizeof command,
        "d=$(mktemp -d); cd $d; LD_PRELOAD='%s' NOCOPY_OUTPUT=$d/p NOCOPY_CONTENT=off valgrind "
        "--tool=callgrind --callgrind-out-file=$d/c --toggle-collect=_Unwind_RaiseException "
        "--toggle-collect=_Unwind_Resume --toggle-collect=_Unwind_Resume_or_Rethrow " VICTIMS_DIR
        "/throws 300 2>&1 | sed -n 's/.*Collected : //p'; rm -r $d",
        preload);
    FILE *from = popen(command, "r");

    if (fscanf(from, "%" SCNu64, &n) != 1)
        n = 0;
    pclose(from);
    return n;
}

static void a_throw_costs_what_it_costs_without_us(void **state)
{
    if (system("command -v valgrind >/dev/null") != 0)
        skip();
    const uint64_t plain = cost_of_throws(""), with = cost_of_throws(SHIM_PATH);

    print_message("# instructions of throws: %" PRIu64 " plain, %" PRIu64 " with us\n", plain,
                  with);
    assert_true(plain > 1000000);
    /* A search among loaded objects may take a step more: we are one. */
    assert_in_range(with, plain - plain / 100, plain + plain / 100);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_frame_beyond_our_rules_is_passed),
        TEST(allocating_under_dl_iterate_phdr_does_not_block),
        TEST(allocating_while_a_constructor_waits_does_not_block),
        TEST(blocks_of_a_deeply_bound_plugin_come_past_us),
        TEST(plugins_at_one_address_are_told_apart),
        TEST(a_dlsym_that_allocates_is_served),
        TEST(exceptions_run_as_without_us),
        TEST(a_throw_costs_what_it_costs_without_us),
    };

    return cmocka_run_group_tests_name("loader", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of scopes, by function names and by marks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run.h"

static struct run r;

static void go(const char *const *env, const char *which, int status)
{
    run_victim(&r, env, "scopes", which, NULL);
    assert_true(r.has);
    assert_int_equal(r.status, status);
    assert_int_equal(r.p.header->lost_events, 0);
}

static int tear_down(void **state)
{
    run_done(&r);
    return 0;
}

/* The only entry of NC_CALLS of that scope with that many bytes allocated. */
static const struct nc_calls *calls_of(const char *name, enum nc_mode mode, uint64_t bytes)
{
    const struct nc_calls *ret = NULL;

    for (uint64_t i = 1; i < peek_count(&r.p, NC_CALLS); i++) {
        const struct nc_calls *c = peek_at(&r.p, NC_CALLS, i);
        const struct nc_scope *s = peek_at(&r.p, NC_SCOPES, c->scope);

        if (s->mode == (uint32_t)mode && c->allocated_bytes == bytes &&
            strcmp(peek_string(&r.p, s->name), name) == 0) {
            assert_null(ret);
            ret = c;
        }
    }
    assert_non_null(ret);
    return ret;
}

static void calls_of_indicator_functions_are_exact(void **state)
{
    go(NULL, "functions", 0);
    const struct nc_calls *c = calls_of("demo", NC_MODE_SINGLE, 9000);

    assert_int_equal(c->calls, 3);
    assert_int_equal(c->allocations, 2);
    assert_int_equal(c->temporary_blocks, 1);
    assert_int_equal(c->temporary_bytes, 1000);
    assert_int_equal(c->retained_bytes, 8000);
    assert_int_equal(c->peak_bytes, 9000);
    c = calls_of("demo", NC_MODE_BATCH, 40000);
    assert_int_equal(c->calls, 1);
    assert_int_equal(c->allocations, 11);
    assert_int_equal(c->temporary_blocks, 10);
    assert_int_equal(c->temporary_bytes, 20000);
    assert_int_equal(c->retained_bytes, 20000);
    assert_int_equal(c->largest_retained, 20000);
    assert_int_equal(c->peak_bytes, 22000);
    assert_int_equal(c->copies, 10);
    assert_int_equal(c->copied_bytes, 20000);
    calls_of("demo", NC_MODE_BATCH, 80000);
    assert_int_equal(peek_count(&r.p, NC_CALLS), 1 + 3);
}

static void stacks_know_their_scope(void **state)
{
    go(NULL, "functions", 0);
    const struct peek_sums single = peek_scope(&r.p, "demo", NC_MODE_SINGLE),
                           batch = peek_scope(&r.p, "demo", NC_MODE_BATCH);

    assert_int_equal(single.allocated_bytes, 3 * 9000);
    assert_int_equal(single.call_frees, 3);
    assert_int_equal(single.call_freed_bytes, 3000);
    assert_int_equal(single.frees, 6);
    assert_int_equal(batch.allocated_bytes, 40000 + 80000);
    assert_int_equal(batch.call_freed_bytes, 60000);
    assert_int_equal(batch.leaked_bytes, 0);
    assert_int_equal(peek_sums(&r.p).allocated_bytes, 27000 + 120000 + 40 + 30);
}

static void only_functions_that_were_called_are_scopes(void **state)
{
    go(NULL, "functions", 0);
    assert_int_equal(peek_count(&r.p, NC_SCOPES), 1 + 2);
}

static void a_call_is_over_when_its_result_is_freed_outside(void **state)
{
    go(NULL, "loop", 0);
    const struct nc_calls *c = calls_of("demo", NC_MODE_BATCH, 40000);

    assert_int_equal(c->calls, 5);
    assert_int_equal(c->temporary_bytes, 20000);
    assert_int_equal(c->retained_bytes, 20000);
    assert_int_equal(peek_count(&r.p, NC_CALLS), 1 + 1);
}

static void a_free_that_the_function_ends_in_is_inside_its_call(void **state)
{
    static const char *const full[] = {"NOCOPY_CONTENT=full", NULL};

    go(full, "ends", 0);
    const struct nc_calls *c = calls_of("ends", NC_MODE_BATCH, 3000);

    assert_int_equal(c->calls, 3);
    assert_int_equal(c->temporary_bytes, 3000);
    assert_int_equal(c->retained_bytes, 0);
    assert_true(r.p.header->content_ns > 0 && r.p.header->content_ns < r.p.header->cpu_ns);
    for (uint64_t i = 1; i < peek_count(&r.p, NC_EDGES); i++) {
        const struct nc_edge *e = peek_at(&r.p, NC_EDGES, i);

        assert_int_equal(e->freed_copies, 3); /* copied, then freed in the call */
        assert_int_equal(e->freed_bytes, 9000);
    }
    assert_int_equal(peek_count(&r.p, NC_EDGES), 1 + 1);
}

static void marks_tell_what_was_seen_between_them(void **state)
{
    go(NULL, "marks", 0);
    assert_string_equal(r.out, "11 40000 10 20000 1 20000 22000 10 20000\n"
                               "11 40000 10 20000 1 20000 22000 10 20000\n"
                               "1 300 1 300 0 0 300 0 0\n"
                               "2 400 2 400 0 0 400 0 0\n");
    const struct nc_calls *c = calls_of("demo", NC_MODE_BATCH, 40000);

    assert_int_equal(c->calls, 2);
    assert_int_equal(c->combos, 10);
    assert_int_equal(c->flags, NC_CALLS_MARKED);
    assert_int_equal(calls_of("outer", NC_MODE_SINGLE, 400)->calls, 1);
}

static void threads_made_in_a_call_work_inside_it(void **state)
{
    go(NULL, "pool", 0);
    /* 4000 handed out; by each thread 1050; what pthread_create allocates comes on top. */
    const struct peek_sums s = peek_scope(&r.p, "pool", NC_MODE_BATCH);
    const struct peek_sums outside = peek_function(&r.p, "/scopes", "outside");

    assert_true(s.allocated_bytes >= 4000 + 4 * 1050);
    assert_int_equal(outside.allocated_bytes, 4 * 1050 + 1);
    for (uint64_t i = 1; i < peek_count(&r.p, NC_CALLS); i++) {
        const struct nc_calls *c = peek_at(&r.p, NC_CALLS, i);
        const struct nc_scope *scope = peek_at(&r.p, NC_SCOPES, c->scope);

        if (scope->mode != NC_MODE_BATCH)
            continue;
        assert_int_equal(c->calls, 1);
        assert_int_equal(c->allocated_bytes, s.allocated_bytes);
        assert_true(c->temporary_bytes >= 4 * 1050);
    }
}

static void a_pattern_of_ones_own_names_the_scopes(void **state)
{
    static const char *const env[] = {
        "NOCOPY_SCOPE=^ind_(?<name>[a-z]+)_(?<mode>batch)$\n^(outs)ide$", NULL};

    go(env, "functions", 0);
    assert_int_equal(peek_scope(&r.p, "demo", NC_MODE_BATCH).allocated_bytes, 120000);
    assert_int_equal(peek_scope(&r.p, "demo", NC_MODE_SINGLE).allocated_bytes, 0);
    assert_int_equal(peek_scope(&r.p, "outs", NC_MODE_SINGLE).allocations, 4);
}

static void a_pattern_that_does_not_compile_is_a_fact_of_the_run(void **state)
{
    static const char *const env[] = {"NOCOPY_SCOPE=(unclosed", NULL};

    go(env, "functions", 0);
    assert_string_equal(r.out, "");
    assert_string_equal(peek_fact(&r.p, "option-error"), "NOCOPY_SCOPE");
}

static void what_is_born_while_paused_never_was(void **state)
{
    go(NULL, "pauses", 0);
    const struct peek_sums s = peek_sums(&r.p);

    assert_int_equal(s.allocated_bytes, 310);
    assert_int_equal(s.freed_bytes, 310);
    assert_int_equal(s.allocations, 3);
}

static void a_program_can_ask_whether_we_are_there(void **state) { go(NULL, "present", 1); }

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(calls_of_indicator_functions_are_exact),
        TEST(stacks_know_their_scope),
        TEST(only_functions_that_were_called_are_scopes),
        TEST(a_call_is_over_when_its_result_is_freed_outside),
        TEST(a_free_that_the_function_ends_in_is_inside_its_call),
        TEST(marks_tell_what_was_seen_between_them),
        TEST(threads_made_in_a_call_work_inside_it),
        TEST(a_pattern_of_ones_own_names_the_scopes),
        TEST(a_pattern_that_does_not_compile_is_a_fact_of_the_run),
        TEST(what_is_born_while_paused_never_was),
        TEST(a_program_can_ask_whether_we_are_there),
    };

    return cmocka_run_group_tests_name("scopes", tests, NULL, NULL);
}

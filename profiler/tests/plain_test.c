/* SPDX-License-Identifier: Apache-2.0 */
/* One thread, to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "run.h"

static struct run r;

static void go(const char *which)
{
    run_victim(&r, NULL, "plain", which, NULL);
    assert_true(r.has);
    assert_int_equal(r.p.header->lost_events, 0);
    assert_true(r.p.header->flags & NC_COMPLETE);
    assert_int_equal(r.p.header->exit_status, r.status);
}

static int tear_down(void **state)
{
    run_done(&r);
    return 0;
}

static void blocks_and_bytes_of_each_function_are_exact(void **state)
{
    go("counts");
    assert_int_equal(r.status, 7);
    const struct peek_sums all = peek_sums(&r.p), s = peek_function(&r.p, "/plain", "small"),
                           l = peek_function(&r.p, "/plain", "large");

    assert_int_equal(all.allocations, 110);
    assert_int_equal(all.allocated_bytes, 5050 + 10000);
    assert_int_equal(all.leaked_blocks, 4);
    assert_int_equal(all.leaked_bytes, 4000);
    assert_int_equal(all.temporary, 0);
    assert_int_equal(s.allocations, 100);
    assert_int_equal(s.allocated_bytes, 5050);
    assert_int_equal(s.frees, 100);
    assert_int_equal(s.freed_bytes, 5050);
    assert_int_equal(l.allocations, 10);
    assert_int_equal(l.frees, 6);
    assert_int_equal(l.freed_bytes, 6000);
    assert_int_equal(r.p.header->peak_bytes, 15050);
    assert_int_equal(peek_foreign_frees(&r.p), 0);
}

static void temporaries_are_those_freed_before_the_next_allocation(void **state)
{
    go("temporary");
    assert_int_equal(peek_function(&r.p, "/plain", "small").temporary, 1000);
    assert_int_equal(peek_sums(&r.p).temporary, 1000);
}

static void the_peak_and_who_had_it_are_exact(void **state)
{
    go("peak");
    assert_int_equal(r.p.header->peak_bytes, 6000);
    assert_int_equal(r.p.header->peak_blocks, 51);
    assert_int_equal(peek_sums(&r.p).peak_bytes, 6000);
    assert_int_equal(peek_sums(&r.p).peak_blocks, 51);
    assert_int_equal(peek_function(&r.p, "/plain", "small").peak_bytes, 5000);
    assert_int_equal(peek_function(&r.p, "/plain", "large").peak_bytes, 1000);
    assert_int_equal(peek_function(&r.p, "/plain", "zeroed").peak_bytes, 0);
}

static void a_realloc_frees_allocates_and_says_what_moved(void **state)
{
    unsigned long moved, bytes;

    go("reallocs");
    assert_int_equal(r.status, 0);
    assert_int_equal(sscanf(r.out, "%lu %lu", &moved, &bytes), 2);
    const struct peek_sums g = peek_function(&r.p, "/plain", "grow");

    assert_int_equal(g.allocations, 18);
    assert_int_equal(g.allocated_bytes, (2u << 20) - 16 + 100);
    assert_int_equal(g.frees, 18);
    assert_int_equal(g.leaked_bytes, 0);
    assert_int_equal(g.moved, moved);
    assert_int_equal(g.moved_bytes, bytes);
    assert_int_equal(g.temporary, 1); /* the one that realloc(p, 0) ended */
    assert_int_equal(r.p.header->peak_bytes, 1 << 20);
}

static void what_fails_fails_as_without_us_and_counts_nothing(void **state)
{
    go("failures");
    assert_int_equal(r.status, 0);
    assert_int_equal(peek_sums(&r.p).allocations, 1);
    assert_int_equal(peek_sums(&r.p).frees, 1);
    assert_int_equal(peek_sums(&r.p).freed_bytes, 40);
}

static void every_function_of_the_malloc_family_is_seen(void **state)
{
    go("aligned");
    assert_int_equal(r.status, 0);
    assert_int_equal(peek_sums(&r.p).allocations, 10);
    assert_int_equal(peek_sums(&r.p).allocated_bytes, 2000);
    assert_int_equal(peek_sums(&r.p).leaked_blocks, 0);
}

static void every_copy_is_seen_small_ones_by_number(void **state)
{
    uint64_t small, bytes;

    go("copies");
    const struct peek_sums rows = peek_function(&r.p, "/plain", "copy_rows"), s = peek_sums(&r.p);

    assert_int_equal(rows.copies, 10);
    assert_int_equal(rows.copied_bytes, 8000);
    assert_int_equal(s.copies, 10 + 8);
    assert_int_equal(s.copied_bytes, 8000 + 8 * 300);
    peek_small_copies(&r.p, &small, &bytes);
    assert_int_equal(small, 100);
    assert_int_equal(bytes, 3200);
    assert_int_equal(s.fills, 1);
    assert_int_equal(s.filled_bytes, 800);
    assert_int_equal(s.allocations, 2);
}

static void copies_name_their_blocks_and_sources_freed_after(void **state)
{
    uint64_t handed = 0, freed = 0, freed_bytes = 0;

    go("handed");
    for (uint64_t i = 1; i < peek_count(&r.p, NC_EDGES); i++) {
        const struct nc_edge *e = peek_at(&r.p, NC_EDGES, i);

        assert_true(e->source != 0 && e->destination != 0);
        handed += e->bytes;
        freed += e->freed_copies;
        freed_bytes += e->freed_bytes;
    }
    assert_int_equal(handed, 21 * 4000);
    assert_int_equal(freed, 21); /* the last source goes after its copy as well */
    assert_int_equal(freed_bytes, 21 * 4000);
    assert_int_equal(peek_function(&r.p, "/plain", "hand_over").copies, 21);
}

static void mappings_are_blocks_that_may_go_in_pieces(void **state)
{
    go("maps");
    assert_int_equal(r.status, 0);
    const struct peek_sums s = peek_sums(&r.p);

    assert_int_equal(s.mapped, 4); /* three by mmap, one by mremap */
    assert_int_equal(s.mapped_bytes, 2 * (1 << 20) + 65536 + 4096);
    assert_int_equal(s.leaked_blocks, 1);
    assert_int_equal(s.leaked_bytes, 4096);
}

static void blocks_of_every_size_are_found_by_their_middle(void **state)
{
    uint64_t with_source = 0;

    go("sizes");
    assert_int_equal(peek_sums(&r.p).leaked_blocks, 0);
    assert_int_equal(peek_sums(&r.p).allocated_bytes, 5000ul * 5001 / 2);
    for (uint64_t i = 1; i < peek_count(&r.p, NC_EDGES); i++) {
        const struct nc_edge *e = peek_at(&r.p, NC_EDGES, i);

        with_source += e->source != 0 ? e->copies : 0;
    }
    assert_int_equal(with_source, 45);
}

static void a_program_without_allocations_has_an_empty_profile(void **state)
{
    go("nothing");
    assert_int_equal(peek_sums(&r.p).allocations, 0);
    assert_string_equal(peek_fact(&r.p, "argv1"), "nothing");
    assert_string_equal(peek_fact(&r.p, "argc"), "2");
    assert_non_null(peek_fact(&r.p, "exe"));
    assert_non_null(peek_fact(&r.p, "cwd"));
    assert_int_equal(r.p.header->pid, r.pid);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(blocks_and_bytes_of_each_function_are_exact),
        TEST(temporaries_are_those_freed_before_the_next_allocation),
        TEST(the_peak_and_who_had_it_are_exact),
        TEST(a_realloc_frees_allocates_and_says_what_moved),
        TEST(what_fails_fails_as_without_us_and_counts_nothing),
        TEST(every_function_of_the_malloc_family_is_seen),
        TEST(every_copy_is_seen_small_ones_by_number),
        TEST(copies_name_their_blocks_and_sources_freed_after),
        TEST(mappings_are_blocks_that_may_go_in_pieces),
        TEST(blocks_of_every_size_are_found_by_their_middle),
        TEST(a_program_without_allocations_has_an_empty_profile),
    };

    return cmocka_run_group_tests_name("plain", tests, NULL, NULL);
}

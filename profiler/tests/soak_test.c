/* SPDX-License-Identifier: Apache-2.0 */
/* Random allocator traffic in eight threads, exact at its end. "soak_test SECONDS [SEED]": the
 * tests run 20 seconds; `soak_test 3600` is the hour of docs/performance.md. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "run.h"

static const char *seconds = "20", *seed = "1";

struct expected {
    uint64_t allocations, allocated, frees, freed, moved, moved_bytes, copies, copied, stints;
};

static void the_totals_of_random_traffic_are_exact(void **state)
{
    char path[512];
    const char *const argv[] = {path, seconds, seed, NULL};
    struct expected e;
    struct run r;

    snprintf(path, sizeof path, "%s/soak", VICTIMS_DIR);
    run_under(&r, NULL, argv);
    assert_int_equal(r.status, 0);
    assert_true(r.has);
    assert_int_equal(sscanf(r.out,
                            "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                            " %" SCNu64 " %" SCNu64 " %" SCNu64,
                            &e.allocations, &e.allocated, &e.frees, &e.freed, &e.moved,
                            &e.moved_bytes, &e.copies, &e.copied, &e.stints),
                     9);
    const struct peek_sums taken = peek_function(&r.p, "/soak", "soak_take");
    const struct peek_sums moved = peek_function(&r.p, "/soak", "soak_move");
    const struct peek_sums copied = peek_function(&r.p, "/soak", "soak_copy");

    print_message("# seed %s: %" PRIu64 " allocations of %" PRIu64 " bytes, %" PRIu64
                  " frees, %" PRIu64 " copies, %" PRIu64 " threads, file %zu bytes\n",
                  seed, e.allocations, e.allocated, e.frees, e.copies, r.p.header->threads,
                  r.p.size);
    assert_int_equal(r.p.header->lost_events, 0);
    assert_int_equal(taken.allocations + moved.allocations, e.allocations);
    assert_int_equal(taken.allocated_bytes + moved.allocated_bytes, e.allocated);
    assert_int_equal(taken.frees + moved.frees, e.frees);
    assert_int_equal(taken.freed_bytes + moved.freed_bytes, e.freed);
    assert_int_equal(taken.leaked_bytes + moved.leaked_bytes, e.allocated - e.freed);
    assert_int_equal(moved.moved, e.moved);
    assert_int_equal(moved.moved_bytes, e.moved_bytes);
    assert_int_equal(copied.copies, e.copies);
    assert_int_equal(copied.copied_bytes, e.copied);
    assert_true(r.p.header->peak_bytes >= e.allocated - e.freed);
    assert_true(r.p.size < 64 << 20); /* of stacks there are a few hundred, whatever happens */
    assert_int_equal(peek_sums(&r.p).peak_bytes, r.p.header->peak_bytes);
    assert_int_equal(r.p.header->threads, 1 + 8 + e.stints);
    run_done(&r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_totals_of_random_traffic_are_exact)};

    if (argc > 1)
        seconds = argv[1];
    if (argc > 2)
        seed = argv[2];
    return cmocka_run_group_tests_name("soak", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Each analysis, on the least that must make it speak and on what must not. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define ROW    UINT64_C(80000)
#define COMBOS UINT64_C(64)

/* One batch call of COMBOS rows in scope 1; stacks are added by the test. */
struct batch {
    struct builder b;
    uint32_t app, scope, entry;
};

static void begin(struct batch *t, uint64_t shift)
{
    builder_init(&t->b);
    t->app = builder_module(&t->b, "/nowhere/app");
    t->scope = builder_scope(&t->b, "sma", NC_MODE_BATCH);
    t->entry = builder_node(&t->b, 0, t->app, 0x100 + shift, t->scope, 0);
    const struct nc_calls calls = {.scope = t->scope,
                                   .flags = NC_CALLS_MARKED,
                                   .calls = 1,
                                   .combos = COMBOS,
                                   .allocated_bytes = 2 * COMBOS * ROW,
                                   .retained_bytes = COMBOS * ROW};
    builder_add(&t->b, NC_CALLS, &calls);
    ((struct nc_scope *)builder_at(&t->b, NC_SCOPES, t->scope))->calls = 1;
}

static uint32_t inside(struct batch *t, uint64_t offset)
{
    return builder_node(&t->b, t->entry, t->app, offset, t->scope, 0);
}

static struct nc_counts *counts(struct batch *t, uint32_t i)
{
    return builder_at(&t->b, NC_COUNTS, i);
}

static void rows_freed_after_their_copy_are_told_once(void **state)
{
    struct batch t;
    begin(&t, 0);
    const uint32_t row = builder_blocks(&t.b, inside(&t, 0x200), COMBOS, ROW, COMBOS, COMBOS),
                   out = builder_blocks(&t.b, inside(&t, 0x300), 1, COMBOS * ROW, 1, 0),
                   copy = builder_copies(&t.b, inside(&t, 0x400), COMBOS, ROW);
    const struct nc_edge edge = {.copy = copy,
                                 .source = row,
                                 .destination = out,
                                 .scope = t.scope,
                                 .copies = COMBOS,
                                 .bytes = COMBOS * ROW,
                                 .freed_copies = COMBOS,
                                 .freed_bytes = COMBOS * ROW};
    builder_add(&t.b, NC_EDGES, &edge);
    struct report r = report_of(&t.b);

    const struct report_finding *f = finding_of(&r, "copy-then-free");
    assert_non_null(f);
    assert_string_equal(f->where.function, "app+0x200");
    assert_string_equal(f->copied.function, "app+0x400");
    assert_string_equal(f->scope, "sma");
    assert_int_equal(f->bytes, COMBOS * ROW);
    assert_int_equal(f->count, COMBOS);
    assert_int_equal(f->severity, SEVERITY_HIGH);
    assert_null(finding_of(&r, "per-row-temporary")); /* the same bytes: the copy is the proof */
    assert_int_equal(r.scopes[0].needless_bytes, COMBOS * ROW);
    report_done(&r);
}

static void content_and_hooks_do_not_add_up(void **state)
{
    struct batch t;
    begin(&t, 0);
    const uint32_t row = builder_blocks(&t.b, inside(&t, 0x200), COMBOS, 2 * ROW, COMBOS, COMBOS),
                   copy = builder_copies(&t.b, inside(&t, 0x400), COMBOS, ROW);
    const struct nc_edge edge = {.copy = copy,
                                 .source = row,
                                 .scope = t.scope,
                                 .copies = COMBOS,
                                 .bytes = COMBOS * ROW,
                                 .freed_copies = COMBOS,
                                 .freed_bytes = COMBOS * ROW};
    const struct nc_match match = {.source = row,
                                   .destination = copy,
                                   .copy = copy,
                                   .scope = t.scope,
                                   .flags = NC_MATCH_SOURCE_FREED,
                                   .pairs = COMBOS / 2,
                                   .bytes = COMBOS / 2 * ROW};
    builder_add(&t.b, NC_EDGES, &edge);
    builder_add(&t.b, NC_MATCHES, &match);
    struct report r = report_of(&t.b);

    assert_int_equal(finding_of(&r, "copy-then-free")->bytes, COMBOS * ROW);
    assert_int_equal(finding_of(&r, "copy-then-free")->count, COMBOS);
    report_done(&r);
}

static void a_temporary_of_each_row_is_told(void **state)
{
    struct batch t;
    begin(&t, 0);
    builder_blocks(&t.b, inside(&t, 0x200), COMBOS, ROW, COMBOS, COMBOS);
    struct report r = report_of(&t.b);

    assert_int_equal(finding_of(&r, "per-row-temporary")->bytes, COMBOS * ROW);
    assert_int_equal(r.n_findings, 1);
    report_done(&r);
}

static void one_scratch_block_for_all_rows_is_fine(void **state)
{
    struct batch t;
    begin(&t, 0);
    builder_blocks(&t.b, inside(&t, 0x200), 1, ROW, 1, 1);
    builder_blocks(&t.b, inside(&t, 0x300), 1, COMBOS * ROW, 1, 0);
    struct report r = report_of(&t.b);

    assert_int_equal(r.n_findings, 0);
    report_done(&r);
}

static void small_state_of_each_row_is_fine(void **state)
{
    struct batch t;
    begin(&t, 0);
    builder_blocks(&t.b, inside(&t, 0x200), COMBOS, 256, COMBOS, COMBOS);
    struct report r = report_of(&t.b);

    assert_int_equal(r.n_findings, 0);
    report_done(&r);
}

static void scratch_that_piles_up_is_told_but_for_one_row(void **state)
{
    struct batch t;
    begin(&t, 0);
    const uint32_t c = builder_blocks(&t.b, inside(&t, 0x200), COMBOS, ROW, COMBOS, COMBOS);
    counts(&t, c)->most_bytes = COMBOS * ROW;
    struct report r = report_of(&t.b);

    assert_int_equal(finding_of(&r, "retained-scratch")->bytes, (COMBOS - 1) * ROW);
    assert_null(finding_of(&r, "per-row-temporary"));
    report_done(&r);
}

static void moving_again_and_again_is_growth_and_once_is_not(void **state)
{
    for (uint64_t moves = 1; moves <= 10; moves += 9) {
        struct batch t;
        begin(&t, 0);
        const uint32_t c = builder_blocks(&t.b, inside(&t, 0x200), moves + 1, 4096, moves, 0);
        counts(&t, c)->moved = moves;
        counts(&t, c)->moved_bytes = moves * 4096;
        struct report r = report_of(&t.b);
        const struct report_finding *f = finding_of(&r, "growth");
        if (moves == 1)
            assert_null(f);
        else
            assert_int_equal(f->bytes, moves * 4096);
        report_done(&r);
    }
}

static void what_is_beside_the_payload_is_metadata(void **state)
{
    struct batch t;
    begin(&t, 0);
    builder_blocks(&t.b, inside(&t, 0x200), 1, COMBOS * ROW, 1, 0);
    builder_blocks(&t.b, inside(&t, 0x300), COMBOS, ROW / 4, COMBOS, 0);
    struct report r = report_of(&t.b);

    assert_string_equal(finding_of(&r, "metadata")->where.function, "app+0x300");
    assert_int_equal(finding_of(&r, "metadata")->bytes, COMBOS * ROW / 4);
    report_done(&r);
}

static void metadata_of_a_tenth_is_fine(void **state)
{
    struct batch t;
    begin(&t, 0);
    builder_blocks(&t.b, inside(&t, 0x200), 1, COMBOS * ROW, 1, 0);
    builder_blocks(&t.b, inside(&t, 0x300), COMBOS, ROW / 10, COMBOS, 0);
    struct report r = report_of(&t.b);

    assert_null(finding_of(&r, "metadata"));
    report_done(&r);
}

/* An interpreter maps a pool of a megabyte while the call is on, and keeps it: the result, freed by
 * the caller, is no metadata beside that. */
static void a_pool_that_is_mapped_in_a_call_is_no_payload(void **state)
{
    struct batch t;
    begin(&t, 0);
    const uint32_t pool = builder_blocks(&t.b, inside(&t, 0x200), 1, 1 << 20, 1, 0);
    counts(&t, pool)->mapped = 1;
    counts(&t, pool)->mapped_bytes = 1 << 20;
    builder_blocks(&t.b, inside(&t, 0x300), 1, 160000, 1, 0);
    struct report r = report_of(&t.b);

    assert_null(finding_of(&r, "metadata"));
    report_done(&r);
}

static void a_pool_that_only_one_of_many_calls_fills_is_no_payload(void **state)
{
    struct batch t;
    begin(&t, 0);
    ((struct nc_scope *)builder_at(&t.b, NC_SCOPES, t.scope))->calls = 10;
    ((struct nc_calls *)builder_at(&t.b, NC_CALLS, 1))->calls = 10;
    builder_blocks(&t.b, inside(&t, 0x200), 1, 8 << 20, 1, 0);
    builder_blocks(&t.b, inside(&t, 0x300), 10, 160000, 10, 0);
    struct report r = report_of(&t.b);

    assert_null(finding_of(&r, "metadata"));
    report_done(&r);
}

static void a_leak_is_told_unless_the_run_was_cut_off(void **state)
{
    for (int complete = 0; complete < 2; complete++) {
        struct batch t;
        begin(&t, 0);
        builder_blocks(&t.b, inside(&t, 0x200), COMBOS, ROW, 0, 0);
        if (!complete)
            t.b.header.flags &= ~(uint32_t)NC_COMPLETE;
        struct report r = report_of(&t.b);
        const struct report_finding *f = finding_of(&r, "leak");
        if (complete) {
            assert_int_equal(f->bytes, COMBOS * ROW);
            assert_int_equal(f->severity, SEVERITY_HIGH);
            assert_int_equal(r.totals.all.needless_bytes, 0);
        } else {
            assert_null(f);
        }
        report_done(&r);
    }
}

static void bytes_never_written_are_told(void **state)
{
    struct batch t;
    begin(&t, 0);
    const uint32_t c = builder_blocks(&t.b, inside(&t, 0x200), 1, 1000000, 1, 0);
    counts(&t, c)->untouched_bytes = 600000;
    counts(&t, c)->untouched_looked = 1000000;
    counts(&t, c)->untouched_blocks = 1;
    struct report r = report_of(&t.b);

    assert_int_equal(finding_of(&r, "over-allocation")->bytes, 600000);
    /* Six per cent of what the scope took. */
    assert_int_equal(finding_of(&r, "over-allocation")->severity, SEVERITY_MODERATE);
    report_done(&r);
}

static void blocks_that_could_not_be_judged_are_likely_like_those_that_could(void **state)
{
    struct batch t;
    begin(&t, 0);
    const uint32_t c = builder_blocks(&t.b, inside(&t, 0x200), 10, 100000, 10, 0);
    counts(&t, c)->largest_bytes = 100000;
    counts(&t, c)->untouched_bytes = 4 * 60000;
    counts(&t, c)->untouched_blocks = 4;
    counts(&t, c)->untouched_looked = 4 * 100000;
    struct report r = report_of(&t.b);

    assert_int_equal(r.n_findings, 2); /* heaviest first */
    assert_string_equal(r.findings[0].kind, "over-allocation");
    assert_int_equal(r.findings[0].bytes, 6 * 60000);
    assert_int_equal(r.findings[0].count, 6);
    assert_int_equal(r.findings[0].severity, SEVERITY_LOW);
    assert_int_equal(strncmp(r.findings[0].evidence, "Likely: ", 8), 0);
    assert_int_equal(r.findings[1].bytes, 4 * 60000);
    assert_int_equal(strncmp(r.findings[1].evidence, "Likely: ", 8) == 0, 0);
    assert_string_not_equal(r.findings[0].id, r.findings[1].id);
    assert_int_equal(r.totals.all.needless_bytes, 4 * 60000);
    report_done(&r);
}

static void matches_are_told_by_what_is_proven(void **state)
{
    static const struct {
        uint32_t flags;
        const char *kind;
        enum report_severity severity;
    } cases[] = {
        {NC_MATCH_SOURCE_LIVED, "copy-of-live", SEVERITY_HIGH},
        {NC_MATCH_SOURCE_LIVED | NC_MATCH_RETAINED, "copy-of-live", SEVERITY_LOW},
        {NC_MATCH_SOURCE_FREED, "copy-then-free", SEVERITY_HIGH},
        {NC_MATCH_SOURCE_FREED | NC_MATCH_REUSED, "copy-then-free", SEVERITY_LOW},
        {NC_MATCH_COMPUTED, "duplicate-content", SEVERITY_HIGH},
        {NC_MATCH_COMPUTED | NC_MATCH_RETAINED, "duplicate-content", SEVERITY_LOW},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct batch t;
        begin(&t, 0);
        const uint32_t a = builder_blocks(&t.b, inside(&t, 0x200), 1, 2000000, 1, 0),
                       b = builder_blocks(&t.b, inside(&t, 0x300), 1, 2000000, 1, 0);
        const struct nc_match match = {.source = a,
                                       .destination = b,
                                       .scope = t.scope,
                                       .flags = cases[i].flags,
                                       .pairs = 1,
                                       .bytes = 2000000};
        builder_add(&t.b, NC_MATCHES, &match);
        struct report r = report_of(&t.b);
        const struct report_finding *f = finding_of(&r, cases[i].kind);
        assert_non_null(f);
        assert_int_equal(f->severity, cases[i].severity);
        assert_int_equal(f->bytes, 2000000);
        report_done(&r);
    }
}

/* A hooked copy of which the hooks alone could not tell what it was worth, and content could. */
static void a_copy_proven_by_content_is_a_needless_band_of_the_flow(void **state)
{
    static const struct {
        uint32_t flags;
        uint64_t needless;
    } cases[] = {
        {NC_MATCH_SOURCE_LIVED, ROW},
        {NC_MATCH_SOURCE_LIVED | NC_MATCH_RETAINED, ROW},
        {NC_MATCH_SOURCE_FREED, ROW},
        {NC_MATCH_SOURCE_LIVED | NC_MATCH_UNSURE, 0},
        {NC_MATCH_SOURCE_FREED | NC_MATCH_REUSED, 0},
        {0, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct batch t;
        begin(&t, 0);
        const uint32_t a = builder_blocks(&t.b, inside(&t, 0x200), 1, ROW, 1, 0),
                       b = builder_blocks(&t.b, inside(&t, 0x300), 1, ROW, 1, 0),
                       copy = builder_copies(&t.b, inside(&t, 0x400), 1, ROW);
        const struct nc_edge edge = {.copy = copy,
                                     .source = a,
                                     .destination = b,
                                     .scope = t.scope,
                                     .copies = 1,
                                     .bytes = ROW};
        const struct nc_match match = {.source = a,
                                       .destination = b,
                                       .copy = copy,
                                       .scope = t.scope,
                                       .flags = cases[i].flags,
                                       .pairs = 1,
                                       .bytes = ROW};
        builder_add(&t.b, NC_EDGES, &edge);
        if (cases[i].flags)
            builder_add(&t.b, NC_MATCHES, &match);
        struct report r = report_of(&t.b);

        assert_int_equal(r.n_edges, 1);
        assert_int_equal(r.edges[0].copies, 1);
        assert_int_equal(r.edges[0].bytes, ROW);
        assert_int_equal(r.edges[0].needless_bytes, cases[i].needless);
        report_done(&r);
    }
}

static const char *evidence_at(const struct report *r, const char *function)
{
    for (size_t i = 0; i < r->n_findings; i++)
        if (strcmp(r->findings[i].where.function, function) == 0)
            return r->findings[i].evidence;
    return "";
}

static const char *advice_at(const struct report *r, const char *function)
{
    for (size_t i = 0; i < r->n_findings; i++)
        if (strcmp(r->findings[i].where.function, function) == 0)
            return r->findings[i].advice;
    return "";
}

/* A -> B -> C: each block that would go is a finding, and all of them say the same: from A to C. */
static void a_chain_of_copies_is_one_story(void **state)
{
    for (int freed = 0; freed < 2; freed++) {
        struct batch t;
        begin(&t, 0);
        uint32_t block[4];
        for (uint32_t i = 0; i < 4; i++)
            block[i] = builder_blocks(&t.b, inside(&t, 0x200 + 0x100 * i), 1, ROW, 1, 0);
        for (uint32_t i = 0; i < 3; i++) {
            const struct nc_match match = {.source = block[i],
                                           .destination = block[i + 1],
                                           .scope = t.scope,
                                           .flags = freed ? NC_MATCH_SOURCE_FREED
                                                          : NC_MATCH_SOURCE_LIVED,
                                           .pairs = 1,
                                           .bytes = ROW};
            builder_add(&t.b, NC_MATCHES, &match);
        }
        struct report r = report_of(&t.b);

        assert_int_equal(r.n_findings, 3);
        assert_int_equal(r.scopes[0].needless_bytes, 3 * ROW);
        if (freed) {
            assert_non_null(strstr(evidence_at(&r, "app+0x200"), "goes on to app+0x500"));
            assert_non_null(strstr(advice_at(&r, "app+0x200"), "straight into app+0x500"));
            assert_non_null(strstr(advice_at(&r, "app+0x400"), "straight into app+0x500"));
        } else {
            assert_non_null(strstr(evidence_at(&r, "app+0x500"), "itself a copy of app+0x200"));
            assert_non_null(strstr(advice_at(&r, "app+0x500"), "read from app+0x200"));
            assert_non_null(strstr(advice_at(&r, "app+0x300"), "read from app+0x200"));
        }
        report_done(&r);
    }
}

static void copies_in_a_circle_end_their_story(void **state)
{
    for (int freed = 0; freed < 2; freed++) {
        struct batch t;
        begin(&t, 0);
        const uint32_t a = builder_blocks(&t.b, inside(&t, 0x200), 1, ROW, 1, 0),
                       b = builder_blocks(&t.b, inside(&t, 0x300), 1, ROW, 1, 0);
        for (int back = 0; back < 2; back++) {
            const struct nc_match match = {.source = back ? b : a,
                                           .destination = back ? a : b,
                                           .scope = t.scope,
                                           .flags = freed ? NC_MATCH_SOURCE_FREED
                                                          : NC_MATCH_SOURCE_LIVED,
                                           .pairs = 1,
                                           .bytes = ROW};
            builder_add(&t.b, NC_MATCHES, &match);
        }
        struct report r = report_of(&t.b);

        assert_int_equal(r.n_findings, 2);
        report_done(&r);
    }
}

static void a_byte_is_charged_once(void **state)
{
    struct batch t;
    begin(&t, 0);
    const uint32_t a = builder_blocks(&t.b, inside(&t, 0x200), 1, ROW, 1, 1),
                   b = builder_blocks(&t.b, inside(&t, 0x300), COMBOS, ROW, COMBOS, COMBOS);
    counts(&t, b)->untouched_bytes = counts(&t, b)->untouched_looked = COMBOS * ROW;
    for (uint32_t flags = 1; flags <= NC_MATCH_COMPUTED; flags *= 2) {
        const struct nc_match match = {.source = a,
                                       .destination = b,
                                       .scope = t.scope,
                                       .flags = flags,
                                       .pairs = COMBOS,
                                       .bytes = COMBOS * ROW};
        builder_add(&t.b, NC_MATCHES, &match);
    }
    struct report r = report_of(&t.b);
    uint64_t sum = 0;

    for (size_t i = 0; i < r.n_findings; i++)
        sum += r.findings[i].bytes;
    assert_in_range(sum, COMBOS * ROW, (COMBOS + 1) * ROW);
    assert_in_range(r.scopes[0].needless_bytes, 1, (COMBOS + 1) * ROW);
    report_done(&r);
}

/* Names that stay while everything else moves. */
static void an_id_survives_new_addresses_and_sizes(void **state)
{
    char ids[2][64];

    for (uint64_t i = 0; i < 2; i++) {
        struct batch t;
        begin(&t, 0);
        t.b.header.start_ns += i * 12345;
        const uint32_t c =
            builder_blocks(&t.b, inside(&t, 0x200), COMBOS, ROW * (i + 1), COMBOS, COMBOS);
        counts(&t, c)->largest_bytes = ROW * (i + 1);
        struct report r = report_of(&t.b);
        strcpy(ids[i], finding_of(&r, "per-row-temporary")->id);
        report_done(&r);
    }
    assert_string_equal(ids[0], ids[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_freed_after_their_copy_are_told_once),
        cmocka_unit_test(content_and_hooks_do_not_add_up),
        cmocka_unit_test(a_temporary_of_each_row_is_told),
        cmocka_unit_test(one_scratch_block_for_all_rows_is_fine),
        cmocka_unit_test(small_state_of_each_row_is_fine),
        cmocka_unit_test(scratch_that_piles_up_is_told_but_for_one_row),
        cmocka_unit_test(moving_again_and_again_is_growth_and_once_is_not),
        cmocka_unit_test(what_is_beside_the_payload_is_metadata),
        cmocka_unit_test(metadata_of_a_tenth_is_fine),
        cmocka_unit_test(a_pool_that_is_mapped_in_a_call_is_no_payload),
        cmocka_unit_test(a_pool_that_only_one_of_many_calls_fills_is_no_payload),
        cmocka_unit_test(a_leak_is_told_unless_the_run_was_cut_off),
        cmocka_unit_test(bytes_never_written_are_told),
        cmocka_unit_test(blocks_that_could_not_be_judged_are_likely_like_those_that_could),
        cmocka_unit_test(matches_are_told_by_what_is_proven),
        cmocka_unit_test(a_copy_proven_by_content_is_a_needless_band_of_the_flow),
        cmocka_unit_test(a_chain_of_copies_is_one_story),
        cmocka_unit_test(copies_in_a_circle_end_their_story),
        cmocka_unit_test(a_byte_is_charged_once),
        cmocka_unit_test(an_id_survives_new_addresses_and_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

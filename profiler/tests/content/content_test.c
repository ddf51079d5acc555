/* SPDX-License-Identifier: Apache-2.0 */
/* The content checks by themselves, told of blocks as the recorder would: what they must find, and
 * what it costs. */
#include "content_play.h"
#include "content_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- copies of what lives on */

static void a_hooked_clone_of_the_input_is_a_copy_of_live(void **s)
{
    struct block in = input(), clone = doubles(LEN, SITE_TEMPORARY, 1);

    hooked(&clone, 0, &in, 0, LEN);
    block_free(&clone);
    end(&in);
    assert_int_equal(told(SITE_INPUT, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED, KIND), LEN * 8);
    assert_int_equal(n_found, 1);
    assert_int_equal(found[0].copy, COPY);
    assert_int_equal(found[0].scope, SCOPE);
}

static void a_clone_made_by_a_loop_is_a_copy_of_live(void **s)
{
    struct block in = input(), clone = doubles(LEN, SITE_TEMPORARY, 1);

    loop_copy(clone.at, in.at, LEN);
    block_free(&clone);
    end(&in);
    assert_int_equal(told(SITE_INPUT, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED, KIND), LEN * 8);
    assert_int_equal(n_found, 1);
    assert_int_equal(found[0].copy, 0);
}

static void a_clone_kept_in_the_result_is_told_as_retained(void **s)
{
    struct block in = input(), clone = doubles(LEN, SITE_RESULT, 1);

    hooked(&clone, 0, &in, 0, LEN);
    content_call_ended(1);
    block_free(&clone);
    block_free(&in);
    assert_int_equal(told(SITE_INPUT, SITE_RESULT, NC_MATCH_SOURCE_LIVED | NC_MATCH_RETAINED,
                          KIND | NC_MATCH_RETAINED),
                     LEN * 8);
    assert_int_equal(n_found, 1);
}

static void a_part_of_the_input_at_another_offset_is_found(void **s)
{
    struct block in = input(), arena = doubles(LEN, SITE_TEMPORARY, 1);

    walk(arena.at, LEN);
    loop_copy(arena.at + 333, in.at + 5000, LEN / 8);
    block_free(&arena);
    end(&in);
    /* A neighbour may agree by chance for a byte. */
    assert_near(told(SITE_INPUT, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED, KIND), LEN / 8 * 8 + 8);
    assert_int_equal(n_found, 1);
}

static void clones_of_slices_of_a_block_made_in_the_call_are_found(void **s)
{
    struct block in = input(), sums = doubles(LEN, SITE_RESULT, 1);

    walk(sums.at, LEN);
    for (unsigned k = 0; k < 8; k++) {
        struct block slice = doubles(LEN / 2, SITE_TEMPORARY, 1);

        loop_copy(slice.at, sums.at + 100 * k, LEN / 2);
        block_free(&slice);
    }
    content_call_ended(1);
    block_free(&sums);
    block_free(&in);
    assert_near(told(SITE_RESULT, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED, KIND), 8 * LEN / 2 * 8);
}

static void a_clone_of_scratch_that_is_overwritten_later_is_found(void **s)
{
    struct block in = input(), scratch = doubles(LEN, SITE_OTHER, 1);

    for (unsigned k = 0; k < 4; k++) {
        walk(scratch.at, LEN);
        struct block clone = doubles(LEN, SITE_TEMPORARY, 1);

        loop_copy(clone.at, scratch.at, LEN);
        block_free(&clone);
    }
    walk(scratch.at, LEN);
    block_free(&scratch);
    end(&in);
    assert_near(told(SITE_OTHER, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED, KIND), 4 * LEN * 8);
}

/* --- copies whose source goes */

static void rows(bool by_hook, bool in_callers_matrix)
{
    struct block in = input();
    struct block out = doubles(50 * LEN, SITE_RESULT, in_callers_matrix ? 0 : 1);

    for (unsigned r = 0; r < 50; r++) {
        struct block row = doubles(LEN, SITE_TEMPORARY, 1);

        sma(row.at, in.at, LEN, r + 2);
        if (by_hook)
            hooked(&out, r * LEN, &row, 0, LEN);
        else
            loop_copy(out.at + r * LEN, row.at, LEN);
        block_free(&row);
    }
    content_call_ended(1);
    block_free(&out);
    block_free(&in);
    assert_near(told(SITE_TEMPORARY, SITE_RESULT, NC_MATCH_SOURCE_FREED, KIND), 50 * LEN * 8);
    assert_int_equal(n_found, 50);
    assert_int_equal(found[0].copy, by_hook ? COPY : 0);
}

static void rows_hooked_into_a_matrix_are_copy_then_free(void **s) { rows(true, false); }
static void rows_looped_into_a_matrix_are_copy_then_free(void **s) { rows(false, false); }
static void rows_hooked_into_the_callers_matrix_are_copy_then_free(void **s) { rows(true, true); }
static void rows_looped_into_the_callers_matrix_are_copy_then_free(void **s) { rows(false, true); }

/* It is found when the call ends: by then the matrix has changed many times, and yet it is known
 * how it stood when the row was born. */
static void a_row_copied_early_is_told_from_one_that_was_there_before(void **s)
{
    enum { ROWS = 12 };
    struct block in = input(), out = doubles(ROWS * LEN, SITE_RESULT, 0);

    for (size_t t = 0; t < ROWS * LEN; t++)
        out.at[t] = 0;
    for (unsigned r = 0; r < ROWS; r++) {
        struct block row = doubles(LEN, r == 0 ? SITE_TEMPORARY : SITE_OTHER, 1);

        sma(row.at, in.at, LEN, r + 2);
        if (r == 0)
            loop_copy(out.at, row.at, LEN);
        else
            sma(out.at + r * LEN, in.at, LEN, r + 50);
        block_free(&row);
    }
    content_call_ended(1);
    block_free(&out);
    block_free(&in);
    assert_near(told(SITE_TEMPORARY, SITE_RESULT, NC_MATCH_SOURCE_FREED, KIND | NC_MATCH_UNSURE),
                LEN * 8);
    assert_int_equal(n_found, 1);
}

/* Not one behind the other: where the next will be found cannot be guessed. */
static void rows_put_here_and_there_are_found(void **s)
{
    enum { ROWS = 20 };
    struct block in = input(), out = doubles(ROWS * LEN, SITE_RESULT, 1);

    for (unsigned r = 0; r < ROWS; r++) {
        struct block row = doubles(LEN, SITE_TEMPORARY, 1);

        sma(row.at, in.at, LEN, r + 2);
        loop_copy(out.at + r * 7 % ROWS * LEN, row.at, LEN);
        block_free(&row);
    }
    content_call_ended(1);
    block_free(&out);
    block_free(&in);
    assert_near(told(SITE_TEMPORARY, SITE_RESULT, NC_MATCH_SOURCE_FREED, KIND), ROWS * LEN * 8);
}

static void small_rows_are_found_too(void **s)
{
    struct block in = input(), out = doubles(200 * 200, SITE_RESULT, 1);

    for (unsigned r = 0; r < 200; r++) {
        struct block row = doubles(200, SITE_TEMPORARY, 1);

        walk(row.at, 200);
        loop_copy(out.at + r * 200, row.at, 200);
        block_free(&row);
    }
    content_call_ended(1);
    block_free(&out);
    block_free(&in);
    assert_near(told(SITE_TEMPORARY, SITE_RESULT, NC_MATCH_SOURCE_FREED, KIND), 200 * 200 * 8);
}

static void a_chain_of_copies_is_told_hop_by_hop(void **s)
{
    struct block in = input();
    struct block a = doubles(LEN, SITE_TEMPORARY, 1), b = doubles(LEN, SITE_OTHER, 1);
    struct block c = doubles(LEN, SITE_RESULT, 1);

    sma(a.at, in.at, LEN, 9);
    hooked(&b, 0, &a, 0, LEN);
    block_free(&a);
    hooked(&c, 0, &b, 0, LEN);
    block_free(&b);
    end(&in);
    assert_int_equal(told(SITE_TEMPORARY, SITE_OTHER, NC_MATCH_SOURCE_FREED, KIND), LEN * 8);
    assert_int_equal(told(SITE_OTHER, SITE_RESULT, NC_MATCH_SOURCE_FREED, KIND), LEN * 8);
    assert_int_equal(n_found, 2);
}

/* --- the same bytes made twice */

static void two_equal_tables_alive_at_once_are_duplicates(void **s)
{
    struct block in = input(), table[3];

    for (unsigned i = 0; i < 3; i++) {
        table[i] = doubles(LEN, SITE_TEMPORARY, 1);
        for (unsigned t = 0; t < LEN; t++)
            table[i].at[t] = log(in.at[t]);
    }
    for (unsigned i = 0; i < 3; i++)
        block_free(&table[i]);
    end(&in);
    assert_int_equal(told(SITE_TEMPORARY, SITE_TEMPORARY, NC_MATCH_COMPUTED, KIND), 2 * LEN * 8);
    assert_int_equal(n_found, 2);
}

static void a_table_made_again_for_each_row_is_a_duplicate(void **s)
{
    struct block in = input();

    for (unsigned i = 0; i < 5; i++) {
        struct block table = doubles(LEN, SITE_TEMPORARY, 1);

        for (unsigned t = 0; t < LEN; t++)
            table.at[t] = log(in.at[t]);
        block_free(&table);
    }
    end(&in);
    assert_near(told(SITE_TEMPORARY, SITE_TEMPORARY, NC_MATCH_COMPUTED, KIND), 4 * LEN * 8);
}

static void clones_made_for_each_row_are_copies_not_duplicates(void **s)
{
    struct block in = input();

    for (unsigned i = 0; i < 5; i++) {
        struct block clone = doubles(LEN, SITE_TEMPORARY, 1);

        loop_copy(clone.at, in.at, LEN);
        block_free(&clone);
    }
    end(&in);
    assert_near(told(SITE_INPUT, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED, KIND), 5 * LEN * 8);
    assert_int_equal(n_found, 5);
}

/* --- strided */

static void strided(const char *how)
{
    struct block in = doubles(5 * LEN, SITE_INPUT, 0), part = doubles(LEN, SITE_TEMPORARY, 1);

    block_free(&in);
    block_free(&part);
    n_found = 0;
    start(CONTENT_FULL);
    in = doubles(5 * LEN, SITE_INPUT, 0);
    walk(in.at, 5 * LEN);
    part = doubles(LEN, SITE_TEMPORARY, 1);
    for (size_t i = 0; i < LEN; i++)
        part.at[i] = *how == 'r'   ? in.at[5 * LEN - 1 - i]
                     : *how == '2' ? in.at[2 * i]
                                   : in.at[5 * i + 3]; /* a column of structs of five */
    block_free(&part);
    end(&in);
    assert_near(told(SITE_INPUT, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED | NC_MATCH_STRIDED,
                     KIND | NC_MATCH_STRIDED),
                LEN * 8);
}

static void every_second_element_is_found(void **s) { strided("2"); }
static void a_reversed_copy_is_found(void **s) { strided("reversed"); }
static void a_column_out_of_structs_is_found(void **s) { strided("column"); }

static void a_transposed_copy_is_found(void **s)
{
    enum { R = 400, C = 100 };
    struct block in = doubles(R * C, SITE_INPUT, 0), t;

    walk(in.at, R * C);
    t = doubles(R * C, SITE_TEMPORARY, 1);
    for (size_t r = 0; r < R; r++)
        for (size_t c = 0; c < C; c++)
            t.at[c * R + r] = in.at[r * C + c];
    block_free(&t);
    end(&in);
    assert_near(told(SITE_INPUT, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED | NC_MATCH_STRIDED,
                     KIND | NC_MATCH_STRIDED),
                R * C * 8);
}

static void a_float_copy_shifted_by_four_bytes_is_found(void **s)
{
    struct block in = block_new(LEN * 4, SITE_INPUT, 0), part;

    for (size_t i = 0; i < LEN; i++)
        ((float *)in.at)[i] = (float)uniform();
    part = block_new(LEN * 2, SITE_TEMPORARY, 1);
    for (size_t i = 0; i < LEN / 2; i++)
        ((float *)part.at)[i] = ((float *)in.at)[i + 1001];
    block_free(&part);
    end(&in);
    assert_near(told(SITE_INPUT, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED, KIND), LEN * 2);
}

static void copies_of_quantized_prices_are_found(void **s)
{
    static const double tick[] = {0.01, 0.25};

    for (unsigned i = 0; i < 2; i++) {
        start(CONTENT_FULL);
        struct block in = doubles(LEN, SITE_INPUT, 0);

        tick_walk(in.at, LEN, tick[i]);
        struct block clone = doubles(LEN, SITE_TEMPORARY, 1);

        loop_copy(clone.at, in.at, LEN);
        block_free(&clone);
        end(&in);
        assert_near(told(SITE_INPUT, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED, KIND), LEN * 8);
        assert_int_equal(n_found, 1);
    }
}

/* --- programs without scopes */

static void without_scopes_overlapping_lives_are_compared(void **s)
{
    struct block in = input(), clone = doubles(LEN, SITE_TEMPORARY, 0);

    loop_copy(clone.at, in.at, LEN);
    block_free(&clone);
    content_end();
    assert_int_equal(told(SITE_INPUT, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED, KIND), LEN * 8);
    assert_int_equal(n_found, 1);
    free(in.at);
}

static void without_scopes_a_gather_out_of_a_larger_block_is_found(void **s)
{
    struct block all = doubles(12 * LEN, SITE_INPUT, 0);

    walk(all.at, 12 * LEN);
    for (unsigned c = 0; c < 12; c++) {
        struct block section = doubles(LEN, SITE_TEMPORARY, 0);

        for (size_t i = 0; i < LEN; i++)
            section.at[i] = all.at[12 * i + c];
        block_free(&section);
    }
    content_end();
    assert_near(told(SITE_INPUT, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED | NC_MATCH_STRIDED,
                     KIND | NC_MATCH_STRIDED | NC_MATCH_UNSURE),
                12 * LEN * 8);
    assert_int_equal(n_found, 12);
    free(all.at);
}

static void without_scopes_one_after_the_other_are_not(void **s)
{
    struct block a = doubles(LEN, SITE_TEMPORARY, 0), b;
    double *keep = malloc(LEN * sizeof *keep);

    walk(a.at, LEN);
    memcpy(keep, a.at, LEN * sizeof *keep);
    block_free(&a);
    b = doubles(LEN, SITE_TEMPORARY, 0);
    memcpy(b.at, keep, LEN * sizeof *keep);
    block_free(&b);
    content_end();
    free(keep);
    assert_silent();
}

/* --- cost and bounds */

static void within_a_budget_what_is_left_out_is_counted(void **s)
{
    struct content_figures f;

    start(CONTENT_ON);
    for (uint32_t call = 1; call <= 60; call++) {
        struct block b = doubles(100000, SITE_TEMPORARY, call);

        walk(b.at, 100000);
        block_free(&b);
        content_call_ended(call);
    }
    content_figures(&f);
    assert_true(f.bytes > 0 && f.ns > 0);
    assert_true(f.skipped_bytes > 0);
}

static void when_off_nothing_is_followed(void **s)
{
    start(CONTENT_OFF);
    struct block b = doubles(LEN, SITE_TEMPORARY, 1);

    assert_int_equal(b.handle, 0);
    block_free(&b);
    content_end();
    assert_silent();
}

static void what_is_made_unreadable_is_never_read(void **s)
{
    struct block in = input(), clone = doubles(LEN, SITE_TEMPORARY, 1);

    loop_copy(clone.at, in.at, LEN);
    content_protected(in.at, 4096, false);
    block_free(&clone);
    assert_silent();
    content_protected(in.at, 4096, true);
    clone = doubles(LEN, SITE_TEMPORARY, 1);
    loop_copy(clone.at, in.at, LEN);
    block_free(&clone);
    end(&in);
    assert_int_equal(n_found, 1);
}

static void a_block_that_realloc_moved_is_still_known(void **s)
{
    struct block in = input(), b = doubles(LEN / 2, SITE_TEMPORARY, 1);

    content_moving(b.handle);
    b.at = realloc(b.at, LEN * sizeof(double));
    b.size = LEN * sizeof(double);
    b.handle = content_moved(
        b.handle, &(struct content_birth){
                      .at = b.at, .size = b.size, .counts = SITE_OTHER, .scope = SCOPE, .call = 1});
    loop_copy(b.at, in.at, LEN);
    block_free(&b);
    end(&in);
    assert_int_equal(told(SITE_INPUT, SITE_OTHER, NC_MATCH_SOURCE_LIVED, KIND), LEN * 8);
}

/* --- selecting */

static void both_selections_pick_the_same_words(void **s)
{
    enum { N = 50000 };
    static unsigned char bytes[N];
    static uint32_t a[N], b[N];

    for (size_t i = 0; i < N; i++)
        bytes[i] = (unsigned char)(uniform() * 256);
    for (unsigned shift = 3; shift <= 9; shift++)
        for (size_t step = 4; step <= 8; step += 4)
            for (size_t size = N - 40; size <= N; size++) {
                size_t end_a, end_b;
                const size_t n = scan_select(bytes, size, step, shift, a, N, &end_a);

                assert_int_equal(n, scan_select_plain(bytes, size, step, shift, b, N, &end_b));
                assert_memory_equal(a, b, n * sizeof *a);
                assert_int_equal(end_a, end_b);
            }
}

static void a_full_list_says_where_to_go_on(void **s)
{
    static double x[LEN];
    uint32_t all[LEN], some[9];
    size_t end_all, at = 0, n = 0;

    walk(x, LEN);
    const size_t want = scan_select((unsigned char *)x, sizeof x, 8, 4, all, LEN, &end_all);

    while (at < sizeof x) {
        size_t done;
        const size_t got =
            scan_select((unsigned char *)x + at, sizeof x - at, 8, 4, some, 9, &done);

        for (size_t i = 0; i < got; i++)
            assert_int_equal(all[n++], at + some[i]);
        at += done;
    }
    assert_int_equal(n, want);
}

#define T(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_hooked_clone_of_the_input_is_a_copy_of_live),
        T(a_clone_made_by_a_loop_is_a_copy_of_live),
        T(a_clone_kept_in_the_result_is_told_as_retained),
        T(a_part_of_the_input_at_another_offset_is_found),
        T(clones_of_slices_of_a_block_made_in_the_call_are_found),
        T(a_clone_of_scratch_that_is_overwritten_later_is_found),
        T(rows_hooked_into_a_matrix_are_copy_then_free),
        T(rows_looped_into_a_matrix_are_copy_then_free),
        T(rows_hooked_into_the_callers_matrix_are_copy_then_free),
        T(rows_looped_into_the_callers_matrix_are_copy_then_free),
        T(a_row_copied_early_is_told_from_one_that_was_there_before),
        T(rows_put_here_and_there_are_found),
        T(small_rows_are_found_too),
        T(a_chain_of_copies_is_told_hop_by_hop),
        T(two_equal_tables_alive_at_once_are_duplicates),
        T(a_table_made_again_for_each_row_is_a_duplicate),
        T(clones_made_for_each_row_are_copies_not_duplicates),
        T(every_second_element_is_found),
        T(a_reversed_copy_is_found),
        T(a_column_out_of_structs_is_found),
        T(a_transposed_copy_is_found),
        T(a_float_copy_shifted_by_four_bytes_is_found),
        T(copies_of_quantized_prices_are_found),
        T(without_scopes_overlapping_lives_are_compared),
        T(without_scopes_a_gather_out_of_a_larger_block_is_found),
        T(without_scopes_one_after_the_other_are_not),
        T(within_a_budget_what_is_left_out_is_counted),
        T(when_off_nothing_is_followed),
        T(what_is_made_unreadable_is_never_read),
        T(a_block_that_realloc_moved_is_still_known),
        T(both_selections_pick_the_same_words),
        T(a_full_list_says_where_to_go_on),
    };

    return cmocka_run_group_tests_name("content", tests, NULL, NULL);
}

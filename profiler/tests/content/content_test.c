/* SPDX-License-Identifier: Apache-2.0 */
/* The content checks by themselves, told of blocks as the recorder would. */
#include "content.h"
#include "content_scan.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    LEN = 10000,
    SITE_INPUT = 1,
    SITE_RESULT,
    SITE_TEMPORARY,
    SITE_OTHER,
    SITE_MANY = 100,
    COPY = 900, /* the copying stack */
    SCOPE = 7,
    MAX_FOUND = 8192
};

static struct nc_match found[MAX_FOUND];
static unsigned n_found;

static void note(const struct nc_match *m)
{
    assert_true(n_found < MAX_FOUND);
    found[n_found++] = *m;
}

static void start(enum options_content mode)
{
    n_found = 0;
    content_start(&(struct content_setup){
        .mode = mode, .min_block = 1024, .budget_percent = 8, .found = note});
}

static int setup(void **state)
{
    (void)state;
    start(CONTENT_FULL);
    return 0;
}

/* A block that the checks follow. */
struct block {
    double *at;
    size_t size;
    uint32_t handle;
};

static struct block block_new(size_t size, uint32_t site, uint32_t call)
{
    struct block b = {malloc(size), size, 0};

    assert_non_null(b.at);
    b.handle = content_born(&(struct content_birth){
        .at = b.at, .size = size, .counts = site, .scope = call ? SCOPE : 0, .call = call});
    return b;
}

static struct block doubles(size_t len, uint32_t site, uint32_t call)
{
    return block_new(len * sizeof(double), site, call);
}

static void block_free(struct block *b)
{
    content_freeing(b->handle);
    free(b->at);
    b->at = NULL;
}

/* A copy that the hook sees; offsets in doubles. */
static void hooked(struct block *dst, size_t to, struct block *src, size_t from, size_t len)
{
    content_copying(dst->handle, dst->at + to, src->handle, src->at + from, len * sizeof(double),
                    COPY, SCOPE, 1);
    memcpy(dst->at + to, src->at + from, len * sizeof(double));
}

/* One that it does not see: the compiler made a loop of it. */
__attribute__((noinline)) static void loop_copy(double *dst, const double *src, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        dst[i] = src[i];
        __asm__ volatile("" ::: "memory");
    }
}

static uint64_t state = 88172645463325252u;

static double uniform(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) / 9007199254740992.0;
}

static void walk(double *ret, size_t len)
{
    double x = 100;

    for (size_t i = 0; i < len; i++)
        ret[i] = x += uniform() - 0.5;
}

/* Prices in steps of `tick`. */
static void tick_walk(double *ret, size_t len, double tick)
{
    double x = 4000;

    for (size_t i = 0; i < len; i++) {
        x += (uniform() - 0.5) * 8 * tick;
        ret[i] = round(x / tick) * tick;
    }
}

static void sma(double *ret, const double *x, size_t len, size_t p)
{
    double sum = 0;

    for (size_t t = 0; t < len; t++) {
        sum += x[t] - (t >= p ? x[t - p] : 0);
        ret[t] = t + 1 < p ? NAN : sum / (double)p;
    }
}

static uint64_t told(uint32_t source, uint32_t destination, uint32_t flags, uint32_t mask)
{
    uint64_t ret = 0;

    for (unsigned i = 0; i < n_found; i++)
        if (found[i].source == source && found[i].destination == destination &&
            (found[i].flags & mask) == flags)
            ret += found[i].bytes;
    return ret;
}

enum { KIND = NC_MATCH_SOURCE_LIVED | NC_MATCH_SOURCE_FREED | NC_MATCH_COMPUTED };

static void assert_silent(void)
{
    for (unsigned i = 0; i < n_found; i++)
        print_message("# told: %u -> %u copy %u flags %x bytes %lu\n", found[i].source,
                      found[i].destination, found[i].copy, found[i].flags,
                      (unsigned long)found[i].bytes);
    assert_int_equal(n_found, 0);
}

static void assert_near(uint64_t is, uint64_t should)
{
    if (is > should || is * 100 < should * 98)
        print_message("# %lu bytes where %lu belong\n", (unsigned long)is, (unsigned long)should);
    assert_true(is <= should && is * 100 >= should * 98);
}

static struct block input(void)
{
    struct block b = doubles(LEN, SITE_INPUT, 0);

    walk(b.at, LEN);
    return b;
}

static void end(struct block *in)
{
    content_call_ended(1);
    if (in)
        block_free(in);
}

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

/* --- what must not be told */

static void constants_and_not_a_numbers_prove_nothing(void **s)
{
    static const double value[] = {0, NAN, INFINITY, 1.5};
    struct block in = input(), b[8];

    for (unsigned i = 0; i < 8; i++) {
        b[i] = doubles(LEN, SITE_TEMPORARY + i % 2, 1);
        for (size_t t = 0; t < LEN; t++)
            b[i].at[t] = value[i / 2];
        if (i == 7)
            hooked(&b[7], 0, &b[6], 0, LEN);
    }
    for (unsigned i = 0; i < 8; i++)
        block_free(&b[i]);
    end(&in);
    assert_silent();
}

static void averages_of_different_windows_are_no_copies(void **s)
{
    struct block in = input(), a = doubles(LEN, SITE_TEMPORARY, 1), b = doubles(LEN, SITE_OTHER, 1);

    sma(a.at, in.at, LEN, 14);
    sma(b.at, in.at, LEN, 15);
    block_free(&a);
    block_free(&b);
    end(&in);
    assert_silent();
}

static void a_sorted_copy_was_needed(void **s)
{
    for (unsigned by_hook = 0; by_hook < 2; by_hook++) {
        struct block in = input(), sorted = doubles(LEN, SITE_TEMPORARY, 1);

        if (by_hook)
            hooked(&sorted, 0, &in, 0, LEN);
        else
            loop_copy(sorted.at, in.at, LEN);
        for (size_t gap = LEN / 2; gap > 0; gap /= 2)
            for (size_t i = gap; i < LEN; i++)
                for (size_t j = i; j >= gap && sorted.at[j] < sorted.at[j - gap]; j -= gap) {
                    const double x = sorted.at[j];

                    sorted.at[j] = sorted.at[j - gap];
                    sorted.at[j - gap] = x;
                }
        block_free(&sorted);
        end(&in);
    }
    assert_silent();
}

static void a_snapshot_of_what_is_then_overwritten_was_needed(void **s)
{
    for (unsigned how = 0; how < 4; how++) {
        struct block in = input(), now = doubles(LEN, SITE_RESULT, 1);

        walk(now.at, LEN);
        struct block before = doubles(LEN, SITE_TEMPORARY, 1);

        if (how % 2)
            hooked(&before, 0, &now, 0, LEN);
        else
            loop_copy(before.at, now.at, LEN);
        for (size_t t = 0; t < LEN; t += how < 2 ? 1 : 700) /* all of it, or here and there */
            now.at[t] *= 0.5;
        block_free(&before);
        block_free(&now);
        end(&in);
    }
    assert_silent();
}

static void a_state_saved_and_restored_was_needed(void **s)
{
    struct block in = input(), now = doubles(LEN, SITE_RESULT, 1);
    struct block saved = doubles(LEN, SITE_TEMPORARY, 1);

    walk(now.at, LEN);
    hooked(&saved, 0, &now, 0, LEN);
    walk(now.at, LEN);
    hooked(&now, 0, &saved, 0, LEN);
    block_free(&saved);
    block_free(&now);
    end(&in);
    assert_silent();
}

static void a_copy_that_is_edited_was_needed(void **s)
{
    for (unsigned by_hook = 0; by_hook < 2; by_hook++) {
        struct block in = input(), clone = doubles(LEN, SITE_TEMPORARY, 1);

        if (by_hook)
            hooked(&clone, 0, &in, 0, LEN);
        else
            loop_copy(clone.at, in.at, LEN);
        for (size_t t = 0; t < LEN; t += 100)
            clone.at[t] = -1.0 - (double)t;
        block_free(&clone);
        end(&in);
    }
    assert_silent();
}

static void a_double_buffer_is_at_work(void **s)
{
    struct block in = input();
    struct block now = doubles(LEN, SITE_RESULT, 1), before = doubles(LEN, SITE_TEMPORARY, 1);

    walk(now.at, LEN);
    for (unsigned step = 0; step < 5; step++) {
        hooked(&before, 0, &now, 0, LEN);
        for (size_t t = 1; t + 1 < LEN; t++)
            now.at[t] = (before.at[t - 1] + before.at[t + 1]) / 2;
    }
    hooked(&before, 0, &now, 0, LEN);
    block_free(&before);
    block_free(&now);
    end(&in);
    assert_silent();
}

static void stale_bytes_in_recycled_memory_prove_nothing(void **s)
{
    double *pool = malloc(LEN * sizeof *pool);
    struct block in = input();

    /* One address all the time, as an allocator would: a clone, then blocks nobody writes. */
    for (unsigned k = 0; k < 3; k++) {
        struct content_birth birth = {.at = pool,
                                      .size = LEN * sizeof *pool,
                                      .counts = SITE_TEMPORARY,
                                      .scope = SCOPE,
                                      .call = 1};
        const uint32_t handle = content_born(&birth);

        if (k == 0)
            loop_copy(pool, in.at, LEN);
        content_freeing(handle);
    }
    end(&in);
    free(pool);
    assert_int_equal(n_found, 1);
    assert_int_equal(told(SITE_INPUT, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED, KIND), LEN * 8);
}

static void results_of_an_earlier_call_are_no_source(void **s)
{
    struct block in = input(), out = doubles(LEN, SITE_OTHER, 0), result[3];

    for (uint32_t call = 1; call <= 3; call++) {
        struct block row = doubles(LEN, SITE_TEMPORARY, call);

        result[call - 1] = doubles(LEN, SITE_RESULT, call);
        sma(result[call - 1].at, in.at, LEN, 14);
        sma(out.at, in.at, LEN, 20);
        sma(row.at, in.at, LEN, 30);
        block_free(&row);
        content_call_ended(call);
    }
    for (unsigned i = 0; i < 3; i++)
        block_free(&result[i]);
    block_free(&out);
    block_free(&in);
    assert_silent();
}

static void blocks_that_only_the_caller_copies_are_not_told_beside_calls(void **s)
{
    struct block in = input(), work = doubles(LEN, SITE_TEMPORARY, 1);

    sma(work.at, in.at, LEN, 5);
    block_free(&work);
    content_call_ended(1);
    struct block mine = doubles(LEN, SITE_OTHER, 0);

    loop_copy(mine.at, in.at, LEN);
    block_free(&mine);
    block_free(&in);
    assert_silent();
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
    /* The first is met when the larger block has not been looked at yet. */
    assert_true(told(SITE_INPUT, SITE_TEMPORARY, NC_MATCH_SOURCE_LIVED | NC_MATCH_STRIDED,
                     KIND | NC_MATCH_STRIDED | NC_MATCH_UNSURE) >= 11 * LEN * 8);
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
        T(constants_and_not_a_numbers_prove_nothing),
        T(averages_of_different_windows_are_no_copies),
        T(a_sorted_copy_was_needed),
        T(a_snapshot_of_what_is_then_overwritten_was_needed),
        T(a_state_saved_and_restored_was_needed),
        T(a_copy_that_is_edited_was_needed),
        T(a_double_buffer_is_at_work),
        T(stale_bytes_in_recycled_memory_prove_nothing),
        T(results_of_an_earlier_call_are_no_source),
        T(blocks_that_only_the_caller_copies_are_not_told_beside_calls),
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

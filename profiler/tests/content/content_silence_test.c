/* SPDX-License-Identifier: Apache-2.0 */
/* What looks like waste and is none: needed copies, chance, constants, earlier results. */
#include "content_play.h"

#include <math.h>
#include <stdlib.h>

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

#define T(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };

    return cmocka_run_group_tests_name("content_silence", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Every descriptor is sound, every bad argument gets its code, and outputs are untouched then. */
#include "series.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* after what it needs: */
#include <cmocka.h>

enum { LEN = 1600, ROWS = 4 }; /* long enough for all that params_make makes */

static const double CANARY = -1.25e300;

static struct table table;
static double *room; /* outputs, ROWS of each */
static void *work;
static size_t work_size;

/* A job that is good as it stands, on the defaults. */
static struct ind_job good_job(const struct ind_indicator *ind)
{
    struct ind_job job = {.work = work, .work_size = work_size};

    table_inputs(&table, ind, &job);
    for (size_t i = 0; i < (size_t)IND_MAX_OUTPUTS * ROWS * LEN; i++)
        room[i] = CANARY;
    for (size_t o = 0; o < ind_n_outputs(ind); o++)
        job.out[o] = (struct ind_view){room + o * ROWS * LEN, ROWS, LEN, LEN};
    return job;
}

static void assert_untouched(const struct ind_indicator *ind)
{
    for (size_t i = 0; i < (size_t)IND_MAX_OUTPUTS * ROWS * LEN; i++)
        if (room[i] != CANARY)
            fail_msg("%s: an output was written", ind->name);
}

static void assert_refused(const struct ind_indicator *ind, const struct ind_job *job, int code,
                           const char *what)
{
    const int batch = ind_batch(ind, job);
    const int single = job->axes ? code : ind_single(ind, job); /* reads no axes */

    if (single != code || batch != code)
        fail_msg("%s, %s: single %d, batch %d, not %d", ind->name, what, single, batch, code);
    assert_untouched(ind);
}

#define FOR_EVERY(ind)                                                                             \
    for (size_t index = 0; index < ind_count(); index++)                                           \
        for (const struct ind_indicator *ind = ind_at(index); ind; ind = NULL)

static void names_are_sorted_and_found(void **state)
{
    FOR_EVERY(ind)
    {
        if (index > 0)
            assert_true(strcmp(ind_at(index - 1)->name, ind->name) < 0);
        assert_ptr_equal(ind_find(ind->name), ind);
        assert_non_null(ind_entries(ind));
    }
    assert_null(ind_find("no_such_indicator"));
    assert_null(ind_find(""));
    assert_null(ind_at(ind_count()));
}

static void descriptors_are_complete(void **state)
{
    FOR_EVERY(ind)
    {
        double params[IND_MAX_PARAMS];
        if (!ind->title || !ind->family || !ind->source || !ind->note || !ind->run ||
            !ind->reference || !ind_n_inputs(ind) || !ind_n_outputs(ind))
            fail_msg("%s lacks something", ind->name);
        for (size_t i = 0; i < ind_n_inputs(ind); i++)
            if (!ind->inputs[i].column || !table_column(&table, ind->inputs[i].column))
                fail_msg("%s: %s has no column", ind->name, ind->inputs[i].name);
        for (size_t i = 0; i < ind_n_params(ind); i++) {
            const struct ind_param *p = &ind->params[i];
            size_t n = 0;
            while (p->choices && p->choices[n])
                n++;
            if (!p->unit || !(p->min <= p->def && p->def <= p->max))
                fail_msg("%s: %s has no unit or no range", ind->name, p->name);
            if (p->choices && (p->min != 0 || p->max != (double)n - 1 || p->flags != IND_INTEGER))
                fail_msg("%s: %s does not have as many values as names", ind->name, p->name);
        }
        ind_defaults(ind, params);
        if (ind_check(ind, params, NULL) != IND_OK)
            fail_msg("%s refuses its defaults", ind->name);
    }
}

static void a_missing_input_is_refused(void **state)
{
    FOR_EVERY(ind)
    for (size_t i = 0; i < ind_n_inputs(ind); i++) {
        struct ind_job job = good_job(ind);
        job.in[i] = NULL;
        assert_refused(ind, &job, IND_EINPUT, "no input");
    }
}

static void a_bad_parameter_is_refused_and_named(void **state)
{
    FOR_EVERY(ind)
    for (size_t i = 0; i < ind_n_params(ind); i++) {
        const struct ind_param *p = &ind->params[i];
        const double bad[] = {
            NAN,         INFINITY, -INFINITY, p->max + fabs(p->max) + 1, p->min - fabs(p->min) - 1,
            p->def + 0.5};
        const size_t n = p->flags & IND_INTEGER ? 6 : 5;
        for (size_t k = 0; k < n; k++) {
            struct ind_job job = good_job(ind);
            double params[IND_MAX_PARAMS];
            size_t at = SIZE_MAX;
            ind_defaults(ind, params);
            params[i] = bad[k];
            job.params = params;
            assert_refused(ind, &job, IND_EPARAM, "bad parameter");
            assert_int_equal(ind_check(ind, params, &at), IND_EPARAM);
            assert_int_equal(at, i);
            assert_int_equal(ind_stream_size(ind, params), 0);
            assert_int_equal(ind_stream_init(ind, params, room, sizeof *room), IND_EPARAM);
            assert_int_equal(ind_work_size(ind, &job), 0);
        }
    }
}

static void many_rows_without_parameters_are_refused(void **state)
{
    FOR_EVERY(ind)
    {
        struct ind_job job = good_job(ind);
        job.combos = 2;
        assert_int_equal(ind_batch(ind, &job), IND_EPARAM);
        assert_untouched(ind);
    }
}

static void a_bad_axis_is_refused(void **state)
{
    FOR_EVERY(ind)
    for (size_t i = 0; i < ind_n_params(ind); i++) {
        const struct ind_axis bad[] = {{NAN, 1, 1},  {1, NAN, 1},        {1, 2, NAN},
                                       {1, 1e18, 1}, {1, INFINITY, 1e9}, {0, 1e300, 1e-300}};
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
            struct ind_job job = good_job(ind);
            struct ind_axis axes[IND_MAX_PARAMS];
            for (size_t a = 0; a < ind_n_params(ind); a++)
                axes[a] = (struct ind_axis){ind->params[a].def, ind->params[a].def, 0};
            axes[i] = bad[k];
            job.axes = axes;
            assert_refused(ind, &job, IND_EAXIS, "bad axis");
        }
    }
}

static void a_small_or_missing_output_is_refused(void **state)
{
    FOR_EVERY(ind)
    for (size_t o = 0; o < ind_n_outputs(ind); o++) {
        struct ind_job job = good_job(ind);
        job.out[o].at = NULL;
        assert_refused(ind, &job, IND_ESHAPE, "no output");
        job = good_job(ind);
        job.out[o].cols = LEN - 1;
        assert_refused(ind, &job, IND_ESHAPE, "too few columns");
        job = good_job(ind);
        job.out[o].rows = 0;
        assert_refused(ind, &job, IND_ESHAPE, "no rows");
        if (ind_n_params(ind) == 0)
            continue;
        double params[2 * IND_MAX_PARAMS];
        ind_defaults(ind, params);
        ind_defaults(ind, params + ind_n_params(ind));
        job = good_job(ind);
        job.params = params;
        job.combos = 2;
        job.out[o].stride = LEN - 1;
        assert_int_equal(ind_batch(ind, &job), IND_ESHAPE);
        job.out[o].stride = LEN;
        job.out[o].rows = 1;
        assert_int_equal(ind_batch(ind, &job), IND_ESHAPE);
        assert_untouched(ind);
    }
}

static void a_series_that_ends_before_the_warm_up_is_refused(void **state)
{
    FOR_EVERY(ind)
    {
        double params[IND_MAX_PARAMS];
        struct ind_job job = good_job(ind);
        size_t least = SIZE_MAX;
        ind_defaults(ind, params);
        for (size_t o = 0; o < ind_n_outputs(ind); o++)
            least = ind_warmup(ind, params, o) < least ? ind_warmup(ind, params, o) : least;
        if (least >= LEN)
            continue;
        job.len = least;
        assert_refused(ind, &job, IND_ESHORT, "no bar after the warm-up");
        job.len = 0;
        assert_refused(ind, &job, IND_ESHORT, "no bar");
        job.len = least + 1;
        assert_int_equal(ind_single(ind, &job), IND_OK);
        assert_int_equal(ind_batch(ind, &job), IND_OK);
    }
}

static void a_series_of_nan_is_refused(void **state)
{
    struct table blank;

    table_make(&blank, SERIES_WALK, LEN, 3);
    table_blank(&blank, LEN);
    FOR_EVERY(ind)
    {
        struct ind_job job = good_job(ind);
        table_inputs(&blank, ind, &job);
        assert_refused(ind, &job, IND_ESHORT, "nothing but NaN");
    }
    table_done(&blank);
}

static void small_missing_or_odd_work_is_refused(void **state)
{
    FOR_EVERY(ind)
    {
        struct ind_job job = good_job(ind);
        const size_t need = ind_work_size(ind, &job);
        if (!need)
            continue;
        job.work_size = need - 1;
        assert_refused(ind, &job, IND_EWORK, "small work");
        job.work_size = work_size;
        job.work = NULL;
        assert_refused(ind, &job, IND_EWORK, "no work");
        job.work = (char *)work + 8;
        assert_refused(ind, &job, IND_EWORK, "odd work");
        const size_t size = ind_stream_size(ind, NULL);
        assert_true(size <= work_size);
        assert_int_equal(ind_stream_init(ind, NULL, work, size - 1), IND_EWORK);
        assert_int_equal(ind_stream_init(ind, NULL, NULL, size), IND_EWORK);
        assert_int_equal(ind_stream_init(ind, NULL, (char *)work + 8, size), IND_EWORK);
    }
}

static void single_needs_no_row_but_the_first(void **state)
{
    FOR_EVERY(ind)
    {
        struct ind_job job = good_job(ind);
        for (size_t o = 0; o < ind_n_outputs(ind); o++)
            job.out[o] = (struct ind_view){room + o * ROWS * LEN, 1, LEN, 0};
        assert_int_equal(ind_single(ind, &job), IND_OK);
        assert_int_equal(ind_batch(ind, &job), IND_OK);
    }
}

static void entries_are_the_calls_by_name(void **state)
{
    FOR_EVERY(ind)
    {
        const struct ind_entries *entries = ind_entries(ind);
        struct ind_job job = good_job(ind);
        struct ind_result a = {0}, b = {0};
        assert_int_equal(entries->single(&job), IND_OK);
        assert_int_equal(entries->batch(&job), IND_OK);
        assert_int_equal(entries->single_new(&job, &a), IND_OK);
        assert_int_equal(entries->batch_new(&job, &b), IND_OK);
        assert_int_equal(entries->stream(NULL, work, work_size), IND_OK);
        for (size_t o = 0; o < ind_n_outputs(ind); o++) {
            assert_memory_equal(a.out[o].at, job.out[o].at, LEN * sizeof(double));
            assert_memory_equal(b.out[o].at, job.out[o].at, LEN * sizeof(double));
        }
        ind_result_free(&a);
        ind_result_free(&b);
        assert_null(a.block);
        ind_result_free(&a);
    }
    ind_result_free(NULL);
}

static void sweeps_count_as_vectorta_counts(void **state)
{
    const struct ind_indicator *macd = ind_find("macd");
    const struct ind_axis axes[] = {{10, 14, 2}, {26, 26, 0}, {9, 7, -1}, {1, 1, 5}, {0, 0, 0}};
    double params[5];
    size_t rows, row;

    assert_int_equal(sizeof axes / sizeof *axes, ind_n_params(macd));
    assert_int_equal(ind_sweep_combos(macd, axes, &rows), IND_OK);
    assert_int_equal(rows, 9);
    assert_int_equal(ind_sweep_params(macd, axes, 4, params), IND_OK);
    assert_true(params[0] == 12 && params[1] == 26 && params[2] == 8 && params[3] == 1);
    assert_int_equal(ind_sweep_row(macd, axes, params, &row), IND_OK);
    assert_int_equal(row, 4);
    params[2] = 10;
    assert_int_equal(ind_sweep_row(macd, axes, params, &row), IND_EAXIS);
    assert_int_equal(ind_sweep_params(macd, axes, 9, params), IND_EAXIS);

    const struct ind_indicator *alma = ind_find("alma");
    const struct ind_axis fine[] = {{9, 9, 0}, {0.1, 0.3, 0.1}, {6, 6, 0}};
    assert_int_equal(ind_sweep_combos(alma, fine, &rows), IND_OK);
    assert_int_equal(rows, 3);
}

static void threads_change_nothing(void **state)
{
    enum { SWEEP = 100 };
    FOR_EVERY(ind)
    {
        struct ind_job job = good_job(ind);
        struct ind_result one = {0}, many = {0};
        double params[SWEEP * IND_MAX_PARAMS];
        const size_t n = ind_n_params(ind);
        for (size_t k = 0; k < SWEEP; k++)
            params_make(ind, k % 7, params + k * n);
        job.params = params;
        job.combos = n ? SWEEP : 1;
        assert_int_equal(ind_batch_new(ind, &job, &one), IND_OK);
        job.threads = 3;
        assert_int_equal(ind_batch_new(ind, &job, &many), IND_OK);
        for (size_t i = 0; i < one.rows * one.cols * ind_n_outputs(ind); i++)
            if (memcmp(one.block + i, many.block + i, sizeof(double)) != 0)
                fail_msg("%s: %zu differs with threads", ind->name, i);
        ind_result_free(&one);
        ind_result_free(&many);
    }
}

static void every_status_has_words(void **state)
{
    for (int status = IND_ENOMEM - 1; status <= 1; status++)
        assert_true(strlen(ind_strerror(status)) > 3);
}

static int set_up(void **state)
{
    work_size = 1 << 20;
    work = aligned_alloc(64, work_size);
    room = malloc(sizeof(double) * IND_MAX_OUTPUTS * ROWS * LEN);
    table_make(&table, SERIES_WALK, LEN, 1);
    return work && room ? 0 : -1;
}

static int tear_down(void **state)
{
    free(work);
    free(room);
    table_done(&table);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_sorted_and_found),
        cmocka_unit_test(descriptors_are_complete),
        cmocka_unit_test(a_missing_input_is_refused),
        cmocka_unit_test(a_bad_parameter_is_refused_and_named),
        cmocka_unit_test(many_rows_without_parameters_are_refused),
        cmocka_unit_test(a_bad_axis_is_refused),
        cmocka_unit_test(a_small_or_missing_output_is_refused),
        cmocka_unit_test(a_series_that_ends_before_the_warm_up_is_refused),
        cmocka_unit_test(a_series_of_nan_is_refused),
        cmocka_unit_test(small_missing_or_odd_work_is_refused),
        cmocka_unit_test(single_needs_no_row_but_the_first),
        cmocka_unit_test(entries_are_the_calls_by_name),
        cmocka_unit_test(sweeps_count_as_vectorta_counts),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(every_status_has_words),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

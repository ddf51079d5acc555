/* SPDX-License-Identifier: Apache-2.0 */
/* Every indicator on every instruction set says the same: as its reference, as its twin on another
 * instruction set, whole series, row of a sweep or bar by bar. */
#include "kernel.h"
#include "near.h"
#include "plan.h"
#include "registry.h"
#include "series.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
/* after what it needs: */
#include <cmocka.h>

/* Bars for all; for an indicator that needs more before its first value, that many more. */
enum { LEN = 700, LEN_MAX = 2500, SETS = 8, PAD = 3, NAN_PREFIX = 5 };

static const double CANARY = -1.25e300;

/* Take infinities for NaN. */
static bool blur;

struct sheet {
    double *at; /* [n_outputs][rows][bars + PAD] */
    struct ind_view out[IND_MAX_OUTPUTS];
    size_t len;
};

static void sheet_make(struct sheet *ret, const struct ind_indicator *ind, size_t rows, size_t len)
{
    const size_t stride = len + PAD, n = ind_n_outputs(ind) * rows * stride;

    *ret = (struct sheet){.at = malloc(n * sizeof(double)), .len = n};
    assert_non_null(ret->at);
    for (size_t i = 0; i < n; i++)
        ret->at[i] = CANARY;
    for (size_t o = 0; o < ind_n_outputs(ind); o++)
        ret->out[o] = (struct ind_view){ret->at + o * rows * stride, rows, len, stride};
}

static void sheet_blur(struct sheet *sheet)
{
    for (size_t i = 0; blur && i < sheet->len; i++)
        if (isinf(sheet->at[i]))
            sheet->at[i] = NAN;
}

/* Give the job a sheet, and garbage for work. */
static void job_ready(const struct ind_indicator *ind, struct ind_job *job, struct sheet *sheet,
                      size_t rows)
{
    sheet_make(sheet, ind, rows, job->len);
    memcpy(job->out, sheet->out, sizeof job->out);
    job->work_size = ind_work_size(ind, job);
    job->work = job->work_size ? aligned_alloc(64, job->work_size) : NULL;
    if (job->work)
        memset(job->work, 0xa5, job->work_size);
}

static void run(const struct ind_indicator *ind, struct ind_job *job, struct sheet *sheet,
                size_t rows, bool batch)
{
    job_ready(ind, job, sheet, rows);
    const int status = batch ? ind_batch(ind, job) : ind_single(ind, job);
    free(job->work);
    if (status < 0)
        fail_msg("%s: %s", ind->name, ind_strerror(status));
    sheet_blur(sheet);
}

/* The same where results are larger than the caches. */
static void run_stretches(const struct ind_indicator *ind, struct ind_job *job, struct sheet *sheet,
                          size_t rows)
{
    struct plan plan;

    job_ready(ind, job, sheet, rows);
    assert_int_equal(plan_make(&plan, ind, job, true), IND_OK);
    assert_int_equal(plan.stretch, 0);
    plan.stretch = ind_ahead(ind, job->params) ? 0 : CHUNK;
    assert_int_equal(plan_run(&plan), IND_OK);
    free(job->work);
    sheet_blur(sheet);
}

static void assert_same(const struct ind_indicator *ind, const char *what, const struct sheet *got,
                        size_t got_row, const struct sheet *expected, size_t expected_row,
                        const double *params, double tolerance)
{
    for (size_t o = 0; o < ind_n_outputs(ind); o++) {
        const double *a = got->out[o].at + got_row * got->out[o].stride;
        const double *b = expected->out[o].at + expected_row * expected->out[o].stride;
        const size_t len = got->out[o].cols, t = row_differs(a, b, len, tolerance);
        if (t < len)
            fail_msg("%s: %s, output %s, bar %zu: %.17g instead of %.17g (parameters %g %g %g %g)",
                     ind->name, what, ind->outputs[o], t, a[t], b[t], params[0], params[1],
                     params[2], params[3]);
    }
}

static void assert_padding(const struct ind_indicator *ind, const struct sheet *sheet, size_t rows)
{
    for (size_t o = 0; o < ind_n_outputs(ind); o++)
        for (size_t r = 0; r < rows; r++)
            for (size_t i = 0; i < PAD; i++)
                if (sheet->out[o].at[r * sheet->out[o].stride + sheet->out[o].cols + i] != CANARY)
                    fail_msg("%s: wrote after row %zu of %s", ind->name, r, ind->outputs[o]);
}

static void assert_stream(const struct ind_indicator *ind, const struct ind_job *job,
                          const struct sheet *expected)
{
    const size_t size = ind_stream_size(ind, job->params), ahead = ind_ahead(ind, job->params);
    void *stream = aligned_alloc(64, size);
    struct sheet got;

    sheet_make(&got, ind, 1, job->len);
    assert_int_equal(ind_stream_init(ind, job->params, stream, size), IND_OK);
    for (size_t t = 0; t < job->len; t++) {
        double in[IND_MAX_INPUTS], out[IND_MAX_OUTPUTS];
        for (size_t i = 0; i < ind_n_inputs(ind); i++)
            in[i] = job->in[i][t];
        ind_stream_push(stream, in, out);
        for (size_t o = 0; o < ind_n_outputs(ind); o++)
            if (t >= ahead)
                got.out[o].at[t - ahead] = out[o];
    }
    for (size_t t = LEN - size_min(ahead, LEN); t < LEN; t++) /* what a stream never tells */
        for (size_t o = 0; o < ind_n_outputs(ind); o++)
            got.out[o].at[t] = expected->out[o].at[t];
    sheet_blur(&got);
    assert_same(ind, "bar by bar", &got, 0, expected, 0, job->params, ind->tolerance);
    free(got.at);
    free(stream);
}

/* A reference has no state but scratch. */
static size_t scratch_size(const double *params)
{
    (void)params;
    return IND_SCRATCH * LEN_MAX * sizeof(double);
}

/* As many bars as show something with each of the SETS parameter sets. */
static size_t bars_for(const struct ind_indicator *ind, double (*params)[IND_MAX_PARAMS])
{
    size_t first = 0;

    for (size_t k = 0; k < SETS; k++)
        for (size_t o = 0; o < ind_n_outputs(ind); o++)
            first = size_max(first, ind_warmup(ind, params[k], o));
    return size_min(size_max(LEN, first + LEN / 4), LEN_MAX);
}

/* One indicator on one instruction set, one table, SETS parameter sets. */
static void check(const struct ind_indicator *ind, const struct ind_indicator *plainest,
                  const struct table *table)
{
    double params[SETS][IND_MAX_PARAMS], packed[SETS * IND_MAX_PARAMS];
    const size_t n_params = ind_n_params(ind);
    struct ind_indicator plain = *ind;
    struct ind_job job = {0};
    struct sheet batch, past;

    plain.run = plain.reference;
    plain.state_size = scratch_size;
    plain.single = NULL;
    plain.group = NULL;
    table_inputs(table, ind, &job);
    for (size_t k = 0; k < SETS; k++) {
        params_make(ind, k, params[k]);
        memcpy(packed + k * n_params, params[k], n_params * sizeof(double));
    }
    job.len = bars_for(ind, params);
    job.params = packed;
    job.combos = SETS;
    run(ind, &job, &batch, SETS, true);
    assert_padding(ind, &batch, SETS);
    run_stretches(ind, &job, &past, SETS);
    assert_padding(ind, &past, SETS);
    job.combos = 1;
    for (size_t k = 0; k < SETS; k++) {
        struct sheet one, reference, twin;
        job.params = params[k];
        run(ind, &job, &one, 1, false);
        run(&plain, &job, &reference, 1, false);
        run(plainest, &job, &twin, 1, false);
        assert_padding(ind, &one, 1);
        assert_same(ind, "against its reference", &one, 0, &reference, 0, params[k],
                    ind->tolerance);
        assert_same(ind, "against scalar", &one, 0, &twin, 0, params[k], ind->isa_tolerance);
        assert_same(ind, "row of a sweep", &batch, k, &one, 0, params[k], ind->tolerance);
        assert_same(ind, "row past the caches", &past, k, &one, 0, params[k], ind->tolerance);
        assert_stream(ind, &job, &one);
        free(one.at);
        free(reference.at);
        free(twin.at);
    }
    free(batch.at);
    free(past.at);
}

static void check_all(const struct table *table)
{
    for (size_t i = 0; isa_at(i); i++)
        for (size_t k = 0; k < ind_count(); k++)
            check(isa_at(i)->table[k], isa_at(0)->table[k], table);
}

static void check_kind(enum series_kind kind)
{
    struct table table;

    table_make(&table, kind, LEN_MAX, 7 + (uint64_t)kind);
    check_all(&table);
    table_done(&table);
}

static void all_agree_on_a_random_walk(void **state) { check_kind(SERIES_WALK); }
static void all_agree_on_flat_stretches_and_no_volume(void **state) { check_kind(SERIES_LEVELS); }
static void all_agree_on_large_prices(void **state) { check_kind(SERIES_DEAR); }
static void all_agree_on_small_prices(void **state) { check_kind(SERIES_CHEAP); }

static void a_nan_prefix_shifts_the_result(void **state)
{
    struct table table;

    table_make(&table, SERIES_WALK, LEN_MAX, 11);
    table_blank(&table, NAN_PREFIX);
    check_all(&table);
    table_done(&table);
}

/* What a NaN does later is the indicator's to say; that it does it everywhere is ours. */
static void all_agree_on_a_nan_in_mid_series(void **state)
{
    struct table table;

    table_make(&table, SERIES_WALK, LEN_MAX, 12);
    for (size_t c = 0; c < COLUMNS; c++)
        table.column[c][LEN / 2] = NAN;
    check_all(&table);
    table_done(&table);
}

/* An infinity gives no finite number where the reference gives none, be it NaN or infinite. */
static void all_agree_on_infinities(void **state)
{
    struct table table;

    table_make(&table, SERIES_WALK, LEN_MAX, 13);
    for (size_t c = 0; c < TIMESTAMP; c++)
        table.column[c][LEN / 2 + 7 * c] = c % 2 ? -INFINITY : INFINITY;
    blur = true;
    check_all(&table);
    blur = false;
    table_done(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_agree_on_a_random_walk),
        cmocka_unit_test(all_agree_on_flat_stretches_and_no_volume),
        cmocka_unit_test(all_agree_on_large_prices),
        cmocka_unit_test(all_agree_on_small_prices),
        cmocka_unit_test(a_nan_prefix_shifts_the_result),
        cmocka_unit_test(all_agree_on_a_nan_in_mid_series),
        cmocka_unit_test(all_agree_on_infinities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Random calls, good and bad, of every indicator: parameters within and beyond their range, series
 * of no bar, of one and of a few more than the warm-up, odd strides and addresses. A call answers
 * with the status the contract names and writes where it may, nothing else; what it reads beyond
 * its inputs a sanitizer tells. */
#include "near.h"
#include "series.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* after what it needs: */
#include <cmocka.h>

enum { ROUNDS = 200, ROWS = 5, BARS = 160, PAD = 4, WORK_LIMIT = 1 << 24 };

static const double CANARY = -1.25e300;

static uint64_t seed;
static struct table table;

static size_t below(size_t n) { return (size_t)(random_unit(&seed) * (double)n); }

#define FOR_EVERY(ind)                                                                             \
    for (size_t index = 0; index < ind_count(); index++)                                           \
        for (const struct ind_indicator *ind = ind_at(index); ind; ind = NULL)

/* ---- One random call ---- */

struct attempt {
    const struct ind_indicator *ind;
    struct ind_job job;
    double *in[IND_MAX_INPUTS], *out[IND_MAX_OUTPUTS]; /* as they were allocated */
    double params[ROWS * IND_MAX_PARAMS];
    size_t rows, cols, stride, skew; /* the first row is `skew` doubles into its block */
    size_t valid;                    /* the first bar where no input is NaN */
    int expected;
};

/* Mostly what the range allows and a few bars can hold; now and then its ends, or nonsense. */
static double draw(const struct ind_param *p)
{
    const double bad[] = {NAN,          INFINITY, -INFINITY, p->min - 1, p->max * 2 + 1,
                          p->def + 0.5, -0.0,     1e300,     -1e-300};
    const size_t kind = below(40);

    if (kind == 0)
        return p->min;
    if (kind == 1)
        return p->max;
    if (kind == 2)
        return bad[below(sizeof bad / sizeof *bad)];
    if (p->choices)
        return (double)below((size_t)p->max + 1);
    if (p->flags & IND_INTEGER)
        return fmin(p->max, p->min + (double)below(p->def < 4 ? 6 : (size_t)(2 * p->def)));
    return fmax(p->min, fmin(p->max, p->def * (0.5 + random_unit(&seed))));
}

/* A series of its own, so that a sanitizer sees its ends; some bars of the front are no numbers. */
static void make_inputs(struct attempt *a)
{
    const size_t n = ind_n_inputs(a->ind), from = below(BARS);
    const size_t prefix = below(4) ? 0 : below(12);

    a->valid = prefix < a->job.len ? prefix : a->job.len;
    for (size_t i = 0; i < n; i++) {
        const double *column = table_column(&table, a->ind->inputs[i].column);
        a->in[i] = malloc(a->job.len * sizeof(double) + (a->job.len == 0));
        assert_non_null(a->in[i]);
        memcpy(a->in[i], column + from, a->job.len * sizeof(double));
        a->job.in[i] = a->in[i];
    }
    for (size_t t = 0; t < a->valid; t++) /* one of the inputs is enough */
        a->in[below(n)][t] = NAN;
}

static void make_outputs(struct attempt *a)
{
    a->cols = a->job.len + below(3);
    a->stride = a->cols + below(PAD) + (a->cols == 0);
    a->skew = 1 + below(8);
    const size_t n = a->skew + ROWS * a->stride + PAD;
    for (size_t o = 0; o < ind_n_outputs(a->ind); o++) {
        a->out[o] = malloc(n * sizeof(double));
        assert_non_null(a->out[o]);
        for (size_t i = 0; i < n; i++)
            a->out[o][i] = CANARY;
        a->job.out[o] = (struct ind_view){a->out[o] + a->skew, ROWS, a->cols, a->stride};
    }
}

/* What the header promises, worked out from its words. */
static int expect(const struct attempt *a)
{
    for (size_t r = 0; r < a->rows; r++)
        if (ind_check(a->ind, a->job.params + r * ind_n_params(a->ind), NULL) != IND_OK)
            return IND_EPARAM;
    for (size_t r = 0; r < a->rows; r++) {
        size_t first = SIZE_MAX;
        for (size_t o = 0; o < ind_n_outputs(a->ind); o++) {
            const size_t w = ind_warmup(a->ind, a->job.params + r * ind_n_params(a->ind), o);
            first = w < first ? w : first;
        }
        if (a->job.len - a->valid <= first)
            return IND_ESHORT;
    }
    /* an average of no warm-up over a billion bars: more than call() brings */
    return ind_work_size(a->ind, &a->job) > WORK_LIMIT ? IND_EWORK : IND_OK;
}

static void attempt_make(struct attempt *ret, const struct ind_indicator *ind)
{
    const size_t n = ind_n_params(ind);

    *ret = (struct attempt){.ind = ind, .rows = n ? 1 + below(ROWS) : 1};
    for (size_t i = 0; i < ret->rows * n; i++)
        ret->params[i] = draw(&ind->params[i % n]);
    ret->job.params = ret->params;
    ret->job.combos = ret->rows;
    ret->job.threads = (unsigned)below(4);
    ret->job.len = below(3) ? below(BARS) : below(8);
    make_inputs(ret);
    make_outputs(ret);
    ret->expected = expect(ret);
}

static void attempt_done(struct attempt *a)
{
    for (size_t i = 0; i < ind_n_inputs(a->ind); i++)
        free(a->in[i]);
    for (size_t o = 0; o < ind_n_outputs(a->ind); o++)
        free(a->out[o]);
}

/* With work of exactly the size asked for, of the worst of bytes. */
static int call(const struct attempt *a, struct ind_job job, bool batch)
{
    char *work = NULL;

    job.work_size = ind_work_size(a->ind, &job);
    if (job.work_size && job.work_size <= WORK_LIMIT) {
        work = aligned_alloc(64, job.work_size);
        assert_non_null(work);
        memset(work, 0xa5, job.work_size);
    }
    job.work = work;
    const int status = batch ? ind_batch(a->ind, &job) : ind_single(a->ind, &job);
    free(work);
    return status;
}

/* Everything but bars 0 .. len-1 of the first `rows` rows is as it was. */
static void assert_only_rows_written(const struct attempt *a, size_t rows)
{
    const size_t n = a->skew + ROWS * a->stride + PAD;

    for (size_t o = 0; o < ind_n_outputs(a->ind); o++)
        for (size_t i = 0; i < n; i++) {
            const size_t at = i - a->skew;
            if (i >= a->skew && at / a->stride < rows && at % a->stride < a->job.len)
                continue;
            if (a->out[o][i] != CANARY)
                fail_msg("%s: wrote at %zd of %s (%zu rows of %zu bars, stride %zu)", a->ind->name,
                         (ssize_t)at, a->ind->outputs[o], rows, a->job.len, a->stride);
        }
}

static void assert_nan_before_warmup(const struct attempt *a)
{
    for (size_t r = 0; r < a->rows; r++)
        for (size_t o = 0; o < ind_n_outputs(a->ind); o++) {
            const size_t w = ind_warmup(a->ind, a->params + r * ind_n_params(a->ind), o);
            for (size_t t = 0; t < a->job.len && t < a->valid + w; t++)
                if (!isnan(a->job.out[o].at[r * a->stride + t]))
                    fail_msg("%s: %s has a value before its warm-up", a->ind->name,
                             a->ind->outputs[o]);
        }
}

/* A signal, the sign of a difference say, falls to either side where odd parameters make ties:
 * these are compared in `agree`, on parameters that make none. */
static bool is_signal(const double *x, size_t n)
{
    for (size_t t = 0; t < n; t++)
        if (!isnan(x[t]) && x[t] != -1 && x[t] != 0 && x[t] != 1)
            return false;
    return true;
}

/* Of prices near 100: what is left of a difference that ought to be 0. */
static double without_noise(double x) { return fabs(x) < 1e-9 ? 0 : x; }

static void assert_same(const struct attempt *a, const char *what, size_t o, const double *got,
                        const double *expected, const double *params)
{
    /* parameters may be odd and a window of two bars nearly flat: `agree` looks at the last digits
     */
    const double tolerance = fmax(a->ind->tolerance, 1e-6);
    double x[BARS], y[BARS];

    for (size_t i = 0; i < a->job.len; i++) {
        x[i] = without_noise(got[i]);
        y[i] = without_noise(expected[i]);
    }
    const size_t t = row_differs(x, y, a->job.len, tolerance);
    if (t < a->job.len && !(is_signal(got, a->job.len) && is_signal(expected, a->job.len)))
        fail_msg("%s: %s, output %s, bar %zu: %.17g instead of %.17g (parameters %g %g %g %g)",
                 a->ind->name, what, a->ind->outputs[o], t, got[t], expected[t], params[0],
                 params[1], params[2], params[3]);
}

/* Rows of the batch again, one by one and bar by bar. */
static void assert_rows(const struct attempt *a)
{
    double one[IND_MAX_OUTPUTS][BARS];

    for (size_t r = 0; r < a->rows; r++) {
        const double *params = a->params + r * ind_n_params(a->ind);
        struct ind_job job = a->job;
        const size_t size = ind_stream_size(a->ind, params);
        void *stream = size <= WORK_LIMIT ? aligned_alloc(64, size) : NULL;

        job.params = params;
        job.combos = 1;
        for (size_t o = 0; o < ind_n_outputs(a->ind); o++)
            job.out[o] = (struct ind_view){one[o], 1, BARS, BARS};
        assert_int_equal(call(a, job, false), IND_OK);
        for (size_t o = 0; o < ind_n_outputs(a->ind); o++)
            assert_same(a, "row of a sweep", o, a->job.out[o].at + r * a->stride, one[o], params);
        if (!stream)
            continue;
        assert_int_equal(ind_stream_init(a->ind, params, stream, size), IND_OK);
        double streamed[IND_MAX_OUTPUTS][BARS];
        const size_t ahead = ind_ahead(a->ind, params);
        memcpy(streamed, one,
               sizeof streamed); /* of the last `ahead` bars a stream tells nothing */
        for (size_t t = 0; t < job.len; t++) {
            double in[IND_MAX_INPUTS], out[IND_MAX_OUTPUTS];
            for (size_t i = 0; i < ind_n_inputs(a->ind); i++)
                in[i] = job.in[i][t];
            ind_stream_push(stream, in, out);
            for (size_t o = 0; o < ind_n_outputs(a->ind); o++)
                if (t >= ahead)
                    streamed[o][t - ahead] = out[o];
        }
        for (size_t o = 0; o < ind_n_outputs(a->ind); o++)
            assert_same(a, "bar by bar", o, streamed[o], one[o], params);
        free(stream);
    }
}

static void check(const struct ind_indicator *ind, size_t *count)
{
    struct attempt a;

    attempt_make(&a, ind);
    const int status = call(&a, a.job, true);
    if (status != a.expected)
        fail_msg("%s: %d instead of %d (%zu bars, the first %zu no numbers; parameters %g %g %g)",
                 ind->name, status, a.expected, a.job.len, a.valid, a.params[0], a.params[1],
                 a.params[2]);
    assert_only_rows_written(&a, status == IND_OK ? a.rows : 0);
    if (status == IND_OK) {
        assert_nan_before_warmup(&a);
        assert_rows(&a);
    }
    count[-status]++;
    attempt_done(&a);
}

static void random_calls_do_what_the_contract_says(void **state)
{
    size_t count[1 - IND_ENOMEM];

    memset(count, 0, sizeof count);
    seed = 20;
    FOR_EVERY(ind)
    for (int round = 0; round < ROUNDS; round++)
        check(ind, count);
    assert_true(count[-IND_OK] > 10 * ind_count()); /* all kinds are met */
    assert_true(count[-IND_EPARAM] > ind_count());
    assert_true(count[-IND_ESHORT] > ind_count());
}

/* Every axis drawn at random: counted, or refused. */
static void random_axes_are_counted_or_refused(void **state)
{
    FOR_EVERY(ind)
    for (int round = 0; round < ROUNDS && ind_n_params(ind); round++) {
        const size_t n = ind_n_params(ind);
        struct ind_axis axes[IND_MAX_PARAMS];
        double params[IND_MAX_PARAMS];
        size_t rows = 0, row;

        for (size_t i = 0; i < n; i++) {
            const double start = draw(&ind->params[i]);
            axes[i] = (struct ind_axis){start, below(3) ? start : draw(&ind->params[i]),
                                        below(2) ? 1 : random_unit(&seed)};
        }
        const int status = ind_sweep_combos(ind, axes, &rows);
        assert_true(status == IND_OK || status == IND_EAXIS);
        if (status != IND_OK)
            continue;
        assert_true(rows > 0);
        assert_int_equal(ind_sweep_params(ind, axes, rows, params), IND_EAXIS);
        const size_t asked = below(rows);
        assert_int_equal(ind_sweep_params(ind, axes, asked, params), IND_OK);
        if (ind_sweep_row(ind, axes, params, &row) == IND_OK && row != asked) {
            double again[IND_MAX_PARAMS]; /* two rows alike: an axis whose step is no step */
            assert_int_equal(ind_sweep_params(ind, axes, row, again), IND_OK);
            for (size_t i = 0; i < n; i++)
                assert_true(fabs(again[i] - params[i]) <= 1e-9);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_calls_do_what_the_contract_says),
        cmocka_unit_test(random_axes_are_counted_or_refused),
    };
    table_make(&table, SERIES_WALK, 2 * BARS, 6); /* no ties: a sign is sure */
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    table_done(&table);
    return failed;
}

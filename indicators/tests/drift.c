/* SPDX-License-Identifier: Apache-2.0 */
/* A million bars: sums that run on are as near to those made afresh in long double as at the first
 * bar, also where prices are large and their spread is small. */
#include "kernel.h"
#include "near.h"
#include "series.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* after what it needs: */
#include <cmocka.h>

enum { LEN = 1000000 };

/* What sums, averages or smooths as it goes. */
static const char *const running[] = {
    "ad",     "adosc",      "adx",  "adxr",   "apo", "atr",  "bollinger_bands",
    "cmo",    "correl",     "dema", "edecay", "ema", "kama", "kvo",
    "linreg", "macd",       "mfi",  "obv",    "rsi", "sma",  "stddev",
    "stoch",  "sum",        "tema", "tilson", "tsf", "tsi",  "var",
    "vidya",  "volatility", "vwap", "vwma",   "wma", "zlema"};

static struct table table;

static size_t scratch_size(const double *params)
{
    (void)params;
    return IND_SCRATCH * sizeof(double) * LEN;
}

static double *run(const struct ind_indicator *ind, const struct table *from)
{
    double *block = malloc(ind_n_outputs(ind) * LEN * sizeof(double));
    struct ind_job job = {0};

    assert_non_null(block);
    table_inputs(from, ind, &job);
    for (size_t o = 0; o < ind_n_outputs(ind); o++)
        job.out[o] = (struct ind_view){block + o * LEN, 1, LEN, LEN};
    job.work_size = ind_work_size(ind, &job);
    job.work = job.work_size ? aligned_alloc(64, job.work_size) : NULL;
    assert_int_equal(ind_single(ind, &job), IND_OK);
    free(job.work);
    return block;
}

static void check_kind(enum series_kind kind)
{
    table_make(&table, kind, LEN, 8);
    for (size_t i = 0; i < sizeof running / sizeof *running; i++) {
        const struct ind_indicator *ind = ind_find(running[i]);

        if (!ind)
            fail_msg("no %s", running[i]);
        struct ind_indicator plain = *ind;
        plain.run = plain.reference;
        plain.state_size = scratch_size;
        plain.single = NULL;
        plain.group = NULL;
        double *got = run(ind, &table), *expected = run(&plain, &table);
        for (size_t o = 0; o < ind_n_outputs(ind); o++) {
            const size_t t = row_differs(got + o * LEN, expected + o * LEN, LEN, 1e-12);
            if (t < LEN)
                fail_msg("%s: %s at bar %zu: %.17g instead of %.17g", ind->name, ind->outputs[o], t,
                         got[o * LEN + t], expected[o * LEN + t]);
        }
        free(got);
        free(expected);
    }
    table_done(&table);
}

static void a_million_bars_are_as_near_as_one(void **state) { check_kind(SERIES_WALK); }
static void a_million_bars_of_large_prices_are_as_near(void **state) { check_kind(SERIES_DEAR); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_bars_are_as_near_as_one),
        cmocka_unit_test(a_million_bars_of_large_prices_are_as_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

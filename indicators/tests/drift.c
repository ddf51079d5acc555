/* SPDX-License-Identifier: Apache-2.0 */
/* A million bars: sums that run on are as near to those made afresh in long double as at the first
 * bar, also where prices are large and their spread is small. */
#include "kernel.h"
#include "near.h"
#include "plan.h"
#include "series.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* after what it needs: */
#include <cmocka.h>

enum { LEN = 1000000 };

/* What sums, averages or smooths as it goes. */
static const char *const running[] = {
    "ad",   "adosc",  "adx",  "adxr",   "apo", "atr",    "beta",       "bollinger_bands",
    "cmo",  "correl", "dema", "edecay", "ema", "kama",   "kvo",        "linreg",
    "macd", "mfi",    "obv",  "rsi",    "sma", "stddev", "stoch",      "sum",
    "tema", "tilson", "tsf",  "tsi",    "var", "vidya",  "volatility", "vwap",
    "vwma", "wma",    "zlema"};

static struct table table;

static size_t scratch_size(const double *params)
{
    (void)params;
    return IND_SCRATCH * sizeof(double) * LEN;
}

/* The outputs of `kernel` over the table, one after the other. */
static double *run_with(const struct ind_indicator *like, void (*kernel)(const struct ind_run *),
                        const double *params)
{
    struct ind_indicator ind = *like;
    double *block = malloc(ind_n_outputs(like) * LEN * sizeof(double));
    struct ind_job job = {.params = params};
    struct plan plan;

    assert_non_null(block);
    if (kernel == ind.reference) {
        ind.run = kernel;
        ind.state_size = scratch_size;
        ind.single = NULL;
        ind.group = NULL;
    }
    table_inputs(&table, &ind, &job);
    for (size_t o = 0; o < ind_n_outputs(&ind); o++)
        job.out[o] = (struct ind_view){block + o * LEN, 1, LEN, LEN};
    job.work_size = ind_work_size(&ind, &job);
    job.work = job.work_size ? aligned_alloc(64, job.work_size) : NULL;
    assert_int_equal(plan_make(&plan, &ind, &job, false), IND_OK);
    if (kernel == ind.reference)
        plan.stretch = 0; /* it wants the series whole */
    assert_int_equal(plan_run(&plan), IND_OK);
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
        double *got = run_with(ind, ind->run, NULL);
        double *expected = run_with(ind, ind->reference, NULL);
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

/* A calm price leaps to a hundred times its height, and is calm there: what follows has its digits,
 * each value for itself. */
static void what_follows_on_a_leap_has_its_digits(void **state)
{
    static const struct {
        const char *name;
        double params[2];
        double size; /* of values; 0: their own */
    } known[] = {{"var", {9, 1}, 0},   {"var", {14, 1}, 0},    {"var", {64, 1}, 0},
                 {"var", {600, 1}, 0}, {"stddev", {20, 1}, 0}, {"stderr", {14}, 0},
                 {"correl", {14}, 1},  {"correl", {100}, 1},   {"correl_hl", {9}, 1},
                 {"beta", {5}, 1},     {"beta", {14}, 1},      {"beta", {100}, 1}};
    enum { LEAP = 2000 };

    table_make(&table, SERIES_WALK, LEN, 9);
    for (size_t c = 0; c < COLUMNS; c++)
        for (size_t t = 0; t < LEN; t++)
            table.column[c][t] = (t / LEAP % 2 ? 10000 : 100) + table.column[c][t] / 4096;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct ind_indicator *ind = ind_find(known[i].name);
        const double *params = known[i].params;
        double *got = run_with(ind, ind->run, params);
        double *expected = run_with(ind, ind->reference, params);

        for (size_t t = ind_warmup(ind, params, 0); t < LEN; t++) {
            const double size = known[i].size > 0 ? known[i].size : fabs(expected[t]);
            if (!(fabs(got[t] - expected[t]) <= 1e-9 * size))
                fail_msg("%s %g at bar %zu: %.17g instead of %.17g", ind->name, params[0], t,
                         got[t], expected[t]);
        }
        free(got);
        free(expected);
    }
    table_done(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_bars_are_as_near_as_one),
        cmocka_unit_test(a_million_bars_of_large_prices_are_as_near),
        cmocka_unit_test(what_follows_on_a_leap_has_its_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

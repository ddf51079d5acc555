/* SPDX-License-Identifier: Apache-2.0 */
/* What is true of every indicator whatever its formula. A property is found on the defaults, or
 * said by the descriptor, and held on other parameters, series and sizes. */
#include "near.h"
#include "series.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* after what it needs: */
#include <cmocka.h>

enum { LEN = 1500, SETS = 3 };

struct values {
    double row[IND_MAX_OUTPUTS][LEN];
};

static struct table walk, levels, made; /* the last one is for what a test makes up */
static struct values plain, changed;

/* One call on a table's LEN bars. */
static int run(const struct ind_indicator *ind, const struct table *table, const double *params,
               struct values *ret)
{
    struct ind_job job = {.params = params};

    table_inputs(table, ind, &job);
    for (size_t o = 0; o < ind_n_outputs(ind); o++)
        job.out[o] = (struct ind_view){ret->row[o], 1, LEN, LEN};
    job.work_size = ind_work_size(ind, &job);
    job.work = job.work_size ? aligned_alloc(64, job.work_size) : NULL;
    const int status = ind_single(ind, &job);
    free(job.work);
    return status;
}

#define FOR_EVERY(ind)                                                                             \
    for (size_t index = 0; index < ind_count(); index++)                                           \
        for (const struct ind_indicator *ind = ind_at(index); ind; ind = NULL)

static const struct ind_indicator *find(const char *name)
{
    const struct ind_indicator *ind = ind_find(name);

    if (!ind)
        fail_msg("no %s", name);
    return ind;
}

/* ---- Another unit, another origin ---- */

/* price * prices + move, volume * volumes; times stay. */
struct change {
    double prices, move, volumes;
};

/* Exact: factors are powers of 2, and the walk's prices have 12 binary places. */
static int run_changed(const struct ind_indicator *ind, const struct table *from,
                       const double *params, struct change by)
{
    double params_by[IND_MAX_PARAMS];

    for (size_t c = 0; c < COLUMNS; c++)
        for (size_t t = 0; t < LEN; t++)
            made.column[c][t] = c == TIMESTAMP ? from->column[c][t]
                                : c == VOLUME  ? from->column[c][t] * by.volumes
                                               : from->column[c][t] * by.prices + by.move;
    for (size_t i = 0; i < ind_n_params(ind); i++)
        params_by[i] = params[i] * (strcmp(ind->params[i].unit, "price") == 0 ? by.prices : 1);
    return run(ind, &made, params_by, &changed);
}

/* Is changed = plain * factor in one output? The first bar where not; LEN: it is. */
static size_t scaled_differs(const struct ind_indicator *ind, size_t o, double factor)
{
    static double expected[LEN];

    for (size_t t = 0; t < LEN; t++)
        expected[t] = plain.row[o][t] * factor;
    return row_differs(changed.row[o], expected, LEN, ind->tolerance);
}

enum { DEGREES = 6, NO_DEGREE = DEGREES + 1 };

/* The power of 2 that an output takes when what it is made of takes 4; the smallest that fits. */
static int degree_of(const struct ind_indicator *ind, size_t o)
{
    for (int size = 0; size <= DEGREES; size++)
        for (int sign = 1; sign >= -1; sign -= 2)
            if (scaled_differs(ind, o, ldexp(1, sign * size)) == LEN)
                return sign * size;
    return NO_DEGREE;
}

/* Empty, or where an output is not what it was, in another unit. */
static void find_absolute(const struct ind_indicator *ind, bool volumes, const struct table *table,
                          char *ret, size_t size)
{
    static const int powers[] = {-20, 2, 16}; /* even: a root of them is a power of 2 */
    int degree[IND_MAX_OUTPUTS] = {0};

    for (size_t k = 0; k < SETS; k++)
        for (size_t i = 0; i < sizeof powers / sizeof *powers; i++) {
            const int power = k == 0 && i == 0 ? 2 : powers[i];
            const double factor = ldexp(1, power);
            double params[IND_MAX_PARAMS];

            params_make(ind, k, params);
            if (run(ind, table, params, &plain) < 0)
                continue;
            run_changed(ind, table, params,
                        volumes ? (struct change){1, 0, factor} : (struct change){factor, 0, 1});
            for (size_t o = 0; o < ind_n_outputs(ind); o++) {
                if (k == 0 && i == 0)
                    degree[o] = degree_of(ind, o);
                const double by = ldexp(1, power / 2 * degree[o]);
                const size_t t = scaled_differs(ind, o, by);
                if (degree[o] == NO_DEGREE)
                    snprintf(ret, size, "%s is no power of the unit of %s", ind->outputs[o],
                             volumes ? "volumes" : "prices");
                else if (t < LEN)
                    snprintf(ret, size,
                             "%s, %s times 2^%d: %.17g at bar %zu instead of %.17g (parameters %g "
                             "%g %g %g)",
                             ind->outputs[o], volumes ? "volumes" : "prices", power,
                             changed.row[o][t], t, plain.row[o][t] * by, params[0], params[1],
                             params[2], params[3]);
                if (*ret)
                    return;
            }
        }
}

static void another_unit_changes_the_unit_alone_unless_said(void **state)
{
    FOR_EVERY(ind)
    {
        char found[512] = "";

        for (int k = 0; k < 4 && !*found; k++)
            find_absolute(ind, k & 1, k & 2 ? &levels : &walk, found, sizeof found);
        if (*found && !ind->absolute)
            fail_msg("%s: %s. If the definition says so, the descriptor says .absolute = 1",
                     ind->name, found);
        if (!*found && ind->absolute)
            fail_msg("%s: is said to be absolute, but nothing of it is", ind->name);
    }
}

static double largest(const double *row)
{
    double most = 0;

    for (size_t t = 0; t < LEN; t++)
        if (isfinite(row[t]))
            most = fmax(most, fabs(row[t]));
    return most;
}

/* Is changed = plain + move in one output? */
static size_t moved_differs(size_t o, double move, double bound)
{
    for (size_t t = 0; t < LEN; t++) {
        const double a = changed.row[o][t], b = plain.row[o][t];

        if (isnan(a) != isnan(b) || (!isnan(a) && a != b && !(fabs(a - b - move) <= bound)))
            return t;
    }
    return LEN;
}

/* Of the shift: what is left of a double's digits there, and some of that for the arithmetic. */
static const double SHIFT_TOLERANCE = 1e-14;

enum shift { STAYS, MOVES, NEITHER };

static enum shift shift_of(size_t o, double move)
{
    const double bound = 1e-7 * largest(plain.row[o]);

    if (moved_differs(o, 0, bound) == LEN)
        return STAYS;
    return moved_differs(o, move, bound) == LEN ? MOVES : NEITHER;
}

/* Leaves the values of the walk in `plain`. */
static void shift_kinds(const struct ind_indicator *ind, const double *params, enum shift *ret)
{
    assert_int_equal(run(ind, &walk, params, &plain), IND_OK);
    run_changed(ind, &walk, params, (struct change){1, 64, 1});
    for (size_t o = 0; o < ind_n_outputs(ind); o++)
        ret[o] = shift_of(o, 64);
}

/* A deviation is the same at 100 and at a million, an average goes along: to the digits that a
 * million leaves of a double. */
static void what_is_not_moved_by_a_small_shift_is_not_by_a_large_one(void **state)
{
    static const double far = 0x1p20;

    FOR_EVERY(ind)
    {
        enum shift kind[IND_MAX_OUTPUTS], here[IND_MAX_OUTPUTS];
        double params[IND_MAX_PARAMS];

        ind_defaults(ind, params);
        shift_kinds(ind, params, kind);
        for (size_t k = 0; k < SETS; k++) {
            params_make(ind, k, params);
            if (run(ind, &walk, params, &plain) < 0)
                continue;
            shift_kinds(ind, params, here);
            run_changed(ind, &walk, params, (struct change){1, far, 1});
            for (size_t o = 0; o < ind_n_outputs(ind); o++) {
                if (here[o] == NEITHER) /* to start at 0 may be a parameter's choice */
                    continue;
                const double move = kind[o] == MOVES ? far : 0;
                const double bound = SHIFT_TOLERANCE * far * fmax(1, largest(plain.row[o]));
                const size_t t = kind[o] == NEITHER ? LEN : moved_differs(o, move, bound);
                if (t < LEN)
                    fail_msg("%s: %s at bar %zu: %.17g instead of %.17g (parameters %g %g %g %g)",
                             ind->name, ind->outputs[o], t, changed.row[o][t],
                             plain.row[o][t] + move, params[0], params[1], params[2], params[3]);
            }
        }
    }
}

static void what_a_shift_does_is_known_of_some(void **state)
{
    static const struct {
        const char *name;
        enum shift kind;
    } known[] = {{"sma", MOVES},    {"ema", MOVES},  {"linreg", MOVES}, {"max", MOVES},
                 {"stddev", STAYS}, {"var", STAYS},  {"macd", STAYS},   {"atr", STAYS},
                 {"rsi", STAYS},    {"roc", NEITHER}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        enum shift kind[IND_MAX_OUTPUTS];
        double params[IND_MAX_PARAMS];

        ind_defaults(find(known[i].name), params);
        shift_kinds(find(known[i].name), params, kind);
        if (kind[0] != known[i].kind)
            fail_msg("%s", known[i].name);
    }
}

/* ---- A market that stands still ---- */

static void stand_still(struct table *table, double price, double volume)
{
    for (size_t c = 0; c < COLUMNS; c++)
        for (size_t t = 0; t < LEN; t++)
            table->column[c][t] = c == TIMESTAMP ? walk.column[c][t] : c == VOLUME ? volume : price;
}

/* Its last values, from `first` on, are one value, or, of what counts, go on by one step; or no
 * number at all. */
static bool settles(const double *row, size_t first)
{
    enum { LAST = 200 };
    const double last = row[LEN - 1], step = last - row[LEN - 2];
    const double bound = 1e-9 * fmax(1, fabs(last));

    for (size_t t = first > LEN - LAST ? first : LEN - LAST; t < LEN - 1; t++) {
        if (isnan(last) || isinf(last) ? memcmp(row + t, &last, sizeof last) != 0 && !isnan(row[t])
                                       : !(fabs(row[t + 1] - row[t] - step) <= bound))
            return false;
    }
    return true;
}

static void a_market_that_stands_still_gives_what_does(void **state)
{
    static const double volumes[] = {8, 0};

    FOR_EVERY(ind)
    for (size_t v = 0; v < 2; v++)
        for (size_t k = 0; k < SETS; k++) {
            double params[IND_MAX_PARAMS];

            if (strcmp(ind->name, "sarext") == 0)
                continue; /* every bar touches its stop, and with each its sign turns */
            params_make(ind, k, params);
            stand_still(&made, 100, volumes[v]);
            if (run(ind, &made, params, &plain) < 0)
                continue;
            for (size_t o = 0; o < ind_n_outputs(ind); o++) {
                if (!settles(plain.row[o], ind_warmup(ind, params, o)))
                    fail_msg("%s: %s does not settle: %.17g, %.17g, %.17g", ind->name,
                             ind->outputs[o], plain.row[o][LEN - 3], plain.row[o][LEN - 2],
                             plain.row[o][LEN - 1]);
                if (isnan(plain.row[o][LEN - 1]) && !strstr(ind->note, "NaN"))
                    fail_msg("%s: %s is NaN where nothing moves, and the note does not say so",
                             ind->name, ind->outputs[o]);
            }
        }
}

/* ---- Order ---- */

/* The first bar where a > b by more than rounding. */
static size_t exceeds(const double *a, const double *b)
{
    for (size_t t = 0; t < LEN; t++)
        if (a[t] > b[t] + 1e-11 * fabs(b[t]))
            return t;
    return LEN;
}

/* An average that does not overshoot a step has no weight below 0: then a higher price at any bar
 * never lowers it, and it never leaves the prices so far. */
static bool is_mean(const struct ind_indicator *ind, const double *params)
{
    if (ind_n_inputs(ind) != 1 || ind_n_outputs(ind) != 1 || strcmp(ind->family, "moving average"))
        return false;
    for (int up = 0; up < 2; up++) {
        stand_still(&made, 100, 8);
        for (size_t c = 0; c < TIMESTAMP; c++)
            for (size_t t = 0; c != VOLUME && t < LEN / 2; t++)
                made.column[c][t] = up ? 50 : 200;
        if (run(ind, &made, params, &plain) < 0)
            return false;
        for (size_t t = ind_warmup(ind, params, 0); t < LEN; t++)
            if (!(plain.row[0][t] >= (up ? 50 : 100) * (1 - 1e-12) &&
                  plain.row[0][t] <= (up ? 100 : 200) * (1 + 1e-12)))
                return false;
    }
    return true;
}

static void an_average_without_overshoot_stays_within_the_prices_so_far(void **state)
{
    size_t means = 0;

    FOR_EVERY(ind)
    {
        double params[IND_MAX_PARAMS], low = INFINITY, high = -INFINITY;
        const double *x = table_column(&walk, ind->inputs[0].column);

        ind_defaults(ind, params);
        if (!is_mean(ind, params))
            continue;
        means++;
        assert_int_equal(run(ind, &walk, params, &plain), IND_OK);
        for (size_t t = 0; t < LEN; t++) {
            const double y = plain.row[0][t];
            low = fmin(low, x[t]);
            high = fmax(high, x[t]);
            if (y < low * (1 - 1e-12) || y > high * (1 + 1e-12))
                fail_msg("%s: %.17g at bar %zu, prices so far %g to %g", ind->name, y, t, low,
                         high);
        }
    }
    assert_true(means >= 10); /* sma, ema, wma ... are found to be such */
}

/* Longer windows hold shorter ones. */
static void longer_windows_have_higher_maxima_and_lower_minima(void **state)
{
    static const struct {
        const char *name;
        size_t output;
        int sign; /* 1: does not fall as the window grows; -1: does not rise */
    } known[] = {{"max", 0, 1},      {"min", 0, -1},      {"rolling_minmax", 0, -1},
                 {"donchian", 0, 1}, {"donchian", 2, -1}, {"sum", 0, 1}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct ind_indicator *ind = find(known[i].name);

        for (int period = 2; period < 600; period += 1 + period / 3) {
            double params[IND_MAX_PARAMS];
            const size_t o = known[i].output;

            ind_defaults(ind, params);
            params[0] = period;
            assert_int_equal(run(ind, &walk, params, &plain), IND_OK);
            params[0] = period + 1;
            assert_int_equal(run(ind, &walk, params, &changed), IND_OK);
            const size_t t = known[i].sign > 0 ? exceeds(plain.row[o], changed.row[o])
                                               : exceeds(changed.row[o], plain.row[o]);
            if (t < LEN)
                fail_msg("%s, %s: period %d, then one more: bar %zu from %.17g to %.17g", ind->name,
                         ind->outputs[o], period, t, plain.row[o][t], changed.row[o][t]);
        }
    }
}

/* ---- No look ahead ---- */

/* The first half of a series has the values that it has in the whole. */
static void no_value_depends_on_a_later_bar(void **state)
{
    FOR_EVERY(ind)
    for (size_t k = 0; k < SETS; k++) {
        double params[IND_MAX_PARAMS];

        params_make(ind, k, params);
        if (run(ind, &walk, params, &plain) < 0)
            continue;
        for (size_t c = 0; c < COLUMNS; c++)
            for (size_t t = 0; t < LEN; t++)
                made.column[c][t] =
                    t < LEN / 2 || c == TIMESTAMP ? walk.column[c][t] : levels.column[c][t];
        assert_int_equal(run(ind, &made, params, &changed), IND_OK);
        for (size_t o = 0; o < ind_n_outputs(ind); o++) {
            const size_t ahead = ind_ahead(ind, params), n = ahead < LEN / 2 ? LEN / 2 - ahead : 0;
            const size_t t = row_differs(changed.row[o], plain.row[o], n, 0);
            if (t < n)
                fail_msg("%s: %s at bar %zu depends on a bar after %d", ind->name, ind->outputs[o],
                         t, LEN / 2);
        }
    }
}

/* Prices to 12 binary places, so that scaling and shifting them is exact. */
static void table_round(struct table *table)
{
    for (size_t c = 0; c < COLUMNS; c++)
        for (size_t t = 0; c != VOLUME && c != TIMESTAMP && t < LEN; t++)
            table->column[c][t] = ldexp(round(ldexp(table->column[c][t], 12)), -12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_unit_changes_the_unit_alone_unless_said),
        cmocka_unit_test(what_is_not_moved_by_a_small_shift_is_not_by_a_large_one),
        cmocka_unit_test(what_a_shift_does_is_known_of_some),
        cmocka_unit_test(a_market_that_stands_still_gives_what_does),
        cmocka_unit_test(an_average_without_overshoot_stays_within_the_prices_so_far),
        cmocka_unit_test(longer_windows_have_higher_maxima_and_lower_minima),
        cmocka_unit_test(no_value_depends_on_a_later_bar),
    };
    table_make(&walk, SERIES_WALK, LEN, 3);
    table_round(&walk);
    table_make(&levels, SERIES_LEVELS, LEN, 4);
    table_make(&made, SERIES_WALK, LEN, 5);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    table_done(&walk);
    table_done(&levels);
    table_done(&made);
    return failed;
}

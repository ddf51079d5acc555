/* SPDX-License-Identifier: Apache-2.0 */
/* Our own logarithm and arc tangent beside the C library's of more digits. */
#include "elementary.h"
#include "series.h"
#include <setjmp.h>
#include <stdarg.h>
/* after what it needs: */
#include <cmocka.h>

enum { DRAWS = 2000000 };

/* How far `got` is from the truth, in units of the last place of that. */
static double off_by(double got, long double truth)
{
    const double near = fabs((double)truth), ulp = nextafter(near, (double)INFINITY) - near;

    return (double)(fabsl(got - truth) / ulp);
}

static void hold_log(double x)
{
    const double off = off_by(log_of(x), logl(x));

    if (!(off < 2))
        fail_msg("ln %.17g: %.17g is off by %g", x, log_of(x), off);
}

static void hold_atan(double y, double x)
{
    const double off = off_by(atan_of(y, x), atanl((long double)y / x));

    if (!(off < 2))
        fail_msg("arctan %.17g / %.17g: %.17g is off by %g", y, x, atan_of(y, x), off);
}

/* Any double above 0. */
static double draw_any(uint64_t *seed)
{
    return ldexp(1 + random_unit(seed), (int)(2046 * random_unit(seed)) - 1022);
}

static void a_logarithm_is_off_by_less_than_two_units(void **state)
{
    uint64_t seed = 1;

    for (size_t i = 0; i < DRAWS; i++) {
        hold_log(draw_any(&seed));
        hold_log(0.5 + 1.5 * random_unit(&seed)); /* around 1, where little is left */
        hold_log(0x1p-1074 + 0x1p-1022 * random_unit(&seed));
    }
    hold_log(0x1p-1074);
    hold_log(0x1.fffffffffffffp1023);
    for (double x = 1; x < 1 + 0x1p-40; x = nextafter(x, 2))
        hold_log(nextafter(x, 2));
}

static void logarithms_of_what_has_none_are_the_c_librarys(void **state)
{
    assert_true(log_of(1) == 0);
    assert_true(log_of(0.0) == -(double)INFINITY);
    assert_true(log_of(-0.0) == -(double)INFINITY);
    assert_true(log_of((double)INFINITY) == (double)INFINITY);
    assert_true(isnan(log_of(-1)));
    assert_true(isnan(log_of(-(double)INFINITY)));
    assert_true(isnan(log_of((double)NAN)));
}

static void an_arc_tangent_is_off_by_less_than_two_units(void **state)
{
    uint64_t seed = 2;

    for (size_t i = 0; i < DRAWS; i++) {
        hold_atan(draw_any(&seed), 1);
        hold_atan(-4 * random_unit(&seed), 1);
        hold_atan(0.1 + random_unit(&seed), -0.1 - random_unit(&seed));
    }
}

static void arc_tangents_at_the_ends_are_the_c_librarys(void **state)
{
    static const double ends[] = {0.0, -0.0, 1, -1, (double)INFINITY, -(double)INFINITY};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        assert_true(atan_of(ends[i], 1) == atan(ends[i]));
        assert_true(signbit(atan_of(ends[i], 1)) == signbit(ends[i]));
    }
    assert_true(isnan(atan_of((double)NAN, 1)));
    assert_true(isnan(atan_of(1, (double)NAN)));
    assert_true(isnan(atan_of(0, 0)));
    assert_true(atan_of(1, 0) == atan((double)INFINITY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_logarithm_is_off_by_less_than_two_units),
        cmocka_unit_test(logarithms_of_what_has_none_are_the_c_librarys),
        cmocka_unit_test(an_arc_tangent_is_off_by_less_than_two_units),
        cmocka_unit_test(arc_tangents_at_the_ends_are_the_c_librarys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

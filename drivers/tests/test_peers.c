/* SPDX-License-Identifier: Apache-2.0 */
/* Calling other libraries' functions for the rows of a case. */
#include "bench_table.h"
#include "peers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BARS = 500, ROWS = 64 };

static struct series bars;

static int load(void **state)
{
    struct series_message err;

    return series_load(&bars, &(struct series_source){.bars = BARS, .seed = 3},
                       &(struct series_message){0}, &err);
}

static int unload(void **state)
{
    series_done(&bars);
    return 0;
}

/* Null: this was built without libffi. */
static struct peer_call *call_new(const char *library, const char *indicator, struct peer *p,
                                  struct bench_case *c)
{
    struct series_message err = {0};

    if (peer_open(p, getenv(library), &err) < 0) {
        if (!strstr(err.text, "libffi"))
            fail_msg("%s", err.text);
        return NULL;
    }
    assert_int_equal(bench_case_init(c, ind_find(indicator), &bars, ROWS, &err), 0);
    struct peer_call *call = peer_call_new(p, c, &bars, NULL);

    assert_non_null(call);
    return call;
}

static void sma_of(const char *library)
{
    struct peer p;
    struct bench_case c;
    struct peer_call *call = call_new(library, "sma", &p, &c);

    if (!call)
        skip();
    peer_call_single(call);
    peer_call_sweep(call);
    assert_true(peer_call_single_ok(call) && peer_call_sweep_ok(call));
    for (size_t r = 0; r < ROWS; r += 9) {
        const size_t period = 14 + r;
        const double *values = peer_call_values(call, 0, r);

        for (size_t t = period - 1; t < BARS; t += 31) {
            double sum = 0;

            for (size_t i = 0; i < period; i++)
                sum += bars.column[SERIES_CLOSE][t - i];
            assert_true(fabs(values[t - period + 1] - sum / (double)period) < 1e-9);
        }
    }
    peer_call_free(call);
    peer_close(&p);
}

static void functions_of_ta_lib_get_the_rows_parameters(void **state) { sma_of("FAKE_TA_LIB"); }

static void functions_of_tulip_get_the_rows_parameters(void **state) { sma_of("FAKE_TULIP"); }

static void whole_and_real_parameters_come_where_they_belong(void **state)
{
    struct peer p;
    struct bench_case c;
    struct peer_call *call = call_new("FAKE_TA_LIB", "bollinger_bands", &p, &c);

    if (!call)
        skip();
    peer_call_single(call);
    assert_true(peer_call_values(call, 0, 0)[0] == 2);
    assert_true(peer_call_values(call, 1, 0)[0] == bars.column[SERIES_CLOSE][BARS - 1] * 1000 + 20);
    assert_true(peer_call_values(call, 2, 0)[0] == 2);
    peer_call_sweep(call);
    assert_true(peer_call_single_ok(call));
    assert_false(peer_call_sweep_ok(call)); /* periods 20 to 83, and it takes 70 at most */
    peer_call_free(call);
    peer_close(&p);
}

static void a_function_that_the_library_lacks_is_no_call(void **state)
{
    struct peer p;
    struct bench_case c;
    struct series_message err = {0};

    if (peer_open(&p, getenv("FAKE_TULIP"), &err) < 0)
        skip();
    assert_int_equal(bench_case_init(&c, ind_find("ema"), &bars, 2, &err), 0);
    assert_null(peer_call_new(&p, &c, &bars, NULL)); /* in the table, not in the library */
    assert_int_equal(bench_case_init(&c, ind_find("vpwma"), &bars, 2, &err), 0);
    assert_null(peer_call_new(&p, &c, &bars, NULL)); /* not in the table */
    peer_close(&p);
}

static void what_is_no_peer_is_refused(void **state)
{
    struct series_message err = {0};
    struct peer p;

    assert_int_equal(peer_open(&p, "/nowhere/lib.so", &err), -1);
    assert_non_null(strstr(err.text, "/nowhere/lib.so"));
    assert_int_equal(peer_open(&p, "libm.so.6", &err), -1);
    assert_non_null(strstr(err.text, "libm.so.6"));
}

static void where_a_peer_is_faster_is_kept_and_counted(void **state)
{
    static const struct bench_row rows[] = {
        {"ema", "avx2", 0, 64, {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}},
        {"rsi", "avx2", 0, 64, {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}},
        {"rsi", "peer", 1, 64, {{2, 2, 2}, {0}, {0.5, 0.5, 0.5}}}, /* in a sweep */
        {"sma", "avx2", 0, 64, {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}},
        {"sma", "peer", 1, 64, {{0.99, 0.99, 0.99}, {0}, {2, 2, 2}}}, /* timing errs by 2 % */
    };
    struct bench_table t = {0};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(bench_table_add(&t, &rows[i]), 0);
    bench_table_keep_slower(&t, "avx2");
    assert_int_equal(t.n, 2);
    assert_string_equal(t.rows[0].indicator, "rsi");
    assert_int_equal(t.with_peer, 2);
    assert_int_equal(t.slower, 1);
    bench_table_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_of_ta_lib_get_the_rows_parameters),
        cmocka_unit_test(functions_of_tulip_get_the_rows_parameters),
        cmocka_unit_test(whole_and_real_parameters_come_where_they_belong),
        cmocka_unit_test(a_function_that_the_library_lacks_is_no_call),
        cmocka_unit_test(what_is_no_peer_is_refused),
        cmocka_unit_test(where_a_peer_is_faster_is_kept_and_counted),
    };

    return cmocka_run_group_tests(tests, load, unload);
}

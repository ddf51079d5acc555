/* SPDX-License-Identifier: Apache-2.0 */
/* CSV files and generated candles. */
#include "series.h"
#include "spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#define HEADER "timestamp,open,high,low,close,volume\n"

/* Load text; s is to be freed. */
static int load(const char *text, const char *columns, struct series *s,
                struct series_message *note, struct series_message *err)
{
    struct series_source source = {.path = spawn_file("bars.csv", text), .columns = columns};

    memset(err, 0, sizeof *err);
    return series_load(s, &source, note, err);
}

static void expect_error(const char *text, const char *columns, const char *says)
{
    struct series_message note, err;
    struct series s = {0};

    if (load(text, columns, &s, &note, &err) == 0)
        fail_msg("no error, expected '%s'", says);
    if (!strstr(err.text, says))
        fail_msg("'%s' does not say '%s'", err.text, says);
}

static void columns_are_found_by_header_and_derived(void **state)
{
    struct series_message note, err;
    struct series s = {0};

    assert_int_equal(load("volume,Close,low,HIGH,open,vwap\n10,4,1,5,2,7\n20,6,2,8,4,7\n", NULL, &s,
                          &note, &err),
                     0);
    assert_int_equal(s.len, 2);
    assert_true(series_find(&s, "close")[1] == 6);
    assert_true(series_find(&s, "volume")[0] == 10);
    assert_true(series_find(&s, "hl2")[0] == 3);
    assert_true(series_find(&s, "hlc3")[0] == 10.0 / 3);
    assert_true(series_find(&s, "ohlc4")[0] == 3);
    assert_true(series_find(&s, "hlcc4")[0] == 3.5);
    assert_null(series_find(&s, "vwap"));
    assert_string_equal(note.text, "");
    series_done(&s);
}

static void other_columns_are_kept_when_asked_for(void **state)
{
    const char *extra[] = {"vwap"};
    struct series_source source = {
        .path = spawn_file("e.csv", "close,vwap\n1,2\n"), .extra = extra, .n_extra = 1};
    struct series_message note, err;
    struct series s = {0};

    assert_int_equal(series_load(&s, &source, &note, &err), 0);
    assert_true(series_find(&s, "VWAP")[0] == 2);
    series_done(&s);
    extra[0] = "mid";
    assert_int_equal(series_load(&s, &source, &note, &err), -1);
    assert_non_null(strstr(err.text, "e.csv:1: expected a column named 'mid'"));
}

static void carriage_returns_quotes_spaces_and_a_byte_order_mark_are_fine(void **state)
{
    struct series_message note, err;
    struct series s = {0};

    assert_int_equal(
        load("\xef\xbb\xbfopen, \"close\"\r\n1 , \"2\"\r\n\r\n3,4\r\n", NULL, &s, &note, &err), 0);
    assert_int_equal(s.len, 2);
    assert_true(series_find(&s, "open")[1] == 3);
    assert_true(series_find(&s, "close")[0] == 2);
    series_done(&s);
}

static void nan_and_empty_cells_are_not_a_number(void **state)
{
    struct series_message note, err;
    struct series s = {0};

    assert_int_equal(load("open,close\nnan,1\n,2\nNaN,3\n", NULL, &s, &note, &err), 0);
    for (int t = 0; t < 3; t++)
        assert_true(isnan(series_find(&s, "open")[t]));
    series_done(&s);
}

static void dates_are_read_as_milliseconds(void **state)
{
    struct series_message note, err;
    struct series s = {0};

    assert_int_equal(load("date,close\n2024-09-01,1\n2024-09-01T00:00:01Z,1\n1725148800000,1\n",
                          NULL, &s, &note, &err),
                     0);
    assert_true(series_find(&s, "timestamp")[0] == 1725148800000.0);
    assert_true(series_find(&s, "timestamp")[1] == 1725148801000.0);
    assert_true(series_find(&s, "timestamp")[2] == 1725148800000.0);
    series_done(&s);
}

static void columns_option_overrides_the_header_and_skips_it(void **state)
{
    struct series_message note, err;
    struct series s = {0};

    assert_int_equal(
        load(HEADER "1,10,11,12,9,5\n", "timestamp,open,close,high,low,volume", &s, &note, &err),
        0);
    assert_int_equal(s.len, 1);
    assert_true(series_find(&s, "close")[0] == 11);
    assert_true(series_find(&s, "high")[0] == 12);
    series_done(&s);
    /* a header that counts is one too; a first line of other numbers is a bar */
    assert_int_equal(load("0,1,2\n7,8,9\n", "-,open,close", &s, &note, &err), 0);
    assert_int_equal(s.len, 1);
    assert_true(series_find(&s, "open")[0] == 8);
    series_done(&s);
    assert_int_equal(load("7,8,9\n1,2,3\n", "-,open,close", &s, &note, &err), 0);
    assert_int_equal(s.len, 2);
    assert_true(series_find(&s, "close")[0] == 9);
    series_done(&s);
}

static void a_header_that_counts_takes_the_order_that_holds_and_says_so(void **state)
{
    struct series_message note, err;
    struct series s = {0};

    assert_int_equal(load("0,1,2,3,4,5\n1,10,11,12,9,5\n", NULL, &s, &note, &err), 0);
    assert_true(series_find(&s, "close")[0] == 11);
    assert_true(series_find(&s, "high")[0] == 12);
    assert_true(series_find(&s, "low")[0] == 9);
    assert_non_null(strstr(note.text, "timestamp,open,close,high,low,volume"));
    series_done(&s);
    assert_int_equal(load("0,1,2,3,4,5\n1,10,12,9,11,5\n", NULL, &s, &note, &err), 0);
    assert_true(series_find(&s, "close")[0] == 11);
    assert_non_null(strstr(note.text, "timestamp,open,high,low,close,volume"));
    series_done(&s);
}

static void a_header_that_lies_about_its_order_is_told_but_obeyed(void **state)
{
    struct series_message note, err;
    struct series s = {0};

    assert_int_equal(load(HEADER "1,10,11,12,9,5\n2,11,12,13,10,5\n", NULL, &s, &note, &err), 0);
    assert_true(series_find(&s, "high")[0] == 11);
    assert_non_null(strstr(note.text, "2 of 2 bars"));
    assert_non_null(strstr(note.text, "--columns"));
    series_done(&s);
}

static void errors_say_file_line_and_what_was_expected(void **state)
{
    expect_error("", NULL, "bars.csv:1: expected a header line and bars");
    expect_error(HEADER, NULL, "expected at least one bar");
    expect_error("a,b,c\n1,2,3\n", NULL, "bars.csv:1: expected a header line with some of");
    expect_error("1,2,3\n4,5,6\n", NULL, "--columns");
    expect_error("open,close\n1,2\n3,x\n", NULL,
                 "bars.csv:3: expected a number as column 2 (close), got 'x'");
    expect_error("open,close\r\n1,2\r\n\r\n3\r\n", NULL, "bars.csv:4: expected 2 cells, got '1'");
    expect_error("open,close\n1,2,3\n", NULL, "bars.csv:2: expected 2 cells, got '3'");
    expect_error("open,close\n1,inf\n", NULL, "expected a number");
    expect_error("open,open\n1,2\n", NULL, "expected each column once, got 'open'");
    expect_error("open,close\n1,\"2\n", NULL, "quote");
    expect_error("time,close\nyesterday,1\n", NULL, "milliseconds or a date");
    expect_error("0,1,2\n1,2,3\n", NULL, "six columns");
    expect_error("open,close\n1,2\n", "open,clsoe", "unknown column 'clsoe'");
    expect_error("open,close\n1,2\n", "open,,close", "names with commas between");
    expect_error("open,close\n1,2\n", "open", "as many cells as --columns has names");
}

static void files_that_cannot_be_read_are_named(void **state)
{
    struct series_source source = {.path = "/nowhere/bars.csv"};
    struct series_message note, err;
    struct series s = {0};

    assert_int_equal(series_load(&s, &source, &note, &err), -1);
    assert_string_equal(err.text, "cannot open '/nowhere/bars.csv': No such file or directory");
    source.path = "/";
    assert_int_equal(series_load(&s, &source, &note, &err), -1);
    assert_non_null(strstr(err.text, "Is a directory"));
}

static void no_more_bars_are_read_than_asked(void **state)
{
    struct series_source source = {.path = spawn_file("b.csv", "open\n1\n2\nrubbish\n"), .bars = 2};
    struct series_message note, err;
    struct series s = {0};

    assert_int_equal(series_load(&s, &source, &note, &err), 0);
    assert_int_equal(s.len, 2);
    series_done(&s);
}

static void generated_candles_are_coherent_and_depend_on_the_seed_alone(void **state)
{
    struct series_source source = {.bars = 100000, .seed = 7};
    struct series_message note, err;
    struct series a = {0}, b = {0}, c = {0};
    size_t flat = 0, idle = 0;

    assert_int_equal(series_load(&a, &source, &note, &err), 0);
    assert_int_equal(series_load(&b, &source, &note, &err), 0);
    source.seed = 8;
    assert_int_equal(series_load(&c, &source, &note, &err), 0);
    for (size_t t = 0; t < a.len; t++) {
        const double open = a.column[SERIES_OPEN][t], close = a.column[SERIES_CLOSE][t];
        const double high = a.column[SERIES_HIGH][t], low = a.column[SERIES_LOW][t];

        assert_true(low > 0 && low <= open && low <= close && high >= open && high >= close);
        assert_true(close > 20 && close < 500 && a.column[SERIES_VOLUME][t] >= 0);
        flat += high == low;
        idle += a.column[SERIES_VOLUME][t] == 0;
    }
    assert_true(flat > 100 && flat < 20000 && idle > 100);
    assert_memory_equal(a.column[SERIES_CLOSE], b.column[SERIES_CLOSE], a.len * sizeof(double));
    assert_memory_not_equal(a.column[SERIES_CLOSE], c.column[SERIES_CLOSE], a.len * sizeof(double));
    series_done(&a);
    series_done(&b);
    series_done(&c);
}

static void real_candles_are_read_whole(void **state)
{
    static const struct {
        const char *file, *columns;
        size_t bars;
        double close_0;
    } real[] = {
        {"data/2018-09-01-2024-Bitfinex_Spot-4h.csv", NULL, 15577, 2761.7},
        {"data/10kCandles.csv", "timestamp,open,close,high,low,volume", 10000, 6985.5},
        {"data/4kCandles.csv", "timestamp,open,close,high,low,volume", 4000, 6985.5},
    };
    struct series_message note, err;
    struct series s = {0};

    for (size_t i = 0; i < sizeof real / sizeof *real; i++) {
        struct series_source source = {.path = spawn_shared(real[i].file),
                                       .columns = real[i].columns};

        if (!source.path)
            skip();
        assert_int_equal(series_load(&s, &source, &note, &err), 0);
        assert_int_equal(s.len, real[i].bars);
        assert_true(s.column[SERIES_CLOSE][0] == real[i].close_0);
        for (size_t t = 0; t < s.len; t++)
            assert_true(s.column[SERIES_HIGH][t] >= s.column[SERIES_CLOSE][t]);
        series_done(&s);
    }
}

static int cleanup(void **state)
{
    spawn_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_found_by_header_and_derived),
        cmocka_unit_test(other_columns_are_kept_when_asked_for),
        cmocka_unit_test(carriage_returns_quotes_spaces_and_a_byte_order_mark_are_fine),
        cmocka_unit_test(nan_and_empty_cells_are_not_a_number),
        cmocka_unit_test(dates_are_read_as_milliseconds),
        cmocka_unit_test(columns_option_overrides_the_header_and_skips_it),
        cmocka_unit_test(a_header_that_counts_takes_the_order_that_holds_and_says_so),
        cmocka_unit_test(a_header_that_lies_about_its_order_is_told_but_obeyed),
        cmocka_unit_test(errors_say_file_line_and_what_was_expected),
        cmocka_unit_test(files_that_cannot_be_read_are_named),
        cmocka_unit_test(no_more_bars_are_read_than_asked),
        cmocka_unit_test(generated_candles_are_coherent_and_depend_on_the_seed_alone),
        cmocka_unit_test(real_candles_are_read_whole),
    };

    return cmocka_run_group_tests(tests, NULL, cleanup);
}

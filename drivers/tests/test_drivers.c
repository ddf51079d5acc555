/* SPDX-License-Identifier: Apache-2.0 */
/* The measuring drivers: that they run, and the form of what they print. */
#include "spawn.h"

#include <nocopy/indicators.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ORDER "timestamp,open,close,high,low,volume"

static const char *const drivers[] = {"memory_efficiency", "indicator_benchmark",
                                      "benchmark_simple", "specimens/specimens"};
enum { N_DRIVERS = sizeof drivers / sizeof *drivers };

/* The first is always there, the others where their compiler was found. */
static const char *const specimen_programs[] = {"specimens/specimens", "specimens/specimens_cpp",
                                                "specimens/specimens_fortran",
                                                "specimens/specimens_rust", NULL};

static int is_built(const char *program)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", getenv("DRIVERS"), program);
    return access(path, X_OK) == 0;
}

/* LD_PRELOAD=... of the fake shim, for an environment. */
static const char *const *with_fake_shim(void)
{
    static char preload[4096];
    static const char *env[2] = {preload, NULL};

    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", getenv("FAKE_SHIM"));
    return env;
}

static struct spawned run_ok(const char *const *argv, const char *const *env)
{
    struct spawned s = spawn_run(argv, env);

    if (s.status != 0)
        fail_msg("%s %s: status %d: %s", argv[0], argv[1] ? argv[1] : "", s.status, s.err);
    return s;
}

static void assert_matches(const char *text, const char *pattern)
{
    regex_t re;

    assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NEWLINE | REG_NOSUB), 0);
    if (regexec(&re, text, 0, NULL, 0) != 0)
        fail_msg("no line like %s in:\n%s", pattern, text);
    regfree(&re);
}

static void every_driver_explains_itself(void **state)
{
    for (int i = 0; i < N_DRIVERS; i++) {
        struct spawned s = run_ok(WORDS(drivers[i], "--help"), NULL);

        assert_non_null(strstr(s.out, "Usage:"));
        assert_non_null(strstr(s.out, "--data"));
        spawned_free(&s);
        s = run_ok(WORDS(drivers[i], "--version"), NULL);
        assert_non_null(strstr(s.out, "nocopy "));
        spawned_free(&s);
    }
}

static void every_driver_lists_what_it_can_run(void **state)
{
    for (int i = 0; i < N_DRIVERS; i++) {
        struct spawned s = run_ok(WORDS(drivers[i], "--list"), NULL);

        assert_non_null(strstr(s.out, i == 3 ? "row_temporary" : "sma\n"));
        spawned_free(&s);
    }
}

static void every_driver_answers_bad_use_with_2(void **state)
{
    for (int i = 0; i < N_DRIVERS; i++) {
        struct spawned s = spawn_run(WORDS(drivers[i], "--bars", "0"), NULL);

        assert_int_equal(s.status, 2);
        assert_non_null(strstr(s.err, "--bars: expected a number from 1 on"));
        spawned_free(&s);
        s = spawn_run(WORDS(drivers[i], "--no-such-option"), NULL);
        assert_int_equal(s.status, 2);
        spawned_free(&s);
        s = spawn_run(WORDS(drivers[i], i == 3 ? "--run" : "--indicator", "smaa"), NULL);
        assert_int_equal(s.status, 2);
        assert_non_null(strstr(s.err, "'smaa'"));
        spawned_free(&s);
    }
}

static void every_driver_answers_bad_data_with_3(void **state)
{
    for (int i = 0; i < N_DRIVERS; i++) {
        struct spawned s =
            spawn_run(WORDS(drivers[i], "--data", "/nowhere.csv", i == 3 ? "--all" : "--json"),
                      with_fake_shim());

        assert_int_equal(s.status, 3);
        assert_non_null(strstr(s.err, "/nowhere.csv"));
        spawned_free(&s);
    }
}

/* ---- memory_efficiency ---- */

static void without_the_profiler_the_efficiency_driver_says_how_to_run_it(void **state)
{
    struct spawned s = spawn_run(WORDS("memory_efficiency"), NULL);

    assert_int_equal(s.status, 2);
    assert_string_equal(s.out, "");
    assert_non_null(strstr(s.err, "nocopy run -- "));
    spawned_free(&s);
}

static void the_efficiency_table_has_the_form_that_others_read(void **state)
{
    struct spawned s = run_ok(WORDS("memory_efficiency", "-i", "sma"), with_fake_shim());

    assert_matches(s.out, "^=== Memory Efficiency Test: Batch vs Single Operations ===$");
    assert_matches(s.out, "^SMA    - Single: 78[.]12 KB, Batch\\[1\\]: [0-9]+[.][0-9]{2} KB$");
    assert_matches(s.out, "^=== Summary ===$");
    assert_matches(s.out, "^Indicator  Single Op       Batch\\[1\\]        Overhead       Status$");
    assert_matches(s.out, "^-{70}$");
    assert_matches(s.out, "^SMA        78[.]12 KB        78[.][0-9]{2} KB +[0-9]%       ✅ OK$");
    assert_matches(s.out, "^=== Summary: batch\\[many\\] per row ===$");
    assert_matches(s.out, "^SMA        78[.]12 KB        78[.]1[0-9] KB +0%       ✅ OK$");
    assert_null(strchr(s.out, '\033')); /* no colours off a terminal */
    spawned_free(&s);
}

/* LD_PRELOAD=... of the profiler, its profile out of the way. */
static const char *const *with_profiler(void)
{
    static char preload[4096], output[4096];
    static const char *env[3] = {preload, output, NULL};

    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", getenv("SHIM"));
    snprintf(output, sizeof output, "NOCOPY_OUTPUT=%s", spawn_path("drivers.prof"));
    return env;
}

/* Every indicator, and specimens: the figures of the memory laws are those of the real profiler. */
static void the_profiler_sees_to_the_byte_what_the_stand_in_sees(void **state)
{
    static const char *const all[] = {"memory_efficiency", "--json", "--bars", "3000", NULL};
    static const char *const specimens[] = {
        "memory_efficiency", "--json", "--specimens", "-i", "row_temporary,realloc_growth", NULL};
    static const char *const *const runs[] = {all, specimens};

    for (size_t i = 0; i < 2; i++) {
        struct spawned stand_in = run_ok(runs[i], with_fake_shim()),
                       profiler = run_ok(runs[i], with_profiler());

        assert_string_equal(profiler.out, stand_in.out);
        spawned_free(&stand_in);
        spawned_free(&profiler);
    }
}

static void every_indicator_is_in_the_efficiency_table_and_ok(void **state)
{
    struct spawned s = run_ok(WORDS("memory_efficiency", "--json"), with_profiler());
    json_t *root = json_loads(s.out, 0, NULL), *row;
    size_t i;

    assert_non_null(root);
    assert_int_equal(json_array_size(json_object_get(root, "efficiency")), ind_count());
    json_array_foreach(json_object_get(root, "efficiency"), i, row)
    {
        const char *name = json_string_value(json_object_get(row, "indicator"));
        const json_int_t single = json_integer_value(json_object_get(row, "single_bytes")),
                         one = json_integer_value(json_object_get(row, "batch1_bytes"));

        assert_string_equal(name, ind_at(i)->name);
        if (strcmp(json_string_value(json_object_get(row, "status")), "OK") != 0 ||
            strcmp(json_string_value(json_object_get(row, "row_status")), "OK") != 0)
            fail_msg("%s: %s", name, json_dumps(row, 0));
        assert_true(single >= 80000);
        if ((double)one > (double)single * 1.01 + 256) /* the law of ours is stricter than OK */
            fail_msg("%s: %s", name, json_dumps(row, 0));
    }
    json_decref(root);
    spawned_free(&s);
}

/* A figure of one call, as the specimens program saw it. */
static double seen(const json_t *spec, const char *twin, const char *call, const char *what)
{
    const json_t *of = json_object_get(json_object_get(spec, twin), call);

    return json_number_value(json_object_get(of, what));
}

/* Both verdicts of the contract are OK. */
static int is_ok(const json_t *spec, const char *twin, double rows)
{
    const double single = seen(spec, twin, "single", "allocated_bytes"),
                 payload = seen(spec, twin, "single", "retained_bytes"),
                 one = seen(spec, twin, "batch1", "allocated_bytes"),
                 all = seen(spec, twin, "batch", "allocated_bytes");

    assert_true(single > 0 && payload > 0 && all > 0);
    return one < 1.1 * single && (all - one) / (rows - 1) < 1.1 * payload;
}

static void every_specimen_is_not_ok_and_every_clean_twin_is(void **state)
{
    size_t specimens = 0;

    for (size_t e = 0; specimen_programs[e]; e++) {
        if (!is_built(specimen_programs[e]))
            continue;
        struct spawned s = run_ok(WORDS(specimen_programs[e], "--all", "--json"), with_fake_shim());
        json_t *root = json_loads(s.out, 0, NULL), *spec;
        size_t i;

        assert_non_null(root);
        json_array_foreach(json_object_get(root, "specimens"), i, spec)
        {
            const char *name = json_string_value(json_object_get(spec, "name"));

            if (is_ok(spec, "seen", 64) || !is_ok(spec, "seen_clean", 64))
                fail_msg("%s: %s", name, json_dumps(spec, 0));
            specimens++;
        }
        json_decref(root);
        spawned_free(&s);
    }
    assert_true(specimens >= 24);
}

static void specimens_have_their_place_in_the_efficiency_table(void **state)
{
    struct spawned s =
        run_ok(WORDS("memory_efficiency", "--specimens", "-i", "row_temporary"), with_fake_shim());

    assert_matches(s.out, "^ROW_TEMPORARY +78[.]12 KB +156[.]25 KB +100% +❌ HIGH$");
    assert_matches(s.out, "^ROW_TEMPORARY_CLEAN +78[.]12 KB +78[.]12 KB +0% +✅ OK$");
    spawned_free(&s);
}

/* ---- benchmarks ---- */

static void the_benchmarks_time_what_they_are_asked_for(void **state)
{
    struct spawned s = run_ok(WORDS("benchmark_simple", "--bars", "500", "--combos", "4",
                                    "--samples", "1", "-i", "sma,ema", "--json"),
                              NULL);
    json_t *root = json_loads(s.out, 0, NULL), *row;

    assert_non_null(root);
    assert_int_equal(json_array_size(json_object_get(root, "benchmark")), 2);
    row = json_array_get(json_object_get(root, "benchmark"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "indicator")), "ema");
    assert_true(json_number_value(json_object_get(row, "single_ns")) > 0);
    assert_true(json_number_value(json_object_get(row, "batch_ns_per_row")) > 0);
    json_decref(root);
    spawned_free(&s);
    s = run_ok(WORDS("benchmark_simple", "--bars", "500", "--samples", "1", "-i", "sma"), NULL);
    assert_matches(s.out, "^SMA +[0-9]+ +±[0-9]+ +[0-9]+ +-?[0-9]+ +[0-9]+ +[0-9.]+x$");
    spawned_free(&s);
    s = run_ok(
        WORDS("benchmark_simple", "--bars", "500", "--samples", "1", "--threads", "2", "-i", "sma"),
        NULL);
    assert_matches(s.out, "^SMA .*x +[0-9.]+x$");
    spawned_free(&s);
}

static void the_speed_table_has_a_line_for_each_instruction_set(void **state)
{
    struct spawned s = run_ok(WORDS("indicator_benchmark", "--bars", "500", "--combos", "4",
                                    "--samples", "1", "-i", "wma,sma", "--json"),
                              NULL);
    json_t *root = json_loads(s.out, 0, NULL), *row;
    size_t i, own = 0, scalar = 0;

    assert_non_null(root);
    json_array_foreach(json_object_get(root, "benchmark"), i, row)
    {
        if (json_is_true(json_object_get(row, "peer")))
            continue;
        own++;
        scalar += strcmp(json_string_value(json_object_get(row, "by")), "scalar") == 0;
        assert_true(json_number_value(json_object_get(json_object_get(row, "sweep"), "median")) >
                    0);
    }
    assert_int_equal(scalar,
                     2); /* of both names, though each set is timed in a process of its own */
    assert_true(own <= 6);
    json_decref(root);
    spawned_free(&s);
    s = run_ok(WORDS("indicator_benchmark", "--bars", "500", "--samples", "1", "--isa", "scalar",
                     "-i", "wma,sma"),
               NULL);
    assert_matches(s.out, "^WMA +scalar +64 ");
    assert_matches(s.out,
                   "^SMA +scalar +64 +[0-9.]+ ±[0-9.]+ +[0-9.]+ ±[0-9.]+ +[0-9.]+ ±[0-9.]+ *$");
    assert_null(strstr(s.out, "avx"));
    spawned_free(&s);
}

static void peers_are_timed_beside_ours_when_they_are_named(void **state)
{
    struct spawned s = spawn_run(WORDS("indicator_benchmark", "--bars", "500", "--samples", "1",
                                       "--isa", "scalar", "-i", "sma", "--peer-lib",
                                       getenv("FAKE_TA_LIB"), "--peer-lib", getenv("FAKE_TULIP")),
                                 NULL);

    if (strstr(s.err, "libffi"))
        skip();
    assert_int_equal(s.status, 0);
    assert_matches(s.out,
                   "^ +ta-lib +64 +[0-9.]+ ±[0-9.]+ +[0-9.]+x +- +[0-9.]+ ±[0-9.]+ +[0-9.]+x$");
    assert_matches(s.out, "^ +tulip +64 ");
    spawned_free(&s);
    s = spawn_run(WORDS("indicator_benchmark", "--peer-lib", "/nowhere.so"), NULL);
    assert_int_equal(s.status, 2);
    assert_non_null(strstr(s.err, "/nowhere.so"));
    spawned_free(&s);
}

/* ---- specimens ---- */

static void specimens_say_what_must_be_found(void **state)
{
    for (size_t e = 0; specimen_programs[e]; e++) {
        if (!is_built(specimen_programs[e]))
            continue;
        struct spawned s =
            run_ok(WORDS(specimen_programs[e], "--list", "--json", "--bars", "1000"), NULL);
        json_t *root = json_loads(s.out, 0, NULL), *spec, *finding;
        size_t i, k;

        assert_non_null(root);
        json_array_foreach(json_object_get(root, "specimens"), i, spec)
        {
            const json_t *findings = json_object_get(spec, "findings");

            if (json_array_size(findings) == 0)
                fail_msg("%s: nothing", json_string_value(json_object_get(spec, "name")));
            json_array_foreach(findings, k, finding)
            {
                assert_true(json_integer_value(json_object_get(finding, "line")) > 0);
                assert_true(json_integer_value(json_object_get(finding, "bytes")) > 0);
                assert_non_null(json_string_value(json_object_get(finding, "function")));
            }
        }
        json_decref(root);
        spawned_free(&s);
    }
}

static void specimens_see_their_own_calls_under_the_profiler(void **state)
{
    struct spawned s = run_ok(WORDS("specimens/specimens", "--run", "row_temporary", "--twin",
                                    "wasteful", "--bars", "1000", "--combos", "8", "--json"),
                              with_fake_shim());
    json_t *root = json_loads(s.out, 0, NULL), *seen;

    assert_non_null(root);
    seen = json_object_get(json_array_get(json_object_get(root, "specimens"), 0), "seen");
    seen = json_object_get(seen, "batch");
    assert_int_equal(json_integer_value(json_object_get(seen, "allocations")), 9);
    assert_int_equal(json_integer_value(json_object_get(seen, "temporary_bytes")), 64000);
    assert_int_equal(json_integer_value(json_object_get(seen, "retained_bytes")), 64000);
    json_decref(root);
    spawned_free(&s);
}

/* ---- real candles ---- */

static void real_candles_run_through_every_driver(void **state)
{
    static const char *const files[] = {"data/2018-09-01-2024-Bitfinex_Spot-4h.csv",
                                        "data/10kCandles.csv", "data/4kCandles.csv"};

    for (size_t f = 0; f < 3; f++) {
        const char *path = spawn_shared(files[f]);

        if (!path)
            skip();
        for (int i = 0; i < N_DRIVERS; i++) {
            const int specimens = i == 3;
            const int bench = i == 1 || i == 2;
            struct spawned s = run_ok(WORDS(drivers[i], "--data", path, "--columns", ORDER,
                                            "--combos", "4", specimens ? "--all" : "--json",
                                            bench ? "--samples" : "--bars", bench ? "1" : "100k",
                                            bench ? "-i" : "--combos", bench ? "sma,ema" : "4"),
                                      with_fake_shim());

            assert_true(s.out_size > 0);
            spawned_free(&s);
        }
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
        cmocka_unit_test(every_driver_explains_itself),
        cmocka_unit_test(every_driver_lists_what_it_can_run),
        cmocka_unit_test(every_driver_answers_bad_use_with_2),
        cmocka_unit_test(every_driver_answers_bad_data_with_3),
        cmocka_unit_test(without_the_profiler_the_efficiency_driver_says_how_to_run_it),
        cmocka_unit_test(the_efficiency_table_has_the_form_that_others_read),
        cmocka_unit_test(the_profiler_sees_to_the_byte_what_the_stand_in_sees),
        cmocka_unit_test(every_indicator_is_in_the_efficiency_table_and_ok),
        cmocka_unit_test(every_specimen_is_not_ok_and_every_clean_twin_is),
        cmocka_unit_test(specimens_have_their_place_in_the_efficiency_table),
        cmocka_unit_test(the_benchmarks_time_what_they_are_asked_for),
        cmocka_unit_test(the_speed_table_has_a_line_for_each_instruction_set),
        cmocka_unit_test(peers_are_timed_beside_ours_when_they_are_named),
        cmocka_unit_test(specimens_say_what_must_be_found),
        cmocka_unit_test(specimens_see_their_own_calls_under_the_profiler),
        cmocka_unit_test(real_candles_run_through_every_driver),
    };

    return cmocka_run_group_tests(tests, NULL, cleanup);
}

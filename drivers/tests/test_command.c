/* SPDX-License-Identifier: Apache-2.0 */
/* The `indicators` command as its users meet it. */
#include "binding.h"
#include "outfile.h"
#include "spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ORDER "timestamp,open,close,high,low,volume"

/* A small file of plausible bars; its path. */
static const char *small_data(void)
{
    static char text[1 << 16];
    size_t at = (size_t)sprintf(text, "timestamp,open,high,low,close,volume,mid\n");

    for (int t = 0; t < 200; t++) {
        const double open = 100 + t % 17, close = 100 + (t * 7) % 23,
                     top = open > close ? open : close;

        at += (size_t)sprintf(text + at, "%d,%g,%g,%g,%g,%d,%g\n", t, open, top + 1,
                              open + close - top - 1, close, 1000 + t, (open + close) / 2);
    }
    return spawn_file("small.csv", text);
}

static void expect(const char *const *argv, int status, const char *err)
{
    struct spawned s = spawn_run(argv, NULL);

    if (s.status != status || (err && !strstr(s.err, err)))
        fail_msg("%s %s %s: status %d, expected %d; said '%s', expected '%s'", argv[0], argv[1],
                 argv[1] ? argv[2] : "", s.status, status, s.err, err ? err : "");
    spawned_free(&s);
}

static char *output(const char *const *argv)
{
    struct spawned s = spawn_run(argv, NULL);

    if (s.status != 0)
        fail_msg("%s %s: status %d: %s", argv[1], argv[2], s.status, s.err);
    free(s.err);
    return s.out;
}

/* ---- list ---- */

static void the_list_as_json_tells_all_of_every_indicator(void **state)
{
    static const char *const keys[] = {"name",    "title",      "family", "inputs",
                                       "outputs", "parameters", "warmup"};
    char *text = output(WORDS("indicators", "list", "--json"));
    json_t *all = json_loads(text, 0, NULL);
    size_t i;
    json_t *one;

    assert_non_null(all);
    assert_int_equal(json_array_size(all), ind_count());
    json_array_foreach(all, i, one)
    {
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            assert_non_null(json_object_get(one, keys[k]));
        assert_string_equal(json_string_value(json_object_get(one, "name")), ind_at(i)->name);
        assert_int_equal(json_array_size(json_object_get(one, "outputs")),
                         json_array_size(json_object_get(one, "warmup")));
    }
    json_decref(all);
    free(text);
}

static void the_list_for_people_has_a_line_for_each(void **state)
{
    char *text = output(WORDS("indicators", "list"));
    size_t lines = 0;

    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, ind_count());
    assert_non_null(strstr(text, "Simple Moving Average"));
    free(text);
}

/* The catalogue's anchors are times; whoever writes them so need not count milliseconds. */
static void times_are_told_and_taken_as_times(void **state)
{
    static const char *const same[][2] = {{"anchor=1d", "\n86400000,values,"},
                                          {"anchor=4h", "\n14400000,values,"},
                                          {"anchor=30m", "\n1800000,values,"},
                                          {"anchor=2M", "\n-2,values,"},
                                          {"anchor=1d:3d:1d", "\n172800000,values,"}};
    const char *data = small_data();
    char *text = output(WORDS("indicators", "describe", "vwap"));

    assert_non_null(strstr(text, "default 1d\n"));
    assert_non_null(strstr(text, "30m, 4h, 1d, 2M"));
    free(text);
    text = output(WORDS("indicators", "list"));
    assert_non_null(strstr(text, "; anchor=1d\n"));
    free(text);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        text = output(WORDS("indicators", "sweep", "vwap", "--param", same[i][0], "--data", data));
        assert_non_null(strstr(text, same[i][1]));
        free(text);
    }
    expect(WORDS("indicators", "run", "vwap", "--param", "anchor=1w", "--data", data), 2,
           "a time such as 30m, 4h, 1d, 2M");
}

/* ---- bad use and bad data ---- */

static void bad_use_ends_in_2_and_says_what_would_be_good(void **state)
{
    const char *data = small_data();

    expect(WORDS("indicators"), 2, "Usage");
    expect(WORDS("indicators", "rnu"), 2, "did you mean 'run'");
    expect(WORDS("indicators", "run"), 2, "which indicator?");
    expect(WORDS("indicators", "run", "percentile_nearest_rnk", "--data", data), 2,
           "did you mean 'percentile_nearest_rank'");
    expect(WORDS("indicators", "run", "sma", "sma", "--data", data), 2, "one word too many");
    expect(WORDS("indicators", "run", "sma"), 2, "--data FILE.csv");
    expect(WORDS("indicators", "run", "sma", "--data", data, "--param", "period=0"), 2,
           "'period' must be a whole number of bars from 1 to");
    expect(WORDS("indicators", "run", "sma", "--data", data, "--param", "period=2.5"), 2,
           "got '2.5'");
    expect(WORDS("indicators", "run", "sma", "--data", data, "--param", "period=x"), 2, "got 'x'");
    expect(WORDS("indicators", "run", "sma", "--data", data, "--param", "perod=3"), 2,
           "did you mean 'period'");
    expect(WORDS("indicators", "run", "sma", "--data", data, "--param", "period"), 2,
           "expected NAME=VALUE");
    expect(WORDS("indicators", "run", "sma", "--data", data, "--input", "prices=high"), 2,
           "sma has no input 'prices'");
    expect(WORDS("indicators", "run", "sma", "--data", data, "--columns", "a,b"), 2,
           "unknown column 'a'");
    expect(WORDS("indicators", "sweep", "sma", "--data", data, "--param", "period=2:x:1"), 2,
           "START:END:STEP");
    expect(WORDS("indicators", "sweep", "sma", "--data", data, "--param", "period=0:9:1"), 2,
           "from 1 to");
    expect(WORDS("indicators", "sweep", "sma", "--data", data, "--param", "period=2:9:0"), 2,
           "step of 0");
    expect(WORDS("indicators", "sweep", "sma", "--data", data, "--threads", "0"), 2, "--threads");
}

static void bad_data_ends_in_3_and_says_where(void **state)
{
    const char *data = small_data();

    expect(WORDS("indicators", "run", "sma", "--data", "/nowhere.csv"), 3, "/nowhere.csv");
    expect(WORDS("indicators", "run", "sma", "--data", spawn_file("x.csv", "close\n1\nx\n")), 3,
           "x.csv:3: expected a number");
    expect(WORDS("indicators", "run", "sma", "--data", spawn_file("y.csv", "open\n1\n")), 3,
           "expected a column 'close'");
    expect(WORDS("indicators", "run", "sma", "--data", data, "--input", "data=nix"), 3,
           "expected a column named 'nix'");
    expect(WORDS("indicators", "run", "sma", "--data", data, "--param", "period=201"), 3,
           "expected at least 201 bars");
    expect(WORDS("indicators", "run", "sma", "--data",
                 spawn_file("z.csv", "close\nnan\nnan\nnan\n1\n"), "--param", "period=3"),
           3, "z.csv");
}

static void output_that_cannot_be_written_ends_in_1(void **state)
{
    const char *data = small_data();

    expect(WORDS("indicators", "run", "sma", "--data", data, "-o", "/nowhere/o.csv"), 1,
           "cannot write '/nowhere/o.csv'");
    expect(WORDS("indicators", "run", "sma", "--data", data, "-o", "/"), 1, "it is a folder");
    expect(WORDS("indicators", "run", "sma", "--data", data, "-o", "/dev/full"), 1,
           "No space left on device");
}

/* ---- run, stream, sweep ---- */

static void a_run_is_a_header_and_a_line_for_each_bar(void **state)
{
    char *text = output(WORDS("indicators", "run", "sma", "--param", "period=2", "--data",
                              spawn_file("r.csv", "close\n1\n2\n4\n5\n6.125\n")));

    assert_string_equal(text, "values\nnan\n1.5\n3\n4.5\n5.5625\n");
    free(text);
    text = output(WORDS("indicators", "run", "medprice", "--data",
                        spawn_file("m.csv", "high,low\n0.2,0.1\n")));
    assert_non_null(strstr(text, "\n0.15000000000000002\n"));
    free(text);
}

static void inputs_can_be_derived_and_of_the_users_own(void **state)
{
    const char *data = spawn_file("d.csv", "high,low,mine\n3,1,7\n5,1,8\n");
    char *text = output(WORDS("indicators", "run", "sma", "--param", "period=1", "--input",
                              "data=hl2", "--data", data));

    assert_string_equal(text, "values\n2\n3\n");
    free(text);
    text = output(WORDS("indicators", "run", "sma", "--param", "period=1", "--input", "data=mine",
                        "--data", data));
    assert_string_equal(text, "values\n7\n8\n");
    free(text);
    text = output(WORDS("indicators", "run", "sma", "--param", "period=1", "--param", "source=high",
                        "--data", data));
    assert_string_equal(text, "values\n3\n5\n");
    free(text);
}

static void a_file_holds_what_the_terminal_shows(void **state)
{
    const char *data = small_data(), *path = spawn_path("o.csv");
    char *shown = output(WORDS("indicators", "run", "ema", "--data", data));
    char *none = output(WORDS("indicators", "run", "ema", "--data", data, "-o", path));
    struct spawned file = spawn_run(WORDS("/bin/cat", path), NULL);

    assert_string_equal(none, "");
    assert_string_equal(file.out, shown);
    free(shown);
    free(none);
    spawned_free(&file);
}

/* Every number of two CSV texts, equal within a relative distance. */
static void assert_csv_near(const char *name, const char *a, const char *b, double relative)
{
    size_t line = 1;
    char *end_a, *end_b;

    a = strchr(a, '\n');
    b = strchr(b, '\n');
    while (a && b && *a && *b) {
        line += *a == '\n';
        a++, b++;
        if (!*a || !*b)
            break;
        const double x = strtod(a, &end_a), y = strtod(b, &end_b);

        if (isnan(x) != isnan(y) || fabs(x - y) > relative * fmax(1, fmax(fabs(x), fabs(y))))
            fail_msg("%s, line %zu: %.17g and %.17g", name, line, x, y);
        a = end_a, b = end_b;
    }
    if (!a || !b || *a || *b)
        fail_msg("%s: one text is longer", name);
}

static void a_stream_gives_what_a_run_gives(void **state)
{
    const char *data = small_data();

    for (size_t i = 0; i < ind_count(); i++) {
        const struct ind_indicator *ind = ind_at(i);
        double params[IND_MAX_PARAMS];

        ind_defaults(ind, params);
        if (ind_ahead(ind, params) > 0)
            continue; /* a stream gives these some bars late */
        struct spawned run = spawn_run(WORDS("indicators", "run", ind->name, "--data", data), NULL);
        struct spawned stream =
            spawn_run(WORDS("indicators", "stream", ind->name, "--data", data), NULL);

        assert_int_equal(run.status, stream.status);
        if (run.status == 0)
            assert_csv_near(ind->name, run.out, stream.out, fmax(ind->tolerance * 100, 1e-9));
        else if (run.status != 3) /* too few bars for some */
            fail_msg("%s: status %d: %s", ind->name, run.status, run.err);
        spawned_free(&run);
        spawned_free(&stream);
    }
}

struct npy {
    char *text; /* owned */
    size_t shape[3], dims;
    const double *values;
};

static struct npy load_npy(const char *path)
{
    struct spawned file = spawn_run(WORDS("/bin/cat", path), NULL);
    struct npy npy = {.text = file.out};
    size_t header, count = 1;

    free(file.err);
    assert_true(file.out_size > 64);
    assert_memory_equal(file.out, "\x93NUMPY\x01\x00", 8);
    header = 10 + (unsigned char)file.out[8] + 256u * (unsigned char)file.out[9];
    assert_int_equal(header % 64, 0);
    assert_int_equal(file.out[header - 1], '\n');
    assert_non_null(strstr(file.out + 10, "'descr': '<f8'"));
    assert_non_null(strstr(file.out + 10, "'fortran_order': False"));
    const char *at = strstr(file.out + 10, "'shape': (") + 10;

    for (char *end; npy.dims < 3 && *at != ')'; at = end + strspn(end, ", ")) {
        npy.shape[npy.dims] = strtoul(at, &end, 10);
        count *= npy.shape[npy.dims++];
    }
    assert_int_equal(file.out_size, header + count * sizeof(double));
    npy.values = (const double *)(file.out + header);
    return npy;
}

static void rows_of_a_sweep_are_single_runs(void **state)
{
    const char *data = small_data(), *path = spawn_path("s.npy");
    const double tolerance = ind_find("sma")->tolerance;

    free(output(WORDS("indicators", "sweep", "sma", "--param", "period=2:40:2", "--data", data,
                      "--threads", "3", "-o", path)));
    struct npy npy = load_npy(path);

    assert_int_equal(npy.dims, 2);
    assert_int_equal(npy.shape[0], 20);
    assert_int_equal(npy.shape[1], 200);
    for (size_t r = 0; r < 20; r += 7) {
        char param[32], *text, *at;

        sprintf(param, "period=%zu", 2 + 2 * r);
        text = output(WORDS("indicators", "run", "sma", "--param", param, "--data", data));
        at = strchr(text, '\n');
        for (size_t t = 0; t < 200; t++) {
            const double x = npy.values[r * 200 + t], y = strtod(at + 1, &at);

            if (isnan(x) != isnan(y) || fabs(x - y) > tolerance * fabs(y))
                fail_msg("%s, bar %zu: %.17g in the sweep, %.17g alone", param, t, x, y);
        }
        free(text);
    }
    free(npy.text);
}

static void a_sweep_as_csv_names_parameters_and_output_of_each_row(void **state)
{
    char *text = output(WORDS("indicators", "sweep", "sma", "--param", "period=1:3:2", "--data",
                              spawn_file("c.csv", "close\n1\n2\n6\n")));

    assert_string_equal(text, "period,output,0,1,2\n1,values,1,2,6\n3,values,nan,nan,3\n");
    free(text);
    /* choices stand there by name */
    text = output(WORDS("indicators", "sweep", "bollinger_bands", "--param", "period=2", "--data",
                        spawn_file("d.csv", "close\n1\n2\n6\n")));
    assert_non_null(strstr(text, "\n2,2,2,sma,"));
    free(text);
}

/* Outputs x rows x bars, where there are several outputs. */
static void a_npy_of_several_outputs_has_three_dimensions(void **state)
{
    const char *data = small_data(), *path = spawn_path("m.npy");
    const struct ind_indicator *ind = NULL;

    for (size_t i = 0; i < ind_count() && !ind; i++)
        if (ind_n_outputs(ind_at(i)) > 1 && ind_n_params(ind_at(i)) > 0)
            ind = ind_at(i);
    if (!ind)
        skip();
    free(output(WORDS("indicators", "sweep", ind->name, "--data", data, "-o", path)));
    struct npy npy = load_npy(path);

    assert_int_equal(npy.dims, 3);
    assert_int_equal(npy.shape[0], ind_n_outputs(ind));
    assert_int_equal(npy.shape[1], 1);
    assert_int_equal(npy.shape[2], 200);
    free(npy.text);
}

/* ---- interruption ---- */

static size_t files_in(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t n = 0;

    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));)
        n += e->d_name[0] != '.' || (e->d_name[1] && e->d_name[1] != '.');
    closedir(dir);
    return n;
}

static void a_sweep_that_is_interrupted_leaves_nothing_and_ends_by_the_signal(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    const char *data = small_data();
    char folder[4096], npy[4200], csv[4200];

    snprintf(folder, sizeof folder, "%s", spawn_path("interrupted"));
    snprintf(npy, sizeof npy, "%s/o.npy", folder);
    snprintf(csv, sizeof csv, "%s/o.csv", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    signal(SIGHUP, SIG_DFL); /* who runs the tests may have asked to outlive a terminal */
    for (size_t i = 0; i < 3; i++) {
        /* 200 x 200,000 values as text take seconds */
        const pid_t pid =
            spawn_start(WORDS("indicators", "sweep", "alma", "--param", "offset=0:1:0.000005",
                              "--data", data, "-o", i == 1 ? npy : csv));
        const struct timespec moment = {0, 2000000};
        int status = 0;

        while (files_in(folder) == 0 && waitpid(pid, &status, WNOHANG) == 0)
            nanosleep(&moment, NULL);
        nanosleep(&moment, NULL);
        kill(pid, signals[i]);
        waitpid(pid, &status, 0);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != signals[i])
            fail_msg("signal %d: status %x", signals[i], (unsigned)status);
        assert_int_equal(files_in(folder), 0);
    }
}

/* ---- against the references ---- */

static int is_case_for_the_command(const json_t *c)
{
    const char *id = json_string_value(json_object_get(c, "id"));
    const char *data = json_string_value(json_object_get(c, "data"));

    return id && data && strcmp(data, "inline") != 0 && ind_find(id) &&
           !json_object_get(c, "nan_prefix") && !json_object_get(c, "chain") &&
           !json_object_get(c, "doubtful");
}

/* The words of a run of one case; `text` holds what they point at. */
static void words_of_case(const json_t *c, const char *argv[64], char text[64][96])
{
    const int old = strcmp(json_string_value(json_object_get(c, "data")), "candles_4k") != 0;
    const char *key;
    json_t *value;
    size_t n = 0, k = 0;

    argv[n++] = "indicators";
    argv[n++] = "run";
    argv[n++] = json_string_value(json_object_get(c, "id"));
    argv[n++] = "--columns";
    argv[n++] = ORDER;
    argv[n++] = "--data";
    argv[n++] =
        spawn_shared(old ? "data/2018-09-01-2024-Bitfinex_Spot-4h.csv" : "data/4kCandles.csv");
    json_object_foreach(json_object_get(c, "inputs"), key, value)
    {
        argv[n++] = "--input";
        snprintf(text[k], sizeof text[k], "%s=%s", key, json_string_value(value));
        argv[n++] = text[k++];
    }
    json_object_foreach(json_object_get(c, "params"), key, value)
    {
        argv[n++] = "--param";
        if (json_is_string(value))
            snprintf(text[k], sizeof text[k], "%s=%s", key, json_string_value(value));
        else if (json_is_boolean(value))
            snprintf(text[k], sizeof text[k], "%s=%s", key, json_is_true(value) ? "true" : "false");
        else
            snprintf(text[k], sizeof text[k], "%s=%.17g", key, json_number_value(value));
        argv[n++] = text[k++];
    }
    argv[n] = NULL;
}

/* Column `name` of CSV text into values; how many. */
static size_t csv_column(const char *text, const char *name, double *values, size_t max)
{
    const size_t len = strlen(name);
    size_t column = 0, n = 0;

    for (const char *at = text;; at = strpbrk(at, ",\n") + 1) {
        if (strncmp(at, name, len) == 0 && strchr(",\n", at[len]))
            break;
        if (*strpbrk(at, ",\n") == '\n')
            return 0;
        column++;
    }
    for (const char *line = strchr(text, '\n') + 1; *line && n < max;
         line = strchr(line, '\n') + 1) {
        const char *at = line;

        for (size_t i = 0; i < column; i++)
            at = strchr(at, ',') + 1;
        values[n++] = strtod(at, NULL);
    }
    return n;
}

static void check_output(const char *id, const char *text, const char *name, const json_t *output)
{
    static double values[20000];
    const size_t n = csv_column(text, name, values, 20000);
    const double abs_tol = json_number_value(json_object_get(output, "abs_tol")),
                 rel_tol = json_number_value(json_object_get(output, "rel_tol"));
    const json_t *index = json_object_get(output, "index");
    size_t i;
    json_t *expected;

    if (n == 0)
        fail_msg("%s: no output '%s'", id, name);
    json_array_foreach(json_object_get(output, "expected"), i, expected)
    {
        const size_t t = (size_t)json_integer_value(json_array_get(index, i));
        const double want = json_is_null(expected) ? NAN : json_number_value(expected);

        assert_true(t < n);
        if (isnan(want) ? !isnan(values[t])
                        : !(fabs(values[t] - want) <= fmax(abs_tol, rel_tol * fabs(want))))
            fail_msg("%s: %s[%zu] is %.17g, expected %.17g", id, name, t, values[t], want);
    }
}

/* One case an indicator: the library's own tests run them all. */
static void runs_agree_with_the_reference_values(void **state)
{
    const char *path = spawn_shared("indicators/reference.json");
    json_t *root = path ? json_load_file(path, 0, NULL) : NULL, *c, *output;
    char last[64] = "";
    size_t i, checked = 0;
    const char *name;

    if (!root)
        skip();
    json_array_foreach(json_object_get(root, "cases"), i, c)
    {
        const char *id = json_string_value(json_object_get(c, "id")), *argv[64];
        char text[64][96];

        if (!is_case_for_the_command(c) || strcmp(id, last) == 0)
            continue;
        snprintf(last, sizeof last, "%s", id);
        words_of_case(c, argv, text);
        struct spawned run = spawn_run(argv, NULL);

        if (run.status != 0)
            fail_msg("%s: status %d: %s", id, run.status, run.err);
        json_object_foreach(json_object_get(c, "outputs"), name, output)
            check_output(id, run.out, name, output);
        spawned_free(&run);
        checked++;
    }
    json_decref(root);
    assert_true(checked > 0);
}

static int cleanup(void **state)
{
    spawn_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_as_json_tells_all_of_every_indicator),
        cmocka_unit_test(the_list_for_people_has_a_line_for_each),
        cmocka_unit_test(times_are_told_and_taken_as_times),
        cmocka_unit_test(bad_use_ends_in_2_and_says_what_would_be_good),
        cmocka_unit_test(bad_data_ends_in_3_and_says_where),
        cmocka_unit_test(output_that_cannot_be_written_ends_in_1),
        cmocka_unit_test(a_run_is_a_header_and_a_line_for_each_bar),
        cmocka_unit_test(inputs_can_be_derived_and_of_the_users_own),
        cmocka_unit_test(a_file_holds_what_the_terminal_shows),
        cmocka_unit_test(a_stream_gives_what_a_run_gives),
        cmocka_unit_test(rows_of_a_sweep_are_single_runs),
        cmocka_unit_test(a_sweep_as_csv_names_parameters_and_output_of_each_row),
        cmocka_unit_test(a_npy_of_several_outputs_has_three_dimensions),
        cmocka_unit_test(a_sweep_that_is_interrupted_leaves_nothing_and_ends_by_the_signal),
        cmocka_unit_test(runs_agree_with_the_reference_values),
    };

    return cmocka_run_group_tests(tests, NULL, cleanup);
}

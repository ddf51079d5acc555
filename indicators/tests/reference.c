/* SPDX-License-Identifier: Apache-2.0 */
/* Indicators give the values that others have measured: ../shared/indicators/reference.json, where
 * it is present. */
#include "series.h"
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* after what it needs: */
#include <cmocka.h>

static json_t *root;
static struct table tables[2];
static const char *const table_names[] = {"bitfinex_4h", "candles_4k"};

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value ? value : "";
}

/* The parameter that asks for Tulip's definition; null when there is none. */
static const struct ind_param *compat_param(const struct ind_indicator *ind)
{
    for (size_t i = 0; i < ind_n_params(ind); i++)
        if (strcmp(ind->params[i].name, "compat") == 0)
            return &ind->params[i];
    return NULL;
}

/* Values measured on another definition, or known to be wrong, are no reference. */
static bool is_for_us(const json_t *c)
{
    const char *relation = text(c, "relation_to_vectorta_definition");

    return !json_object_get(c, "doubtful") && ind_find(text(c, "id")) &&
           (strcmp(text(c, "data"), "inline") != 0 || strncmp(relation, "identical", 9) == 0 ||
            compat_param(ind_find(text(c, "id"))));
}

/* "4h" in ms; months, "2M", as their count below 0. */
static double duration(const char *text)
{
    char *unit;
    const double n = strtod(text, &unit);

    switch (*unit) {
    case 'm':
        return n * 60000;
    case 'h':
        return n * 3600000;
    case 'd':
        return n * 86400000;
    default:
        return *unit == 'M' ? -n : NAN;
    }
}

static double param_value(const struct ind_param *param, const json_t *value)
{
    const char *name = json_string_value(value);

    if (json_is_boolean(value))
        return json_is_true(value);
    if (!name)
        return json_number_value(value);
    for (size_t i = 0; param->choices && param->choices[i]; i++)
        if (strcasecmp(param->choices[i], name) == 0)
            return (double)i;
    return strcmp(param->unit, "ms") == 0 ? duration(name) : NAN;
}

/* By name; in Tulip's cases by place, since Tulip has other names. False: one we do not have. */
static bool set_params(const struct ind_indicator *ind, const json_t *c, double *ret)
{
    const bool by_place = strcmp(text(c, "data"), "inline") == 0;
    const char *key;
    json_t *value;
    size_t place = 0;

    ind_defaults(ind, ret);
    if (by_place && compat_param(ind))
        ret[compat_param(ind) - ind->params] = 2; /* tulip */
    json_object_foreach(json_object_get(c, "params"), key, value)
    {
        size_t i = 0;
        if (strcmp(key, "source") == 0)
            continue; /* the input says it */
        while (!by_place && i < ind_n_params(ind) && strcmp(ind->params[i].name, key) != 0)
            i++;
        while (by_place && place < ind_n_params(ind) && ind->params[place].choices)
            place++; /* Tulip has no choices */
        i = by_place ? place++ : i;
        if (i >= ind_n_params(ind))
            return false;
        ret[i] = param_value(&ind->params[i], value);
    }
    return true;
}

/* Inputs into fresh memory of *len doubles each. */
static void set_inputs(const struct ind_indicator *ind, const json_t *c, double **in, size_t *len)
{
    const json_t *inputs = json_object_get(c, "inputs");
    const size_t prefix = (size_t)json_integer_value(json_object_get(c, "nan_prefix"));
    const struct table *table = &tables[strcmp(text(c, "data"), table_names[1]) == 0];
    const bool by_place = strcmp(text(c, "data"), "inline") == 0; /* Tulip's names */
    void *at = json_object_iter((json_t *)inputs);
    json_t *last = NULL;

    for (size_t i = 0; i < ind_n_inputs(ind); i++) {
        json_t *value = json_object_get(inputs, ind->inputs[i].name);
        if (!value && by_place && at)
            value = json_object_iter_value(at);
        if (!value && by_place) /* one that Tulip does without */
            value = last;
        last = value;
        at = at ? json_object_iter_next((json_t *)inputs, at) : NULL;
        *len = json_is_array(value) ? json_array_size(value) : table->len;
        in[i] = malloc(*len * sizeof(double));
        /* an input that a case leaves out is its default column */
        const char *column =
            json_is_string(value) ? json_string_value(value) : ind->inputs[i].column;
        const double *from = json_is_array(value) ? NULL : table_column(table, column);
        assert_true(from || json_is_array(value));
        for (size_t t = 0; t < *len; t++)
            in[i][t] = t < prefix ? NAN
                       : from     ? from[t]
                                  : json_number_value(json_array_get(value, t));
    }
}

static size_t count_wrong(const char *label, const double *row, size_t len, const json_t *want)
{
    const json_t *index = json_object_get(want, "index");
    const json_t *expected = json_object_get(want, "expected");
    const double abs_tol = json_number_value(json_object_get(want, "abs_tol"));
    const double rel_tol = json_number_value(json_object_get(want, "rel_tol"));
    const json_t *first = json_object_get(want, "first_valid");
    size_t wrong = 0, t = 0;

    while (t < len && isnan(row[t]))
        t++;
    if (json_is_integer(first) && (size_t)json_integer_value(first) != t) {
        print_error("%s: starts at %zu, not %d\n", label, t, (int)json_integer_value(first));
        wrong++;
    }
    for (size_t i = 0; i < json_array_size(index); i++) {
        const size_t at = (size_t)json_integer_value(json_array_get(index, i));
        const json_t *value = json_array_get(expected, i);
        const double v = json_number_value(value), got = at < len ? row[at] : NAN;
        const bool good =
            json_is_null(value) ? isnan(got) : fabs(got - v) <= fmax(abs_tol, rel_tol * fabs(v));
        if (!good && wrong++ < 3)
            print_error("%s: bar %zu is %.12g, not %.12g\n", label, at, got,
                        json_is_null(value) ? NAN : v);
    }
    return wrong;
}

/* The output that a case means; Tulip's names begin with one of ours, as plus_di and
 * plus, or end in a word that begins or continues one, as bbands_lower and lower_band. n_outputs:
 * none. */
static size_t find_output(const struct ind_indicator *ind, const char *key, bool tulip)
{
    const size_t n = ind_n_outputs(ind);
    const char *last = strrchr(key, '_') ? strrchr(key, '_') + 1 : key;

    for (size_t o = 0; o < n; o++)
        if (strcmp(ind->outputs[o], key) == 0)
            return o;
    for (size_t o = 0; o < n && tulip; o++) {
        const size_t a = strlen(last), b = strlen(ind->outputs[o]);
        if (strncmp(last, ind->outputs[o], a < b ? a : b) == 0)
            return o;
    }
    for (size_t o = 0; o < n && tulip; o++)
        if (strncmp(key, ind->outputs[o], strlen(ind->outputs[o])) == 0)
            return o;
    return n == 1 ? 0 : n;
}

static size_t check_outputs(const struct ind_indicator *ind, const json_t *c,
                            const struct ind_result *result)
{
    const bool tulip = strcmp(text(c, "data"), "inline") == 0;
    size_t wrong = 0;
    const char *key;
    json_t *want;

    json_object_foreach(json_object_get(c, "outputs"), key, want)
    {
        const size_t o = find_output(ind, key, tulip);
        char label[256];

        snprintf(label, sizeof label, "%s %s %s", ind->name, text(c, "case"), key);
        if (o == ind_n_outputs(ind)) {
            print_error("%s: no such output\n", label);
            wrong++;
            continue;
        }
        wrong += count_wrong(label, result->out[o].at, result->cols, want);
    }
    return wrong;
}

/* How many values are wrong. */
static size_t check_case(const json_t *c)
{
    const struct ind_indicator *ind = ind_find(text(c, "id"));
    double params[IND_MAX_PARAMS], *in[IND_MAX_INPUTS] = {0};
    struct ind_job job = {.params = params};
    struct ind_result result = {0};
    size_t wrong = 0;

    if (!set_params(ind, c, params)) {
        print_error("%s %s: a parameter that is not known\n", ind->name, text(c, "case"));
        return 1;
    }
    set_inputs(ind, c, in, &job.len);
    for (size_t i = 0; i < IND_MAX_INPUTS; i++)
        job.in[i] = in[i];
    int status = ind_new(ind, &job, &result);
    if (status == IND_OK && json_object_get(c, "chain")) {
        /* the indicator of its own result */
        struct ind_result again = {0};
        job.in[0] = result.out[0].at;
        status = ind_new(ind, &job, &again);
        ind_result_free(&result);
        result = again;
    }
    if (status < 0) {
        print_error("%s %s: %s\n", ind->name, text(c, "case"), ind_strerror(status));
        wrong = 1;
    } else {
        wrong = check_outputs(ind, c, &result);
    }
    ind_result_free(&result);
    for (size_t i = 0; i < IND_MAX_INPUTS; i++)
        free(in[i]);
    return wrong;
}

static void every_case_holds(void **state)
{
    size_t index, cases = 0, bad = 0;
    json_t *c;

    json_array_foreach(json_object_get(root, "cases"), index, c)
    {
        if (!is_for_us(c))
            continue;
        cases++;
        bad += check_case(c) > 0;
    }
    print_message("# %zu cases, %zu bad\n", cases, bad);
    assert_true(cases > 0);
    assert_int_equal(bad, 0);
}

static bool load(const char *shared)
{
    char path[4096];
    json_error_t error;
    bool good = true;

    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", shared,
                 i ? "data/4kCandles.csv" : "data/2018-09-01-2024-Bitfinex_Spot-4h.csv");
        good &= table_read(&tables[i], path) == 0;
    }
    snprintf(path, sizeof path, "%s/indicators/reference.json", shared);
    root = json_load_file(path, 0, &error);
    return good && root;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case_holds)};

    if (argc < 2 || !load(argv[1])) {
        printf("1..0 # SKIP no reference values beside the source tree\n");
        return 0;
    }
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    json_decref(root);
    for (size_t i = 0; i < 2; i++)
        table_done(&tables[i]);
    return failed;
}

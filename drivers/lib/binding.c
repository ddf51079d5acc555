/* SPDX-License-Identifier: Apache-2.0 */
#include "binding.h"
#include "nearest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *indicator_name(const void *unused, size_t i)
{
    const struct ind_indicator *ind = ind_at(i);

    return ind ? ind->name : NULL;
}

static const char *param_name(const void *ind, size_t i)
{
    return i < IND_MAX_PARAMS ? ((const struct ind_indicator *)ind)->params[i].name : NULL;
}

static const char *input_name(const void *ind, size_t i)
{
    return i < IND_MAX_INPUTS ? ((const struct ind_indicator *)ind)->inputs[i].name : NULL;
}

int binding_init(struct binding *ret, const char *name, struct series_message *err)
{
    const struct ind_indicator *ind = ind_find(name);
    char hint[256];

    if (!ind) {
        nearest_hint(hint, sizeof hint, name, indicator_name, NULL);
        return series_fail(err, "unknown indicator '%s'%s", name,
                           hint[0] ? hint : "; `indicators list` names all");
    }
    *ret = (struct binding){.ind = ind};
    ind_defaults(ind, ret->params);
    for (size_t i = 0; i < ind_n_params(ind); i++)
        ret->axes[i] = (struct ind_axis){ret->params[i], ret->params[i], 0};
    for (size_t i = 0; i < ind_n_inputs(ind); i++)
        ret->column[i] = ind->inputs[i].column;
    return 0;
}

/* ---- parameters ---- */

/* What a suffix is worth where a parameter counts ms; calendar months count below 0. */
static const struct unit {
    const char *suffix;
    double ms;
} units[] = {{"d", 86400e3}, {"h", 3600e3}, {"m", 60e3}, {"M", -1}};

enum { N_UNITS = sizeof units / sizeof *units };

static int is_duration(const struct ind_param *p) { return p->unit && strcmp(p->unit, "ms") == 0; }

/* 0: no such. */
static double duration_unit(const char *suffix)
{
    for (size_t i = 0; i < N_UNITS; i++)
        if (strcmp(units[i].suffix, suffix) == 0)
            return units[i].ms;
    return 0;
}

void binding_value(char *ret, size_t size, const struct ind_param *p, double x)
{
    if (p->choices && x >= 0) {
        snprintf(ret, size, "%s", p->choices[(size_t)x]);
        return;
    }
    for (size_t i = 0; is_duration(p) && i < N_UNITS; i++)
        if (x / units[i].ms > 0 && fmod(x, units[i].ms) == 0) {
            snprintf(ret, size, "%.10g%s", x / units[i].ms, units[i].suffix);
            return;
        }
    snprintf(ret, size, "%.10g", x);
}

void binding_range(char *ret, size_t size, const struct ind_param *p)
{
    size_t at = 0;

    if (p->choices) {
        at = (size_t)snprintf(ret, size, "one of");
        for (size_t i = 0; p->choices[i] && at < size; i++)
            at += (size_t)snprintf(ret + at, size - at, "%s %s", i ? "," : "", p->choices[i]);
        return;
    }
    const char *what = p->flags & IND_INTEGER ? "a whole number" : "a number";
    const int bars = p->unit && strcmp(p->unit, "bars") == 0;

    at = (size_t)snprintf(ret, size, "%s%s", what, bars ? " of bars" : "");
    if (isfinite(p->min) && isfinite(p->max))
        snprintf(ret + at, size - at, " from %.10g to %.10g", p->min, p->max);
    else if (isfinite(p->min))
        snprintf(ret + at, size - at, " from %.10g on", p->min);
    else if (isfinite(p->max))
        snprintf(ret + at, size - at, " up to %.10g", p->max);
    at = strlen(ret);
    if (is_duration(p))
        snprintf(ret + at, size - at,
                 " of ms%s, or a time such as 30m, 4h, 1d, 2M (calendar months)",
                 p->min < 0 ? ", below 0 of calendar months" : "");
}

static int out_of_range(const struct ind_indicator *ind, size_t i, const char *got,
                        struct series_message *err)
{
    char range[256];

    binding_range(range, sizeof range, &ind->params[i]);
    return series_fail(err, "%s: parameter '%s' must be %s, got '%s'", ind->name,
                       ind->params[i].name, range, got);
}

/* "NAME=" of `text` among the names; *ret_value is what stands after it. */
static int split(const struct ind_indicator *ind, const char *kind, const char *text,
                 const char *(*name_at)(const void *, size_t), size_t *ret_index,
                 const char **ret_value, struct series_message *err)
{
    const char *equals = strchr(text, '=');
    char name[64], hint[256];

    if (!equals || equals == text || (size_t)(equals - text) >= sizeof name)
        return series_fail(err, "--%s: expected NAME=VALUE, got '%s'", kind, text);
    memcpy(name, text, (size_t)(equals - text));
    name[equals - text] = '\0';
    for (size_t i = 0; name_at(ind, i); i++)
        if (strcasecmp(name_at(ind, i), name) == 0) {
            *ret_index = i;
            *ret_value = equals + 1;
            return 0;
        }
    nearest_all(hint, sizeof hint, name, name_at, ind);
    return series_fail(err, "%s has no %s '%s'%s", ind->name,
                       strcmp(kind, "param") == 0 ? "parameter" : "input", name, hint);
}

/* One number, or one choice by name, up to `end`. */
static int parse_value(const struct ind_param *p, const char *text, size_t len, double *ret)
{
    char copy[64], *end;

    if (len == 0 || len >= sizeof copy)
        return -1;
    memcpy(copy, text, len);
    copy[len] = '\0';
    for (size_t i = 0; p->choices && p->choices[i]; i++)
        if (strcasecmp(p->choices[i], copy) == 0) {
            *ret = (double)i;
            return 0;
        }
    *ret = strtod(copy, &end);
    if (*end != '\0' && end != copy && is_duration(p) && duration_unit(end) != 0) {
        *ret *= duration_unit(end);
        return 0;
    }
    return *end == '\0' && isfinite(*ret) ? 0 : -1;
}

static int in_range(const struct ind_param *p, double x)
{
    return x >= p->min && x <= p->max && (!(p->flags & IND_INTEGER) || x == floor(x));
}

/* The catalogue lets `source=hl2` choose the column of a lone input, where an indicator has no
 * parameter of that name. */
static int take_source(struct binding *b, const char *text)
{
    static const char key[] = "source=";

    if (strncasecmp(text, key, sizeof key - 1) != 0 || ind_n_inputs(b->ind) != 1 ||
        series_column_by_name(text + sizeof key - 1) == SERIES_COLUMNS)
        return 0;
    for (size_t i = 0; param_name(b->ind, i); i++)
        if (strcmp(param_name(b->ind, i), "source") == 0)
            return 0;
    b->column[0] = text + sizeof key - 1;
    return 1;
}

int binding_param(struct binding *b, const char *text, struct series_message *err)
{
    const char *value;
    double x;
    size_t i;

    if (take_source(b, text))
        return 0;
    if (split(b->ind, "param", text, param_name, &i, &value, err) < 0)
        return -1;
    if (parse_value(&b->ind->params[i], value, strlen(value), &x) < 0 ||
        !in_range(&b->ind->params[i], x))
        return out_of_range(b->ind, i, value, err);
    b->params[i] = x;
    b->axes[i] = (struct ind_axis){x, x, 0};
    return 0;
}

int binding_axis(struct binding *b, const char *text, struct series_message *err)
{
    double part[3] = {0, 0, 1};
    size_t i, n = 0;
    const char *value;

    if (take_source(b, text))
        return 0;
    if (split(b->ind, "param", text, param_name, &i, &value, err) < 0)
        return -1;

    const struct ind_param *p = &b->ind->params[i];

    for (const char *at = value;; at++) {
        const size_t len = strcspn(at, ":");

        if (n == 3 || parse_value(p, at, len, &part[n]) < 0)
            return series_fail(err, "%s: parameter '%s': expected START:END:STEP, got '%s'",
                               b->ind->name, p->name, value);
        n++;
        at += len;
        if (*at == '\0')
            break;
    }
    if (n == 1)
        part[1] = part[0], part[2] = 0;
    if (n > 1 && part[0] != part[1] && part[2] == 0)
        return series_fail(err, "%s: parameter '%s': a step of 0 never gets from %g to %g",
                           b->ind->name, p->name, part[0], part[1]);
    if (!in_range(p, part[0]) || !in_range(p, part[1]) ||
        (p->flags & IND_INTEGER && part[2] != floor(part[2])))
        return out_of_range(b->ind, i, value, err);
    b->axes[i] = (struct ind_axis){part[0], part[1], part[2]};
    return 0;
}

static int check_params(const struct ind_indicator *ind, const double *params,
                        struct series_message *err)
{
    char list[256] = "", value[64];
    size_t i, at = 0;

    if (ind_check(ind, params, &i) == IND_OK)
        return 0;
    if (i < ind_n_params(ind)) {
        snprintf(value, sizeof value, "%.10g", params[i]);
        return out_of_range(ind, i, value, err);
    }
    for (i = 0; i < ind_n_params(ind) && at < sizeof list; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s=%.10g", i ? ", " : "",
                               ind->params[i].name, params[i]);
    return series_fail(err,
                       "%s: these parameters do not go together: %s. `indicators describe %s` "
                       "says what must hold",
                       ind->name, list, ind->name);
}

int binding_check(const struct binding *b, struct series_message *err)
{
    return check_params(b->ind, b->params, err);
}

int binding_check_sweep(const struct binding *b, size_t *ret_combos, struct series_message *err)
{
    double params[IND_MAX_PARAMS];
    size_t combos;

    if (ind_n_params(b->ind) == 0) {
        *ret_combos = 1;
        return 0;
    }
    if (ind_sweep_combos(b->ind, b->axes, &combos) != IND_OK)
        return series_fail(err, "%s: the sweep has no row, or more than can be counted",
                           b->ind->name);
    for (size_t r = 0; r < combos; r++)
        if (ind_sweep_params(b->ind, b->axes, r, params) != IND_OK ||
            check_params(b->ind, params, err) < 0)
            return -1;
    *ret_combos = combos;
    return 0;
}

/* ---- inputs ---- */

int binding_input(struct binding *b, const char *text, struct series_message *err)
{
    const char *column;
    size_t i;

    if (split(b->ind, "input", text, input_name, &i, &column, err) < 0)
        return -1;
    if (*column == '\0')
        return series_fail(err, "--input: expected NAME=COLUMN, got '%s'", text);
    b->column[i] = column;
    return 0;
}

size_t binding_extra(const struct binding *b, const char **ret)
{
    size_t n = 0;

    for (size_t i = 0; i < ind_n_inputs(b->ind); i++) {
        size_t k = 0;

        if (series_column_by_name(b->column[i]) != SERIES_COLUMNS)
            continue;
        while (k < n && strcasecmp(ret[k], b->column[i]) != 0)
            k++;
        if (k == n)
            ret[n++] = b->column[i];
    }
    return n;
}

int binding_series(struct binding *b, const struct series *s, const double *params,
                   const char *path, struct series_message *err)
{
    const size_t warmup = ind_warmup(b->ind, params, 0);

    for (size_t i = 0; i < ind_n_inputs(b->ind); i++) {
        b->in[i] = series_find(s, b->column[i]);
        if (!b->in[i])
            return series_fail(err,
                               "%s: expected a column '%s' for input '%s' of %s (another one can "
                               "be named with --input %s=COLUMN)",
                               path, b->column[i], b->ind->inputs[i].name, b->ind->name,
                               b->ind->inputs[i].name);
    }
    b->len = s->len;
    if (warmup >= s->len)
        return series_fail(err, "%s: expected at least %zu bars for the first value of %s, got %zu",
                           path, warmup + 1, b->ind->name, s->len);
    return 0;
}

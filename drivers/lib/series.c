/* SPDX-License-Identifier: Apache-2.0 */
#include "series.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const column_names[SERIES_COLUMNS] = {
    [SERIES_TIMESTAMP] = "timestamp",
    [SERIES_OPEN] = "open",
    [SERIES_HIGH] = "high",
    [SERIES_LOW] = "low",
    [SERIES_CLOSE] = "close",
    [SERIES_VOLUME] = "volume",
    [SERIES_HL2] = "hl2",
    [SERIES_HLC3] = "hlc3",
    [SERIES_OHLC4] = "ohlc4",
    [SERIES_HLCC4] = "hlcc4",
};

static const struct {
    const char *name;
    enum series_column column;
} synonyms[] = {
    {"time", SERIES_TIMESTAMP},
    {"date", SERIES_TIMESTAMP},
    {"datetime", SERIES_TIMESTAMP},
    {"vol", SERIES_VOLUME},
};

const char *series_column_name(enum series_column column) { return column_names[column]; }

enum series_column series_column_by_name(const char *name)
{
    for (int i = 0; i < SERIES_COLUMNS; i++)
        if (strcasecmp(name, column_names[i]) == 0)
            return (enum series_column)i;
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if (strcasecmp(name, synonyms[i].name) == 0)
            return synonyms[i].column;
    return SERIES_COLUMNS;
}

int series_fail(struct series_message *err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return -1;
}

const double *series_find(const struct series *s, const char *name)
{
    for (size_t i = 0; i < s->n_extra; i++)
        if (strcasecmp(name, s->extra[i].name) == 0)
            return s->extra[i].values;

    enum series_column column = series_column_by_name(name);

    return column < SERIES_COLUMNS ? s->column[column] : NULL;
}

/* One derived column where its sources are there. The factors are the weights of open, high, low
 * and close; their sum divides. */
static int derive(struct series *s, enum series_column to, const double weight[4],
                  struct series_message *err)
{
    static const enum series_column from[4] = {SERIES_OPEN, SERIES_HIGH, SERIES_LOW, SERIES_CLOSE};
    double sum = 0;

    for (int i = 0; i < 4; i++) {
        if (weight[i] != 0 && !s->column[from[i]])
            return 0;
        sum += weight[i];
    }
    double *out = malloc((s->len ? s->len : 1) * sizeof *out);

    if (!out)
        return series_fail(err, "out of memory for %zu bars", s->len);
    for (size_t t = 0; t < s->len; t++) {
        double x = 0;
        for (int i = 0; i < 4; i++)
            if (weight[i] != 0)
                x += weight[i] * s->column[from[i]][t];
        out[t] = x / sum;
    }
    s->column[to] = out;
    return 0;
}

static int derive_all(struct series *s, struct series_message *err)
{
    static const double hl2[4] = {0, 1, 1, 0}, hlc3[4] = {0, 1, 1, 1}, ohlc4[4] = {1, 1, 1, 1},
                        hlcc4[4] = {0, 1, 1, 2};

    return derive(s, SERIES_HL2, hl2, err) || derive(s, SERIES_HLC3, hlc3, err) ||
                   derive(s, SERIES_OHLC4, ohlc4, err) || derive(s, SERIES_HLCC4, hlcc4, err)
               ? -1
               : 0;
}

int series_load(struct series *ret, const struct series_source *source,
                struct series_message *ret_note, struct series_message *err)
{
    struct series s = {0};
    int r;

    ret_note->text[0] = '\0';
    if (source->path)
        r = series_read_csv(&s, source, ret_note, err);
    else
        r = series_generate(&s, source->bars ? source->bars : SERIES_DEFAULT_BARS, source->seed,
                            err);
    if (r == 0)
        r = derive_all(&s, err);
    if (r < 0) {
        series_done(&s);
        return r;
    }
    *ret = s;
    return 0;
}

void series_done(struct series *s)
{
    for (int i = 0; i < SERIES_COLUMNS; i++)
        free(s->column[i]);
    for (size_t i = 0; i < s->n_extra; i++) {
        free(s->extra[i].name);
        free(s->extra[i].values);
    }
    free(s->extra);
    *s = (struct series){0};
}

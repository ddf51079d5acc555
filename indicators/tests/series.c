/* SPDX-License-Identifier: Apache-2.0 */
#include "series.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double random_unit(uint64_t *seed)
{
    /* splitmix64 */
    uint64_t z = *seed += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static void allocate(struct table *ret, size_t len)
{
    ret->len = len;
    for (size_t c = 0; c < COLUMNS; c++)
        if (!(ret->column[c] = malloc(len * sizeof(double) + 1)))
            abort();
}

static void derive(struct table *table)
{
    double *const *c = table->column;

    for (size_t t = 0; t < table->len; t++) {
        const double o = c[OPEN][t], h = c[HIGH][t], l = c[LOW][t], x = c[CLOSE][t];
        c[HL2][t] = (h + l) / 2;
        c[HLC3][t] = (h + l + x) / 3;
        c[OHLC4][t] = (o + h + l + x) / 4;
        c[HLCC4][t] = (h + l + 2 * x) / 4;
    }
}

static double rounded(double x, double tick) { return tick > 0 ? round(x / tick) * tick : x; }

void table_make(struct table *ret, enum series_kind kind, size_t len, uint64_t seed)
{
    static const double start[] = {100, 20, 50000, 0.002}, spread[] = {0.02, 0.02, 0.001, 0.05};
    const double tick = kind == SERIES_LEVELS ? 0.25 : 0;
    double price = start[kind];

    allocate(ret, len);
    for (size_t t = 0; t < len; t++) {
        /* now and then a level market stands still for 48 bars */
        const int still = kind == SERIES_LEVELS && t / 48 % 3 == 1;
        const double open = price, move = still ? 0 : spread[kind] * price;
        /* drawn back to where it began, lest it reach 0 */
        price += move * (random_unit(&seed) - 0.5) + 0.01 * (start[kind] - price) * !still;
        const double close = still ? open : rounded(price, tick);
        const double up = move * random_unit(&seed) / 2, down = move * random_unit(&seed) / 2;
        price = close;
        ret->column[TIMESTAMP][t] = 1500854400000 + 14400000.0 * (double)t; /* every 4 hours */
        ret->column[OPEN][t] = open;
        ret->column[CLOSE][t] = close;
        ret->column[HIGH][t] = rounded(fmax(open, close) + up, tick);
        ret->column[LOW][t] = rounded(fmin(open, close) - down, tick);
        const double volume = floor(1000 * random_unit(&seed)) / 8;
        ret->column[VOLUME][t] = still && t / 16 % 3 != 0 ? 0 : volume;
        /* rounding must not put a high below its bar */
        ret->column[HIGH][t] = fmax(ret->column[HIGH][t], fmax(open, close));
        ret->column[LOW][t] = fmin(ret->column[LOW][t], fmin(open, close));
    }
    derive(ret);
}

int table_read(struct table *ret, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[512];
    size_t rows = 0;

    if (!file)
        return -1;
    while (fgets(line, sizeof line, file))
        rows++;
    rewind(file);
    allocate(ret, rows ? rows - 1 : 0);
    rows = 0;
    while (fgets(line, sizeof line, file)) {
        double v[6];
        if (rows++ == 0)
            continue;
        if (sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf", v, v + 1, v + 2, v + 3, v + 4, v + 5) != 6)
            abort();
        static const enum column order[] = {TIMESTAMP, OPEN, CLOSE, HIGH, LOW, VOLUME};
        for (size_t c = 0; c < 6; c++)
            ret->column[order[c]][rows - 2] = v[c];
    }
    fclose(file);
    derive(ret);
    return 0;
}

void table_blank(struct table *table, size_t n)
{
    for (size_t c = 0; c < COLUMNS; c++)
        for (size_t t = 0; t < n && t < table->len; t++)
            table->column[c][t] = NAN;
}

void table_done(struct table *table)
{
    for (size_t c = 0; c < COLUMNS; c++)
        free(table->column[c]);
}

const double *table_column(const struct table *table, const char *name)
{
    static const char *const names[] = {"open", "high", "low",   "close", "volume",
                                        "hl2",  "hlc3", "ohlc4", "hlcc4", "timestamp"};

    for (size_t c = 0; c < COLUMNS; c++)
        if (strcmp(name, names[c]) == 0)
            return table->column[c];
    return NULL;
}

void table_inputs(const struct table *table, const struct ind_indicator *ind, struct ind_job *job)
{
    job->len = table->len;
    for (size_t i = 0; i < ind_n_inputs(ind); i++) {
        job->in[i] = table_column(table, ind->inputs[i].column);
        if (!job->in[i])
            abort();
    }
}

static double draw(const struct ind_param *p, uint64_t *seed)
{
    const double u = random_unit(seed);

    if (p->choices)
        return floor(u * (p->max + 1));
    if (p->flags & IND_INTEGER)
        return fmin(p->max, p->min + floor(u * (p->def < 4 ? 6 : 2 * p->def)));
    return fmax(p->min, fmin(p->max, p->def * (0.5 + u)));
}

void params_make(const struct ind_indicator *ind, size_t k, double *ret)
{
    uint64_t seed = k;

    ind_defaults(ind, ret);
    if (k == 0)
        return;
    for (int tries = 0; tries < 1000; tries++) {
        for (size_t i = 0; i < ind_n_params(ind); i++)
            ret[i] = draw(&ind->params[i], &seed);
        if (ind_check(ind, ret, NULL) == IND_OK)
            return;
    }
    ind_defaults(ind, ret);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Price tables for the tests: made from a seed, or read from a file of candles. */
#ifndef TEST_SERIES_H
#define TEST_SERIES_H

#include <nocopy/indicators.h>
#include <stdint.h>

enum column { OPEN, HIGH, LOW, CLOSE, VOLUME, HL2, HLC3, OHLC4, HLCC4, TIMESTAMP, COLUMNS };

struct table {
    size_t len;
    double *column[COLUMNS];
};

enum series_kind {
    SERIES_WALK,   /* a random walk of prices near 100 */
    SERIES_LEVELS, /* long flat stretches, many ties, bars without volume */
    SERIES_DEAR,   /* prices near 50,000 with small moves */
    SERIES_CHEAP,  /* prices near 0.002 */
    SERIES_KINDS
};

/* A number from 0 up to 1 and the next seed. */
double random_unit(uint64_t *seed);

void table_make(struct table *ret, enum series_kind kind, size_t len, uint64_t seed);

/* Columns timestamp, open, close, high, low, volume after one header line. 0, or -1: no such file.
 */
int table_read(struct table *ret, const char *path);

/* Make the first n rows of every column NaN. */
void table_blank(struct table *table, size_t n);

void table_done(struct table *table);

/* The column of that name; null for an unknown one. */
const double *table_column(const struct table *table, const char *name);

/* Point a job at an indicator's default columns. */
void table_inputs(const struct table *table, const struct ind_indicator *ind, struct ind_job *job);

/* Parameter set k of an indicator: 0 the defaults, then others drawn from the seed k; all good. */
void params_make(const struct ind_indicator *ind, size_t k, double *ret);

#endif

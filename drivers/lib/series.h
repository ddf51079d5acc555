/* SPDX-License-Identifier: Apache-2.0 */
/* Price series: columns of doubles, oldest bar first, from a CSV file or from a seeded generator.
 */
#ifndef SERIES_H
#define SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum series_column {
    SERIES_TIMESTAMP, /* milliseconds since 1970 */
    SERIES_OPEN,
    SERIES_HIGH,
    SERIES_LOW,
    SERIES_CLOSE,
    SERIES_VOLUME,
    SERIES_HL2, /* from here on derived, never read from a file */
    SERIES_HLC3,
    SERIES_OHLC4,
    SERIES_HLCC4,
    SERIES_COLUMNS
};

/* A file's column under a name of its own, kept because someone asked for it. */
struct series_extra {
    char *name;
    double *values;
};

struct series {
    size_t len;
    double *column[SERIES_COLUMNS]; /* owned; null where the file has none */
    struct series_extra *extra;     /* owned, n_extra of them */
    size_t n_extra;
};

/* Where a series comes from. All strings are borrowed. */
struct series_source {
    const char *path;         /* null: generate */
    const char *columns;      /* --columns: names in the file's order; null: the header line says */
    const char *const *extra; /* other columns to keep, by header name */
    size_t n_extra;
    size_t bars;   /* of the file at most this many; 0: all of it, or SERIES_DEFAULT_BARS */
    uint64_t seed; /* of the generator */
};

#define SERIES_DEFAULT_BARS 10000

/* One message, ready to be printed after the program's name. */
struct series_message {
    char text[512];
    bool bad_use; /* the option is wrong, not the data */
};

/* Load or generate; series_done() afterwards. `ret_note` holds advice for the user, or is empty.
 * Returns 0; or -1 with `err` told and `ret` untouched. */
int series_load(struct series *ret, const struct series_source *source,
                struct series_message *ret_note, struct series_message *err);
void series_done(struct series *s);

/* The column of that name, derived and extra ones included; null when there is none. */
const double *series_find(const struct series *s, const char *name);

/* Name of a column as it stands in headers and options. */
const char *series_column_name(enum series_column column);
/* SERIES_COLUMNS when the name (any case; time, date, vol too) is none of ours. */
enum series_column series_column_by_name(const char *name);

/* The two sources. On failure `ret` may hold columns: series_done() it all the same. */
int series_read_csv(struct series *ret, const struct series_source *source,
                    struct series_message *ret_note, struct series_message *err);
/* As series_read_csv, from a stream; source->path only names it. */
int series_read_stream(struct series *ret, FILE *in, const struct series_source *source,
                       struct series_message *ret_note, struct series_message *err);
int series_generate(struct series *ret, size_t bars, uint64_t seed, struct series_message *err);

/* Always -1. */
int series_fail(struct series_message *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
#endif

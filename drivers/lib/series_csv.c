/* SPDX-License-Identifier: Apache-2.0 */
/* CSV files into series. What the columns are is settled before the first bar is read:
 *
 *   --columns given   its names, in the file's order; `-` passes over a column. The first line is
 *                     taken for a header, and skipped, when a cell of it is no number or when its
 *                     cells count 0,1,2,... ; else it is the first bar.
 *   a header of names these names; unknown columns are passed over unless asked for.
 *   0,1,2,3,4,5       says nothing. Six such columns are timestamp,open,high,low,close,volume, or
 *                     timestamp,open,close,high,low,volume when only that order keeps every bar's
 *                     open and close between low and high; a note says which was taken.
 *   numbers           no header: an error that asks for --columns.
 *
 * A header that breaks high >= open, close >= low in many bars lies about its order: a note says
 * so. Nothing is ever put right in silence. */
#include "series.h"

#include <csv.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { MAX_CELLS = 256, MAX_NAME = 64 };

/* Where a cell's number goes: a column of ours, an extra one (>= EXTRA), or nowhere. */
enum { SKIP = -1, EXTRA = SERIES_COLUMNS };

enum { READ_CHUNK = 1 << 16 };

struct reader {
    const struct series_source *source;
    struct series *s;
    struct series_message *err;
    size_t line;     /* physical, from 1: the one being parsed */
    size_t capacity; /* bars the columns can hold */
    int target[MAX_CELLS];
    char name[MAX_CELLS][MAX_NAME];
    size_t n_targets; /* 0 until the columns are settled */
    size_t cell;      /* of the current row */
    double value[MAX_CELLS];
    char first[MAX_CELLS][MAX_NAME]; /* cells of the first row, until it is known to be a header */
    bool numbered;                   /* the header was 0,1,2,... */
    bool first_row_done, failed, full;
};

static int reader_fail(struct reader *r, const char *expected, const char *got)
{
    if (!r->failed)
        series_fail(r->err, "%s:%zu: expected %s%s%s%s", r->source->path, r->line, expected,
                    got ? ", got '" : "", got ? got : "", got ? "'" : "");
    r->failed = true;
    return -1;
}

/* ---- numbers ---- */

static bool parse_number(const char *text, double *ret)
{
    char *end;

    if (*text == '\0' || strcasecmp(text, "nan") == 0) {
        *ret = NAN;
        return true;
    }
    *ret = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*ret);
}

/* Milliseconds since 1970, from a number or from 2024-09-01[T ]00:00[:00][Z], taken as UTC. */
static bool parse_timestamp(const char *text, double *ret)
{
    static const char *const formats[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
                                          "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"};

    if (parse_number(text, ret))
        return true;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct tm tm = {0};
        const char *end = strptime(text, formats[i], &tm);

        if (end && (*end == '\0' || strcmp(end, "Z") == 0)) {
            *ret = (double)timegm(&tm) * 1000.0;
            return true;
        }
    }
    return false;
}

/* ---- what the columns are ---- */

static int target_by_name(const struct series_source *source, const char *name)
{
    for (size_t i = 0; i < source->n_extra; i++)
        if (strcasecmp(name, source->extra[i]) == 0)
            return EXTRA + (int)i;

    enum series_column column = series_column_by_name(name);

    return column <= SERIES_VOLUME ? (int)column : SKIP;
}

/* Names are in r->name; give each a target and see that none comes twice. */
static int settle_columns(struct reader *r)
{
    size_t known = 0;

    for (size_t i = 0; i < r->n_targets; i++) {
        r->target[i] = target_by_name(r->source, r->name[i]);
        if (r->target[i] == SKIP)
            continue;
        known++;
        for (size_t k = 0; k < i; k++)
            if (r->target[k] == r->target[i])
                return reader_fail(r, "each column once", r->name[i]);
    }
    return known ? 0
                 : reader_fail(r,
                               "a header line with some of timestamp, open, high, low, close, "
                               "volume (or their order in --columns)",
                               r->name[0]);
}

static int columns_from_option(struct reader *r, const char *list)
{
    for (const char *at = list;; at++) {
        size_t len = strcspn(at, ",");

        if (r->n_targets == MAX_CELLS || len == 0 || len >= MAX_NAME)
            break;
        memcpy(r->name[r->n_targets], at, len);
        r->name[r->n_targets][len] = '\0';
        if (strcmp(r->name[r->n_targets], "-") != 0 &&
            target_by_name(r->source, r->name[r->n_targets]) == SKIP) {
            r->failed = r->err->bad_use = true;
            return series_fail(r->err,
                               "--columns: unknown column '%s'; known are timestamp, open, high, "
                               "low, close, volume, and - for one to pass over",
                               r->name[r->n_targets]);
        }
        r->n_targets++;
        at += len;
        if (*at == '\0')
            return settle_columns(r);
    }
    r->failed = r->err->bad_use = true;
    return series_fail(r->err, "--columns: expected names with commas between, got '%s'", list);
}

static bool row_counts_up(const struct reader *r)
{
    for (size_t i = 0; i < r->cell; i++) {
        char want[MAX_NAME];

        snprintf(want, sizeof want, "%zu", i);
        if (strcmp(r->first[i], want) != 0)
            return false;
    }
    return true;
}

static bool row_is_numbers(const struct reader *r)
{
    double x;

    for (size_t i = 0; i < r->cell; i++)
        if (!parse_timestamp(r->first[i], &x))
            return false;
    return true;
}

static int columns_from_header(struct reader *r)
{
    static const char *const usual[6] = {"timestamp", "open", "high", "low", "close", "volume"};

    r->n_targets = r->cell;
    if (row_counts_up(r)) {
        if (r->cell != 6)
            return reader_fail(r,
                               "six columns under a header that only counts (say what they are "
                               "with --columns)",
                               NULL);
        r->numbered = true;
        for (size_t i = 0; i < 6; i++)
            strcpy(r->name[i], usual[i]);
    } else if (row_is_numbers(r)) {
        return reader_fail(r,
                           "a header line; name the columns with --columns, for example "
                           "--columns timestamp,open,high,low,close,volume",
                           r->first[0]);
    } else {
        memcpy(r->name, r->first, sizeof r->first);
    }
    return settle_columns(r);
}

/* ---- bars ---- */

static double **reader_column(struct reader *r, int target)
{
    return target >= EXTRA ? &r->s->extra[target - EXTRA].values : &r->s->column[target];
}

static int reader_grow(struct reader *r)
{
    size_t capacity = r->capacity ? r->capacity * 2 : 4096;

    for (size_t i = 0; i < r->n_targets; i++) {
        if (r->target[i] == SKIP)
            continue;
        double **column = reader_column(r, r->target[i]);
        double *grown = reallocarray(*column, capacity, sizeof **column);

        if (!grown) {
            r->failed = true;
            return series_fail(r->err, "out of memory for %zu bars", capacity);
        }
        *column = grown;
    }
    r->capacity = capacity;
    return 0;
}

static void parse_cell(struct reader *r, const char *text)
{
    const int target = r->target[r->cell];
    char expected[MAX_NAME + 64];

    if (target == SKIP)
        return;
    if (target == SERIES_TIMESTAMP ? parse_timestamp(text, &r->value[r->cell])
                                   : parse_number(text, &r->value[r->cell]))
        return;
    snprintf(expected, sizeof expected, "%s as column %zu (%s)",
             target == SERIES_TIMESTAMP ? "milliseconds or a date" : "a number", r->cell + 1,
             r->name[r->cell]);
    reader_fail(r, expected, text);
}

static void add_bar(struct reader *r)
{
    if (r->cell != r->n_targets) {
        char expected[64], got[32];

        snprintf(expected, sizeof expected, "%zu cells", r->n_targets);
        snprintf(got, sizeof got, "%zu", r->cell);
        reader_fail(r, expected, got);
        return;
    }
    if (r->s->len == r->capacity && reader_grow(r) < 0)
        return;
    for (size_t i = 0; i < r->n_targets; i++)
        if (r->target[i] != SKIP)
            (*reader_column(r, r->target[i]))[r->s->len] = r->value[i];
    r->s->len++;
    r->full = r->source->bars && r->s->len == r->source->bars;
}

/* The first row is kept as text: only when it is whole can it be told from a bar. */
static void settle_first_row(struct reader *r)
{
    r->first_row_done = true;
    if (r->n_targets == 0) {
        columns_from_header(r);
        return;
    }
    if (!row_is_numbers(r) || row_counts_up(r)) {
        if (r->cell != r->n_targets)
            reader_fail(r, "as many cells as --columns has names", r->first[0]);
        return;
    }
    const size_t cells = r->cell;

    for (r->cell = 0; r->cell < cells && r->cell < r->n_targets && !r->failed; r->cell++)
        parse_cell(r, r->first[r->cell]);
    r->cell = cells;
    if (!r->failed)
        add_bar(r);
}

static void on_cell(void *bytes, size_t len, void *data)
{
    struct reader *r = data;
    char *text = bytes; /* ended by a NUL: CSV_APPEND_NULL */

    if (r->failed || r->full)
        return;
    if (strlen(text) != len) {
        reader_fail(r, "text without NUL bytes", NULL);
    } else if (!r->first_row_done) {
        if (r->cell == 0 && strncmp(text, "\xef\xbb\xbf", 3) == 0)
            text += 3; /* the byte order mark of some spreadsheets */
        if (r->cell == MAX_CELLS || strlen(text) >= MAX_NAME)
            reader_fail(r, "at most 256 cells of 63 characters in the first line", NULL);
        else
            strcpy(r->first[r->cell], text);
    } else if (r->cell < r->n_targets) {
        parse_cell(r, text);
    }
    r->cell++;
}

static void on_row(int end, void *data)
{
    struct reader *r = data;

    if (!r->failed && !r->full) {
        if (r->first_row_done)
            add_bar(r);
        else
            settle_first_row(r);
    }
    r->cell = 0;
}

/* Line by line, so that an error can name its line. */
static void feed(struct reader *r, struct csv_parser *parser, const char *chunk, size_t len)
{
    while (len > 0 && !r->failed && !r->full) {
        const char *newline = memchr(chunk, '\n', len);
        const size_t n = newline ? (size_t)(newline - chunk) + 1 : len;

        if (csv_parse(parser, chunk, n, on_cell, on_row, r) != n && !r->failed)
            reader_fail(r,
                        csv_error(parser) == CSV_EPARSE ? "well-formed CSV (look at the quotes)"
                                                        : "less memory to be needed",
                        NULL);
        if (newline)
            r->line++;
        chunk += n;
        len -= n;
    }
}

static int read_rows(struct reader *r, FILE *in)
{
    struct csv_parser parser;
    char *chunk = malloc(READ_CHUNK);
    size_t n;

    if (!chunk || csv_init(&parser, CSV_APPEND_NULL | CSV_STRICT | CSV_STRICT_FINI) != 0) {
        free(chunk);
        return series_fail(r->err, "out of memory");
    }
    while (!r->failed && !r->full && (n = fread(chunk, 1, READ_CHUNK, in)) > 0)
        feed(r, &parser, chunk, n);
    if (ferror(in) && !r->failed) {
        series_fail(r->err, "cannot read '%s': %s", r->source->path, strerror(errno));
        r->failed = true;
    }
    if (!r->failed && !r->full && csv_fini(&parser, on_cell, on_row, r) != 0)
        reader_fail(r, "the closing quote of the last cell", NULL);
    csv_free(&parser);
    free(chunk);
    if (!r->failed && r->s->len == 0)
        reader_fail(r,
                    r->first_row_done ? "at least one bar after the header"
                                      : "a header line and bars: the file is empty",
                    NULL);
    return r->failed ? -1 : 0;
}

/* ---- does the order of the columns hold water? ---- */

/* Bars whose open or close lies outside low..high. Bars with a NaN say nothing. */
static size_t bars_out_of_order(const double *open, const double *high, const double *low,
                                const double *close, size_t len)
{
    size_t bad = 0;

    for (size_t t = 0; t < len; t++)
        bad += high[t] < open[t] || high[t] < close[t] || low[t] > open[t] || low[t] > close[t];
    return bad;
}

static void judge_order(struct reader *r, struct series_message *note)
{
    double **c = r->s->column;
    const size_t len = r->s->len;

    if (!c[SERIES_OPEN] || !c[SERIES_HIGH] || !c[SERIES_LOW] || !c[SERIES_CLOSE])
        return;
    size_t bad =
        bars_out_of_order(c[SERIES_OPEN], c[SERIES_HIGH], c[SERIES_LOW], c[SERIES_CLOSE], len);

    if (r->numbered) { /* open,close,high,low: what was read as high is close, and so on */
        const bool swapped =
            bad > 0 && bars_out_of_order(c[SERIES_OPEN], c[SERIES_LOW], c[SERIES_CLOSE],
                                         c[SERIES_HIGH], len) == 0;

        if (swapped) {
            double *close = c[SERIES_HIGH];

            c[SERIES_HIGH] = c[SERIES_LOW];
            c[SERIES_LOW] = c[SERIES_CLOSE];
            c[SERIES_CLOSE] = close;
            bad = 0;
        }
        snprintf(note->text, sizeof note->text,
                 "%s: the header only counts; columns taken as %s. If that is wrong, say "
                 "--columns NAME,NAME,...",
                 r->source->path,
                 swapped ? "timestamp,open,close,high,low,volume, the only order that keeps every "
                           "close between low and high"
                         : "timestamp,open,high,low,close,volume");
    }
    if (bad * 20 > len) /* a twentieth: far more than bad ticks make */
        snprintf(note->text, sizeof note->text,
                 "%s: in %zu of %zu bars open or close lies outside low..high: the columns are not "
                 "in the order the %s says. Name them with --columns, for example --columns "
                 "timestamp,open,close,high,low,volume",
                 r->source->path, bad, len, r->source->columns ? "option --columns" : "header");
}

static int find_asked_extra(struct reader *r)
{
    for (size_t i = 0; i < r->source->n_extra; i++)
        if (!r->s->extra[i].values)
            return series_fail(r->err, "%s:1: expected a column named '%s'", r->source->path,
                               r->source->extra[i]);
    return 0;
}

static int open_extra(struct series *s, const struct series_source *source,
                      struct series_message *err)
{
    s->extra = calloc(source->n_extra ? source->n_extra : 1, sizeof *s->extra);
    if (!s->extra)
        return series_fail(err, "out of memory");
    s->n_extra = source->n_extra;
    for (size_t i = 0; i < source->n_extra; i++)
        if (!(s->extra[i].name = strdup(source->extra[i])))
            return series_fail(err, "out of memory");
    return 0;
}

int series_read_stream(struct series *ret, FILE *in, const struct series_source *source,
                       struct series_message *ret_note, struct series_message *err)
{
    struct reader *r = calloc(1, sizeof *r); /* 50 KB: not for a stack */
    int result;

    if (!r)
        return series_fail(err, "out of memory");
    *r = (struct reader){.source = source, .s = ret, .err = err, .line = 1};
    result = open_extra(ret, source, err);
    if (result == 0 && source->columns)
        result = columns_from_option(r, source->columns);
    if (result == 0)
        result = read_rows(r, in);
    if (result == 0)
        result = find_asked_extra(r);
    if (result == 0)
        judge_order(r, ret_note);
    free(r);
    return result;
}

int series_read_csv(struct series *ret, const struct series_source *source,
                    struct series_message *ret_note, struct series_message *err)
{
    FILE *in = fopen(source->path, "r");

    if (!in)
        return series_fail(err, "cannot open '%s': %s", source->path, strerror(errno));
    const int result = series_read_stream(ret, in, source, ret_note, err);

    fclose(in);
    return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* `history trend`: one figure of each indicator over the commits, as a table with bars, as JSON or
 * CSV, or as a page of step charts. */
#include "history_trend.h"
#include "cmd_history.h"
#include "command.h"
#include "history_print.h"
#include "nearest.h"
#include "summary.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static double batch1_of(const struct history_case *c) { return (double)c->batch1_bytes; }
static double single_of(const struct history_case *c) { return (double)c->single_bytes; }
static double batch_of(const struct history_case *c) { return (double)c->batch_bytes; }
static double copied_of(const struct history_case *c) { return (double)c->copied_bytes; }
static double needless_of(const struct history_case *c) { return (double)c->needless_bytes; }
static double peak_of(const struct history_case *c) { return (double)c->peak_bytes; }
static double overhead_of(const struct history_case *c) { return c->overhead_percent; }

static const struct trend_metric metrics[] = {
    {"batch1", "batch[1], bytes", batch1_of, false},
    {"single", "single, bytes", single_of, false},
    {"overhead", "overhead of batch[1] over single, per cent", overhead_of, true},
    {"batch", "batch, bytes", batch_of, false},
    {"copied", "copied in batch, bytes", copied_of, false},
    {"needless", "needless, bytes", needless_of, false},
    {"peak", "peak of batch, bytes", peak_of, false},
};
enum { N_METRICS = sizeof metrics / sizeof *metrics };

static int find_metric(const char *name, const struct trend_metric **ret)
{
    const char *names[N_METRICS];
    const char *near;

    *ret = &metrics[0];
    for (int i = 0; i < N_METRICS; i++) {
        names[i] = metrics[i].name;
        if (!name || strcmp(name, metrics[i].name) == 0) {
            *ret = &metrics[i];
            return 0;
        }
    }
    near = nearest_word(name, names, N_METRICS);
    return complain_use("history",
                        "there is no metric '%s'%s%s%s; there are batch1, single, "
                        "overhead, batch, copied, needless and peak",
                        name, near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static void keep(void *arg, const struct history_case *c)
{
    struct trend *trend = arg;
    struct trend_point *p;

    if (trend->len == trend->room) {
        trend->room = trend->room ? trend->room * 2 : 256;
        trend->at = realloc(trend->at, trend->room * sizeof *trend->at);
        if (!trend->at)
            abort();
    }
    p = &trend->at[trend->len++];
    *p = (struct trend_point){.indicator = format_string("%s", c->indicator),
                              .commit = format_string("%s", c->entry.commit),
                              .subject = format_string("%s", c->entry.subject),
                              .status = format_string("%s", c->status),
                              .command = format_string("%s", c->entry.command),
                              .committed = c->entry.committed,
                              .value = trend->metric->value(c),
                              .ideal = (double)c->single_bytes};
}

static void trend_done(struct trend *trend)
{
    for (size_t i = 0; i < trend->len; i++) {
        free(trend->at[i].indicator);
        free(trend->at[i].commit);
        free(trend->at[i].subject);
        free(trend->at[i].status);
        free(trend->at[i].command);
    }
    free(trend->at);
}

size_t trend_series_end(const struct trend *trend, size_t start)
{
    size_t end = start;

    while (end < trend->len && strcmp(trend->at[end].indicator, trend->at[start].indicator) == 0)
        end++;
    return end;
}

static void print_value(const struct trend *trend, double value, FILE *out)
{
    char bytes[32];

    if (trend->metric->percent)
        fprintf(out, "%9.1f%%", value);
    else
        fprintf(out, "%10s", summary_bytes(bytes, sizeof bytes, (uint64_t)value));
}

static void print_series(const struct trend *trend, size_t start, size_t end, bool utf8, FILE *out)
{
    enum { BAR = 24 };
    double most = 0;

    for (size_t i = start; i < end; i++)
        if (trend->at[i].value > most)
            most = trend->at[i].value;
    fputs(start ? "\n" : "", out);
    history_clean(trend->at[start].indicator, 0, out);
    fprintf(out, ": %s\n", trend->metric->title);
    for (size_t i = start; i < end; i++) {
        const struct trend_point *p = &trend->at[i];
        const double before = i > start ? p[-1].value : p->value;
        int bar = most > 0 && p->value > 0 ? (int)(p->value / most * BAR + 0.5) : 0;
        char day[11];

        history_day(p->committed, day);
        history_commit(p->commit, 8, out);
        fprintf(out, " %s ", day);
        print_value(trend, p->value, out);
        fprintf(out, " %s ",
                p->value > before   ? utf8 ? "↑" : "+"
                : p->value < before ? utf8 ? "↓" : "-"
                                    : " ");
        for (int b = 0; b < BAR; b++)
            fputs(b < bar ? utf8 ? "█" : "#" : " ", out);
        fputc(' ', out);
        history_commit(p->status, 8, out);
        fputc(' ', out);
        history_clean(p->subject, 50, out);
        fputc('\n', out);
    }
}

static int write_text(const struct trend *trend, bool utf8, FILE *out)
{
    for (size_t i = 0, end; i < trend->len; i = end) {
        end = trend_series_end(trend, i);
        print_series(trend, i, end, utf8, out);
    }
    return ferror(out) ? -EIO : 0;
}

static int write_json(const struct trend *trend, FILE *out)
{
    json_t *points = json_array();

    for (size_t i = 0; i < trend->len; i++) {
        const struct trend_point *p = &trend->at[i];

        json_array_append_new(
            points,
            json_pack("{s:o,s:o,s:o,s:o,s:I,s:o,s:f,s:f}", "indicator",
                      history_string(p->indicator), "commit", history_string(p->commit), "subject",
                      history_string(p->subject), "command", history_string(p->command),
                      "committed", (json_int_t)p->committed, "status", history_string(p->status),
                      "value", p->value, "single_bytes", p->ideal));
    }
    return history_write_json(points, out);
}

/* Quoted; a cell that a spreadsheet would run as a formula gets an apostrophe first. */
static void put_cell(const char *text, FILE *out)
{
    fputc('"', out);
    if (text[0] && strchr("=+-@\t\r", text[0]))
        fputc('\'', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static int write_csv(const struct trend *trend, FILE *out)
{
    fprintf(out, "indicator,commit,committed,status,%s,single_bytes,subject\n",
            trend->metric->name);
    for (size_t i = 0; i < trend->len; i++) {
        const struct trend_point *p = &trend->at[i];

        put_cell(p->indicator, out);
        fputc(',', out);
        put_cell(p->commit, out);
        fprintf(out, ",%" PRId64 ",%s,%.17g,%.17g,", p->committed, p->status, p->value, p->ideal);
        put_cell(p->subject, out);
        fputc('\n', out);
    }
    return ferror(out) ? -EIO : 0;
}

int history_trend_main(const struct history_args *args)
{
    struct trend trend = {0};
    struct atomic_file file;
    struct history history;
    enum history_shape shape;
    const char *indicator = args->words.len > 1 ? args->words.at[1] : args->indicator;
    int r = history_shape(&args->output, SHAPES, &shape);

    if (r == 0 && args->words.len > 2)
        r = complain_use("history", "trend takes one indicator, not '%s' too", args->words.at[2]);
    if (r == 0)
        r = find_metric(args->metric, &trend.metric);
    if (r == 0)
        r = history_open(&history, args->address, false);
    if (r)
        return r;
    r = history_trend(&history, indicator, args->last, keep, &trend);
    if (r == 0 && trend.len == 0)
        complain(0,
                 indicator ? "no report in the history '%s' has figures of '%s'"
                           : "the history '%s' holds no figures of indicators%.0s",
                 history.shown, indicator ? indicator : "");
    history_close(&history);
    if (r == 0 && (r = atomic_open(&file, args->output.file)) == 0)
        r = atomic_close(&file, shape == SHAPE_JSON  ? write_json(&trend, file.out)
                                : shape == SHAPE_CSV ? write_csv(&trend, file.out)
                                : shape == SHAPE_HTML
                                    ? trend_write_html(&trend, file.out)
                                    : write_text(&trend, output_utf8(), file.out));
    trend_done(&trend);
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* `history list`, and what it shares with `history trend`. */
#include "history_print.h"
#include "cmd_history.h"
#include "command.h"
#include "show.h"
#include "summary.h"

#include <errno.h>
#include <string.h>
#include <time.h>

int history_shape(const struct output *output, int shapes, enum history_shape *ret)
{
    static const char *const names[SHAPES] = {"text", "json", "csv", "html"};
    const char *format = output->format;
    const char *dot = output->file ? strrchr(output->file, '.') : NULL;

    *ret = SHAPE_TEXT;
    if (!format && dot && strcmp(dot, ".txt") != 0)
        format = dot + 1;
    if (!format)
        return 0;
    for (int s = 0; s < shapes; s++)
        if (strcmp(format, names[s]) == 0) {
            *ret = (enum history_shape)s;
            return 0;
        }
    return complain_use("history", "there is no format '%s' here; take text%s json%s", format,
                        shapes > SHAPE_CSV ? "," : " or",
                        shapes > SHAPE_CSV ? ", csv or html" : "");
}

int history_write_json(json_t *json, FILE *out)
{
    const int r = json_dumpf(json, out, JSON_INDENT(1)) == 0 && fputc('\n', out) != EOF ? 0 : -EIO;

    json_decref(json);
    return r;
}

void history_day(int64_t when, char ret[11])
{
    const time_t t = (time_t)when;
    struct tm day;

    if (!gmtime_r(&t, &day) || strftime(ret, 11, "%Y-%m-%d", &day) == 0)
        strcpy(ret, "-");
}

void history_clean(const char *text, unsigned most, FILE *out)
{
    show_name(out, text, most, SHOW_CUT_RIGHT, false, output_utf8());
}

void history_commit(const char *commit, unsigned columns, FILE *out)
{
    char cut[4 * 16 + 1];

    /* A hash is cut without dots. */
    snprintf(cut, sizeof cut, "%.*s", (int)columns, commit);
    show_name(out, cut, columns, SHOW_CUT_RIGHT, true, output_utf8());
}

struct listing {
    FILE *out;
    json_t *json; /* null: text */
    size_t n;
};

json_t *history_string(const char *text)
{
    json_t *value = json_string(text);

    return value ? value : json_string("?"); /* no UTF-8 */
}

static void list_text(struct listing *listing, const struct history_entry *e)
{
    char day[11], needless[32], bytes[32];

    if (listing->n++ == 0)
        fprintf(listing->out, "%-12s  %-10s  %5s  %4s  %8s  %10s  %10s  %s\n", "COMMIT", "DATE",
                "CASES", "HIGH", "MODERATE", "ALLOCATED", "NEEDLESS", "SUBJECT");
    history_day(e->committed, day);
    history_commit(e->commit, 12, listing->out);
    fprintf(listing->out, "  %-10s  %5u  %4u  %8u  %10s  %10s  ", day, e->cases, e->high,
            e->moderate, summary_bytes(bytes, sizeof bytes, e->allocated_bytes),
            summary_bytes(needless, sizeof needless, e->needless_bytes));
    history_clean(e->subject, 60, listing->out);
    fputs("  (", listing->out);
    history_clean(e->command, 60, listing->out);
    fputs(")\n", listing->out);
}

static json_t *entry_json(const struct history_entry *e)
{
    return json_pack("{s:o,s:o,s:o,s:I,s:I,s:i,s:i,s:i,s:i,s:I,s:I,s:I,s:I}", "commit",
                     history_string(e->commit), "subject", history_string(e->subject), "command",
                     history_string(e->command), "committed", (json_int_t)e->committed, "added",
                     (json_int_t)e->added, "indicators", (int)e->cases, "high", (int)e->high,
                     "moderate", (int)e->moderate, "none", (int)e->none, "allocated_bytes",
                     (json_int_t)e->allocated_bytes, "copied_bytes", (json_int_t)e->copied_bytes,
                     "peak_bytes", (json_int_t)e->peak_bytes, "needless_bytes",
                     (json_int_t)e->needless_bytes);
}

static void list_row(void *arg, const struct history_entry *e)
{
    struct listing *listing = arg;

    if (listing->json)
        json_array_append_new(listing->json, entry_json(e));
    else
        list_text(listing, e);
}

int history_list_main(const struct history_args *args)
{
    struct listing listing = {0};
    struct atomic_file file;
    struct history history;
    enum history_shape shape;
    int r = history_shape(&args->output, SHAPE_CSV, &shape), error = 0;

    if (r == 0 && args->words.len > 1)
        r = complain_use("history", "list takes no '%s'", args->words.at[1]);
    if (r == 0)
        r = history_open(&history, args->address, false);
    if (r)
        return r;
    r = atomic_open(&file, args->output.file);
    if (r == 0) {
        listing.out = file.out;
        listing.json = shape == SHAPE_JSON ? json_array() : NULL;
        r = history_list(&history, args->last, list_row, &listing);
        if (listing.json)
            error = history_write_json(listing.json, file.out);
        else if (listing.n == 0 && r == 0)
            complain(0, "the history is empty; 'nocopy history add PROFILE' adds to it");
        if (atomic_close(&file, r ? -ECANCELED : error) && r == 0)
            r = EXIT_UNREADABLE;
    }
    history_close(&history);
    return r;
}

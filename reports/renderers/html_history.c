/* SPDX-License-Identifier: Apache-2.0 */
/* Batch[1] of each indicator over commits, as steps that are never smoothed, with the bytes of the
 * single call as the dashed ideal and an arrow at each change. Drawn here: prints, needs no script.
 */
#include "html_history.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "html_page.h"
#include "scaled.h"

enum { WIDTH = 460, HEIGHT = 150, LEFT = 74, RIGHT = 12, TOP = 14, PLOT = 108 };

struct series {
    const struct render_point *at;
    size_t n;
    double most;
    size_t changes;
};

static double x_of(const struct series *s, size_t i)
{
    return LEFT + (WIDTH - LEFT - RIGHT) * (double)i / (double)s->n;
}

static double y_of(const struct series *s, uint64_t bytes)
{
    return TOP + PLOT - PLOT * (double)bytes / s->most;
}

/* The points of the first indicator of `at`. */
static struct series take_series(const struct render_point *at, size_t n)
{
    struct series s = {.at = at, .most = 1};

    while (s.n < n && strcmp(at[s.n].indicator, at->indicator) == 0) {
        s.most = fmax(s.most, fmax((double)at[s.n].batch1_bytes, (double)at[s.n].single_bytes));
        if (s.n && at[s.n].batch1_bytes != at[s.n - 1].batch1_bytes)
            s.changes++;
        s.n++;
    }
    return s;
}

static void put_commit(struct html *h, const struct render_point *p)
{
    nc_html_escape_n(h->out, p->commit, strnlen(p->commit, 10));
}

static void put_day(struct html *h, const struct render_point *p)
{
    const time_t when = (time_t)p->committed;
    struct tm tm;
    char day[16];

    if (p->committed && gmtime_r(&when, &tm) && strftime(day, sizeof day, "%Y-%m-%d", &tm))
        fputs(day, h->out);
}

static uint64_t value_of(const struct render_point *p, bool ideal)
{
    return ideal ? p->single_bytes : p->batch1_bytes;
}

/* Only where something changes: most commits change nothing. */
static void put_steps(struct html *h, const struct series *s, bool ideal)
{
    fprintf(h->out, "<path class=\"%s\" d=\"M%d,%.1f", ideal ? "ideal" : "step", LEFT,
            y_of(s, value_of(&s->at[0], ideal)));
    for (size_t i = 1; i < s->n; i++) {
        const uint64_t value = value_of(&s->at[i], ideal);

        if (value != value_of(&s->at[i - 1], ideal))
            fprintf(h->out, "H%.1fV%.1f", x_of(s, i), y_of(s, value));
    }
    fprintf(h->out, "H%.1f\"/>\n", x_of(s, s->n));
}

/* An arrow: up where it grew. */
static void put_marker(struct html *h, const struct series *s, size_t i)
{
    const struct render_point *p = &s->at[i];
    const bool grew = p->batch1_bytes > p[-1].batch1_bytes;
    const double x = x_of(s, i), y = y_of(s, p->batch1_bytes);
    char before[HTML_AMOUNT], after[HTML_AMOUNT];

    fprintf(h->out, "<path class=\"mark-%s\" d=\"M%.1f,%.1fl5,%dh-10z\"><title>",
            grew ? "grew" : "shrank", x, y, grew ? 8 : -8);
    put_commit(h, p);
    fputs(" ", h->out);
    html_text(h, p->subject);
    fprintf(h->out, ": %s to %s</title></path>\n", html_bytes_words(before, p[-1].batch1_bytes),
            html_bytes_words(after, p->batch1_bytes));
}

static void put_chart(struct html *h, const struct series *s)
{
    char words[HTML_AMOUNT];

    fputs("<div><h3>", h->out);
    html_text(h, s->at->indicator);
    fprintf(h->out, "</h3><svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"",
            WIDTH, HEIGHT);
    html_text(h, s->at->indicator);
    fprintf(h->out, ": batch[1] over %zu commits, %zu changes\">\n", s->n, s->changes);
    for (int k = 0; k <= 2; k++)
        fprintf(h->out,
                "<path class=\"axis\" d=\"M%d,%.1fH%d\"/><text class=\"small\" x=\"%d\" y=\"%.1f\" "
                "text-anchor=\"end\">%s</text>\n",
                LEFT, TOP + PLOT - k * PLOT / 2.0, WIDTH - RIGHT, LEFT - 6,
                TOP + PLOT - k * PLOT / 2.0 + 4, html_bytes_words(words, scaled(s->most, k, 2)));
    fprintf(h->out, "<text class=\"small\" x=\"%d\" y=\"%d\">", LEFT, HEIGHT - 6);
    put_day(h, &s->at[0]);
    fprintf(h->out, "</text><text class=\"small\" x=\"%d\" y=\"%d\" text-anchor=\"end\">",
            WIDTH - RIGHT, HEIGHT - 6);
    put_day(h, &s->at[s->n - 1]);
    fputs("</text>\n", h->out);
    put_steps(h, s, true);
    put_steps(h, s, false);
    for (size_t i = 1; i < s->n; i++) {
        if (s->at[i].batch1_bytes != s->at[i - 1].batch1_bytes)
            put_marker(h, s, i);
    }
    fputs("</svg></div>\n", h->out);
}

static void put_changes(struct html *h, const struct series *s)
{
    for (size_t i = 1; i < s->n; i++) {
        const struct render_point *p = &s->at[i];

        if (p->batch1_bytes == p[-1].batch1_bytes)
            continue;
        fputs("<tr><th scope=\"row\">", h->out);
        html_text(h, p->indicator);
        fputs("</th><td class=\"site\">", h->out);
        put_commit(h, p);
        fputs("</td><td>", h->out);
        put_day(h, p);
        fputs("</td>", h->out);
        html_cell_bytes(h, p[-1].batch1_bytes);
        html_cell_bytes(h, p->batch1_bytes);
        html_cell_delta(h, (int64_t)p->batch1_bytes - (int64_t)p[-1].batch1_bytes, true);
        html_cell_text(h, p->status);
        html_cell_text(h, p->subject);
        fputs("</tr>\n", h->out);
    }
}

static void put_table(struct html *h)
{
    const struct render_options *o = h->options;

    fputs("<h2>Every change</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"Every change\"><table class=\"sortable\" id=\"steps\"><thead><tr>"
          "<th scope=\"col\">Indicator</th><th scope=\"col\">Commit</th><th scope=\"col\">Day</th>"
          "<th scope=\"col\" class=\"num\">Before</th><th scope=\"col\" class=\"num\">After</th>"
          "<th scope=\"col\" class=\"num\">\xce\x94</th><th scope=\"col\">Verdict</th>"
          "<th scope=\"col\">Subject</th></tr></thead><tbody>\n",
          h->out);
    for (size_t i = 0; i < o->n_history;) {
        const struct series s = take_series(o->history + i, o->n_history - i);

        put_changes(h, &s);
        i += s.n;
    }
    fputs("</tbody></table></div>\n", h->out);
}

/* Charts of the indicators that changed, or of those that did not. Returns how many. */
static size_t put_charts(struct html *h, bool changed)
{
    const struct render_options *o = h->options;
    size_t n = 0;

    for (size_t i = 0; i < o->n_history;) {
        const struct series s = take_series(o->history + i, o->n_history - i);

        if (!s.changes == !changed) {
            if (n++ == 0)
                fputs("<div class=\"charts\">\n", h->out);
            put_chart(h, &s);
        }
        i += s.n;
    }
    if (n)
        fputs("</div>\n", h->out);
    return n;
}

static size_t count_unchanged(const struct render_options *o)
{
    size_t n = 0;

    for (size_t i = 0; i < o->n_history;) {
        const struct series s = take_series(o->history + i, o->n_history - i);

        n += s.changes == 0;
        i += s.n;
    }
    return n;
}

void html_history(struct html *h)
{
    const size_t unchanged = count_unchanged(h->options);

    fputs("<h2>Batch[1] over commits</h2>\n", h->out);
    if (!h->options->n_history) {
        fputs("<p class=\"empty\">No history: <code>nocopy history add</code> stores a report with "
              "its commit, and what is stored shows here.</p>\n",
              h->out);
        return;
    }
    fputs("<p class=\"muted\">Dashed: the single call, which batch with one combination should not "
          "exceed.</p>\n",
          h->out);
    if (!put_charts(h, true))
        fputs("<p class=\"empty\">No indicator changed over these commits.</p>\n", h->out);
    if (unchanged) {
        fprintf(h->out, "<details class=\"fold\"><summary>Never changed (%zu)</summary>\n",
                unchanged);
        put_charts(h, false);
        fputs("</details>\n", h->out);
    }
    put_table(h);
}

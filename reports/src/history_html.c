/* SPDX-License-Identifier: Apache-2.0 */
#include "history_print.h"
#include "history_trend.h"
#include "summary.h"

#include "html_escape.h"
#include "html_viewer.h"

#include <errno.h>
#include <string.h>

enum { WIDTH = 960, HEIGHT = 150, LEFT = 84, RIGHT = 16, TOP = 14, BOTTOM = 24 };

/* The reports' own style sheet, and nothing that could run. */
static void put_head(const char *title, FILE *out)
{
    fprintf(out,
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
            "'%s'; base-uri 'none'; form-action 'none'\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<title>nocopy trend</title>\n<style>",
            html_viewer_css_hash);
    fwrite(html_viewer_css, 1, html_viewer_css_size, out);
    fprintf(out,
            "</style></head><body>\n<header class=\"masthead\"><h1>nocopy trend</h1><p>%s</p>"
            "</header>\n<main id=\"main\">\n",
            title);
}

static void put(const char *text, FILE *out) { nc_html_escape(out, text); }

/* A commit's id, or the beginning of whatever name it has outside git. */
static void put_commit(const char *commit, FILE *out)
{
    char text[13];

    snprintf(text, sizeof text, "%s", commit);
    put(text, out);
}

static void put_value(const struct trend *trend, double value, FILE *out)
{
    char bytes[32];

    if (trend->metric->percent)
        fprintf(out, "%.1f&#8239;%%", value);
    else
        fputs(summary_bytes(bytes, sizeof bytes, (uint64_t)(value > 0 ? value : 0)), out);
}

struct scale {
    double least, most;
    size_t n;
};

static double x_of(const struct scale *s, size_t i)
{
    return LEFT + (double)i * (WIDTH - LEFT - RIGHT) / (double)(s->n ? s->n : 1);
}

static double y_of(const struct scale *s, double value)
{
    const double range = s->most > s->least ? s->most - s->least : 1;

    return TOP + (s->most - value) / range * (HEIGHT - TOP - BOTTOM);
}

static struct scale scale_of(const struct trend *trend, size_t start, size_t end)
{
    struct scale s = {0, 0, end - start};

    for (size_t i = start; i < end; i++) {
        const struct trend_point *p = &trend->at[i];

        s.most = p->value > s.most ? p->value : s.most;
        s.least = p->value < s.least ? p->value : s.least;
        if (!trend->metric->percent && p->ideal > s.most)
            s.most = p->ideal;
    }
    return s;
}

static void put_steps(const struct trend *trend, size_t start, size_t end, const struct scale *s,
                      bool ideal, FILE *out)
{
    fprintf(out, "<path class=\"%s\" d=\"", ideal ? "ideal" : "step");
    for (size_t i = start; i < end; i++) {
        const double y = y_of(s, ideal ? trend->at[i].ideal : trend->at[i].value);

        if (i == start)
            fprintf(out, "M%.1f %.1f", x_of(s, 0), y);
        else
            fprintf(out, "V%.1f", y);
        fprintf(out, "H%.1f", x_of(s, i - start + 1));
    }
    fputs("\"/>\n", out);
}

static void put_marker(const struct trend *trend, const struct trend_point *p, double x, double y,
                       FILE *out)
{
    const bool grew = p->value > p[-1].value;

    /* An arrow as well as a colour. */
    fprintf(out, "<path class=\"mark-%s\" d=\"M%.1f %.1fl-5 %dh10z\"><title>",
            grew ? "grew" : "shrank", x, y + (grew ? -6 : 6), grew ? 9 : -9);
    put_commit(p->commit, out);
    fputc(' ', out);
    put(p->subject, out);
    fputs(": ", out);
    put_value(trend, p[-1].value, out);
    fputs(" to ", out);
    put_value(trend, p->value, out);
    fputs("</title></path>\n", out);
}

static void put_chart(const struct trend *trend, size_t start, size_t end, FILE *out)
{
    const struct scale s = scale_of(trend, start, end);
    char first[11], last[11];

    history_day(trend->at[start].committed, first);
    history_day(trend->at[end - 1].committed, last);
    fprintf(out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Chart\">"
            "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"",
            WIDTH, HEIGHT);
    put(trend->at[start].indicator, out);
    fprintf(out, " over %zu commits\">\n", end - start);
    fprintf(out, "<path class=\"axis\" d=\"M%d %.1fH%dM%d %.1fH%d\"/>", LEFT, y_of(&s, s.most),
            WIDTH - RIGHT, LEFT, y_of(&s, s.least), WIDTH - RIGHT);
    for (int top = 0; top < 2; top++) {
        fprintf(out, "<text class=\"small\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 8,
                y_of(&s, top ? s.most : s.least) + 4);
        put_value(trend, top ? s.most : s.least, out);
        fputs("</text>", out);
    }
    fprintf(
        out,
        "<text class=\"small\" x=\"%d\" y=\"%d\">%s</text><text class=\"small\" x=\"%d\" y=\"%d\" "
        "text-anchor=\"end\">%s</text>\n",
        LEFT, HEIGHT - 6, first, WIDTH - RIGHT, HEIGHT - 6, last);
    if (!trend->metric->percent)
        put_steps(trend, start, end, &s, true, out);
    put_steps(trend, start, end, &s, false, out);
    for (size_t i = start + 1; i < end; i++)
        if (trend->at[i].value != trend->at[i - 1].value)
            put_marker(trend, &trend->at[i], x_of(&s, i - start), y_of(&s, trend->at[i].value),
                       out);
    fputs("</svg></div>\n", out);
}

static void put_changes(const struct trend *trend, size_t start, size_t end, FILE *out)
{
    size_t n = 0;

    for (size_t i = start + 1; i < end; i++)
        n += trend->at[i].value != trend->at[i - 1].value;
    if (n == 0) {
        fprintf(out, "<p>The same over %zu commits.</p>\n", end - start);
        return;
    }
    fprintf(out,
            "<details class=\"fold\"%s><summary>%zu change%s</summary><div class=\"scroll\" "
            "tabindex=\"0\" role=\"region\" aria-label=\"Changes\"><table>\n",
            n <= 5 ? " open" : "", n, n == 1 ? "" : "s");
    fputs("<thead><tr><th scope=\"col\">Commit<th scope=\"col\">Date<th scope=\"col\" "
          "class=\"num\">Before<th "
          "scope=\"col\" class=\"num\">After<th scope=\"col\">Verdict<th "
          "scope=\"col\">Subject</tr></thead><tbody>\n",
          out);
    for (size_t i = start + 1; i < end; i++) {
        const struct trend_point *p = &trend->at[i];
        char day[11];

        if (p->value == p[-1].value)
            continue;
        history_day(p->committed, day);
        fputs("<tr><td><code>", out);
        put_commit(p->commit, out);
        fprintf(out, "</code><td>%s<td class=\"num\">", day);
        put_value(trend, p[-1].value, out);
        fprintf(out, "<td class=\"num\">%s ", p->value > p[-1].value ? "&#8593;" : "&#8595;");
        put_value(trend, p->value, out);
        fputs("<td>", out);
        put(p->status, out);
        fputs("<td>", out);
        put(p->subject, out);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div></details>\n", out);
}

int trend_write_html(const struct trend *trend, FILE *out)
{
    put_head(trend->metric->title, out);
    if (trend->len == 0)
        fputs("<p class=\"empty\">The history holds no such figures.</p>\n", out);
    else if (!trend->metric->percent)
        fputs("<p class=\"muted\">Dashed: what the single call allocates. More memory is worse."
              "</p>\n",
              out);
    for (size_t i = 0, end; i < trend->len; i = end) {
        end = trend_series_end(trend, i);
        fputs("<h2>", out);
        put(trend->at[i].indicator, out);
        fputs("</h2>\n", out);
        put_chart(trend, i, end, out);
        put_changes(trend, i, end, out);
    }
    fputs("</main></body></html>\n", out);
    return ferror(out) ? -EIO : 0;
}

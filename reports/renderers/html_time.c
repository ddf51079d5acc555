/* SPDX-License-Identifier: Apache-2.0 */
/* Live bytes over time and sizes of allocations, drawn here so that they print and need no script.
 */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "html_page.h"
#include "scaled.h"

enum { WIDTH = 1320, HEIGHT = 260, LEFT = 70, TOP = 14, PLOT = 190, RIGHT = 14 };
#define PLOT_WIDTH (WIDTH - LEFT - RIGHT)
#define PHASE_TOP  (TOP + PLOT + 4)

struct scale {
    double start, span, most;
};

static double x_of(const struct scale *s, uint64_t ns)
{
    return LEFT + ((double)ns - s->start) / s->span * PLOT_WIDTH;
}

static double y_of(const struct scale *s, double bytes)
{
    return TOP + PLOT - bytes / s->most * PLOT;
}

/* A round figure of bytes above `most`: 1, 2, 4 or 8 times a power of 1024, in steps of two. */
static double round_up(double most)
{
    double top = 1024;

    while (top < most)
        top *= 2;
    return top * 0.75 >= most ? top * 0.75 : top;
}

static void put_axes(struct html *h, const struct scale *s)
{
    char words[HTML_AMOUNT];

    for (int k = 0; k <= 4; k++) {
        const double y = TOP + PLOT - k * PLOT / 4.0;

        fprintf(h->out,
                "<path class=\"axis\" d=\"M%d,%.1fH%d\"/><text class=\"small\" x=\"%d\" y=\"%.1f\" "
                "text-anchor=\"end\">%s</text>\n",
                LEFT, y, WIDTH - RIGHT, LEFT - 6, y + 4,
                html_bytes_words(words, scaled(s->most, k, 4)));
    }
    for (int k = 0; k <= 6; k++) {
        const double x = LEFT + k * PLOT_WIDTH / 6.0;

        fprintf(h->out, "<text class=\"small\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n",
                x, HEIGHT - 6,
                k == 0   ? "start"
                : k == 6 ? "end"
                         : "middle",
                html_time_words(words, s->start + s->span * k / 6));
    }
}

/* A line of the most or the least of each bucket; closed: the area below it. */
static void put_steps(struct html *h, const struct scale *s, bool most, const char *class,
                      bool closed)
{
    const struct report *r = h->report;

    fprintf(h->out, "<path class=\"%s\" d=\"", class);
    for (size_t i = 0; i < r->n_timeline; i++) {
        const struct report_bucket *b = &r->timeline[i];
        const double y = y_of(s, (double)(most ? b->max_bytes : b->min_bytes));

        if (i == 0)
            fprintf(h->out, "M%.1f,%.1f", x_of(s, b->start_ns), closed ? (double)TOP + PLOT : y);
        fprintf(h->out, "V%.1fH%.1f", y, x_of(s, b->end_ns));
    }
    fprintf(h->out, closed ? "V%d z\"/>\n" : "\"/>\n", TOP + PLOT);
}

/* Bands of the scopes that were active, neighbours with one name as one. */
static void put_phases(struct html *h, const struct scale *s)
{
    const struct report *r = h->report;
    size_t bands = 0;

    for (size_t i = 0; i < r->n_timeline;) {
        const uint32_t scope = r->timeline[i].scope;
        size_t k = i;

        while (k < r->n_timeline && r->timeline[k].scope == scope)
            k++;
        if (scope < r->n_scopes) {
            const struct report_scope *named = &r->scopes[scope];
            const double left = x_of(s, r->timeline[i].start_ns);
            const double wide = x_of(s, r->timeline[k - 1].end_ns) - left;

            fprintf(h->out, "<g><title>");
            html_text(h, named->name);
            fprintf(h->out,
                    " %s</title><rect class=\"phase%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
                    "height=\"18\"/>",
                    html_phase_words(named->phase), bands++ % 2 ? " odd" : "", left, PHASE_TOP,
                    wide > 0.5 ? wide : 0.5);
            if (wide > 7.0 * (double)strlen(named->name) + 8) {
                fprintf(h->out, "<text x=\"%.1f\" y=\"%d\">", left + 4, PHASE_TOP + 13);
                html_text(h, named->name);
                fputs("</text>", h->out);
            }
            fputs("</g>\n", h->out);
        }
        i = k;
    }
}

static void put_peak(struct html *h, const struct scale *s)
{
    const struct report *r = h->report;
    const double x = x_of(s, r->totals.peak_ns);
    const double y = y_of(s, (double)r->totals.all.peak_bytes);
    char bytes[HTML_AMOUNT];

    if (!(x >= LEFT && x <= WIDTH - RIGHT && y >= TOP))
        return;
    fprintf(h->out,
            "<path class=\"peak\" d=\"M%.1f,%d V%.1f\"/><circle class=\"peak-dot\" cx=\"%.1f\" "
            "cy=\"%.1f\" r=\"3.5\"/><text class=\"halo\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">"
            "peak %s</text>\n",
            x, TOP + PLOT, y, x, y, x > WIDTH / 2.0 ? x - 8 : x + 8, y + 4,
            x > WIDTH / 2.0 ? "end" : "start", html_bytes_words(bytes, r->totals.all.peak_bytes));
}

static void put_timeline(struct html *h)
{
    const struct report *r = h->report;
    struct scale s = {0, 1, 1};

    if (!r->n_timeline) {
        fputs("<p class=\"empty\">The profile holds no times.</p>\n", h->out);
        return;
    }
    for (size_t i = 0; i < r->n_timeline; i++)
        s.most = fmax(s.most, (double)r->timeline[i].max_bytes);
    s.most = round_up(fmax(s.most, (double)r->totals.all.peak_bytes));
    s.start = (double)r->timeline[0].start_ns;
    s.span = fmax((double)r->timeline[r->n_timeline - 1].end_ns - s.start, 1);
    fprintf(h->out,
            "<p class=\"muted needs-js\" hidden>Drag over the picture, or use the sliders, to look "
            "at a part of the run.</p>\n<div class=\"live\" id=\"timeline-live\"></div>\n"
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Timeline\">"
            "<svg class=\"chart\" id=\"timeline\" viewBox=\"0 0 %d %d\" data-left=\"%d\" "
            "data-width=\"%d\" data-top=\"%d\" data-height=\"%d\" role=\"img\" "
            "aria-label=\"Live bytes over time\">\n",
            WIDTH, HEIGHT, LEFT, PLOT_WIDTH, TOP, PLOT);
    put_axes(h, &s);
    put_steps(h, &s, true, "live-area", true);
    put_steps(h, &s, true, "live-top", false);
    put_steps(h, &s, false, "live-low", false);
    put_phases(h, &s);
    put_peak(h, &s);
    fputs("</svg></div>\n", h->out);
}

static void put_bin(struct html *h, size_t bin, uint64_t most_count, uint64_t most_bytes)
{
    const struct report_bin *b = &h->report->bins[bin];
    char from[HTML_AMOUNT], to[HTML_AMOUNT];
    const double wide = 220.0 * (double)b->bytes / (double)(most_bytes ? most_bytes : 1);
    const double many = 140.0 * (double)b->count / (double)(most_count ? most_count : 1);
    const double brief = b->count ? many * (double)b->short_lived / (double)b->count : 0;

    fprintf(h->out, "<tr><th scope=\"row\" class=\"num\">%s to %s</th>",
            bin ? html_bytes_words(from, UINT64_C(1) << bin) : "0",
            html_bytes_words(to, UINT64_C(2) << bin));
    html_cell_count(h, b->count);
    fprintf(h->out,
            "<td><svg class=\"bar\" width=\"142\" height=\"10\" aria-hidden=\"true\">"
            "<rect class=\"hist\" width=\"%.1f\" height=\"10\"/>"
            "<rect class=\"hist-short\" width=\"%.1f\" height=\"10\"/></svg></td>",
            b->count ? fmax(many, 1) : 0, brief);
    fprintf(h->out, "<td class=\"num\">%.1f %%</td>",
            b->count ? 100.0 * (double)b->short_lived / (double)b->count : 0.0);
    html_cell_bytes(h, b->bytes);
    fprintf(h->out,
            "<td><svg class=\"bar\" width=\"222\" height=\"10\" aria-hidden=\"true\">"
            "<rect class=\"hist\" width=\"%.1f\" height=\"10\"/></svg></td></tr>\n",
            b->bytes ? fmax(wide, 1) : 0);
}

static void put_histogram(struct html *h)
{
    const struct report_bin *bins = h->report->bins;
    size_t first = REPORT_BINS, last = 0;
    uint64_t count = 0, bytes = 0;

    for (size_t i = 0; i < REPORT_BINS; i++) {
        if (!bins[i].count)
            continue;
        first = i < first ? i : first;
        last = i;
        count = bins[i].count > count ? bins[i].count : count;
        bytes = bins[i].bytes > bytes ? bins[i].bytes : bytes;
    }
    fputs("<h2>Sizes of allocations</h2>\n", h->out);
    if (first == REPORT_BINS) {
        fputs("<p class=\"empty\">The profile holds no sizes.</p>\n", h->out);
        return;
    }
    fputs("<p class=\"muted\">Brown: the part that was freed within the same call, or before the "
          "next allocation.</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"Sizes\"><table class=\"facts\"><thead><tr><th scope=\"col\" class=\"num\">"
          "Size</th><th scope=\"col\" class=\"num\">Count</th><td></td><th scope=\"col\" "
          "class=\"num\">Short-lived</th><th scope=\"col\" class=\"num\">Bytes</th><td></td></tr>"
          "</thead><tbody>\n",
          h->out);
    for (size_t i = first; i <= last; i++)
        put_bin(h, i, count, bytes);
    fputs("</tbody></table></div>\n", h->out);
}

void html_time_view(struct html *h)
{
    html_view_begin(h, "time");
    fputs("<h2>Live bytes over time</h2>\n", h->out);
    put_timeline(h);
    put_histogram(h);
    html_view_end(h);
}

json_t *html_time_meta(const struct html *h, const struct html_tree *tree)
{
    const struct report *r = h->report;
    json_t *start = json_array(), *end = json_array(), *min = json_array(), *max = json_array();
    json_t *scope = json_array();

    for (size_t i = 0; i < r->n_timeline; i++) {
        const struct report_bucket *b = &r->timeline[i];
        const enum report_phase phase =
            b->scope < r->n_scopes ? r->scopes[b->scope].phase : PHASE_NONE;

        json_array_append_new(start, json_integer((json_int_t)b->start_ns));
        json_array_append_new(end, json_integer((json_int_t)b->end_ns));
        json_array_append_new(min, json_integer((json_int_t)b->min_bytes));
        json_array_append_new(max, json_integer((json_int_t)b->max_bytes));
        json_array_append_new(scope,
                              json_integer((json_int_t)html_tree_group(tree, r, b->scope, phase)));
    }
    return json_pack("{so so so so so}", "start", start, "end", end, "min", min, "max", max,
                     "scope", scope);
}

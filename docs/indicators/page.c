/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows of the sweep that a page shows. */
enum { SWEEP_ROWS = 15 };

void page_escape(const char *text, FILE *out)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            putc(*text, out);
        }
    }
}

void page_begin(const char *title, const char *home, FILE *out)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
          out);
    page_escape(title, out);
    fputs(" - nocopy indicators</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n"
          "</head>\n<body>\n<main>\n",
          out);
    if (home)
        fprintf(out, "<nav class=\"crumbs\"><a href=\"%s\">Indicators</a></nav>\n", home);
}

void page_end(FILE *out) { fputs("</main>\n</body>\n</html>\n", out); }

const char *page_color(size_t output)
{
    static const char *const colors[IND_MAX_OUTPUTS] = {
        "c0", "c1", "c2", "c3", "c4", "c0 dash", "c1 dash", "c2 dash", "c3 dash", "c4 dash"};
    return colors[output];
}

/* ---- Tables ---- */

/* 1e+09 is written 1e9. */
static void put_number(double x, FILE *out)
{
    char text[32], *plus;

    snprintf(text, sizeof text, fabs(x) >= 1e6 ? "%g" : "%.10g", x);
    plus = strstr(text, "e+");
    if (plus) {
        const char *digits = plus + 2 + strspn(plus + 2, "0");

        memmove(plus + 1, digits, strlen(digits) + 1);
    }
    fputs(text, out);
}

static void put_value(const struct ind_param *p, double x, FILE *out)
{
    if (p->choices)
        page_escape(p->choices[(size_t)x], out);
    else
        put_number(x, out);
}

static void put_range(const struct ind_param *p, FILE *out)
{
    if (p->choices) {
        for (size_t i = 0; p->choices[i]; i++) {
            fprintf(out, "%s%zu&nbsp;", i ? ", " : "", i);
            page_escape(p->choices[i], out);
        }
        return;
    }
    put_value(p, p->min, out);
    fputs(" to ", out);
    put_value(p, p->max, out);
    if (p->flags & IND_INTEGER)
        fputs(", whole", out);
}

static void put_parameters(const struct ind_indicator *ind, FILE *out)
{
    fputs("<h2>Parameters</h2>\n", out);
    if (ind_n_params(ind) == 0) {
        fputs("<p>None.</p>\n", out);
        return;
    }
    fputs("<div class=\"scroll\"><table>\n<thead><tr><th>Name</th><th>Unit</th><th>Default</th>"
          "<th>Range</th></tr></thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < ind_n_params(ind); i++) {
        const struct ind_param *p = &ind->params[i];

        fprintf(out, "<tr><td><code>%s</code></td><td>%s</td><td>", p->name, p->unit);
        put_value(p, p->def, out);
        fputs("</td><td>", out);
        put_range(p, out);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody>\n</table></div>\n", out);
}

static void put_series(const struct ind_indicator *ind, FILE *out)
{
    double defaults[IND_MAX_PARAMS];

    ind_defaults(ind, defaults);
    fputs("<h2>Inputs and outputs</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>Input</th>"
          "<th>Column by default</th></tr></thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < ind_n_inputs(ind); i++)
        fprintf(out, "<tr><td><code>%s</code></td><td>%s</td></tr>\n", ind->inputs[i].name,
                ind->inputs[i].column);
    fputs("</tbody>\n</table>\n<table>\n<thead><tr><th>Output</th>"
          "<th>Warm-up at the defaults</th></tr></thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < ind_n_outputs(ind); i++) {
        const size_t warmup = ind_warmup(ind, defaults, i);

        fprintf(out,
                "<tr><td><svg class=\"swatch\" viewBox=\"0 0 24 10\" aria-hidden=\"true\"><path "
                "class=\"%s\" d=\"M0 5H24\"/></svg><code>%s</code></td><td>",
                page_color(i), ind->outputs[i]);
        if (warmup)
            fprintf(out, "%zu bar%s of NaN", warmup, warmup == 1 ? "" : "s");
        else
            fputs("none", out);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody>\n</table></div>\n<p class=\"small\">Warm-up counts from the first bar where "
          "every input is a number.</p>\n",
          out);
}

/* ---- The definition: what the kernel's file begins with ---- */

/* The text of one line of a comment: `line` less its margin, cut at the comment's end. */
static char *comment_text(char *line, bool first, bool *ret_last)
{
    char *text = first ? line + 2 : line + strspn(line, " "), *end;

    text += !first && *text == '*' && text[1] != '/';
    text += *text == ' ';
    end = strstr(text, "*/");
    *ret_last = end != NULL;
    if (!end)
        end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    *end = '\0';
    return text;
}

/* The first comment after the licence, into ret. 0, or -1 told. */
static int read_definition(const char *path, char *ret, size_t size)
{
    FILE *in = fopen(path, "r");
    char line[512];
    bool inside = false, last = false;
    size_t n = 0;

    if (!in) {
        fprintf(stderr, "indicator_pages: cannot read '%s': %s\n", path, strerror(errno));
        return -1;
    }
    ret[0] = '\0';
    while (!last && fgets(line, sizeof line, in)) {
        const char *text;

        if (!inside && (strncmp(line, "/*", 2) != 0 || strstr(line, "SPDX")))
            continue;
        text = comment_text(line, !inside, &last);
        inside = true;
        if (n + strlen(text) + 2 < size)
            n += (size_t)sprintf(ret + n, "%s%s", text, last ? "" : "\n");
    }
    fclose(in);
    return 0;
}

/* A file of many indicators says what each is in its note; then its own words are of no use. */
static int put_definition(const struct page_place *place, FILE *out)
{
    char path[4096], text[8192];

    snprintf(path, sizeof path, "%s/%s.c", place->kernel_dir, place->kernel);
    if (read_definition(path, text, sizeof text) < 0)
        return -1;
    if (strcmp(place->kernel, place->ind->name) == 0 || strstr(text, place->ind->name)) {
        fputs("<h2>Definition</h2>\n<pre class=\"definition\">", out);
        page_escape(text, out);
        fputs("</pre>\n", out);
    }
    fputs("<p>Source: ", out);
    page_escape(place->ind->source, out);
    fprintf(out, "; here <code>indicators/kernels/%s.c</code>, with a plain reference.</p>\n",
            place->kernel);
    return 0;
}

static void put_neighbours(const struct page_place *place, FILE *out)
{
    fputs("<nav class=\"neighbours\">", out);
    if (place->before)
        fprintf(out, "<a rel=\"prev\" href=\"%s.html\">&larr; %s</a>", place->before->name,
                place->before->name);
    fputs(" <a href=\"index.html\">all</a> ", out);
    if (place->after)
        fprintf(out, "<a rel=\"next\" href=\"%s.html\">%s &rarr;</a>", place->after->name,
                place->after->name);
    fputs("</nav>\n", out);
}

/* Against itself a series shows nothing: one that is compared with its own default is drawn against
 * the open. */
static void part_inputs(struct bench_case *c, const struct series *s)
{
    for (size_t i = 1; i < ind_n_inputs(c->ind); i++)
        if (c->job.in[i] == c->job.in[0])
            c->job.in[i] = s->column[SERIES_OPEN];
}

int page_write(const struct page_place *place, const struct series *s, FILE *out)
{
    const struct ind_indicator *ind = place->ind;
    struct series_message why;
    struct bench_case c;

    if (bench_case_init(&c, ind, s, SWEEP_ROWS, &why) < 0) {
        fprintf(stderr, "indicator_pages: %s\n", why.text);
        return -1;
    }
    ind_defaults(ind, c.params);
    part_inputs(&c, s);
    page_begin(ind->title, "index.html", out);
    fputs("<h1>", out);
    page_escape(ind->title, out);
    fprintf(out, " <code>%s</code></h1>\n<p class=\"family\">", ind->name);
    page_escape(ind->family, out);
    fputs("</p>\n", out);
    if (plot_write(&c, s, out) < 0)
        return -1;
    fputs("<p>", out);
    page_escape(ind->note, out);
    fputs("</p>\n", out);
    if (ind->absolute)
        fputs("<p>Its values depend on the unit of the prices.</p>\n", out);
    if (put_definition(place, out) < 0)
        return -1;
    put_series(ind, out);
    put_parameters(ind, out);
    page_calls(&c, out);
    put_neighbours(place, out);
    page_end(out);
    return 0;
}

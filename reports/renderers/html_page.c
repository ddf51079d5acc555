/* SPDX-License-Identifier: Apache-2.0 */
#include "html_page.h"
#include "show.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "html_viewer.h"

/* Two hashes and nothing else may run or style; nothing at all may be loaded. */
static void put_policy(struct html *h)
{
    fprintf(h->out,
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            "script-src '%s'; style-src '%s'; img-src data: blob:; base-uri 'none'; "
            "form-action 'none'\">\n",
            html_viewer_js_hash, html_viewer_css_hash);
}

static void put_controls(struct html *h)
{
    fputs("<div class=\"controls needs-js\" hidden><label for=\"metric\">Metric</label> "
          "<select id=\"metric\">",
          h->out);
    for (size_t m = 0; m < html_n_metrics; m++)
        fprintf(h->out, "<option value=\"%s\">%s</option>", html_metrics[m].id,
                html_metrics[m].label);
    fputs("</select> <label for=\"search\">Search</label> <input type=\"search\" id=\"search\" "
          "placeholder=\"function or file ( / )\"></div>\n",
          h->out);
}

static void put_help(struct html *h, size_t n_tabs)
{
    fprintf(h->out,
            "<dialog id=\"help\" aria-labelledby=\"help-title\"><h2 id=\"help-title\">Keys</h2>\n"
            "<p><kbd>1</kbd> to <kbd>%zu</kbd> views \xc2\xb7 <kbd>/</kbd> search \xc2\xb7 "
            "<kbd>t</kbd> light or dark \xc2\xb7 <kbd>?</kbd> this help \xc2\xb7 <kbd>Esc</kbd> "
            "leaves a field, resets the zoom</p>\n"
            "<p>In the graph: arrows move (down: to the heaviest callee), <kbd>Enter</kbd> zooms. "
            "In the table form: arrows open and close, <kbd>Enter</kbd> zooms.</p>\n"
            "<p>The address of the page says what is shown: keep it or send it with the file, and "
            "the same view opens again, on a later run too.</p>\n"
            "<button type=\"button\" id=\"help-close\">Close</button></dialog>\n",
            n_tabs);
}

void html_page_begin(struct html *h, const char *title, const struct html_tab *tabs,
                     void (*subtitle)(struct html *h))
{
    size_t n = 0;

    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", h->out);
    put_policy(h);
    fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
          h->out);
    html_text(h, title);
    fputs("</title>\n<style>", h->out);
    fwrite(html_viewer_css, 1, html_viewer_css_size, h->out);
    fputs("</style>\n<script>", h->out);
    fwrite(html_viewer_js, 1, html_viewer_js_size, h->out);
    fputs("</script>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n"
          "<header class=\"masthead\"><h1>",
          h->out);
    html_text(h, title);
    fputs("</h1><p>", h->out);
    subtitle(h);
    fputs("</p><span class=\"needs-js\" hidden><button type=\"button\" id=\"theme\" title=\"t\">"
          "Light/dark</button> <button type=\"button\" id=\"help-open\" title=\"?\" "
          "aria-label=\"Keys and help\">?</button></span></header>\n"
          "<div class=\"tabrow\"><nav class=\"tabs\" aria-label=\"Views\">",
          h->out);
    for (; tabs[n].id; n++)
        fprintf(h->out, "<a href=\"#%s\" data-view=\"%s\">%s</a>", tabs[n].id, tabs[n].id,
                tabs[n].title);
    fputs("</nav>\n", h->out);
    put_controls(h);
    fputs("</div>\n<div id=\"live\" class=\"sr\" aria-live=\"polite\"></div>\n", h->out);
    put_help(h, n);
    fputs("<div id=\"banners\">", h->out);
}

int html_page_end(struct html *h, const struct html_data *data, json_t *meta)
{
    int r;

    fputs("</main>\n<script type=\"application/x-nocopy\" id=\"d\">", h->out);
    r = html_data_write(data, meta, h->out);
    fputs("</script>\n</body>\n</html>\n", h->out);
    json_decref(meta);
    if (r == 0 && (fflush(h->out) != 0 || ferror(h->out)))
        r = errno ? -errno : -EIO;
    return r;
}

void html_banner(struct html *h, bool bad, const char *text)
{
    fprintf(h->out, "<p class=\"banner%s\">", bad ? " bad" : "");
    html_text(h, text);
    fputs("</p>\n", h->out);
}

/* Why functions are offsets: the file is another one now. */
static void changed_modules_banner(struct html *h, const struct report *report, const char *which)
{
    char names[200] = "", text[400];
    size_t n = 0, used = 0;

    for (size_t i = 0; i < report->n_modules; i++) {
        if (strcmp(report->modules[i].debug, "differs") != 0)
            continue;
        if (n++ < 3)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%.50s",
                                     n > 1 ? ", " : "", show_base(report->modules[i].path));
    }
    if (!n)
        return;
    snprintf(
        text, sizeof text,
        "%s%s%s changed since the run: its functions are shown as module + offset. Record again "
        "to see names and lines.",
        which, names, n > 3 ? " and others" : "");
    html_banner(h, false, text);
}

void html_run_banners(struct html *h, const struct report *report, const char *which)
{
    const struct report_run *run = &report->run;
    char text[600], words[HTML_AMOUNT];

    if (*run->damage) {
        snprintf(text, sizeof text,
                 "%sThe profile could not be read whole: %.400s. Figures are lower bounds.", which,
                 run->damage);
        html_banner(h, true, text);
    } else if (!run->complete) {
        snprintf(text, sizeof text,
                 "%sThe profile ends early: the process was killed or is still running. Figures "
                 "are lower bounds.",
                 which);
        html_banner(h, true, text);
    }
    if (run->lost_events) {
        snprintf(text, sizeof text, "%s%s events could not be recorded. Figures are lower bounds.",
                 which, show_count(words, run->lost_events));
        html_banner(h, true, text);
    }
    if (run->sampled) {
        char total[HTML_AMOUNT], error[HTML_AMOUNT];

        snprintf(
            text, sizeof text,
            "%sSampled, one event in %s on average: figures are estimates. The %s allocated are "
            "right within \u00b1 %s, 19 times out of 20; smaller figures less so.",
            which, html_bytes_words(words, run->sample_bytes),
            html_bytes_words(total, report->totals.all.allocated_bytes),
            html_bytes_words(error, show_error(run, report->totals.all.allocated_bytes)));
        html_banner(h, false, text);
    }
    changed_modules_banner(h, report, which);
    if (run->exit > 0) {
        snprintf(text, sizeof text,
                 run->exit > 128 ? "%sThe program was ended by signal %d."
                                 : "%sThe program ended with status %d.",
                 which, (int)(run->exit > 128 ? run->exit - 128 : run->exit));
        html_banner(h, false, text);
    }
}

static void put_item(struct html *h, bool *first, const char *text)
{
    if (!*text)
        return;
    if (!*first)
        fputs(" \xc2\xb7 ", h->out);
    *first = false;
    html_text(h, text);
}

void html_run_line(struct html *h, const struct report *report)
{
    const struct report_run *run = &report->run;
    char text[128];
    bool first = true;

    if (*run->commit) {
        fprintf(h->out, "<span class=\"mono\">");
        nc_html_escape_n(h->out, run->commit, strnlen(run->commit, 12));
        fprintf(h->out, "</span>");
        first = false;
    }
    snprintf(text, sizeof text, "%.10s%s%.5s%s", run->started, strlen(run->started) > 16 ? " " : "",
             strlen(run->started) > 16 ? run->started + 11 : "",
             strlen(run->started) > 16 ? "Z" : "");
    put_item(h, &first, text);
    put_item(h, &first, show_base(run->exe));
    if (report->n_efficiency) {
        snprintf(text, sizeof text, "%zu indicator%s", report->n_efficiency,
                 report->n_efficiency == 1 ? "" : "s");
        put_item(h, &first, text);
    }
    for (size_t i = 0; i < report->n_facts && i < 8; i++) {
        const struct report_fact *fact = &report->facts[i];

        if (!fact->environment || strlen(fact->value) > 60 ||
            strncmp(fact->name, "option:", 7) == 0) /* these stand in About */
            continue;
        snprintf(text, sizeof text, "%.40s %.60s", fact->name, fact->value);
        put_item(h, &first, text);
    }
    if (run->processes > 1) {
        snprintf(text, sizeof text, "%" PRIu64 " processes", run->processes);
        put_item(h, &first, text);
    }
    if (run->duration_ns) {
        char words[HTML_AMOUNT];

        put_item(h, &first, html_time_words(words, (double)run->duration_ns));
    }
}

void html_view_begin(struct html *h, const char *id)
{
    fprintf(h->out, "<section class=\"view\" id=\"%s\">\n", id);
}

void html_view_end(struct html *h) { fputs("</section>\n", h->out); }

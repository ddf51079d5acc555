/* SPDX-License-Identifier: Apache-2.0 */
/* What was measured, how, what the words mean and what cannot be seen. */
#include <inttypes.h>
#include <string.h>

#include "html_page.h"

static void row(struct html *h, const char *name, const char *value)
{
    if (!*value)
        return;
    fputs("<tr><th scope=\"row\">", h->out);
    html_text(h, name);
    fputs("</th><td>", h->out);
    html_text(h, value);
    fputs("</td></tr>\n", h->out);
}

static void row_count(struct html *h, const char *name, uint64_t n)
{
    char words[HTML_AMOUNT];

    if (n)
        row(h, name, show_count(words, n));
}

static void row_bytes(struct html *h, const char *name, uint64_t bytes)
{
    char words[HTML_AMOUNT];

    if (bytes)
        row(h, name, html_bytes_words(words, bytes));
}

/* What comparing contents cost, as a time and as a share of the CPU time of the run. */
static void row_cost(struct html *h)
{
    const struct report_run *run = &h->report->run;
    char words[HTML_AMOUNT], text[128];

    if (!run->content_ns)
        return;
    html_time_words(words, (double)run->content_ns);
    if (run->cpu_ns >= run->content_ns)
        snprintf(text, sizeof text, "%s of CPU, %.1f %% of the run's", words,
                 100.0 * (double)run->content_ns / (double)run->cpu_ns);
    else
        snprintf(text, sizeof text, "%s of CPU", words);
    row(h, "Comparing took", text);
}

static void command_row(struct html *h)
{
    const struct report_run *run = &h->report->run;

    if (!run->n_command)
        return;
    fputs("<tr><th scope=\"row\">Command</th><td><code>", h->out);
    for (size_t i = 0; i < run->n_command; i++) {
        if (i)
            fputs(" ", h->out);
        html_text(h, i ? run->command[i] : html_path_short(h->root, run->command[i]));
    }
    fputs("</code></td></tr>\n", h->out);
}

static void put_run(struct html *h)
{
    const struct report_run *run = &h->report->run;
    char words[HTML_AMOUNT], text[128];

    fputs("<h2>The run</h2>\n<div class=\"scroll\"><table class=\"facts\"><tbody>\n", h->out);
    command_row(h);
    row(h, "Program", html_path_short(h->root, run->exe));
    row(h, "Commit", run->commit);
    row(h, "Started", run->started);
    row(h, "Took", run->duration_ns ? html_time_words(words, (double)run->duration_ns) : "");
    if (run->exit >= 0) {
        snprintf(text, sizeof text, run->exit > 128 ? "signal %d" : "status %d",
                 (int)(run->exit > 128 ? run->exit - 128 : run->exit));
        row(h, "Ended with", text);
    }
    row_count(h, "Processes", run->processes);
    row_count(h, "Threads", run->threads);
    for (size_t i = 0; i < h->report->n_facts; i++)
        row(h, h->report->facts[i].name, h->report->facts[i].value);
    fputs("</tbody></table></div>\n", h->out);
}

static void put_method(struct html *h)
{
    const struct report_run *run = &h->report->run;

    fputs("<h2>How it was measured</h2>\n<div class=\"scroll\"><table class=\"facts\"><tbody>\n",
          h->out);
    row(h, "Events", run->sampled ? "sampled: estimates" : "every one: exact");
    row(h, "Copies", run->copies ? "recorded" : "not recorded");
    row(h, "Contents",
        !run->content       ? "not compared"
        : run->content_full ? "compared in every call"
                            : "compared within a time budget");
    row_bytes(h, "Compared", run->content_bytes);
    row_cost(h);
    row_bytes(h, "Left out by the budget", run->content_skipped_bytes);
    row(h, "Never-written bytes", run->untouched ? "looked for" : "not looked for");
    row(h, "Complete", run->complete ? "yes" : "no: figures are lower bounds");
    row_count(h, "Lost events", run->lost_events);
    row_count(h, "Frees of unknown blocks", run->foreign_frees);
    row_count(h, "Copies too small for a stack", run->small_copies);
    row_bytes(h, "Bytes of these", run->small_copied_bytes);
    row_count(h, "Stacks checked against libunwind", run->checked);
    row_count(h, "Of these different", run->check_differences);
    row_count(h, "Light stacks left out of Stacks", h->report->folded_stacks);
    row_count(h, "Frames under a millionth of every metric, put together in Stacks",
              h->tree->folded_small);
    row_count(h, "Frames deeper than Stacks shows, put together", h->tree->folded_deep);
    fputs("</tbody></table></div>\n", h->out);
}

static void put_modules(struct html *h)
{
    static const char *const known[][2] = {
        {"dwarf", "lines and inlined functions"},
        {"symbols", "function names only: build with -g for lines"},
        {"none", "no symbols: shown as module + offset"},
        {"missing", "the file is gone: shown as module + offset"},
        {"differs", "the file changed since the run: not used"},
    };

    if (!h->report->n_modules)
        return;
    fputs("<h2>Modules</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"Modules\"><table><thead><tr><th scope=\"col\">File</th><th scope=\"col\">"
          "Symbols</th><th scope=\"col\">Build id</th></tr></thead><tbody>\n",
          h->out);
    for (size_t i = 0; i < h->report->n_modules; i++) {
        const struct report_module *m = &h->report->modules[i];
        const char *words = m->debug;

        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            if (strcmp(known[k][0], m->debug) == 0)
                words = known[k][1];
        }
        fputs("<tr><td class=\"site\">", h->out);
        html_text(h, html_path_short(h->root, m->path));
        fputs("</td>", h->out);
        html_cell_text(h, words);
        fputs("<td class=\"site muted\">", h->out);
        nc_html_escape_n(h->out, m->build_id, strnlen(m->build_id, 16));
        fputs("</td></tr>\n", h->out);
    }
    fputs("</tbody></table></div>\n", h->out);
}

void html_glossary(struct html *h)
{
    static const char *const words[][2] = {
        {"Overhead",
         "(batch[1] \xe2\x88\x92 single) / single, in bytes allocated by one call. Over "
         "50 % is HIGH, 10 to 50 % with both ends MODERATE, under 10 % OK. Compared as "
         "whole numbers, so nothing is rounded over a border."},
        {"Row", "what one more combination of a batch allocates beyond what it hands out: "
                "((batch[N] \xe2\x88\x92 batch[1]) / (N \xe2\x88\x92 1) \xe2\x88\x92 payload) / "
                "payload, with the payload of the single call. The same words."},
        {"NONE", "only one half of the case was measured, or it ended early. The reason stands "
                 "beside it."},
        {"Needless", "bytes of which it is proven that the program could have done without them. A "
                     "byte is charged once, to the strongest proof."},
        {"Copy of a block that stayed as it was",
         "the copy and its source held the same bytes until the copy was freed: a view would have "
         "served."},
        {"Source freed right after", "the source of the copy was freed unread: the result could "
                                     "have been written in place."},
        {"Live at the peak", "what of a stack was alive at the moment when the whole program held "
                             "the most."},
        {"Short-lived", "freed within the same call, or before its thread's next allocation."},
    };

    fputs("<h2>Words</h2>\n<dl class=\"glossary\">\n", h->out);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        fprintf(h->out, "<dt>%s</dt><dd>%s</dd>\n", words[i][0], words[i][1]);
    fputs(
        "</dl>\n<h2>What cannot be seen</h2>\n<ul>\n"
        "<li>Copies that the compiler made into plain moves (small fixed sizes, struct "
        "assignment) call nothing. Their equal content is found where blocks are at least 1 KiB."
        "</li>\n<li>Memory on the stack and static arrays: only heap blocks and the program's own "
        "mappings are blocks.</li>\n<li>Programs that are linked statically, or that bring an "
        "allocator which takes its memory straight from the system: its blocks are mappings "
        "here.</li>\n<li>Reading: that a source was not read after a copy is known only as far "
        "as copies and frees show it.</li>\n</ul>\n",
        h->out);
}

void html_about_view(struct html *h)
{
    html_view_begin(h, "about");
    put_run(h);
    put_method(h);
    put_modules(h);
    html_glossary(h);
    html_view_end(h);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a fixture: html_make KIND OUT [SOURCE_ROOT], as a page or in the format that the ending of
 * OUT names. For the browser tests. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "html_fixture.h"
#include "renderer.h"

static int write_file(const char *path, const struct report *report, const struct diff *diff,
                      const struct render_options *options)
{
    const struct renderer *form = renderer_by_file(path);
    FILE *out = form ? fopen(path, "w") : NULL;
    int r;

    if (!out || (diff && !form->diff))
        return 1;
    r = diff ? form->diff(diff, options, out) : form->report(report, options, out);
    if (fclose(out) != 0)
        r = -1;
    return r != 0;
}

/* What the tests expect to read in the page's table. */
static void write_rows(const struct report *report)
{
    for (size_t i = 0; i < report->n_efficiency; i++) {
        const struct report_efficiency *e = &report->efficiency[i];

        printf("%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%.2f\n", e->indicator,
               report_status_name(e->status), e->has_single ? e->single_bytes : 0,
               e->has_batch1 ? e->batch1_bytes : 0, e->overhead_percent);
    }
}

static struct render_point *make_history(size_t *ret_n)
{
    static const char *const names[] = {"ema", "kama", "sma"};
    struct render_point *at = calloc(3 * 60, sizeof *at);

    for (size_t k = 0; at && k < 3 * 60; k++)
        at[k] = (struct render_point){.indicator = names[k / 60],
                                      .commit = k % 60 == 30 ? "9be04d1c22" : "3f2a91c000",
                                      .subject = "kernels: Write straight into the row",
                                      .status = "OK",
                                      .committed = 1790000000 + (int64_t)(k % 60) * 86400,
                                      .single_bytes = 80000,
                                      .batch1_bytes = k / 60 == 2   ? 80000
                                                      : k % 60 < 30 ? 160000
                                                      : k / 60      ? 90000
                                                                    : 200000};
    *ret_n = at ? 3 * 60 : 0;
    return at;
}

static int make_diff(const char *kind, const char *path, struct render_options *options)
{
    struct report base = {0}, head = {0};
    struct diff diff;
    struct render_point *points = make_history(&options->n_history);
    const size_t n = (size_t)strtoul(kind + strcspn(kind, "0123456789"), NULL, 10);
    const bool same = strcmp(kind, "same") == 0, hostile = strcmp(kind, "diffhostile") == 0;
    int r = hostile ? fixture_hostile(&base)
            : n     ? fixture_stacks(&base, n, FIXTURE_BASE)
                    : fixture_indicators(&base, FIXTURE_BASE);

    if (r == 0)
        r = hostile ? fixture_hostile(&head)
            : n     ? fixture_stacks(&head, n, FIXTURE_HEAD)
                    : fixture_indicators(&head, same ? FIXTURE_BASE : FIXTURE_HEAD);
    options->history = points;
    if (r == 0 && (r = diff_reports(&diff, &base, &head, "3f2a91c", "9be04d1")) == 0) {
        r = write_file(path, NULL, &diff, options);
        diff_done(&diff);
    }
    free(points);
    report_done(&base);
    report_done(&head);
    return r;
}

int main(int argc, char **argv)
{
    struct render_options options = {.utf8 = true};
    struct report report;
    const char *kind = argc > 2 ? argv[1] : "";
    int r;

    if (argc > 3)
        options.source_root = argv[3];
    if (strcmp(kind, "indicators") == 0)
        r = fixture_indicators(&report, FIXTURE_BASE);
    else if (strcmp(kind, "hostile") == 0)
        r = fixture_hostile(&report);
    else if (strcmp(kind, "plain") == 0 || strcmp(kind, "bare") == 0)
        r = fixture_plain(&report, *kind == 'b');
    else if (strncmp(kind, "deep", 4) == 0)
        r = fixture_deep(&report, (size_t)strtoul(kind + 4, NULL, 10));
    else if (strncmp(kind, "light", 5) == 0)
        r = fixture_light(&report, (size_t)strtoul(kind + 5, NULL, 10));
    else if (strncmp(kind, "stacks", 6) == 0)
        r = fixture_stacks(&report, (size_t)strtoul(kind + 6, NULL, 10), FIXTURE_BASE);
    else if (strncmp(kind, "diff", 4) == 0 || strcmp(kind, "same") == 0)
        return make_diff(kind, argv[2], &options) != 0;
    else {
        fputs("usage: html_make KIND OUT [SOURCE_ROOT]\n"
              "KIND: indicators hostile plain bare stacksN deepN lightN diff diffN diffhostile "
              "same\n",
              stderr);
        return 2;
    }
    if (r == 0)
        r = write_file(argv[2], &report, NULL, &options);
    if (r == 0)
        write_rows(&report);
    report_done(&report);
    return r != 0;
}

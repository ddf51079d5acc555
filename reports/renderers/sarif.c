/* SPDX-License-Identifier: Apache-2.0 */
/* sarif: findings as editors and code hosts take them (SARIF 2.1.0), each on its line. */
#include "sarif.h"
#include "renderer.h"
#include "show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"copy-of-live",
                                    "copy-then-free",
                                    "duplicate-content",
                                    "over-allocation",
                                    "per-row-temporary",
                                    "retained-scratch",
                                    "metadata",
                                    "growth",
                                    "leak"};
#define N_KINDS (sizeof kinds / sizeof *kinds)

static const char *level(enum report_severity s)
{
    return s == SEVERITY_HIGH ? "error" : s == SEVERITY_MODERATE ? "warning" : "note";
}

/* In the list of rules; unknown kinds have no place there. */
static size_t rule_index(const char *kind)
{
    size_t i = 0;

    while (i < N_KINDS && strcmp(kinds[i], kind) != 0)
        i++;
    return i;
}

static void related(json_t *to, int *n, const struct report_site *s, const char *message)
{
    if (!s->function[0])
        return;
    json_t *at = sarif_location(s, message);
    json_field(at, "id", json_integer(++*n));
    json_array_append_new(to, at);
}

static json_t *message(const struct report_finding *f)
{
    char *text = NULL;

    if (asprintf(&text, "%s%s%s Try: %s.", f->scope, f->scope[0] ? ": " : "", f->evidence,
                 f->advice) < 0)
        return NULL;
    json_t *ret = json_fields("text", json_text(text), NULL);
    free(text);
    return ret;
}

static json_t *result(const struct report_finding *f)
{
    json_t *locations = json_array(), *others = json_array();
    const size_t index = rule_index(f->kind);
    int n = 0;

    json_array_append_new(locations, sarif_location(&f->where, NULL));
    related(others, &n, &f->copied, "copied here");
    related(others, &n, &f->source, "the original is allocated here");
    json_t *ret = json_fields(
        "ruleId", json_text(f->kind), "level", json_string(level(f->severity)), "message",
        message(f), "locations", locations, "relatedLocations", others, "partialFingerprints",
        json_fields("nocopyFinding/v1", json_text(f->id), NULL), "properties",
        json_fields("bytes", json_count(f->bytes), "count", json_count(f->count), "scope",
                    json_text(f->scope), "severity", json_string(report_severity_name(f->severity)),
                    NULL),
        NULL);

    if (index < N_KINDS)
        json_field(ret, "ruleIndex", json_integer((json_int_t)index));
    return ret;
}

static int render(const struct report *report, const struct render_options *options, FILE *file)
{
    struct json_out out = {.file = file, .filled = -1};
    json_t *rules = json_array();

    for (size_t i = 0; i < N_KINDS; i++)
        json_array_append_new(rules, sarif_rule(kinds[i], report_kind_words(kinds[i])));
    sarif_begin(&out, rules);
    for (size_t i = 0; i < report->n_findings; i++)
        json_put(&out, NULL, result(&report->findings[i]));
    sarif_end(&out);
    (void)options;
    return out.error;
}

RENDERER(sarif) = {
    .name = "sarif",
    .endings = (const char *const[]){".sarif", ".sarif.json", NULL},
    .media = "application/sarif+json",
    .report = render,
};

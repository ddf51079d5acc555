/* SPDX-License-Identifier: Apache-2.0 */
/* sarif: findings as editors and code hosts take them (SARIF 2.1.0), each on its line. */
#include "json_text.h"
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

/* A path as a URI: relative ones stay relative to the repository. */
static json_t *uri(const char *path)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/+";
    char *text = malloc(3 * strlen(path) + sizeof "file://"), *to = text;

    if (!text)
        return NULL;
    if (path[0] == '/')
        to = stpcpy(to, "file://");
    for (; *path; path++)
        to += sprintf(to, strchr(plain, *path) ? "%c" : "%%%02X", (unsigned char)*path);
    *to = '\0';
    json_t *ret = json_string(text);
    free(text);
    return ret;
}

static json_t *location(const struct report_site *s, const char *message)
{
    json_t *ret = json_object();

    if (s->file[0]) {
        json_t *physical =
            json_fields("artifactLocation", json_fields("uri", uri(s->file), NULL), NULL);
        if (s->line)
            json_field(physical, "region", json_fields("startLine", json_integer(s->line), NULL));
        json_field(ret, "physicalLocation", physical);
    }
    json_t *logical = json_array();
    json_array_append_new(logical, json_fields("fullyQualifiedName", json_text(s->function), "kind",
                                               json_string("function"), NULL));
    json_field(ret, "logicalLocations", logical);
    if (message)
        json_field(ret, "message", json_fields("text", json_string(message), NULL));
    return ret;
}

static json_t *rule(const char *kind)
{
    return json_fields("id", json_string(kind), "shortDescription",
                       json_fields("text", json_string(report_kind_words(kind)), NULL), NULL);
}

static void related(json_t *to, int *n, const struct report_site *s, const char *message)
{
    if (!s->function[0])
        return;
    json_t *at = location(s, message);
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
    int n = 0;

    json_array_append_new(locations, location(&f->where, NULL));
    related(others, &n, &f->copied, "copied here");
    related(others, &n, &f->source, "the original is allocated here");
    return json_fields("ruleId", json_string(f->kind), "level", json_string(level(f->severity)),
                       "message", message(f), "locations", locations, "relatedLocations", others,
                       "partialFingerprints",
                       json_fields("nocopyFinding/v1", json_text(f->id), NULL), "properties",
                       json_fields("bytes", json_count(f->bytes), "count", json_count(f->count),
                                   "scope", json_text(f->scope), "severity",
                                   json_string(report_severity_name(f->severity)), NULL),
                       NULL);
}

static int render(const struct report *report, const struct render_options *options, FILE *file)
{
    struct json_out out = {.file = file, .filled = -1};
    json_t *rules = json_array();

    for (size_t i = 0; i < N_KINDS; i++)
        json_array_append_new(rules, rule(kinds[i]));
    json_open(&out, NULL, '{');
    json_put(&out, "$schema", json_string("https://json.schemastore.org/sarif-2.1.0.json"));
    json_put(&out, "version", json_string("2.1.0"));
    json_open(&out, "runs", '[');
    json_open(&out, NULL, '{');
    json_put(&out, "tool",
             json_fields("driver", json_fields("name", json_string("nocopy"), "rules", rules, NULL),
                         NULL));
    json_put(&out, "columnKind", json_string("unicodeCodePoints"));
    json_open(&out, "results", '[');
    for (size_t i = 0; i < report->n_findings; i++)
        json_put(&out, NULL, result(&report->findings[i]));
    json_close(&out, ']');
    json_close(&out, '}');
    json_close(&out, ']');
    fputs("\n}\n", file);
    (void)options;
    return out.error;
}

RENDERER(sarif) = {
    .name = "sarif",
    .endings = (const char *const[]){".sarif", ".sarif.json", NULL},
    .media = "application/sarif+json",
    .report = render,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "sarif.h"

#include "report.h"

#include <stdlib.h>
#include <string.h>

json_t *sarif_rule(const char *id, const char *description)
{
    return json_fields("id", json_text(id), "shortDescription",
                       json_fields("text", json_text(description), NULL), NULL);
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

json_t *sarif_location(const struct report_site *s, const char *message)
{
    json_t *ret = json_object();

    if (s->file && s->file[0]) {
        json_t *physical =
            json_fields("artifactLocation", json_fields("uri", uri(s->file), NULL), NULL);
        if (s->line)
            json_field(physical, "region", json_fields("startLine", json_integer(s->line), NULL));
        json_field(ret, "physicalLocation", physical);
    }
    if (s->function && s->function[0]) {
        json_t *logical = json_array();
        json_array_append_new(logical, json_fields("fullyQualifiedName", json_text(s->function),
                                                   "kind", json_string("function"), NULL));
        json_field(ret, "logicalLocations", logical);
    }
    if (message)
        json_field(ret, "message", json_fields("text", json_string(message), NULL));
    return ret;
}

void sarif_begin(struct json_out *out, json_t *rules)
{
    json_open(out, NULL, '{');
    json_put(out, "$schema", json_string("https://json.schemastore.org/sarif-2.1.0.json"));
    json_put(out, "version", json_string("2.1.0"));
    json_open(out, "runs", '[');
    json_open(out, NULL, '{');
    json_put(out, "tool",
             json_fields("driver",
                         json_fields("name", json_string("nocopy"), "version",
                                     json_string(NOCOPY_VERSION), "rules", rules, NULL),
                         NULL));
    json_put(out, "columnKind", json_string("unicodeCodePoints"));
    json_open(out, "results", '[');
}

void sarif_end(struct json_out *out)
{
    json_close(out, ']');
    json_close(out, '}');
    json_close(out, ']');
    fputs("\n}\n", out->file);
}

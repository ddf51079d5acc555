/* SPDX-License-Identifier: Apache-2.0 */
#include "html_escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

static const char *entity(uint32_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void put_clean(FILE *out, const char *text, size_t len, bool entities)
{
    const char *at = text;

    while (at < text + len) {
        /* utf8_next() stays at a NUL, which a file's text may hold. */
        const uint32_t c = *at ? utf8_next(&at) : (uint32_t)(unsigned char)*at++;
        const char *name = entities ? entity(c) : NULL;
        char utf8[4];

        if (name)
            fputs(name, out);
        else if (utf8_hidden(c) || c == 0)
            fprintf(out, "\\u{%x}", c);
        else
            fwrite(utf8, 1, utf8_put(c, utf8), out);
    }
}

void nc_html_escape_n(FILE *out, const char *text, size_t len) { put_clean(out, text, len, true); }

void nc_html_escape(FILE *out, const char *text) { put_clean(out, text, strlen(text), true); }

char *nc_utf8_clean(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    char *ret = NULL;
    size_t size;
    FILE *out;

    while (*p >= 0x20 && *p < 0x7f)
        p++;
    if (!*p)
        return strdup(text); /* nearly all: plain ASCII */
    out = open_memstream(&ret, &size);
    if (!out)
        return NULL;
    put_clean(out, text, strlen(text), false);
    if (fclose(out) != 0) {
        free(ret);
        return NULL;
    }
    return ret;
}

void nc_url_escape(FILE *out, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
            strchr("-_.~", *p))
            putc(*p, out);
        else
            fprintf(out, "%%%02X", *p);
    }
}

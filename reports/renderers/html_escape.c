/* SPDX-License-Identifier: Apache-2.0 */
#include "html_escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT 0xfffdu

/* The next character of [*at, end), which is not empty; bad bytes give U+FFFD, one each. */
static uint32_t next_char(const unsigned char **at, const unsigned char *end)
{
    const unsigned char *p = *at;
    const unsigned first = p[0];
    /* Length by first byte, and the least value that may need it: overlong forms are refused. */
    const unsigned len = first < 0x80   ? 1
                         : first < 0xc2 ? 0
                         : first < 0xe0 ? 2
                         : first < 0xf0 ? 3
                         : first < 0xf5 ? 4
                                        : 0;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t c = len == 1 ? first : first & (0x7fu >> len);

    *at = p + 1;
    if (len == 0 || (size_t)(end - p) < len)
        return REPLACEMENT;
    for (unsigned i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return REPLACEMENT;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return REPLACEMENT;
    *at = p + len;
    return c;
}

/* Characters that would hide or turn around what stands beside them. */
static bool is_hidden(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
           (c >= 0xe0000 && c <= 0xe007f) || (c & 0xfffe) == 0xfffe;
}

static void put_utf8(FILE *out, uint32_t c)
{
    char b[4];
    size_t n;

    if (c < 0x80) {
        putc((int)c, out);
        return;
    }
    if (c < 0x800) {
        b[0] = (char)(0xc0 | c >> 6);
        n = 2;
    } else if (c < 0x10000) {
        b[0] = (char)(0xe0 | c >> 12);
        n = 3;
    } else {
        b[0] = (char)(0xf0 | c >> 18);
        n = 4;
    }
    for (size_t i = 1; i < n; i++)
        b[i] = (char)(0x80 | (c >> (6 * (n - 1 - i)) & 0x3f));
    fwrite(b, 1, n, out);
}

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
    const unsigned char *at = (const unsigned char *)text, *end = at + len;

    while (at < end) {
        const uint32_t c = next_char(&at, end);
        const char *name = entities ? entity(c) : NULL;

        if (name)
            fputs(name, out);
        else if (is_hidden(c))
            fprintf(out, "\\u{%x}", c);
        else
            put_utf8(out, c);
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "show.h"

#include "utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *show_bytes(char buffer[SHOW_SIZE], uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double x = (double)bytes;
    size_t u = 0;

    /* 999.5 would be shown as four digits. */
    while (x >= 999.5 && u + 1 < sizeof units / sizeof *units) {
        x /= 1024;
        u++;
    }
    if (u == 0)
        snprintf(buffer, SHOW_SIZE, "%" PRIu64 " B", bytes);
    else
        snprintf(buffer, SHOW_SIZE, "%.*f %s", x < 9.995 ? 2 : x < 99.95 ? 1 : 0, x, units[u]);
    return buffer;
}

const char *show_delta(char buffer[SHOW_SIZE], int64_t bytes)
{
    char size[SHOW_SIZE];

    show_bytes(size, bytes < 0 ? -(uint64_t)bytes : (uint64_t)bytes);
    snprintf(buffer, SHOW_SIZE, "%s%.*s",
             bytes > 0   ? "+"
             : bytes < 0 ? "-"
                         : "",
             SHOW_SIZE - 2, size);
    return buffer;
}

const char *show_count(char buffer[SHOW_SIZE], uint64_t n)
{
    char digits[32];
    const int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    size_t at = 0;

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buffer[at++] = ',';
        buffer[at++] = digits[i];
    }
    buffer[at] = '\0';
    return buffer;
}

const char *show_time(char buffer[SHOW_SIZE], uint64_t ns)
{
    const double s = (double)ns / 1e9;

    if (s >= 100)
        snprintf(buffer, SHOW_SIZE, "%.0f s", s);
    else if (s >= 1)
        snprintf(buffer, SHOW_SIZE, "%.1f s", s);
    else if (s >= 1e-3)
        snprintf(buffer, SHOW_SIZE, "%.0f ms", s * 1e3);
    else
        snprintf(buffer, SHOW_SIZE, "%.0f us", s * 1e6);
    return buffer;
}

const char *show_percent(char buffer[SHOW_SIZE], bool known, double percent)
{
    if (!known)
        snprintf(buffer, SHOW_SIZE, "inf");
    else
        snprintf(buffer, SHOW_SIZE, "%+.1f%%", percent > -0.05 && percent < 0 ? 0.0 : percent);
    return buffer;
}

const char *show_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash[1] ? slash + 1 : path;
}

const char *show_place(char *buffer, size_t size, const struct report_site *site)
{
    if (site->file[0] && site->line)
        snprintf(buffer, size, "%s:%u", show_base(site->file), site->line);
    else
        snprintf(buffer, size, "%s", site->function);
    return buffer;
}

const char *show_site(char *buffer, size_t size, const struct report_site *site)
{
    if (site->file[0] && site->line)
        snprintf(buffer, size, "%s (%s:%u)", site->function, show_base(site->file), site->line);
    else
        snprintf(buffer, size, "%s", site->function);
    return buffer;
}

/* One shown character, at most 10 bytes: itself, or \u{...}. Returns its columns. */
static unsigned piece(uint32_t c, bool utf8, char ret[12])
{
    if (utf8_hidden(c) || (!utf8 && c >= 0x80))
        return (unsigned)snprintf(ret, 12, "\\u{%x}", c);
    ret[utf8_put(c, ret)] = '\0';
    return utf8_width(c);
}

static unsigned width_of(const char *name, bool utf8)
{
    unsigned ret = 0;
    char text[12];

    for (uint32_t c; (c = utf8_next(&name)) != 0;)
        ret += piece(c, utf8, text);
    return ret;
}

void show_name(FILE *out, const char *name, unsigned columns, enum show_cut cut, bool pad,
               bool utf8)
{
    unsigned left = width_of(name, utf8), used = 0;
    const unsigned room = columns > 3 ? columns - 3 : 0;
    const bool cutting = columns && left > columns;
    char text[12];

    if (cutting && cut == SHOW_CUT_LEFT) {
        fputs("...", out);
        used = 3;
        while (left > room)
            left -= piece(utf8_next(&name), utf8, text);
    }
    for (uint32_t c; (c = utf8_next(&name)) != 0;) {
        const unsigned w = piece(c, utf8, text);
        if (cutting && cut == SHOW_CUT_RIGHT && used + w > room) {
            fputs("...", out);
            used += 3;
            break;
        }
        fputs(text, out);
        used += w;
    }
    for (; pad && used < columns; used++)
        fputc(' ', out);
}

const char *show_exactness(const struct report_run *run, bool utf8)
{
    if (run->sampled)
        return utf8 ? "\u2248 " : "~";
    if (!run->complete || run->lost_events > 0)
        return utf8 ? "\u2265 " : ">=";
    return "";
}

/* A block of s bytes is taken with p = 1 - exp(-s/S), S bytes being the mean distance of samples,
 * and then counts s/p: a variance of s*s*(1-p)/p, which is never more than s*S. Blocks are taken
 * independently of each other, so the variance of a sum of B bytes is at most B*S. Two deviations.
 */
uint64_t show_error(const struct report_run *run, uint64_t bytes)
{
    return run->sampled ? (uint64_t)(2 * sqrt((double)bytes * (double)run->sample_bytes) + 0.5) : 0;
}

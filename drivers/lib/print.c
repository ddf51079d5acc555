/* SPDX-License-Identifier: Apache-2.0 */
#include "print.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

double verdict_overhead(double base, double bytes)
{
    if (base > 0)
        return (bytes - base) / base * 100.0;
    return bytes > 0 ? INFINITY : 0;
}

enum verdict verdict_of(double overhead_percent)
{
    if (overhead_percent > 50.0)
        return VERDICT_HIGH;
    return overhead_percent >= 10.0 ? VERDICT_MODERATE : VERDICT_OK;
}

const char *verdict_name(enum verdict v)
{
    static const char *const names[] = {"OK", "MODERATE", "HIGH"};

    return names[v];
}

const char *print_kb(char buffer[32], double bytes)
{
    snprintf(buffer, 32, "%.2f KB", bytes / 1024.0);
    return buffer;
}

const char *print_percent(char buffer[32], double percent)
{
    if (isfinite(percent))
        snprintf(buffer, 32, "%.0f%%", fabs(percent) < 0.5 ? 0.0 : percent);
    else
        snprintf(buffer, 32, "-");
    return buffer;
}

bool print_wants_color(FILE *out)
{
    const char *no_color = getenv("NO_COLOR");

    return !(no_color && *no_color) && isatty(fileno(out));
}

const char *print_verdict(enum verdict v, FILE *out)
{
    static const char *const plain[] = {"✅ OK", "⚠️ MODERATE", "❌ HIGH"};
    static const char *const color[] = {"✅ \033[32mOK\033[0m", "⚠️ \033[33mMODERATE\033[0m",
                                        "❌ \033[31mHIGH\033[0m"};

    return print_wants_color(out) ? color[v] : plain[v];
}

const char *print_upper(char *buffer, size_t size, const char *name)
{
    size_t i;

    for (i = 0; name[i] && i + 1 < size; i++)
        buffer[i] = (char)toupper((unsigned char)name[i]);
    buffer[i] = '\0';
    return buffer;
}

uint64_t print_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void progress_begin(struct progress *p, const char *what, uint64_t total)
{
    *p = (struct progress){.what = what, .total = total, .on = isatty(STDERR_FILENO)};
}

void progress_at(struct progress *p, uint64_t done, const char *detail)
{
    enum { REDRAW_NS = 100000000 }; /* ten times a second is enough for an eye */
    const uint64_t now = p->on ? print_now_ns() : 0;

    if (!p->on || (p->drawn && now - p->shown_ns < REDRAW_NS && done < p->total))
        return;
    fprintf(stderr, "\r\033[K%s: %3.0f %% (%llu of %llu)%s%s", p->what,
            p->total ? 100.0 * (double)done / (double)p->total : 100.0, (unsigned long long)done,
            (unsigned long long)p->total, detail ? " " : "", detail ? detail : "");
    fflush(stderr);
    p->shown_ns = now;
    p->drawn = true;
}

void progress_end(struct progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_NS UINT64_C(500000000) /* nothing is shown before */
#define REDRAW_NS   UINT64_C(100000000)

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void progress_begin(struct progress *p, const char *what)
{
    const char *term = getenv("TERM");

    *p = (struct progress){.what = what,
                           .start_ns = now_ns(),
                           .on = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0};
}

void progress_at(struct progress *p, size_t done, size_t all)
{
    enum { BAR = 24 };
    const uint64_t now = p->on ? now_ns() : 0;

    if (!p->on || now - p->start_ns < PATIENCE_NS || (p->drawn && now - p->drawn_ns < REDRAW_NS))
        return;
    p->drawn = true;
    p->drawn_ns = now;
    fprintf(stderr, "\r\033[K%s", p->what);
    if (all) {
        const size_t full = done < all ? done * BAR / all : BAR;
        fprintf(stderr, " [%.*s%*s] %zu of %zu", (int)full, "########################",
                (int)(BAR - full), "", done, all);
    }
    fprintf(stderr, ", %llu s", (unsigned long long)((now - p->start_ns) / 1000000000u));
    fflush(stderr);
}

void progress_end(struct progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}

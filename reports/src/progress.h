/* SPDX-License-Identifier: Apache-2.0 */
/* How far long work is, on one line of the error output: only where that is a terminal, and only
 * when the work takes so long that somebody would wonder. */
#ifndef NOCOPY_PROGRESS_H
#define NOCOPY_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    const char *what; /* "reading profiles" */
    uint64_t start_ns, drawn_ns;
    bool on, drawn;
};

void progress_begin(struct progress *p, const char *what);
/* `done` of `all`; with `all` 0 the time alone. May be called as often as one likes. */
void progress_at(struct progress *p, size_t done, size_t all);
/* Takes the line away. */
void progress_end(struct progress *p);

#endif

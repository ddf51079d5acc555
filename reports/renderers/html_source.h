/* SPDX-License-Identifier: Apache-2.0 */
/* Source text for the pages: the hot lines of a report, in their files. */
#ifndef NOCOPY_HTML_SOURCE_H
#define NOCOPY_HTML_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report.h"

struct html;
struct render_options;

#define HTML_AROUND 8 /* lines shown on either side of a hot one */

struct html_hot {
    uint32_t line;
    bool named; /* by a finding: stays among the hot ones */
    uint64_t allocated, copied;
};

struct html_source_file {
    const char *path;     /* as in the report */
    struct html_hot *hot; /* by line, rising */
    size_t n_hot, room_hot;
    char *text;     /* null: not found, or no source text is wanted */
    size_t *starts; /* offset of each line; n_lines + 1 of them */
    size_t n_lines;
    uint64_t weight;
};

/* Files by weight, falling. */
struct html_sources {
    struct html_source_file *files;
    size_t n_files, room;
};

/* Gather the hot lines and read the files. A file that cannot be read stays, without text. Only
 * regular files with the ending of source code are ever opened: names come from the profile.
 * Returns 0 or -ENOMEM. */
int html_sources_load(struct html_sources *ret, const struct report *report,
                      const struct render_options *options);
void html_sources_done(struct html_sources *sources);

/* Number of the file when that line of it is shown in the Source view, else -1. */
int html_sources_find(const struct html_sources *sources, const char *path, uint32_t line);
/* The lines round `line`, as a small table; nothing when there is no text. */
void html_source_excerpt(struct html *h, const char *path, const uint32_t *lines, size_t n);
/* The Source view. */
void html_source_view(struct html *h);

#endif

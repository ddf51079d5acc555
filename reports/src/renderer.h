/* SPDX-License-Identifier: Apache-2.0 */
/* An output format is one file in renderers/ that ends in one RENDERER(name) descriptor, and a line
 * in reports/meson.build. */
#ifndef NOCOPY_RENDERER_H
#define NOCOPY_RENDERER_H

#include "diff.h"
#include "report.h"

/* One indicator at one commit of the history. Those of an indicator stand together, oldest first.
 */
struct render_point {
    const char *indicator, *commit, *subject, *status;
    int64_t committed; /* seconds since 1970; 0: not known */
    uint64_t single_bytes, batch1_bytes;
};

struct render_options {
    bool color;              /* escape sequences may be used */
    bool utf8;               /* else ASCII only (text) */
    unsigned columns;        /* width of the terminal; 0: 80 */
    bool all;                /* list what is folded otherwise */
    bool full_source;        /* html: whole files rather than hot lines */
    bool no_source;          /* html: no source text at all */
    const char *input;       /* name of the profile as the user gave it, for hints; may be null */
    const char *source_root; /* where sources lie; null: the current folder */
    const struct render_point *history; /* html, diffs: for the History view; may be null */
    size_t n_history;
};

struct renderer {
    const char *name;           /* of --format */
    const char *const *endings; /* of -o FILE, with the dot, null-terminated; ".html" */
    const char *media;          /* "text/html" */
    bool binary;                /* not for a terminal */

    /* Write all of it to `out`. Returns 0 or -errno; the caller checks ferror(out) too. */
    int (*report)(const struct report *report, const struct render_options *options, FILE *out);
    /* Null where the format has no form of a diff. */
    int (*diff)(const struct diff *diff, const struct render_options *options, FILE *out);
};

#define RENDERER(name)                                                                             \
    extern const struct renderer renderer_##name;                                                  \
    const struct renderer renderer_##name

/* All of them, in the order of the list; ends with null. */
extern const struct renderer *const renderers[];

/* By name of format; null when there is none. */
const struct renderer *renderer_by_name(const char *name);
/* By the ending of a file's name; the longest ending wins. */
const struct renderer *renderer_by_file(const char *file);

#endif

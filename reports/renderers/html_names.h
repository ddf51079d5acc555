/* SPDX-License-Identifier: Apache-2.0 */
/* Strings and frames of the data block, each kept once and known by its number. */
#ifndef NOCOPY_HTML_NAMES_H
#define NOCOPY_HTML_NAMES_H

#include "html_data.h"
#include "report.h"

struct html_name;
struct html_frame;
struct html_seen;

/* A zeroed struct is an empty table. Strings are borrowed until html_names_done(), but for those
 * that had to be cleaned. */
struct html_names {
    const char *root; /* of html_path_short() */
    struct html_name *strings;
    struct html_frame *frames;
    struct html_seen *seen; /* frames by address: looked up before their text is */
    size_t n_strings, n_frames;
    struct html_bytes text; /* the strings, joined by NUL */
    struct html_bytes name, file, line, module, role;
};

size_t html_names_string(struct html_names *names, const char *string);
/* Equal frames have one number. Role 128 and up: inlined. A frame stays as it is until
 * html_names_done(): it is known by its address. */
size_t html_names_frame(struct html_names *names, const struct report_frame *frame);
/* The same for a frame that goes away. */
size_t html_names_frame_once(struct html_names *names, const struct report_frame *frame);
/* Add the columns `names` and `frame.*`. */
void html_names_add(struct html_names *names, struct html_data *data);
void html_names_done(struct html_names *names);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "html_names.h"

#include <stdlib.h>
#include <string.h>
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "html_escape.h"
#include "html_path.h"

struct html_name {
    char *string;
    size_t number;
    UT_hash_handle hh;
};

struct frame_key {
    size_t name, file, module;
    uint32_t line, role;
};

struct html_frame {
    struct frame_key key;
    size_t number;
    UT_hash_handle hh;
};

/* A small table by address; a later frame takes the place of an earlier one. */
struct html_seen {
    const struct report_frame *frame;
    size_t number;
};
#define SEEN 16384u

size_t html_names_string(struct html_names *names, const char *string)
{
    struct html_name *known;
    char *clean;

    HASH_FIND_STR(names->strings, string, known);
    if (known)
        return known->number;
    clean = nc_utf8_clean(string);
    known = calloc(1, sizeof *known);
    if (!clean || !known || !(known->string = strdup(string))) {
        free(clean);
        free(known);
        names->text.failed = 1;
        return 0;
    }
    known->number = names->n_strings++;
    if (known->number)
        html_bytes_put(&names->text, "", 1);
    html_bytes_put(&names->text, clean, strlen(clean));
    free(clean);
    HASH_ADD_KEYPTR(hh, names->strings, known->string, strlen(known->string), known);
    return known->number;
}

size_t html_names_frame_once(struct html_names *names, const struct report_frame *frame)
{
    struct frame_key key;
    struct html_frame *known;
    unsigned char role;

    memset(&key, 0, sizeof key); /* padding takes part in the hash */
    key.name = html_names_string(names, *frame->function ? frame->function : "[no name]");
    key.file = html_names_string(names, html_path_short(names->root, frame->file));
    key.module = html_names_string(names, frame->module);
    key.line = frame->line;
    key.role = (uint32_t)frame->role | (frame->inlined ? 128u : 0u);
    HASH_FIND(hh, names->frames, &key, sizeof key, known);
    if (known)
        return known->number;
    known = calloc(1, sizeof *known);
    if (!known) {
        names->text.failed = 1;
        return 0;
    }
    known->key = key;
    known->number = names->n_frames++;
    HASH_ADD(hh, names->frames, key, sizeof known->key, known);
    html_bytes_varint(&names->name, key.name);
    html_bytes_varint(&names->file, key.file);
    html_bytes_varint(&names->module, key.module);
    html_bytes_varint(&names->line, key.line);
    role = (unsigned char)key.role;
    html_bytes_put(&names->role, &role, 1);
    return known->number;
}

size_t html_names_frame(struct html_names *names, const struct report_frame *frame)
{
    struct html_seen *seen;

    if (!names->seen && !(names->seen = calloc(SEEN, sizeof *names->seen)))
        return html_names_frame_once(names, frame);
    seen = &names->seen[(uintptr_t)frame / sizeof *frame % SEEN];
    if (seen->frame != frame)
        *seen = (struct html_seen){frame, html_names_frame_once(names, frame)};
    return seen->number;
}

void html_names_add(struct html_names *names, struct html_data *data)
{
    html_data_add(data, "names", "strings", names->n_strings, 0, &names->text);
    html_data_add(data, "frame.name", "v", names->n_frames, 0, &names->name);
    html_data_add(data, "frame.file", "v", names->n_frames, 0, &names->file);
    html_data_add(data, "frame.line", "v", names->n_frames, 0, &names->line);
    html_data_add(data, "frame.module", "v", names->n_frames, 0, &names->module);
    html_data_add(data, "frame.role", "u8", names->n_frames, 0, &names->role);
}

void html_names_done(struct html_names *names)
{
    struct html_name *s, *next_s;
    struct html_frame *f, *next_f;

    HASH_ITER (hh, names->strings, s, next_s) {
        HASH_DEL(names->strings, s);
        free(s->string);
        free(s);
    }
    HASH_ITER (hh, names->frames, f, next_f) {
        HASH_DEL(names->frames, f);
        free(f);
    }
    free(names->seen);
    html_bytes_done(&names->text);
    html_bytes_done(&names->name);
    html_bytes_done(&names->file);
    html_bytes_done(&names->line);
    html_bytes_done(&names->module);
    html_bytes_done(&names->role);
    *names = (struct html_names){0};
}

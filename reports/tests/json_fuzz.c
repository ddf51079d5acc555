/* SPDX-License-Identifier: Apache-2.0 */
/* Anything as a saved report: read, diffed and written in some format.
 *
 * An input is the format, and then either (first byte odd) the text itself, or edits of four bytes
 * on a good report's values: a place in it (low, high), what is put there, and how much of it. */
#include "fuzz_input.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

extern const struct renderer renderer_json;

const char fuzz_sentence[] = "odd_json_is_read_as_a_report_without_a_fault";

static char *good_json(size_t *ret_size)
{
    size_t size;
    unsigned char *profile = fuzz_good_profile(&size);
    struct fuzz_file file = fuzz_file(profile, size);
    struct report r;
    char *json = NULL, err[256];
    FILE *out = open_memstream(&json, ret_size);

    if (!out || report_load(&r, file.path, NULL, err, sizeof err) < 0 ||
        renderer_json.report(&r, &(struct render_options){.all = true}, out) < 0)
        abort();
    fclose(out);
    report_done(&r);
    fuzz_file_done(&file);
    free(profile);
    return json;
}

/* The n-th value below `root` and what holds it. */
struct place {
    json_t *in;
    const char *key; /* null: in an array, at `index` */
    size_t index, left;
};

static bool find(json_t *at, struct place *p)
{
    const char *key;
    json_t *value;
    size_t i;
    void *next;

    if (json_is_object(at)) {
        json_object_foreach_safe(at, next, key, value)
        {
            if (p->left-- == 0) {
                *p = (struct place){.in = at, .key = key};
                return true;
            }
            if (find(value, p))
                return true;
        }
    } else
        json_array_foreach(at, i, value)
        {
            if (p->left-- == 0) {
                *p = (struct place){.in = at, .index = i};
                return true;
            }
            if (find(value, p))
                return true;
        }
    return false;
}

/* Copies of copies grow beyond all bounds and show nothing new. */
static bool is_large(const json_t *value)
{
    struct place p = {.left = 64};

    return find((json_t *)value, &p);
}

static json_t *odd_value(uint8_t kind, uint8_t more, json_t *root, json_t *old)
{
    static const char *const words[] = {"",     "batch",     "single", "HIGH",   "copy-of-live",
                                        "\x01", "</script>", "a;b;c",  "\u202e", "\U0010ffff"};

    switch (kind % 12) {
    case 0:
        return json_null();
    case 1:
        return json_integer((json_int_t)more - 128);
    case 2:
        return json_integer(INT64_MAX - more);
    case 3:
        return json_integer(INT64_MIN + more);
    case 4:
        return json_real((double)more * 1e306);
    case 5:
        return json_string(words[more % (sizeof words / sizeof *words)]);
    case 6:
        return json_boolean(more & 1);
    case 7:
        return json_object();
    case 8:
        return json_array();
    case 9: { /* the old one, many times */
        json_t *ret = json_array();
        if (is_large(old))
            more = 1;
        for (int i = 0; i < more % 32; i++)
            json_array_append(ret, old);
        return ret;
    }
    case 10: /* another place's value */
    {
        struct place p = {.left = more * 7u};
        if (!find(root, &p))
            return json_true();
        const json_t *other = p.key ? json_object_get(p.in, p.key) : json_array_get(p.in, p.index);
        return is_large(other) ? json_true() : json_deep_copy(other);
    }
    default:
        return NULL; /* gone */
    }
}

static void edit(json_t *root, const uint8_t *by)
{
    struct place p = {.left = (by[0] | (size_t)by[1] << 8) % 4096};

    if (!find(root, &p))
        return;
    json_t *value = odd_value(by[2], by[3], root,
                              p.key ? json_object_get(p.in, p.key) : json_array_get(p.in, p.index));
    if (!value)
        p.key ? (void)json_object_del(p.in, p.key) : (void)json_array_remove(p.in, p.index);
    else
        p.key ? (void)json_object_set_new(p.in, p.key, value)
              : (void)json_array_set_new(p.in, p.index, value);
}

static void try(const char *text, size_t size, const struct report *base, unsigned which)
{
    char err[256] = "";
    struct report r;
    struct fuzz_file file = fuzz_file(text, size);

    if (report_load(&r, file.path, NULL, err, sizeof err) == 0) {
        fuzz_render(&r, base, which);
        report_done(&r);
    } else if (!err[0])
        abort();
    fuzz_file_done(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static json_t *good;
    static size_t good_size;
    static struct report base;
    char err[256];

    if (!good) {
        char *text = good_json(&good_size);
        struct fuzz_file file = fuzz_file(text, good_size);
        good = json_loadb(text, good_size, 0, NULL);
        if (!good || report_from_json(&base, file.path, err, sizeof err) < 0)
            abort();
        fuzz_file_done(&file);
        free(text);
    }
    if (size < 2)
        return 0;
    if (data[0] & 1) {
        try((const char *)data + 1, size - 1, &base, data[0] >> 1);
        return 0;
    }
    json_t *root = json_deep_copy(good);
    for (size_t i = 1; i + 3 < size; i += 4)
        edit(root, data + i);
    char *text = json_dumps(root, JSON_COMPACT);
    /* Copies of copies are large, not interesting. */
    if (text && strlen(text) < 4 * good_size)
        try(text, strlen(text), &base, data[0] >> 1);
    free(text);
    json_decref(root);
    return 0;
}

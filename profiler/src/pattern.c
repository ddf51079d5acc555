/* SPDX-License-Identifier: Apache-2.0 */
#include "pattern.h"

#include <errno.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <libiberty/demangle.h>
#include <pcre2.h>

#include "arena.h"

enum { NAME_MOST = 1024 };

struct pattern {
    pcre2_code *code;
    struct pattern *next;
};

static struct {
    struct pattern *first; /* null: the indicator API */
    bool custom;
    pcre2_match_data *match;
    pcre2_match_context *match_context;
    char demangled[4 * NAME_MOST];
    size_t demangled_len;
} patterns;

/* ---- the indicator API ---- */

/* The part of a linkage name before what compilers append (".constprop.0", "._omp_fn.1"). */
static size_t stem(const char *function)
{
    const char *dot = strchr(function + 1, '.');

    return dot == NULL ? strlen(function) : (size_t)(dot - function);
}

static bool is_outlined(const char *function) { return strstr(function, "omp_fn") != NULL; }

static bool ends(const char *s, size_t len, const char *end)
{
    const size_t n = strlen(end);

    return len > n && memcmp(s + len - n, end, n) == 0;
}

/* ind_NAME, ind_NAME_new, ind_NAME_batch, ind_NAME_batch_new, ind_NAME_stream...: NAME is an
 * indicator when the object has its ind_NAME_batch as well, which tells it from the library's
 * helpers. */
static bool match_indicator(struct scope_match *ret, const char *function, pattern_has *has,
                            void *context)
{
    char batch[256];
    size_t len;

    if (strncmp(function, "ind_", 4) != 0)
        return false;
    len = stem(function);
    ret->outlined = is_outlined(function + len);
    ret->mode = NC_MODE_SINGLE;
    if (ends(function, len, "_new"))
        len -= 4;
    if (ends(function, len, "_batch")) {
        ret->mode = NC_MODE_BATCH;
        len -= 6;
    } else {
        for (size_t i = 5; i + 7 <= len; i++)
            if (memcmp(function + i, "_stream", 7) == 0) {
                ret->mode = NC_MODE_STREAM;
                len = i;
                break;
            }
    }
    if (len <= 4 || len + 7 > sizeof batch)
        return false;
    ret->name = function + 4;
    ret->name_len = len - 4;
    memcpy(batch, function, len);
    memcpy(batch + len, "_batch", 7);
    return has(context, batch, len + 6);
}

/* ---- patterns of the user's ---- */

/* PCRE2 frees without telling sizes: each piece keeps its own in front. */
static void *give(PCRE2_SIZE size, void *unused)
{
    size_t *p = arena_alloc(size + 16);

    (void)unused;
    if (p == NULL)
        return NULL;
    *p = size + 16;
    return (char *)p + 16;
}

static void take(void *at, void *unused)
{
    (void)unused;
    if (at != NULL) {
        size_t *p = (void *)((char *)at - 16);

        arena_free(p, *p);
    }
}

static int add_pattern(pcre2_general_context *general, const char *text, size_t len)
{
    pcre2_compile_context *compile = pcre2_compile_context_create(general);
    struct pattern *p = arena_alloc(sizeof *p);
    PCRE2_SIZE where;
    int error;

    if (compile == NULL || p == NULL)
        return -ENOMEM;
    p->code = pcre2_compile((PCRE2_SPTR)text, len, PCRE2_DUPNAMES, &error, &where, compile);
    pcre2_compile_context_free(compile);
    if (p->code == NULL)
        return -EINVAL;
    p->next = patterns.first;
    patterns.first = p;
    return 0;
}

int pattern_init(const char *text)
{
    int ret = 0;

    memset(&patterns, 0, sizeof patterns);
    if (text == NULL)
        return 0;
    pcre2_general_context *general = pcre2_general_context_create(give, take, NULL);

    if (general == NULL)
        return -ENOMEM;
    patterns.custom = true;
    patterns.match = pcre2_match_data_create(32, general);
    patterns.match_context = pcre2_match_context_create(general);
    if (patterns.match == NULL || patterns.match_context == NULL)
        return -ENOMEM;
    /* A pattern that explodes gives up on a name: the host waits meanwhile. */
    pcre2_set_match_limit(patterns.match_context, 100000);
    pcre2_set_heap_limit(patterns.match_context, 1024);
    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        const int r = len == 0 ? 0 : add_pattern(general, text, len);

        if (r < 0)
            ret = r;
        text += len + (text[len] == '\n');
    }
    return ret;
}

static void collect(const char *piece, size_t len, void *unused)
{
    (void)unused;
    if (len > sizeof patterns.demangled - 1 - patterns.demangled_len)
        len = sizeof patterns.demangled - 1 - patterns.demangled_len;
    memcpy(patterns.demangled + patterns.demangled_len, piece, len);
    patterns.demangled_len += len;
    patterns.demangled[patterns.demangled_len] = '\0';
}

/* The name as its author wrote it; null for a name of C. */
static const char *demangled(const char *function)
{
    patterns.demangled_len = 0;
    if (function[0] != '_' || (function[1] != 'Z' && function[1] != 'R') ||
        strlen(function) > NAME_MOST)
        return NULL;
    if (rust_demangle_callback(function, DMGL_PARAMS | DMGL_ANSI, collect, NULL))
        return patterns.demangled;
    patterns.demangled_len = 0;
    if (cplus_demangle_v3_callback(function, DMGL_PARAMS | DMGL_ANSI, collect, NULL))
        return patterns.demangled;
    return NULL;
}

/* What group `name`, or `number` when it has no such name (0: only by name), holds; false when it
 * took no part. */
static bool group(const pcre2_code *code, const char *name, unsigned number, const char *subject,
                  const char **ret, size_t *ret_len)
{
    PCRE2_SPTR first, last;
    const int entry = pcre2_substring_nametable_scan(code, (PCRE2_SPTR)name, &first, &last);
    const PCRE2_SIZE *v = pcre2_get_ovector_pointer(patterns.match);

    if (entry > 0) {
        for (PCRE2_SPTR e = first; e <= last; e += entry) { /* one name may be several groups */
            const unsigned n = (unsigned)e[0] << 8 | e[1];

            if (n < 32 && n < pcre2_get_ovector_count(patterns.match) && v[2 * n] != PCRE2_UNSET) {
                *ret = subject + v[2 * n];
                *ret_len = v[2 * n + 1] - v[2 * n];
                return true;
            }
        }
        return false;
    }
    if (number == 0 || number >= pcre2_get_ovector_count(patterns.match) ||
        v[2 * number] == PCRE2_UNSET)
        return false;
    *ret = subject + v[2 * number];
    *ret_len = v[2 * number + 1] - v[2 * number];
    return true;
}

/* Where the group matches it is a batch, "batch" as well as "_many"; but a pattern may name all
 * modes, as in (?<mode>single|batch). */
static enum nc_mode mode_of(const char *mode, size_t len)
{
    if (len == 0 || (len == 6 && memcmp(mode, "single", 6) == 0))
        return NC_MODE_SINGLE;
    return len == 6 && memcmp(mode, "stream", 6) == 0 ? NC_MODE_STREAM : NC_MODE_BATCH;
}

static bool match_one(struct scope_match *ret, const struct pattern *p, const char *subject)
{
    const char *mode;
    size_t mode_len;
    const int r = pcre2_match(p->code, (PCRE2_SPTR)subject, strlen(subject), 0, 0, patterns.match,
                              patterns.match_context);

    if (r < 0)
        return false;
    if (!group(p->code, "name", r > 1 ? 1 : 0, subject, &ret->name, &ret->name_len)) {
        ret->name = subject;
        ret->name_len = strlen(subject);
    }
    if (ret->name_len >= NAME_MOST)
        ret->name_len = NAME_MOST - 1;
    ret->mode = NC_MODE_SINGLE;
    if (group(p->code, "mode", 0, subject, &mode, &mode_len))
        ret->mode = mode_of(mode, mode_len);
    return true;
}

static bool match_custom(struct scope_match *ret, const char *function)
{
    const char *plain = demangled(function);

    ret->outlined = is_outlined(function);
    for (const struct pattern *p = patterns.first; p != NULL; p = p->next)
        if (match_one(ret, p, function) || (plain != NULL && match_one(ret, p, plain)))
            return true;
    return false;
}

bool pattern_match(struct scope_match *ret, const char *function, pattern_has *has, void *context)
{
    return patterns.custom ? match_custom(ret, function)
                           : match_indicator(ret, function, has, context);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "block.h"

static struct {
    char text[16384];
    char *line[64];
    bool is;
} given;

bool options_give(const char *lines)
{
    size_t n = 0;

    if (strlen(lines) >= sizeof given.text)
        return false;
    strcpy(given.text, lines);
    for (char *p = given.text, *next;
         *p != '\0' && n + 1 < sizeof given.line / sizeof given.line[0]; p = next) {
        const size_t len = strcspn(p, "\n");

        next = p + len + (p[len] != '\0');
        /* A scope pattern after the first is a line of its own: it belongs to the one before. */
        if (n > 0 && strncmp(p, "NOCOPY_", strlen("NOCOPY_")) != 0)
            p[-1] = '\n';
        else
            given.line[n++] = p;
        p[len] = '\0';
    }
    given.line[n] = NULL;
    given.is = true;
    return true;
}

char *const *options_list(void) { return given.is ? given.line : environ; }

const char *options_variable(const char *name)
{
    const size_t len = strlen(name);
    const bool ours = strncmp(name, "NOCOPY_", strlen("NOCOPY_")) == 0;

    for (char *const *e = ours ? options_list() : environ; e != NULL && *e != NULL; e++)
        if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
            return *e + len + 1;
    return NULL;
}

/* The position of the variable's value among `words` (null at the end); `otherwise` when it is
 * unset or none of them. */
static int word(struct options *o, const char *name, const char *const *words, int otherwise)
{
    const char *value = options_variable(name);

    if (value == NULL || *value == '\0')
        return otherwise;
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(value, words[i]) == 0)
            return i;
    o->problem = name;
    return otherwise;
}

static bool on_off(struct options *o, const char *name, bool otherwise)
{
    static const char *const words[] = {"off", "on", "0", "1", NULL};

    return word(o, name, words, otherwise) & 1;
}

/* A decimal number, with K, M or G for powers of 1024. */
static uint64_t number(struct options *o, const char *name, uint64_t otherwise, uint64_t most)
{
    const char *value = options_variable(name);
    uint64_t n = 0;

    if (value == NULL || *value == '\0')
        return otherwise;
    const char *p = value;

    for (; *p >= '0' && *p <= '9' && n < UINT64_MAX / 16; p++)
        n = n * 10 + (uint64_t)(*p - '0');
    if (p > value && strchr("KMG", *p) != NULL && *p != '\0') {
        const unsigned shift = *p == 'K' ? 10 : *p == 'M' ? 20 : 30;

        n = n > UINT64_MAX >> shift ? UINT64_MAX : n << shift;
        p++;
    }
    if (p == value || *p != '\0' || n > most) {
        o->problem = name;
        return otherwise;
    }
    return n;
}

void options_read(struct options *ret)
{
    static const char *const contents[] = {"off", "on", "full", NULL};
    static const char *const untoucheds[] = {"off", "on", "exact", NULL};
    static const char *const unwinds[] = {"auto", "fp", "libunwind", "none", NULL};

    *ret = (struct options){
        .output = options_variable("NOCOPY_OUTPUT"),
        .scope = options_variable("NOCOPY_SCOPE"),
        .run = options_variable("NOCOPY_RUN"),
    };
    if (ret->output == NULL || *ret->output == '\0')
        ret->output = "nocopy.%e.%p.prof";
    if (ret->scope != NULL && *ret->scope == '\0')
        ret->scope = NULL;
    ret->copies = on_off(ret, "NOCOPY_COPIES", true);
    ret->content = (enum options_content)word(ret, "NOCOPY_CONTENT", contents, CONTENT_ON);
    ret->untouched =
        (enum options_untouched)word(ret, "NOCOPY_UNTOUCHED", untoucheds, UNTOUCHED_ON);
    ret->follow = on_off(ret, "NOCOPY_FOLLOW", true);
    ret->paused = on_off(ret, "NOCOPY_PAUSED", false);
    ret->sample_bytes = number(ret, "NOCOPY_SAMPLE", 0, UINT64_C(1) << 40);
    ret->min_block = number(ret, "NOCOPY_MIN_BLOCK", BLOCK_LARGE, UINT64_C(1) << 40);
    ret->toggle_signal = (int)number(ret, "NOCOPY_TOGGLE_SIGNAL", 0, SIGRTMAX);
    ret->stack.how = (enum stack_how)word(ret, "NOCOPY_UNWIND", unwinds, STACK_AUTO);
    ret->stack.depth = (uint32_t)number(ret, "NOCOPY_DEPTH", 64, 4096);
    if (ret->stack.depth == 0)
        ret->stack.depth = 64;
    ret->stack.self_check = (uint32_t)number(ret, "NOCOPY_SELF_CHECK", 0, UINT32_MAX);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* folded: "outermost;...;innermost bytes", one line a stack, for flame graph tools. Bytes are those
 * that were allocated or, where the last frame copies, copied. */
#include "renderer.h"
#include "utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* The line's own signs cannot be in a name. */
static void put_name(FILE *out, const char *s)
{
    char text[8];

    if (!*s)
        fputs("[unknown]", out);
    for (uint32_t c; (c = utf8_next(&s)) != 0;) {
        if (utf8_hidden(c))
            fprintf(out, "\\u{%" PRIx32 "}", c);
        else if (c == ';')
            fputc(':', out);
        else
            fwrite(text, 1, utf8_put(c, text), out);
    }
}

static int render(const struct report *report, const struct render_options *options, FILE *out)
{
    uint32_t *path = NULL;
    size_t room = 0;

    for (size_t i = 0; i < report->n_stacks; i++) {
        const struct report_stack *s = &report->stacks[i];
        const uint64_t bytes = s->copying ? s->metrics.copied_bytes : s->metrics.allocated_bytes;
        size_t n = 0;
        for (uint32_t at = s->node; at != REPORT_NONE; at = report->nodes[at].parent) {
            if (n == room) {
                room = room ? 2 * room : 128;
                uint32_t *grown = realloc(path, room * sizeof *path);
                if (!grown) {
                    free(path);
                    return -ENOMEM;
                }
                path = grown;
            }
            path[n++] = report->nodes[at].frame;
        }
        while (n > 0) {
            put_name(out, report->frames[path[--n]].function);
            fputc(n ? ';' : ' ', out);
        }
        fprintf(out, "%" PRIu64 "\n", bytes);
    }
    free(path);
    (void)options;
    return 0;
}

RENDERER(folded) = {
    .name = "folded",
    .endings = (const char *const[]){".folded", NULL},
    .media = "text/plain; charset=utf-8",
    .report = render,
};

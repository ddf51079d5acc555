/* SPDX-License-Identifier: Apache-2.0 */
/* csv: the call sites, one a line, every figure in full. */
#include "renderer.h"
#include "utf8.h"

#include <inttypes.h>
#include <string.h>

/* Quoted where it must be. A cell that a spreadsheet would take for a formula gets a leading '. */
static void put_text(FILE *out, const char *s)
{
    char text[8];

    fputc('"', out);
    if (*s && strchr("=+-@\t\r", *s))
        fputc('\'', out);
    for (uint32_t c; (c = utf8_next(&s)) != 0;) {
        if (utf8_hidden(c))
            fprintf(out, "\\u{%" PRIx32 "}", c);
        else if (c == '"')
            fputs("\"\"", out);
        else
            fwrite(text, 1, utf8_put(c, text), out);
    }
    fputc('"', out);
}

static void put_place(FILE *out, const struct report_place *p)
{
    const struct report_metrics *m = &p->metrics;
    const char *const names[] = {p->at.function, p->at.file, p->module, p->call, p->scope};
    const uint64_t figures[] = {p->at.line,        m->allocations,     m->allocated_bytes,
                                m->frees,          m->freed_bytes,     m->leaked_blocks,
                                m->leaked_bytes,   m->peak_blocks,     m->peak_bytes,
                                m->temporary,      m->copies,          m->copied_bytes,
                                m->needless_bytes, m->untouched_bytes, p->largest_bytes};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        put_text(out, names[i]);
        fputc(',', out);
    }
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        fprintf(out, "%s%" PRIu64, i ? "," : "", figures[i]);
    fputs("\r\n", out);
}

static int render(const struct report *report, const struct render_options *options, FILE *out)
{
    fputs("function,file,module,call,scope,line,allocations,allocated_bytes,frees,freed_bytes,"
          "leaked_blocks,leaked_bytes,peak_blocks,peak_bytes,temporary_allocations,copies,"
          "copied_bytes,needless_bytes,untouched_bytes,largest_bytes\r\n",
          out);
    for (size_t i = 0; i < report->n_places; i++)
        put_place(out, &report->places[i]);
    (void)options;
    return 0;
}

RENDERER(csv) = {
    .name = "csv",
    .endings = (const char *const[]){".csv", NULL},
    .media = "text/csv; charset=utf-8",
    .report = render,
};

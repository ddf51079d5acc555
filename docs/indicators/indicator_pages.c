/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the reference of the indicators: a page for each in the registry, and their index.
 *
 * usage: indicator_pages FOLDER KERNEL_FOLDER ['NAME' | 'NAME in FILE']...   (the build's list) */
#include "page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Long enough for the rarest candlestick pattern to show itself. */
enum { BARS = 100000, PATH_SIZE = 4096 };

/* The kernel's file name without ".c", for an indicator of the build's list; null: not in it. */
static const char *kernel_of(const char *name, int n_entries, char **entries)
{
    const size_t len = strlen(name);

    for (int i = 0; i < n_entries; i++) {
        if (strncmp(entries[i], name, len) != 0)
            continue;
        if (entries[i][len] == '\0')
            return entries[i];
        if (strncmp(entries[i] + len, " in ", 4) == 0)
            return entries[i] + len + 4;
    }
    return NULL;
}

static FILE *page_open(const char *folder, const char *name)
{
    char path[PATH_SIZE];
    FILE *out;

    snprintf(path, sizeof path, "%s/%s.html", folder, name);
    out = fopen(path, "w");
    if (!out)
        fprintf(stderr, "indicator_pages: cannot write '%s': %s\n", path, strerror(errno));
    return out;
}

static int page_close(FILE *out, int status)
{
    if (ferror(out) | (fclose(out) != 0)) {
        fprintf(stderr, "indicator_pages: cannot write a page: is the disk full?\n");
        return -1;
    }
    return status;
}

static int write_page(const char *folder, const struct page_place *place, const struct series *s)
{
    FILE *out = page_open(folder, place->ind->name);

    return out ? page_close(out, page_write(place, s, out)) : -1;
}

static int is_new_family(size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(ind_at(i)->family, ind_at(index)->family) == 0)
            return 0;
    return 1;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "bands/channel" -> "bands-channel", good in a link. */
static void put_anchor(const char *family, FILE *out)
{
    for (; *family; family++)
        putc((*family >= 'a' && *family <= 'z') || (*family >= '0' && *family <= '9') ? *family
                                                                                      : '-',
             out);
}

static void write_family(const char *family, FILE *out)
{
    fputs("<section><h2 id=\"", out);
    put_anchor(family, out);
    fputs("\">", out);
    page_escape(family, out);
    fputs("</h2>\n<ul class=\"names\">\n", out);
    for (size_t i = 0; i < ind_count(); i++) {
        const struct ind_indicator *ind = ind_at(i);

        if (strcmp(ind->family, family) != 0)
            continue;
        fprintf(out, "<li><a href=\"%s.html\"><code>%s</code> ", ind->name, ind->name);
        page_escape(ind->title, out);
        fputs("</a></li>\n", out);
    }
    fputs("</ul></section>\n", out);
}

static int write_index(const char *folder)
{
    const char **families = calloc(ind_count(), sizeof *families);
    FILE *out = page_open(folder, "index");
    size_t n = 0;

    if (!families || !out) {
        free(families);
        return -1;
    }
    for (size_t i = 0; i < ind_count(); i++)
        if (is_new_family(i))
            families[n++] = ind_at(i)->family;
    qsort(families, n, sizeof *families, by_name);
    page_begin("Indicators", NULL, out);
    fprintf(out,
            "<h1>Indicators</h1>\n<p>%zu indicators, each as a single call, a sweep and a stream, "
            "from C and from the <code>indicators</code> command.</p>\n<nav class=\"families\">",
            ind_count());
    for (size_t i = 0; i < n; i++) {
        fputs("<a href=\"#", out);
        put_anchor(families[i], out);
        fputs("\">", out);
        page_escape(families[i], out);
        fputs("</a>\n", out);
    }
    fputs("</nav>\n", out);
    for (size_t i = 0; i < n; i++)
        write_family(families[i], out);
    page_end(out);
    free(families);
    return page_close(out, 0);
}

int main(int argc, char **argv)
{
    struct series_message note, why;
    struct series s = {0};
    const struct series_source source = {.bars = BARS, .seed = 1};
    int status = 0;

    if (argc < 4) {
        fprintf(stderr, "usage: indicator_pages FOLDER KERNEL_FOLDER NAME...\n");
        return 2;
    }
    if (series_load(&s, &source, &note, &why) < 0) {
        fprintf(stderr, "indicator_pages: %s\n", why.text);
        return 1;
    }
    for (size_t i = 0; i < ind_count() && status == 0; i++) {
        struct page_place place = {.ind = ind_at(i),
                                   .before = i > 0 ? ind_at(i - 1) : NULL,
                                   .after = ind_at(i + 1),
                                   .kernel = kernel_of(ind_at(i)->name, argc - 3, argv + 3),
                                   .kernel_dir = argv[2]};
        if (!place.kernel) {
            fprintf(stderr, "indicator_pages: %s is not in the build's list\n", place.ind->name);
            status = -1;
        } else {
            status = write_page(argv[1], &place, &s);
        }
    }
    if (status == 0)
        status = write_index(argv[1]);
    series_done(&s);
    return status == 0 ? 0 : 1;
}

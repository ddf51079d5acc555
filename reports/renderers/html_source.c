/* SPDX-License-Identifier: Apache-2.0 */
#include "html_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "html_out.h"

#define MOST_FILES 60
#define MOST_HOT   24 /* lines a file, by weight */
#define MOST_TEXT  (4u << 20)
#define FULL_RANK  12 /* files from this rank on get fewer lines round a hot one */

/* A profile may name any file: only what is source code by its name is ever shown. */
static bool is_source_name(const char *path)
{
    static const char *const endings[] = {
        ".c",   ".h",   ".cc",  ".cpp", ".cxx", ".c++", ".hh",  ".hpp", ".hxx", ".inl",
        ".ipp", ".tcc", ".rs",  ".f",   ".f90", ".f95", ".f03", ".f08", ".for", ".go",
        ".d",   ".zig", ".nim", ".py",  ".pyx", ".m",   ".mm",  ".cu",  ".cuh", ".ispc"};
    const size_t len = strlen(path);

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t e = strlen(endings[i]);

        if (len > e && strcasecmp(path + len - e, endings[i]) == 0)
            return true;
    }
    return false;
}

static char *read_text(const char *path)
{
    struct stat st;
    char *text = NULL;
    ssize_t got = -1;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= MOST_TEXT &&
        (text = malloc((size_t)st.st_size + 1)))
        got = read(fd, text, (size_t)st.st_size);
    close(fd);
    if (got < 0) {
        free(text);
        return NULL;
    }
    text[got] = 0;
    return text;
}

/* As it is named, else below the root, else below it without leading folders: a build elsewhere. */
static char *find_text(const char *path, const char *root)
{
    char *text = NULL, *full;

    if (!is_source_name(path) || strstr(path, "/../"))
        return NULL;
    if (*path == '/')
        text = read_text(path);
    for (const char *part = *path == '/' ? path + 1 : path; !text && part;) {
        const char *slash = strchr(part, '/');

        if (asprintf(&full, "%s/%s", *root ? root : ".", part) < 0)
            return NULL;
        text = read_text(full);
        free(full);
        part = slash && *path == '/' ? slash + 1 : NULL;
    }
    return text;
}

static int split_lines(struct html_source_file *file)
{
    size_t n = 0;

    for (const char *p = file->text; *p; p++)
        n += *p == '\n';
    file->starts = calloc(n + 3, sizeof *file->starts);
    if (!file->starts)
        return -ENOMEM;
    for (const char *p = file->text; *p;) {
        const char *end = strchrnul(p, '\n');

        file->starts[file->n_lines++] = (size_t)(p - file->text);
        p = *end ? end + 1 : end;
        file->starts[file->n_lines] = (size_t)(p - file->text);
    }
    return 0;
}

static struct html_source_file *file_of(struct html_sources *s, const char *path)
{
    struct html_source_file *files;

    for (size_t i = s->n_files; i > 0; i--) {
        if (strcmp(s->files[i - 1].path, path) == 0)
            return &s->files[i - 1];
    }
    if (s->n_files == s->room) {
        const size_t room = s->room ? s->room * 2 : 16;

        files = realloc(s->files, room * sizeof *files);
        if (!files)
            return NULL;
        s->files = files;
        s->room = room;
    }
    s->files[s->n_files] = (struct html_source_file){.path = path};
    return &s->files[s->n_files++];
}

static int add_hot(struct html_sources *s, const struct report_site *at,
                   const struct report_metrics *metrics)
{
    struct html_source_file *file;
    struct html_hot *hot = NULL;

    if (!*at->file || !at->line)
        return 0;
    file = file_of(s, at->file);
    if (!file)
        return -ENOMEM;
    for (size_t i = 0; i < file->n_hot; i++) {
        if (file->hot[i].line == at->line)
            hot = &file->hot[i];
    }
    if (!hot) {
        if (file->n_hot == file->room_hot) {
            const size_t room = file->room_hot ? file->room_hot * 2 : 8;

            hot = realloc(file->hot, room * sizeof *hot);
            if (!hot)
                return -ENOMEM;
            file->hot = hot;
            file->room_hot = room;
        }
        hot = &file->hot[file->n_hot++];
        *hot = (struct html_hot){.line = at->line};
    }
    if (metrics) {
        hot->allocated += metrics->allocated_bytes;
        hot->copied += metrics->copied_bytes;
        file->weight += metrics->allocated_bytes + metrics->copied_bytes;
    } else {
        hot->named = true;
    }
    return 0;
}

static int by_weight(const void *a, const void *b)
{
    const struct html_source_file *x = a, *y = b;

    return x->weight != y->weight ? (x->weight > y->weight ? -1 : 1) : strcmp(x->path, y->path);
}

static int by_heat(const void *a, const void *b)
{
    const struct html_hot *x = a, *y = b;
    const uint64_t wx = x->allocated + x->copied, wy = y->allocated + y->copied;

    if (x->named != y->named)
        return x->named ? -1 : 1;
    return wx != wy ? (wx > wy ? -1 : 1) : (x->line > y->line) - (x->line < y->line);
}

static int by_line(const void *a, const void *b)
{
    const struct html_hot *x = a, *y = b;

    return (x->line > y->line) - (x->line < y->line);
}

static void file_done(struct html_source_file *file)
{
    free(file->hot);
    free(file->text);
    free(file->starts);
}

int html_sources_load(struct html_sources *ret, const struct report *report,
                      const struct render_options *options)
{
    const char *root = options->source_root ? options->source_root : "";
    size_t places = report->n_places < 20000 ? report->n_places : 20000;
    int r = 0;

    *ret = (struct html_sources){0};
    for (size_t i = 0; r == 0 && i < places; i++)
        r = add_hot(ret, &report->places[i].at, &report->places[i].metrics);
    for (size_t i = 0; r == 0 && i < report->n_findings && i < 2000; i++) {
        r = add_hot(ret, &report->findings[i].where, NULL);
        if (r == 0)
            r = add_hot(ret, &report->findings[i].copied, NULL);
        if (r == 0)
            r = add_hot(ret, &report->findings[i].source, NULL);
    }
    if (ret->n_files)
        qsort(ret->files, ret->n_files, sizeof *ret->files, by_weight);
    for (; ret->n_files > MOST_FILES; ret->n_files--)
        file_done(&ret->files[ret->n_files - 1]);
    for (size_t i = 0; r == 0 && i < ret->n_files; i++) {
        struct html_source_file *file = &ret->files[i];

        if (!options->no_source)
            file->text = find_text(file->path, root);
        if (file->text)
            r = split_lines(file);
        qsort(file->hot, file->n_hot, sizeof *file->hot, by_heat);
        if (file->n_hot > MOST_HOT)
            file->n_hot = MOST_HOT;
        qsort(file->hot, file->n_hot, sizeof *file->hot, by_line);
    }
    return r;
}

void html_sources_done(struct html_sources *sources)
{
    for (size_t i = 0; i < sources->n_files; i++)
        file_done(&sources->files[i]);
    free(sources->files);
    *sources = (struct html_sources){0};
}

static const struct html_hot *hot_at(const struct html_source_file *file, uint32_t line)
{
    for (size_t i = 0; i < file->n_hot; i++) {
        if (file->hot[i].line == line)
            return &file->hot[i];
    }
    return NULL;
}

static int index_of(const struct html_sources *sources, const char *path)
{
    for (size_t i = 0; *path && i < sources->n_files; i++) {
        if (strcmp(sources->files[i].path, path) == 0)
            return (int)i;
    }
    return -1;
}

int html_sources_find(const struct html_sources *sources, const char *path, uint32_t line)
{
    const int file = line ? index_of(sources, path) : -1;

    if (file < 0 || !sources->files[file].text || line > sources->files[file].n_lines ||
        !hot_at(&sources->files[file], line))
        return -1;
    return file;
}

/* One line; `id`: with the anchor that links lead to. */
static void put_line(struct html *h, int number, uint32_t line, bool id)
{
    const struct html_source_file *file = &h->sources.files[number];
    const struct html_hot *hot = hot_at(file, line);
    const size_t start = file->starts[line - 1];
    size_t len = file->starts[line] - start;
    char words[HTML_AMOUNT];

    while (len && (file->text[start + len - 1] == '\n' || file->text[start + len - 1] == '\r'))
        len--;
    fputs("<tr", h->out);
    if (hot)
        fputs(" class=\"hot\"", h->out);
    if (hot && id)
        fprintf(h->out, " id=\"L%d-%u\"", number, line);
    fprintf(h->out, "><td>%u</td><td>", line);
    if (hot && hot->allocated)
        fprintf(h->out, "%s%s", h->mark, html_bytes_words(words, hot->allocated));
    if (hot && hot->copied)
        fprintf(h->out, "%s%s%s copied", hot->allocated ? ", " : "", h->mark,
                html_bytes_words(words, hot->copied));
    fputs("</td><td>", h->out);
    /* A tab would be shown as \u{9}: indentation is meant here. */
    for (size_t at = 0; at < len;) {
        const char *tab = memchr(file->text + start + at, '\t', len - at);
        const size_t part = tab ? (size_t)(tab - (file->text + start + at)) : len - at;

        nc_html_escape_n(h->out, file->text + start + at, part);
        if (tab)
            fputs("    ", h->out);
        at += part + (tab != NULL);
    }
    fputs("</td></tr>\n", h->out);
}

static void begin_code(struct html *h, const char *label)
{
    fputs("<div class=\"code\" tabindex=\"0\" role=\"region\" aria-label=\"", h->out);
    html_text(h, label);
    fputs("\"><table role=\"presentation\"><tbody>\n", h->out);
}

void html_source_excerpt(struct html *h, const char *path, const uint32_t *lines, size_t n)
{
    const int number = index_of(&h->sources, path);
    const uint32_t near = n > 1 ? 1 : 2;
    uint32_t done = 0;

    if (number < 0 || !h->sources.files[number].text)
        return;
    const struct html_source_file *file = &h->sources.files[number];
    bool open = false;
    for (size_t i = 0; i < n; i++) {
        const uint32_t line = lines[i];
        const uint32_t from = line > near ? line - near : 1;
        const uint32_t to = line + near < file->n_lines ? line + near : (uint32_t)file->n_lines;

        if (!line || line > file->n_lines)
            continue;
        if (!open)
            begin_code(h, show_base(path));
        else if (from > done + 1)
            fputs("<tr class=\"cut\"><td>\xe2\x8b\xae</td><td></td><td></td></tr>\n", h->out);
        open = true;
        for (uint32_t at = from > done ? from : done + 1; at <= to; at++)
            put_line(h, number, at, false);
        done = to > done ? to : done;
    }
    if (open)
        fputs("</tbody></table></div>\n", h->out);
}

static void put_file(struct html *h, int number)
{
    const struct html_source_file *file = &h->sources.files[number];
    const uint32_t around = number < FULL_RANK ? HTML_AROUND : 3;
    uint32_t done = 0;

    begin_code(h, show_base(file->path));
    if (h->options->full_source) {
        for (uint32_t line = 1; line <= file->n_lines; line++)
            put_line(h, number, line, true);
    }
    for (size_t i = 0; i < file->n_hot && !h->options->full_source; i++) {
        const uint32_t line = file->hot[i].line;
        const uint32_t from = line > around ? line - around : 1;
        const uint32_t to = line + around < file->n_lines ? line + around : (uint32_t)file->n_lines;

        if (line > file->n_lines)
            continue;
        if (done && from > done + 1)
            fputs("<tr class=\"cut\"><td>\xe2\x8b\xae</td><td></td><td></td></tr>\n", h->out);
        for (uint32_t at = from > done ? from : done + 1; at <= to; at++)
            put_line(h, number, at, true);
        done = to;
    }
    fputs("</tbody></table></div>\n", h->out);
}

/* Lines that have no text: a list of their numbers and figures. */
static void put_bare(struct html *h, const struct html_source_file *file)
{
    char words[HTML_AMOUNT];

    fputs("<p class=\"muted\">", h->out);
    fputs(h->options->no_source ? "Source text was left out (--no-source)."
                                : "The file was not found when the report was made: make it in "
                                  "the program's source folder, or with --source-root.",
          h->out);
    fputs(" Hot lines: ", h->out);
    for (size_t i = 0; i < file->n_hot; i++)
        fprintf(h->out, "%s%u (%s%s)", i ? ", " : "", file->hot[i].line, h->mark,
                html_bytes_words(words, file->hot[i].allocated + file->hot[i].copied));
    fputs("</p>\n", h->out);
}

void html_source_view(struct html *h)
{
    char words[HTML_AMOUNT];

    fputs("<h2>Source lines by cost</h2>\n", h->out);
    if (!h->sources.n_files) {
        fputs("<p class=\"empty\">No source line is known: build with <code>-g</code> to see lines "
              "here. Sites are shown as module + offset until then.</p>\n",
              h->out);
        return;
    }
    fputs("<p class=\"muted\">Files by bytes allocated and copied. The text is of now: when a file "
          "changed since the run, lines may be off.</p>\n",
          h->out);
    for (size_t i = 0; i < h->sources.n_files; i++) {
        const struct html_source_file *file = &h->sources.files[i];

        fprintf(h->out, "<details class=\"file\"%s><summary><b>%s%s</b> <code>",
                i < 3 ? " open" : "", h->mark, html_bytes_words(words, file->weight));
        html_text(h, html_path_short(h->root, file->path));
        fprintf(h->out, "</code> <span class=\"muted\">%zu hot line%s</span></summary>\n",
                file->n_hot, file->n_hot == 1 ? "" : "s");
        if (file->text)
            put_file(h, (int)i);
        else
            put_bare(h, file);
        fputs("</details>\n", h->out);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"
#include "command.h"
#include "nearest.h"
#include "process.h"

#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPT_ALL = 0x200, OPT_COLOR, OPT_FULL_SOURCE, OPT_NO_SOURCE, OPT_SOURCE_ROOT };

static const struct argp_option options[] = {
    {0, 0, 0, 0, "Output:", 10},
    {"format", 'f', "FORMAT", 0,
     "html, text, json, markdown, ... (by the ending of FILE, else text)", 10},
    {"output", 'o', "FILE", 0, "Write to FILE; it is replaced only when all is written", 10},
    {"all", OPT_ALL, 0, 0, "List what is folded otherwise", 10},
    {"color", OPT_COLOR, "WHEN", OPTION_ARG_OPTIONAL, "auto, always or never (auto)", 10},
    {"source-root", OPT_SOURCE_ROOT, "DIR", 0, "Where source files lie (the current folder)", 10},
    {"full-source", OPT_FULL_SOURCE, 0, 0, "html: whole files rather than hot lines", 10},
    {"no-source", OPT_NO_SOURCE, 0, 0, "html: no source text", 10},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct output *output = state->input;

    switch (key) {
    case 'f':
        output->format = arg;
        return 0;
    case 'o':
        output->file = arg;
        return 0;
    case OPT_ALL:
        output->render.all = true;
        return 0;
    case OPT_COLOR:
        output->color = arg ? arg : "always";
        return 0;
    case OPT_FULL_SOURCE:
        output->render.full_source = true;
        return 0;
    case OPT_NO_SOURCE:
        output->render.no_source = true;
        return 0;
    case OPT_SOURCE_ROOT:
        output->render.source_root = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp output_argp = {.options = options, .parser = parse};

bool output_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

bool output_color(const char *color, int fd)
{
    const char *term = getenv("TERM"), *none = getenv("NO_COLOR");

    if (color && strcmp(color, "always") == 0)
        return true;
    if (color && strcmp(color, "never") == 0)
        return false;
    return isatty(fd) && !(none && none[0]) && term && strcmp(term, "dumb") != 0;
}

static unsigned columns(void)
{
    const char *set = getenv("COLUMNS");
    struct winsize size;
    const long told = set ? strtol(set, NULL, 10) : 0;

    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
        return size.ws_col;
    return told > 0 && told < 10000 ? (unsigned)told : 0;
}

static bool to_stdout(const struct output *output)
{
    return !output->file || strcmp(output->file, "-") == 0;
}

static int unknown_format(const struct output *output, const char *command)
{
    const char *names[64];
    size_t n = 0;
    char list[512] = "";
    const char *near;

    for (const struct renderer *const *r = renderers; *r && n < 64; r++) {
        names[n++] = (*r)->name;
        if (strlen(list) + strlen((*r)->name) + 2 < sizeof list) {
            strcat(list, list[0] ? " " : "");
            strcat(list, (*r)->name);
        }
    }
    near = nearest_word(output->format, names, n);
    return complain_use(command, "there is no format '%s'%s%s%s; there are: %s", output->format,
                        near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "", list);
}

int output_settle(struct output *output, bool diff, const char *command)
{
    if (output->color && strcmp(output->color, "auto") != 0 &&
        strcmp(output->color, "always") != 0 && strcmp(output->color, "never") != 0)
        return complain_use(command, "--color takes auto, always or never, not '%s'",
                            output->color);
    if (output->format) {
        output->renderer = renderer_by_name(output->format);
        if (!output->renderer)
            return unknown_format(output, command);
    } else if (!to_stdout(output)) {
        output->renderer = renderer_by_file(output->file);
        if (!output->renderer)
            return complain_use(
                command,
                "cannot tell the format from the name '%s'; end it in .html, .json, "
                ".txt, .md or give --format",
                output->file);
    } else
        output->renderer = renderer_by_name("text");
    if (!output->renderer)
        return complain_use(command, "this nocopy was built without the format text");
    if (diff && !output->renderer->diff)
        return complain_use(command,
                            "the format %s has no form of a diff; take html, text, json or "
                            "markdown",
                            output->renderer->name);
    if (output->renderer->binary && to_stdout(output) && isatty(STDOUT_FILENO))
        return complain_use(command, "%s is not for a terminal; give -o FILE",
                            output->renderer->name);
    output->render.utf8 = output_utf8();
    output->render.color = to_stdout(output) && output_color(output->color, STDOUT_FILENO);
    output->render.columns = columns();
    return 0;
}

int atomic_open(struct atomic_file *file, const char *path)
{
    struct stat st;
    mode_t mask;
    int fd;

    *file = (struct atomic_file){0};
    if (!path || strcmp(path, "-") == 0) {
        file->out = stdout;
        return 0;
    }
    file->path = format_string("%s", path);
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        file->out = S_ISDIR(st.st_mode) ? (errno = EISDIR, NULL) : fopen(path, "we");
    } else {
        /* What a link points to is replaced, not the link. */
        char *target = realpath(path, NULL);

        if (target) {
            free(file->path);
            file->path = target;
        }
        file->temporary = format_string("%s.XXXXXX", file->path);
        fd = mkstemp(file->temporary);
        if (fd >= 0) {
            mask = umask(0);
            umask(mask);
            fchmod(fd, target ? st.st_mode & 0777 : 0666 & ~mask);
            file->out = fdopen(fd, "w");
        } else {
            free(file->temporary);
            file->temporary = NULL;
        }
    }
    if (file->out)
        return 0;
    complain(0, "cannot write '%s': %s", path, strerror(errno));
    free(file->path);
    file->path = NULL;
    return EXIT_UNREADABLE;
}

int atomic_close(struct atomic_file *file, int error)
{
    const char *name = file->path ? file->path : "the output";

    if (error == 0 && (ferror(file->out) || fflush(file->out) != 0))
        error = errno ? -errno : -EIO;
    if (error == -EIO) { /* all that a renderer knows: the next write says why */
        errno = 0;
        if ((fputc('\n', file->out) == EOF || fflush(file->out) != 0) && errno)
            error = -errno;
    }
    if (file->out != stdout && fclose(file->out) != 0 && error == 0)
        error = -errno;
    if (file->temporary && error == 0 && rename(file->temporary, file->path) < 0)
        error = -errno;
    if (file->temporary && error != 0)
        unlink(file->temporary);
    if (error != 0 && error != -ECANCELED)
        complain(0, "cannot write %s%s%s: %s", file->path ? "'" : "", name, file->path ? "'" : "",
                 strerror(-error));
    free(file->path);
    free(file->temporary);
    *file = (struct atomic_file){0};
    return error == 0 ? 0 : EXIT_UNREADABLE;
}

int output_report(const struct output *output, const struct report *report)
{
    struct atomic_file file;
    int r = atomic_open(&file, output->file);

    if (r)
        return r;
    return atomic_close(&file, output->renderer->report(report, &output->render, file.out));
}

int output_diff(const struct output *output, const struct diff *diff)
{
    struct atomic_file file;
    int r = atomic_open(&file, output->file);

    if (r)
        return r;
    return atomic_close(&file, output->renderer->diff(diff, &output->render, file.out));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = "nocopy " NOCOPY_VERSION;

int complain(int status, const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fputs("nocopy: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return status;
}

int complain_use(const char *command, const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fputs("nocopy: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nnocopy: 'nocopy %s --help' shows how it is used\n", command);
    return EXIT_USE;
}

/* What the outermost parser needs beside the command's own input. */
struct parse {
    char **argv;
    void *input;
};

static error_t parse_outer(int key, char *arg, struct argp_state *state)
{
    struct parse *parse = state->input;

    (void)arg;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    /* getopt begins its messages with argv[0], and argp its help with the same, unless it is handed
     * another argv here: then with the program's invocation name. */
    state->argv = parse->argv;
    state->child_inputs[0] = parse->input;
    return 0;
}

void parse_arguments(const char *command, const struct argp *argp, int use_status, unsigned flags,
                     int argc, char **argv, void *input)
{
    /* For the program's life: commands keep pointers into it. */
    static char name[64];
    static char **copy;
    struct parse parse = {.input = input};
    const struct argp_child children[] = {{.argp = argp}, {0}};
    const struct argp outer = {.parser = parse_outer, .children = children};
    error_t r;

    copy = calloc((size_t)argc + 1, sizeof *copy);
    if (!copy)
        exit(complain(EXIT_NOT_STARTED, "out of memory"));
    memcpy(copy, argv, (size_t)argc * sizeof *copy);
    parse.argv = copy;
    snprintf(name, sizeof name, "nocopy %s", command);
    program_invocation_short_name = name;
    argp_err_exit_status = use_status;
    r = argp_parse(&outer, argc, argv, flags, NULL, &parse);
    if (r)
        exit(complain(use_status, "cannot read the arguments: %s", strerror(r)));
}

char **split_command(int *argc, char **argv)
{
    for (int i = 1; i < *argc; i++)
        if (strcmp(argv[i], "--") == 0) {
            *argc = i;
            argv[i] = NULL;
            return argv + i + 1;
        }
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

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
    const struct argp *argp;
    char *shown_name;
    void *input;
};

static error_t parse_outer(int key, char *arg, struct argp_state *state)
{
    struct parse *parse = state->input;

    (void)arg;
    if (key == ARGP_KEY_INIT) {
        state->name = parse->shown_name;
        state->child_inputs[0] = parse->input;
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

void parse_arguments(const char *command, const struct argp *argp, int use_status, unsigned flags,
                     int argc, char **argv, void *input)
{
    struct parse parse = {.argp = argp, .input = input};
    const struct argp_child children[] = {{.argp = argp}, {0}};
    const struct argp outer = {.parser = parse_outer, .children = children};
    error_t r;

    if (asprintf(&parse.shown_name, "nocopy %s", command) < 0)
        exit(complain(EXIT_NOT_STARTED, "out of memory"));
    argp_err_exit_status = use_status;
    r = argp_parse(&outer, argc, argv, flags, NULL, &parse);
    free(parse.shown_name);
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

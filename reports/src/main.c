/* SPDX-License-Identifier: Apache-2.0 */
/* The command: picks the sub-command, explains itself. */
#include "command.h"
#include "nearest.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND_ENTRY(name) extern const struct command command_##name;
#include "commands_list.h"
#undef COMMAND_ENTRY
#define COMMAND_ENTRY(name) &command_##name,
const struct command *const commands[] = {
#include "commands_list.h"
    NULL};

static const struct command *command_by_name(const char *name)
{
    for (const struct command *const *c = commands; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

static void print_help(FILE *out)
{
    fputs("usage: nocopy CALL [ARGUMENT...]\n"
          "\n"
          "Which bytes did this call not need, where exactly, and is it worse than last week?\n"
          "\n",
          out);
    for (const struct command *const *c = commands; *c; c++)
        fprintf(out, "  %-9s %s\n", (*c)->name, (*c)->summary);
    fputs("\n"
          "nocopy help CALL, nocopy CALL --help    options of one call\n"
          "nocopy --version                        version\n"
          "\n"
          "First steps: nocopy run -- ./program, then nocopy report nocopy.program.PID.prof\n",
          out);
}

static int unknown(const char *name)
{
    const char *words[64];
    size_t n = 0;
    const char *near;

    for (const struct command *const *c = commands; *c && n < 63; c++)
        words[n++] = (*c)->name;
    words[n++] = "help";
    near = nearest_word(name, words, n);
    if (near)
        return complain(EXIT_USE, "there is no call '%s'; did you mean 'nocopy %s'?", name, near);
    return complain(EXIT_USE, "there is no call '%s'; 'nocopy help' lists them", name);
}

/* Run `name` with the words after it. */
static int call(const char *name, int argc, char **argv)
{
    const struct command *command = command_by_name(name);

    if (!command)
        return unknown(name);
    argv[0] = (char *)"nocopy"; /* getopt begins its messages with it */
    return command->main(argc, argv);
}

static int help(int argc, char **argv)
{
    char *words[] = {NULL, (char *)"--help", NULL};

    if (argc < 2) {
        print_help(stdout);
        return EXIT_HOLDS;
    }
    if (strcmp(argv[1], "help") == 0) {
        puts("usage: nocopy help [CALL]");
        return EXIT_HOLDS;
    }
    return call(argv[1], 2, words);
}

static int finish(int status)
{
    /* A full disk or a closed pipe must not pass for success. */
    if (fflush(stdout) != 0 || ferror(stdout))
        return status == EXIT_HOLDS
                   ? complain(EXIT_UNREADABLE, "cannot write the output: %s", strerror(errno))
                   : status;
    return status;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;

    setlocale(LC_CTYPE, "");
    if (!name) {
        print_help(stderr);
        return EXIT_USE;
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        puts("nocopy " NOCOPY_VERSION);
        return finish(EXIT_HOLDS);
    }
    if (strcmp(name, "help") == 0)
        return finish(help(argc - 1, argv + 1));
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "-?") == 0) {
        print_help(stdout);
        return finish(EXIT_HOLDS);
    }
    if (name[0] == '-')
        return complain(EXIT_USE,
                        "a call comes before its options, not '%s'; 'nocopy help' lists "
                        "the calls",
                        name);
    return finish(call(name, argc - 1, argv + 1));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A command of nocopy is one file cmd_NAME.c that ends in one COMMAND(name) descriptor, and its
 * name in the list `commands` of reports/meson.build. */
#ifndef NOCOPY_COMMAND_H
#define NOCOPY_COMMAND_H

#include <argp.h>

/* Exit statuses that scripts rely on (CONTRACT section 1). */
enum {
    EXIT_HOLDS = 0,
    EXIT_VIOLATED = 1,      /* a rule, a verdict or a check does not hold */
    EXIT_USE = 2,           /* bad use: an option, an argument, a budget file */
    EXIT_UNREADABLE = 3,    /* no report could be had: a profile cannot be read, a commit does not
                               build, a file cannot be written */
    EXIT_NOT_STARTED = 125, /* of `run`: nocopy itself failed; 126 and 127 as env(1) */
};

struct command {
    const char *name;
    const char *arguments; /* after the name, in the usage line */
    const char *summary;   /* one line, for `nocopy help` */
    /* argv[0] is "nocopy", argv[1] the first word after the command. Returns the exit status. */
    int (*main)(int argc, char **argv);
};

#define COMMAND(name)                                                                              \
    extern const struct command command_##name;                                                    \
    const struct command command_##name

/* All of them, in the order of the list; ends with null. */
extern const struct command *const commands[];

/* Print "nocopy: ..." and a line end to the error output. Returns `status`. */
int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for bad use, with a second line that names the command's --help. Returns EXIT_USE. */
int complain_use(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* argp_parse() as all commands use it: messages begin with "nocopy:", `--help` shows the command,
 * bad use ends the program with `use_status`. `flags` as of argp_parse(). */
void parse_arguments(const char *command, const struct argp *argp, int use_status, unsigned flags,
                     int argc, char **argv, void *input);

/* Cut argv at the first "--": what follows is a command line of its own. Returns it, or null. */
char **split_command(int *argc, char **argv);

#endif

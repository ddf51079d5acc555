/* SPDX-License-Identifier: Apache-2.0 */
/* Children of the nocopy command: started, watched, and ended with us. */
#ifndef NOCOPY_PROCESS_H
#define NOCOPY_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A growing list of strings, always closed by NULL: an argv or an environment. Owns its strings. */
struct strings {
    char **at;
    size_t len, room;
};

/* All end the program with a message when memory is out: no command can go on without. */
void strings_add(struct strings *s, const char *string);
void strings_addf(struct strings *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A list of the arguments up to a null one. */
struct strings strings_of(const char *first, ...) __attribute__((sentinel));
void strings_done(struct strings *s);

/* The environment as a list; `strings_setenv` replaces or adds NAME=VALUE, a null value removes. */
struct strings strings_environment(void);
void strings_setenv(struct strings *env, const char *name, const char *value);

/* How to start a child. Everything is borrowed for the call. */
struct process_plan {
    char *const *argv; /* argv[0] is looked up in PATH when it holds no slash */
    char *const *env;  /* NULL: ours */
    const char *dir;   /* working directory; NULL: ours */
    int out, err;      /* descriptors for its output; 0: ours */
    const char
        *progress;  /* shown with the time while it runs, where there is a terminal; null: not */
    bool own_group; /* in a group of its own with an empty input, so that all of it can be ended */
};

/* How it ended. */
struct process_end {
    int start_error; /* errno of a child that could not be started, else 0 */
    int status;      /* its exit status, 128+N when signal N ended it, 126 or 127 as env(1) */
    int signal;      /* N, or 0 */
    pid_t pid;
};

/* Run a child to its end. Signals that ask us to stop are handed on to the child while it runs;
 * they are remembered, see process_interrupted(). */
struct process_end process_run(const struct process_plan *plan);

/* The same, keeping what it writes to its standard output in `ret_output` (owned by the caller,
 * closed by NUL). The child's error output goes to `plan->err`. */
struct process_end process_capture(const struct process_plan *plan, char **ret_output);

/* From now on a signal that asks us to stop only sets a flag (and ends the child that runs), so
 * that the caller can clear up. process_interrupted() is the signal, or 0. process_die() clears the
 * way and ends us by it, as the shell expects. */
void process_catch_interrupts(void);
int process_interrupted(void);
void process_die(int signal_number) __attribute__((noreturn));

/* The folder of this very program, without a link in it. "" when unknown. Not to be freed. */
const char *process_own_folder(void);
const char *process_own_path(void);

/* The file that `name` would start, as execvp(3) looks for it, in `ret` (owned by the caller).
 * Returns 0, -ENOENT, or -EACCES when all that was found may not be executed. */
int process_find(const char *name, const char *dir, char **ret);

/* Remove a folder and all that is in it; links are not followed. */
int remove_tree(const char *path);
/* mkdir -p. */
int make_folders(const char *path);
/* Where what can be made again is kept: $XDG_CACHE_HOME/nocopy/WHAT or ~/.cache/nocopy/WHAT, else a
 * folder of ours in $TMPDIR or /tmp. Owned by the caller; not made. */
char *cache_folder(const char *what);
/* A name for mkstemp or mkdtemp, in $TMPDIR or /tmp. Owned by the caller. */
char *temporary_name(const char *purpose);
/* printf into a new string. */
char *format_string(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

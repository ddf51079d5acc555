/* SPDX-License-Identifier: Apache-2.0 */
/* run: a program under the shim. The program's behaviour and exit status come first: where nocopy
 * cannot record, it says so and runs the program all the same. */
#include "command.h"
#include "launch.h"
#include "summary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run {
    struct recording recording;
    const char *output;
    bool quiet;
    char **command;
};

enum { OPT_QUIET = 'q' };

static const struct argp_option options[] = {
    {"output", 'o', "PROFILE", 0,
     "Name of the profile; %p pid, %e program, %h host, %t start time, %r MPI rank, %% per cent "
     "(" LAUNCH_OUTPUT ")"},
    {"quiet", OPT_QUIET, 0, 0, "No summary line at the end"},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct run *run = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &run->recording;
        return 0;
    case 'o':
        run->output = arg;
        return 0;
    case OPT_QUIET:
        run->quiet = true;
        return 0;
    case ARGP_KEY_ARG: /* the first word that is no option begins the command */
        run->command = state->argv + state->next - 1;
        state->next = state->argc;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&recording_argp}, {0}};
static const struct argp argp = {
    options, parse, "-- CMD [ARG...]",
    "Run CMD with the memory profiler in it. One profile is written a process. The exit status is "
    "CMD's own, 128+N when signal N ended it; 125 when nocopy could not start, 126 when CMD cannot "
    "be run, 127 when it cannot be found.",
    children};

/* The environment of the program: with the shim, or plain where the shim cannot go. Returns 0, or
 * an exit status with a message printed. */
static int prepare(struct run *run, struct strings *env, bool *ret_recording)
{
    char *shim = NULL, *program = NULL, *obstacle = NULL;

    *env = strings_environment();
    *ret_recording = false;
    if (launch_find_shim(&shim) < 0) {
        complain(0,
                 "cannot find the shim: looked for %s; build it (ninja -C build) or install "
                 "nocopy again",
                 shim);
        free(shim);
        return EXIT_NOT_STARTED;
    }
    if (process_find(run->command[0], NULL, &program) == 0)
        obstacle = launch_obstacle(program);
    if (obstacle)
        complain(0, "%s; running it without recording", obstacle);
    else {
        launch_prepare(env, shim, &run->recording, run->output);
        *ret_recording = true;
    }
    free(obstacle);
    free(program);
    free(shim);
    return 0;
}

static int run_command(struct run *run)
{
    struct strings env = {0};
    struct process_end end;
    bool recording;
    const uint64_t since = launch_now_ns();
    int r = prepare(run, &env, &recording);

    if (r) {
        strings_done(&env);
        return r;
    }
    end = process_run(&(struct process_plan){.argv = run->command, .env = env.at});
    if (end.start_error) {
        const char *name = run->command[0];

        if (end.start_error == ENOENT && access(name, F_OK) < 0)
            complain(0, "cannot find '%s'; give a path, or a program that is in PATH", name);
        else
            complain(0, "cannot run '%s': %s", name, strerror(end.start_error));
    } else if (recording && !run->quiet)
        summary_print(run->output, end.pid, since);
    strings_done(&env);
    return end.status;
}

static int run_main(int argc, char **argv)
{
    struct run run = {.output = LAUNCH_OUTPUT};
    int status;

    parse_arguments("run", &argp, EXIT_NOT_STARTED, ARGP_IN_ORDER, argc, argv, &run);
    if (!run.command) {
        complain_use("run", "which program? nocopy run -- CMD [ARG...]");
        return EXIT_NOT_STARTED;
    }
    if (!run.output[0])
        return complain(EXIT_NOT_STARTED, "-o takes a file name, not an empty word");
    status = run_command(&run);
    recording_done(&run.recording);
    return status;
}

COMMAND(run) = {
    .name = "run",
    .arguments = "[-o PROFILE] [OPTION...] -- CMD [ARG...]",
    .summary = "run a program under the profiler",
    .main = run_main,
};

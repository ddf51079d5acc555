/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"
#include "command.h"
#include "side.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An argument as the driver in `folder` must get it: files of ours keep their meaning. */
static char *argument_in(const char *folder, const char *argument)
{
    const char *equals = argument[0] == '-' ? strchr(argument, '=') : NULL;
    const char *file = equals ? equals + 1 : argument;
    char *there, *here = NULL, *word = NULL;

    if (file[0] && file[0] != '/' && file[0] != '-' && strchr(file, '.')) {
        there = format_string("%s/%s", folder, file);
        if (access(there, F_OK) < 0 && access(file, F_OK) == 0 && (here = realpath(file, NULL)))
            word = format_string("%.*s%s", (int)(file - argument), argument, here);
        free(there);
        free(here);
    }
    return word ? word : format_string("%s", argument);
}

static void arguments_in(const char *folder, char *const *driver, struct strings *ret)
{
    const char *program = driver[0];

    if (strchr(program, '/') && program[0] != '/')
        strings_addf(ret, "%s/%s", folder, program);
    else
        strings_add(ret, program);
    for (size_t i = 1; driver[i]; i++) {
        char *word = argument_in(folder, driver[i]);

        strings_add(ret, word);
        free(word);
    }
}

static int read_profiles(struct report *ret, const char *output, const struct process_end *end,
                         uint64_t since, const char *name)
{
    struct strings profiles = {0};
    int r;

    launch_profiles(output, end->pid, since, &profiles);
    if (profiles.len == 0)
        r = complain(EXIT_UNREADABLE,
                     "the driver left no profile on %s (exit status %d); is it dynamically linked? "
                     "'nocopy doctor' looks closer",
                     name, end->status);
    else {
        if (end->status != 0)
            complain(0, "the driver exited with %d on %s; its profile is used all the same",
                     end->status, name);
        r = side_load_profiles(ret, (const char *const *)profiles.at, profiles.len);
    }
    strings_done(&profiles);
    return r;
}

int measure_driver(struct report *ret, const char *folder, const char *name, char *const *driver,
                   const struct recording *recording, char *const *env, int out)
{
    struct strings argv = {0}, child = {0};
    char *shim = NULL, *program = NULL, *obstacle = NULL, *output;
    char *scratch = temporary_name("profile");
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const uint64_t since = launch_now_ns();
    struct process_end end;
    int r = 0;

    if (!mkdtemp(scratch))
        r = complain(EXIT_UNREADABLE, "cannot make the folder '%s': %s", scratch, strerror(errno));
    output = format_string("%s/driver.prof", scratch);
    arguments_in(folder, driver, &argv);
    if (r == 0 && launch_find_shim(&shim) < 0)
        r = complain(EXIT_UNREADABLE, "cannot find the shim: looked for %s", shim);
    if (r == 0 && process_find(argv.at[0], folder, &program) < 0)
        r = complain(EXIT_UNREADABLE, "there is no program '%s' on %s; does the build make it?",
                     driver[0], name);
    if (r == 0 && (obstacle = launch_obstacle(program)))
        r = complain(EXIT_UNREADABLE, "%s", obstacle);
    for (char *const *e = env; r == 0 && *e; e++)
        strings_add(&child, *e);
    if (r == 0) {
        launch_prepare(&child, shim, recording, output);
        end = process_run(&(struct process_plan){.argv = argv.at,
                                                 .env = child.at,
                                                 .dir = folder,
                                                 .out = out >= 0 ? out : nowhere,
                                                 .progress = out >= 0 ? NULL : "running the driver",
                                                 .own_group = true});
        if (process_interrupted())
            r = 128 + process_interrupted();
        else if (end.start_error)
            r = complain(EXIT_UNREADABLE, "cannot run '%s' on %s: %s", driver[0], name,
                         strerror(end.start_error));
        else
            r = read_profiles(ret, output, &end, since, name);
    }
    remove_tree(scratch);
    free(scratch);
    if (nowhere >= 0)
        close(nowhere);
    strings_done(&argv);
    strings_done(&child);
    free(output);
    free(shim);
    free(program);
    free(obstacle);
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* doctor: what works on this machine, found out by doing it. */
#include "command.h"
#include "doctor_checks.h"
#include "doctor_child.h"
#include "output.h"

#include <stdlib.h>
#include <unistd.h>

struct args {
    bool child;
    const char *color;
};

enum { OPT_CHILD = 0x300 };
static const struct argp_option options[] = {
    {"child", OPT_CHILD, 0, OPTION_HIDDEN, "Do what the doctor measures"}, {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct args *args = state->input;

    switch (key) {
    case OPT_CHILD:
        args->child = true;
        return 0;
    case ARGP_KEY_ARG:
        exit(complain_use("doctor", "the doctor takes no argument, not '%s'", arg));
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options, parse, NULL,
    "Say what works on this machine: whether the shim loads and records and is read back to the "
    "byte, "
    "stacks, debug info, kernel features, versions. Exit status: 0 all well; 1 something does not "
    "work."};

static void print_finding(struct doctor *doctor, enum doctor_verdict verdict, const char *what,
                          const char *detail)
{
    static const char *const marks[] = {
        [DOCTOR_WELL] = "ok  ", [DOCTOR_NOTE] = "note", [DOCTOR_BAD] = "BAD "};
    static const char *const colors[] = {
        [DOCTOR_WELL] = "\033[32m", [DOCTOR_NOTE] = "\033[33m", [DOCTOR_BAD] = "\033[31m"};

    if (doctor->color)
        printf("%s%s\033[0m  %-18s %s\n", colors[verdict], marks[verdict], what, detail);
    else
        printf("%s  %-18s %s\n", marks[verdict], what, detail);
    doctor->bad += verdict == DOCTOR_BAD;
}

static int doctor_main(int argc, char **argv)
{
    struct args args = {0};
    struct doctor doctor = {.tell = print_finding};

    parse_arguments("doctor", &argp, EXIT_USE, 0, argc, argv, &args);
    if (args.child)
        return doctor_child();
    doctor.color = output_color(args.color, STDOUT_FILENO);
    doctor_versions(&doctor);
    doctor_shim(&doctor);
    doctor_kernel(&doctor);
    doctor_drivers(&doctor);
    doctor_helpers(&doctor);
    if (doctor.bad)
        printf("\n%u thing%s not work; each line above says what to do.\n", doctor.bad,
               doctor.bad == 1 ? " does" : "s do");
    else
        puts("\nAll well.");
    return doctor.bad ? EXIT_VIOLATED : EXIT_HOLDS;
}

COMMAND(doctor) = {
    .name = "doctor",
    .arguments = "",
    .summary = "what works on this machine, found out by doing it",
    .main = doctor_main,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* report: profiles in, one report out. */
#include "command.h"
#include "output.h"
#include "process.h"
#include "side.h"

struct args {
    struct output output;
    struct strings profiles;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct args *args = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &args->output;
        return 0;
    case ARGP_KEY_ARG:
        strings_add(&args->profiles, arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&output_argp}, {0}};
static const struct argp argp = {
    NULL, parse, "PROFILE...",
    "Make one report of one or more profiles: processes, ranks and runs are merged. A saved JSON "
    "report is taken too, alone. Exit status: 0; 2 bad use; 3 a profile cannot be read.",
    children};

static int report_main(int argc, char **argv)
{
    struct args args = {0};
    struct report report;
    int status;

    parse_arguments("report", &argp, EXIT_USE, 0, argc, argv, &args);
    if (args.profiles.len == 0)
        return complain_use("report", "which profile? nocopy report PROFILE...");
    status = output_settle(&args.output, false, "report");
    if (status == 0) {
        args.output.render.input = args.profiles.at[0];
        status =
            side_load_profiles(&report, (const char *const *)args.profiles.at, args.profiles.len);
        if (status == 0) {
            status = output_report(&args.output, &report);
            report_done(&report);
        }
    }
    strings_done(&args.profiles);
    return status;
}

COMMAND(report) = {
    .name = "report",
    .arguments = "[--format F] [-o FILE] PROFILE...",
    .summary = "make a report of profiles: text, html, json, markdown ...",
    .main = report_main,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "commits_args.h"

enum { OPT_BUILD = 0x500, OPT_BUDGET };
static const struct argp_option options[] = {
    {"build", OPT_BUILD, "CMD", 0,
     "Shell command that builds, run at the top of each commit's tree (meson setup and ninja for "
     "the driver alone)"},
    {"budget", OPT_BUDGET, "FILE", 0, "Rules that tell a regression (verdict-worse)"},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct commits_args *args = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &args->recording;
        return 0;
    case OPT_BUILD:
        args->build = arg;
        return 0;
    case OPT_BUDGET:
        args->budget = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (args->n_revisions < 2)
            args->revisions[args->n_revisions] = arg;
        args->n_revisions++;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&recording_argp}, {0}};
const struct argp commits_argp = {options, parse, NULL, NULL, children};

void commits_args_done(struct commits_args *args) { recording_done(&args->recording); }

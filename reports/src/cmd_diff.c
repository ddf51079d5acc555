/* SPDX-License-Identifier: Apache-2.0 */
/* diff: what changed from one report to another. It tells and never judges: `check` is the gate. */
#include "command.h"
#include "history_points.h"
#include "output.h"
#include "side.h"

#include <stdlib.h>
#include <string.h>

struct args {
    struct output output;
    const char *store;
    const char *sides[2];
    int n_sides;
};

enum { OPT_STORE = 0x300 };
static const struct argp_option options[] = {
    {"store", OPT_STORE, "ADDRESS", 0,
     "History to look commits up in: a file or postgresql://... (.nocopy/history.db)"},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct args *args = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &args->output;
        return 0;
    case OPT_STORE:
        args->store = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (args->n_sides < 2)
            args->sides[args->n_sides] = arg;
        args->n_sides++;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&output_argp}, {0}};
static const struct argp argp = {
    options, parse, "BASE HEAD",
    "Compare two reports. Each side is a profile, a saved JSON report, or a commit in the history. "
    "Exit status: 0; 2 bad use; 3 a side cannot be read.",
    children};

static int print_diff(struct args *args, const struct report *base, const struct report *head,
                      const char *base_name, const char *head_name)
{
    struct history_points points = {0};
    struct diff diff;
    int status;

    if (diff_reports(&diff, base, head, base_name, head_name) < 0)
        return complain(EXIT_UNREADABLE, "out of memory");
    if (strcmp(args->output.renderer->name, "html") == 0) /* the others have no place for it */
        history_points_load(&points, args->store, head);
    args->output.render.history = points.at;
    args->output.render.n_history = points.n;
    status = output_diff(&args->output, &diff);
    history_points_done(&points);
    diff_done(&diff);
    return status;
}

static int diff_main(int argc, char **argv)
{
    struct args args = {0};
    struct report base, head;
    char *base_name, *head_name;
    int status;

    parse_arguments("diff", &argp, EXIT_USE, 0, argc, argv, &args);
    if (args.n_sides != 2)
        return complain_use("diff", "two sides are compared, not %d; nocopy diff BASE HEAD",
                            args.n_sides);
    status = output_settle(&args.output, true, "diff");
    if (status)
        return status;
    args.output.render.input = args.sides[1];
    status = side_load(&base, args.sides[0], args.store, &base_name);
    if (status)
        return status;
    status = side_load(&head, args.sides[1], args.store, &head_name);
    if (status == 0) {
        status = print_diff(&args, &base, &head, base_name, head_name);
        report_done(&head);
        free(head_name);
    }
    report_done(&base);
    free(base_name);
    return status;
}

COMMAND(diff) = {
    .name = "diff",
    .arguments = "[--format F] [-o FILE] BASE HEAD",
    .summary = "what changed between two profiles, reports or commits",
    .main = diff_main,
};

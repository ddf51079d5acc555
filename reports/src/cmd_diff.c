/* SPDX-License-Identifier: Apache-2.0 */
/* diff: what changed from one report to another. It tells and never judges: `check` is the gate. */
#include "command.h"
#include "git_lines.h"
#include "history_points.h"
#include "output.h"
#include "process.h"
#include "side.h"

#include <stdlib.h>
#include <string.h>

struct args {
    struct output output;
    const char *store;
    const char *sides[2];
    struct strings runs[2]; /* further ones of each side */
    int n_sides;
};

enum { OPT_STORE = 0x300, OPT_BASE_RUN, OPT_HEAD_RUN };
static const struct argp_option options[] = {
    {"store", OPT_STORE, "ADDRESS", 0,
     "History to look commits up in: a file or postgresql://... (.nocopy/history.db)"},
    {"base-run", OPT_BASE_RUN, "PROFILE", 0,
     "A further run of BASE, for its times (repeatable): from ten runs a side on, times are "
     "compared"},
    {"head-run", OPT_HEAD_RUN, "PROFILE", 0, "A further run of HEAD"},
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
    case OPT_BASE_RUN:
    case OPT_HEAD_RUN:
        strings_add(&args->runs[key == OPT_HEAD_RUN], arg);
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

/* What came between, where both sides are commits of the repository we are in. */
static void change_between(const struct side_words words[2], struct git_change *ret)
{
    struct git_commit commits[2] = {{0}};
    struct git_repository git;

    if (!words[0].commit || !words[1].commit || git_open(&git) < 0)
        return;
    if (git_resolve(&git, words[0].commit, &commits[0]) == 0 &&
        git_resolve(&git, words[1].commit, &commits[1]) == 0)
        git_change(&git, commits[0].id, commits[1].id, ret);
    git_commit_done(&commits[0]);
    git_commit_done(&commits[1]);
    git_close(&git);
}

static int print_diff(struct args *args, const struct report *base, const struct report *head,
                      const struct side_words words[2])
{
    struct history_points points = {0};
    struct git_change change = {0};
    struct diff_runs runs[2] = {{0}};
    struct diff diff;
    int status;

    for (int i = 0; i < 2; i++) {
        status = side_load_runs(&runs[i], args->runs[i].at, args->runs[i].len);
        if (status) {
            side_runs_done(&runs[0]);
            return status;
        }
    }
    change_between(words, &change);
    status = diff_reports_with(&diff, base, head,
                               &(struct diff_more){.base_name = words[0].name,
                                                   .head_name = words[1].name,
                                                   .lines = change.lines,
                                                   .commits = change.commits,
                                                   .files = change.files,
                                                   .base_runs = runs[0],
                                                   .head_runs = runs[1]});
    git_change_done(&change);
    side_runs_done(&runs[0]);
    side_runs_done(&runs[1]);
    if (status < 0)
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
    struct side_words words[2] = {{0}};
    int status;

    parse_arguments("diff", &argp, EXIT_USE, 0, argc, argv, &args);
    if (args.n_sides != 2)
        return complain_use("diff", "two sides are compared, not %d; nocopy diff BASE HEAD",
                            args.n_sides);
    status = output_settle(&args.output, true, "diff");
    if (status)
        return status;
    args.output.render.input = args.sides[1];
    status = side_load(&base, args.sides[0], args.store, &words[0]);
    if (status)
        return status;
    status = side_load(&head, args.sides[1], args.store, &words[1]);
    if (status == 0) {
        status = print_diff(&args, &base, &head, words);
        report_done(&head);
    }
    report_done(&base);
    side_words_done(&words[0]);
    side_words_done(&words[1]);
    strings_done(&args.runs[0]);
    strings_done(&args.runs[1]);
    return status;
}

COMMAND(diff) = {
    .name = "diff",
    .arguments = "[--format F] [-o FILE] BASE HEAD",
    .summary = "what changed between two profiles, reports or commits",
    .main = diff_main,
};

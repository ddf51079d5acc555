/* SPDX-License-Identifier: Apache-2.0 */
/* compare: two commits built aside, the same driver run in both, and what changed. */
#include "command.h"
#include "gate.h"
#include "git_lines.h"
#include "history.h"
#include "history_points.h"
#include "measure.h"
#include "output.h"
#include "tree_build.h"

#include <stdlib.h>
#include <string.h>

/* Trees kept built: enough for going back and forth over a branch. */
enum { KEPT_TREES = 12 };

struct args {
    struct output output;
    struct recording recording;
    const char *build, *budget;
    const char *revisions[2];
    int n_revisions;
    bool fail, keep;
    char **driver;
};

enum { OPT_FAIL = 0x300, OPT_BUILD, OPT_BUDGET, OPT_KEEP };
static const struct argp_option options[] = {
    {"build", OPT_BUILD, "CMD", 0,
     "Shell command that builds, run at the top of each commit's tree (meson setup and ninja for "
     "the driver alone)"},
    {"fail-on-regression", OPT_FAIL, 0, 0,
     "Exit 1 when REV_B breaks a rule of the budget against REV_A"},
    {"keep", OPT_KEEP, 0, 0,
     "Store both reports in the history ($NOCOPY_HISTORY, else "
     ".nocopy/history.db): check, diff and history can name the commits then"},
    {"budget", OPT_BUDGET, "FILE", 0, "Rules for --fail-on-regression (verdict-worse)"},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct args *args = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &args->output;
        state->child_inputs[1] = &args->recording;
        return 0;
    case OPT_BUILD:
        args->build = arg;
        return 0;
    case OPT_FAIL:
        args->fail = true;
        return 0;
    case OPT_KEEP:
        args->keep = true;
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

static const struct argp_child children[] = {{&output_argp}, {&recording_argp}, {0}};
static const struct argp argp = {
    options, parse, "REV_A REV_B -- DRIVER [ARG...]",
    "Build two commits in scratch worktrees, run DRIVER in each under this nocopy's profiler, and "
    "show what changed. Your checkout, index and stash stay as they are. Builds are kept by tree, "
    "so "
    "the second time is quick. Exit status: 0; 1 with --fail-on-regression and one found; 2 bad "
    "use; "
    "3 a commit does not build or its driver does not run.",
    children};

/* One commit: resolved, built, run. */
static int measure_commit(const struct args *args, const struct git_repository *git,
                          const struct git_commit *commit, const char *name, struct report *ret,
                          struct built_tree *tree)
{
    const struct build_plan plan = {.command = args->build, .driver = args->driver[0]};
    int r = tree_build(git, commit, name, &plan, tree);

    if (r)
        return r;
    complain(0, "running %s on %s", args->driver[0], name);
    r = measure_driver(ret, tree->folder, name, args->driver, &args->recording, git->env.at, -1);
    if (r)
        tree_release(tree);
    return r;
}

static int keep_reports(const struct git_commit commits[2], const struct report reports[2])
{
    char *address = history_address(NULL);
    struct history history;
    int r = history_open(&history, address, true);

    free(address);
    if (r)
        return r;
    for (int i = 0; r == 0 && i < 2; i++)
        r = history_add(&history,
                        &(struct history_entry){.commit = commits[i].id,
                                                .subject = commits[i].subject,
                                                .committed = commits[i].time},
                        &reports[i]);
    history_close(&history);
    return r;
}

/* With what the history holds of this driver, where there is one. */
static int print_diff(struct args *args, const struct diff *diff)
{
    struct history_points points = {0};
    int r;

    if (strcmp(args->output.renderer->name, "html") == 0) /* the others have no place for it */
        history_points_load(&points, NULL, diff->head);
    args->output.render.history = points.at;
    args->output.render.n_history = points.n;
    r = output_diff(&args->output, diff);
    history_points_done(&points);
    return r;
}

static char *commit_name(const char *revision, const struct git_commit *commit)
{
    return strncmp(revision, commit->id, 7) == 0 ? format_string("%.12s", commit->id)
                                                 : format_string("%s (%.7s)", revision, commit->id);
}

static int compare(struct args *args, const struct git_repository *git,
                   const struct git_commit commits[2])
{
    struct report reports[2];
    struct built_tree trees[2] = {{0}};
    char *names[2];
    struct git_change change = {0};
    struct diff diff;
    int done = 0, r = 0;

    for (int i = 0; i < 2; i++)
        names[i] = commit_name(args->revisions[i], &commits[i]);
    for (; r == 0 && done < 2; done += r == 0)
        r = measure_commit(args, git, &commits[done], names[done], &reports[done], &trees[done]);
    if (r == 0) {
        if (!args->output.render.source_root)
            args->output.render.source_root = trees[1].folder;
        git_change(git, commits[0].id, commits[1].id, &change);
        if (diff_reports_with(&diff, &reports[0], &reports[1],
                              &(struct diff_more){.base_name = names[0],
                                                  .head_name = names[1],
                                                  .lines = change.lines,
                                                  .commits = change.commits,
                                                  .files = change.files}) < 0)
            r = complain(EXIT_UNREADABLE, "out of memory");
        else {
            r = args->keep ? keep_reports(commits, reports) : 0;
            if (r == 0)
                r = print_diff(args, &diff);
            if (r == 0 && args->fail)
                r = gate_diff(&diff, args->budget, stderr);
            diff_done(&diff);
        }
        git_change_done(&change);
    }
    for (int i = 0; i < 2; i++) {
        if (i < done) {
            report_done(&reports[i]);
            tree_release(&trees[i]);
        }
        free(names[i]);
    }
    tree_evict(git, KEPT_TREES);
    return r;
}

static int compare_main(int argc, char **argv)
{
    struct args args = {0};
    struct git_repository git;
    struct git_commit commits[2] = {{0}};
    int r;

    args.driver = split_command(&argc, argv);
    parse_arguments("compare", &argp, EXIT_USE, 0, argc, argv, &args);
    if (args.n_revisions != 2 || !args.driver || !args.driver[0])
        return complain_use("compare", "two commits and a driver are needed; nocopy compare REV_A "
                                       "REV_B -- DRIVER [ARG...]");
    r = output_settle(&args.output, true, "compare");
    if (r == 0)
        r = git_open_here(&git);
    if (r)
        return r;
    process_catch_interrupts();
    for (int i = 0; r == 0 && i < 2; i++)
        if (git_resolve(&git, args.revisions[i], &commits[i]) < 0)
            r = complain(EXIT_USE, "git knows no commit '%s'", args.revisions[i]);
    if (r == 0)
        r = compare(&args, &git, commits);
    for (int i = 0; i < 2; i++)
        git_commit_done(&commits[i]);
    git_close(&git);
    recording_done(&args.recording);
    if (process_interrupted())
        process_die(process_interrupted());
    return r;
}

COMMAND(compare) = {
    .name = "compare",
    .arguments = "REV_A REV_B [--build CMD] -- DRIVER [ARG...]",
    .summary = "build two commits aside, run a driver in both, and diff",
    .main = compare_main,
};

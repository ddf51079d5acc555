/* SPDX-License-Identifier: Apache-2.0 */
/* compare: two commits built aside, the same driver run in both, and what changed. */
#include "command.h"
#include "commits_args.h"
#include "gate.h"
#include "git_lines.h"
#include "history.h"
#include "history_points.h"
#include "measure.h"
#include "output.h"
#include "side.h"
#include "tree_build.h"

#include <stdlib.h>
#include <string.h>

/* Trees kept built: enough for going back and forth over a branch. */
enum { KEPT_TREES = 12, MOST_RUNS = 1000 };

struct args {
    struct output output;
    struct commits_args of;
    bool fail, keep;
    unsigned runs;
};

enum { OPT_FAIL = 0x300, OPT_KEEP, OPT_RUNS };
static const struct argp_option options[] = {
    {"fail-on-regression", OPT_FAIL, 0, 0,
     "Exit 1 when REV_B breaks a rule of the budget against REV_A"},
    {"keep", OPT_KEEP, 0, 0,
     "Store both reports in the history ($NOCOPY_HISTORY, else "
     ".nocopy/history.db): check, diff and history can name the commits then"},
    {"runs", OPT_RUNS, "N", 0,
     "Run the driver N times more in each commit, by turns, to compare times too (10 and more "
     "tell; bytes need one run)"},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct args *args = state->input;
    int end = 0;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &args->output;
        state->child_inputs[1] = &args->of;
        return 0;
    case OPT_FAIL:
        args->fail = true;
        return 0;
    case OPT_KEEP:
        args->keep = true;
        return 0;
    case OPT_RUNS:
        if (sscanf(arg, "%u%n", &args->runs, &end) != 1 || arg[end] || args->runs > MOST_RUNS)
            argp_error(state, "--runs takes a number up to %d, not '%s'", MOST_RUNS, arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&output_argp}, {&commits_argp}, {0}};
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
    const struct build_plan plan = {.command = args->of.build, .driver = args->of.driver[0]};
    int r = tree_build(git, commit, name, &plan, tree);

    if (r)
        return r;
    complain(0, "running %s on %s", args->of.driver[0], name);
    r = measure_driver(ret, tree->folder, name, args->of.driver, &args->of.recording, git->env.at,
                       -1);
    if (r)
        tree_release(tree);
    return r;
}

/* Runs for their time: by turns, so that what else the machine does meets both alike, and without
 * the checks that take time themselves. */
static int time_commits(const struct args *args, const struct git_repository *git,
                        char *const names[2], const struct built_tree trees[2],
                        struct diff_runs ret[2])
{
    static const char *const off[] = {"NOCOPY_CONTENT=off", "NOCOPY_UNTOUCHED=off",
                                      "NOCOPY_COPIES=off"};
    struct recording light = {{0}};
    struct report *at[2];
    int r = 0;

    for (size_t i = 0; i < args->of.recording.scopes.len; i++)
        strings_add(&light.scopes, args->of.recording.scopes.at[i]);
    for (size_t i = 0; i < args->of.recording.variables.len; i++)
        strings_add(&light.variables, args->of.recording.variables.at[i]);
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        strings_add(&light.variables, off[i]);
    for (int i = 0; i < 2; i++) {
        at[i] = calloc(args->runs + 1, sizeof *at[i]);
        ret[i] = (struct diff_runs){.at = at[i], .only = args->runs > 0};
        if (!at[i])
            r = complain(EXIT_UNREADABLE, "out of memory");
    }
    if (r == 0 && args->runs)
        complain(0, "running %s %u times more on each, for the time", args->of.driver[0],
                 args->runs);
    for (size_t k = 0; r == 0 && k < 2 * (size_t)args->runs; k++) {
        const size_t i = k % 2;
        r = measure_driver(&at[i][ret[i].n], trees[i].folder, names[i], args->of.driver, &light,
                           git->env.at, -1);
        ret[i].n += r == 0;
    }
    recording_done(&light);
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
    struct diff_runs runs[2] = {{0}};
    struct diff diff;
    int done = 0, r = 0;

    for (int i = 0; i < 2; i++)
        names[i] = commit_name(args->of.revisions[i], &commits[i]);
    for (; r == 0 && done < 2; done += r == 0)
        r = measure_commit(args, git, &commits[done], names[done], &reports[done], &trees[done]);
    if (r == 0)
        r = time_commits(args, git, names, trees, runs);
    if (r == 0) {
        if (!args->output.render.source_root)
            args->output.render.source_root = trees[1].folder;
        git_change(git, commits[0].id, commits[1].id, &change);
        if (diff_reports_with(&diff, &reports[0], &reports[1],
                              &(struct diff_more){.base_name = names[0],
                                                  .head_name = names[1],
                                                  .lines = change.lines,
                                                  .commits = change.commits,
                                                  .files = change.files,
                                                  .base_runs = runs[0],
                                                  .head_runs = runs[1]}) < 0)
            r = complain(EXIT_UNREADABLE, "out of memory");
        else {
            r = args->keep ? keep_reports(commits, reports) : 0;
            if (r == 0)
                r = print_diff(args, &diff);
            if (r == 0 && args->fail)
                r = gate_diff(&diff, args->of.budget, stderr);
            diff_done(&diff);
        }
        git_change_done(&change);
    }
    for (int i = 0; i < 2; i++) {
        if (i < done) {
            report_done(&reports[i]);
            tree_release(&trees[i]);
        }
        side_runs_done(&runs[i]);
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

    args.of.driver = split_command(&argc, argv);
    parse_arguments("compare", &argp, EXIT_USE, 0, argc, argv, &args);
    if (args.of.n_revisions != 2 || !args.of.driver || !args.of.driver[0])
        return complain_use("compare", "two commits and a driver are needed; nocopy compare REV_A "
                                       "REV_B -- DRIVER [ARG...]");
    r = output_settle(&args.output, true, "compare");
    if (r == 0)
        r = git_open_here(&git);
    if (r)
        return r;
    process_catch_interrupts();
    for (int i = 0; r == 0 && i < 2; i++)
        if (git_resolve(&git, args.of.revisions[i], &commits[i]) < 0)
            r = complain(EXIT_USE, "git knows no commit '%s'", args.of.revisions[i]);
    if (r == 0)
        r = compare(&args, &git, commits);
    for (int i = 0; i < 2; i++)
        git_commit_done(&commits[i]);
    git_close(&git);
    commits_args_done(&args.of);
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

/* SPDX-License-Identifier: Apache-2.0 */
/* bisect: the commit that brought a regression, found by `git bisect run` in a scratch worktree
 * whose step is this command again: build what is checked out, run the driver, hold it against
 * GOOD. */
#include "command.h"
#include "commits_args.h"
#include "gate.h"
#include "measure.h"
#include "output.h"
#include "side.h"
#include "tree_build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What `git bisect run` wants of a step. */
enum { STEP_GOOD = 0, STEP_BAD = 1, STEP_SKIP = 125, STEP_ABORT = 128 };

struct args {
    struct commits_args of;
    const char *step;
};

enum { OPT_STEP = 0x300 };
static const struct argp_option options[] = {
    {"step", OPT_STEP, "DIR", OPTION_HIDDEN, "Judge what is checked out in the current folder"},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct args *args = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &args->of;
        return 0;
    case OPT_STEP:
        args->step = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&commits_argp}, {0}};
static const struct argp argp = {
    options, parse, "GOOD BAD -- DRIVER [ARG...]",
    "Find the commit after which DRIVER breaks a rule against GOOD. Commits are built and run in a "
    "scratch worktree; your checkout stays as it is. A commit that does not build is skipped. Exit "
    "status: as git bisect run, 0 when the commit is found; 1 when BAD breaks no rule; 2 bad use; "
    "3 "
    "GOOD or BAD do not build or run.",
    children};

/* Violations of one commit, kept beside the base report until the end. */
static char *violations_file(const char *notes, const char *commit)
{
    return format_string("%s/%s.txt", notes, commit);
}

/* Hold a report against the base; keep what it breaks. Returns as gate_reports(). */
static int judge(const struct args *args, const char *notes, const char *commit,
                 const struct report *base, const struct report *head)
{
    char *file = violations_file(notes, commit);
    FILE *out = fopen(file, "we");
    int r = out ? gate_reports(base, head, args->of.budget, out)
                : complain(EXIT_UNREADABLE, "cannot write '%s': %s", file, strerror(errno));

    if (out)
        fclose(out);
    free(file);
    return r;
}

static char *base_file(const char *notes) { return format_string("%s/good.json", notes); }

/* One step, in the worktree. */
static int step(const struct args *args)
{
    const struct build_plan plan = {.command = args->of.build, .driver = args->of.driver[0]};
    struct git_repository git;
    struct git_commit commit;
    struct report base, head;
    char *file = base_file(args->step);
    char *here = getcwd(NULL, 0);
    int r = STEP_ABORT;

    if (git_open(&git) < 0 || git_resolve(&git, "HEAD", &commit) < 0 || !here)
        return STEP_ABORT;
    process_catch_interrupts();
    if (side_load_profiles(&base, (const char *const[]){file}, 1) == 0) {
        r = tree_build_in(&git, here, commit.id, &plan);
        if (r == 0) {
            r = measure_driver(&head, here, commit.id, args->of.driver, &args->of.recording,
                               git.env.at, -1);
            if (r == 0) {
                r = judge(args, args->step, commit.id, &base, &head);
                r = r == EXIT_HOLDS ? STEP_GOOD : r == EXIT_VIOLATED ? STEP_BAD : STEP_ABORT;
                report_done(&head);
            } else if (r < 128)
                r = STEP_SKIP;
        } else if (r < 128)
            r = STEP_SKIP;
        report_done(&base);
    }
    complain(0, "%.12s %s: %s", commit.id, commit.subject,
             r == STEP_GOOD   ? "good"
             : r == STEP_BAD  ? "bad"
             : r == STEP_SKIP ? "skipped"
                              : "stopped");
    git_commit_done(&commit);
    git_close(&git);
    free(file);
    free(here);
    return r;
}

static int measure_end(const struct args *args, const struct git_repository *git,
                       const struct git_commit *commit, const char *name, struct report *ret)
{
    const struct build_plan plan = {.command = args->of.build, .driver = args->of.driver[0]};
    struct built_tree tree;
    int r = tree_build(git, commit, name, &plan, &tree);

    if (r)
        return r;
    r = measure_driver(ret, tree.folder, name, args->of.driver, &args->of.recording, git->env.at,
                       -1);
    tree_release(&tree);
    return r;
}

static int save_base(const char *notes, const struct report *base)
{
    struct output output = {.renderer = renderer_by_name("json")};
    char *file = base_file(notes);
    int r;

    output.file = file;
    r = output_report(&output, base);
    free(file);
    return r;
}

/* Measure both ends: there must be something to find. */
static int check_ends(const struct args *args, const struct git_repository *git,
                      const struct git_commit commits[2], const char *notes)
{
    struct report base, head;
    int r = measure_end(args, git, &commits[0], args->of.revisions[0], &base);

    if (r)
        return r;
    r = save_base(notes, &base);
    if (r == 0)
        r = measure_end(args, git, &commits[1], args->of.revisions[1], &head);
    if (r == 0) {
        r = judge(args, notes, commits[1].id, &base, &head);
        if (r == EXIT_HOLDS)
            r = complain(1,
                         "%s breaks no rule against %s: there is nothing to find (a budget file "
                         "may hold stricter rules: --budget)",
                         args->of.revisions[1], args->of.revisions[0]);
        else if (r == EXIT_VIOLATED)
            r = 0;
        report_done(&head);
    }
    report_done(&base);
    return r;
}

static int run_in(const struct git_repository *git, const char *folder, struct strings *argv)
{
    const struct process_end end = process_run(&(struct process_plan){.argv = argv->at,
                                                                      .env = git->env.at,
                                                                      .dir = folder,
                                                                      .out = STDERR_FILENO,
                                                                      .own_group = true});

    strings_done(argv);
    return end.status;
}

static struct strings step_command(const struct args *args, const char *notes)
{
    struct strings argv = strings_of("git", "bisect", "run", process_own_path(), "bisect", NULL);

    strings_addf(&argv, "--step=%s", notes);
    if (args->of.build)
        strings_addf(&argv, "--build=%s", args->of.build);
    if (args->of.budget) {
        char *file = realpath(args->of.budget, NULL);

        strings_addf(&argv, "--budget=%s", file ? file : args->of.budget);
        free(file);
    }
    /* Recording options go by the environment: the step hands it on. */
    strings_add(&argv, "--");
    for (char **word = args->of.driver; *word; word++) {
        char *here = word != args->of.driver && strchr(*word, '/') ? realpath(*word, NULL) : NULL;

        strings_add(&argv, here ? here : *word);
        free(here);
    }
    return argv;
}

static void print_found(const struct git_repository *git, const char *folder, const char *notes)
{
    struct git_commit commit;
    char *id = NULL;
    struct strings argv =
        strings_of("git", "rev-parse", "--verify", "--quiet", "refs/bisect/bad", NULL);
    const struct process_plan plan = {.argv = argv.at, .env = git->env.at, .dir = folder};

    if (process_capture(&plan, &id).status == 0) {
        id[strcspn(id, "\n")] = 0;
        if (git_resolve(git, id, &commit) == 0) {
            char *file = violations_file(notes, commit.id), *line = NULL;
            FILE *in = fopen(file, "re");
            size_t room = 0;

            printf("first bad commit: %s %s\n", commit.id, commit.subject);
            while (in && getline(&line, &room, in) >= 0)
                fputs(line, stdout);
            if (in)
                fclose(in);
            free(line);
            free(file);
            git_commit_done(&commit);
        }
    }
    free(id);
    strings_done(&argv);
}

static int search(const struct args *args, const struct git_repository *git,
                  const struct git_commit commits[2], const char *notes)
{
    struct built_tree tree;
    struct strings start, run;
    int r = tree_scratch(git, &tree);

    if (r)
        return r;
    r = git_worktree_add(git, tree.folder, commits[1].id) < 0 ? EXIT_UNREADABLE : 0;
    if (r == 0) {
        start = strings_of("git", "bisect", "start", commits[1].id, commits[0].id, NULL);
        r = run_in(git, tree.folder, &start);
    }
    if (r == 0 && !process_interrupted()) {
        run = step_command(args, notes);
        r = run_in(git, tree.folder, &run);
        if (r == 0)
            print_found(git, tree.folder, notes);
    }
    tree_scratch_done(git, &tree);
    return r;
}

static int bisect(const struct args *args, const struct git_repository *git)
{
    struct git_commit commits[2] = {{0}};
    char *notes = temporary_name("bisect");
    int r = 0;

    for (int i = 0; r == 0 && i < 2; i++)
        if (git_resolve(git, args->of.revisions[i], &commits[i]) < 0)
            r = complain(EXIT_USE, "git knows no commit '%s'", args->of.revisions[i]);
    if (r == 0 && !mkdtemp(notes))
        r = complain(EXIT_UNREADABLE, "cannot make the folder '%s': %s", notes, strerror(errno));
    else if (r == 0) {
        r = check_ends(args, git, commits, notes);
        if (r == 0)
            r = search(args, git, commits, notes);
        remove_tree(notes);
    }
    for (int i = 0; i < 2; i++)
        git_commit_done(&commits[i]);
    free(notes);
    return r;
}

static int bisect_main(int argc, char **argv)
{
    struct args args = {0};
    struct git_repository git;
    int r;

    args.of.driver = split_command(&argc, argv);
    parse_arguments("bisect", &argp, EXIT_USE, 0, argc, argv, &args);
    if (!args.of.driver || !args.of.driver[0] || args.of.n_revisions != (args.step ? 0 : 2))
        return complain_use("bisect", "two commits and a driver are needed; nocopy bisect GOOD BAD "
                                      "-- DRIVER [ARG...]");
    if (args.step)
        return step(&args);
    recording_export(&args.of.recording); /* before git's environment is taken from ours */
    r = git_open_here(&git);
    if (r)
        return r;
    process_catch_interrupts();
    r = bisect(&args, &git);
    git_close(&git);
    commits_args_done(&args.of);
    if (process_interrupted())
        process_die(process_interrupted());
    return r;
}

COMMAND(bisect) = {
    .name = "bisect",
    .arguments = "GOOD BAD [--build CMD] -- DRIVER [ARG...]",
    .summary = "find the commit that brought a regression",
    .main = bisect_main,
};

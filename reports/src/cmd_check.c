/* SPDX-License-Identifier: Apache-2.0 */
/* check: the gate. Prints nothing and exits 0 when all holds. */
#include "budget.h"
#include "command.h"
#include "gate.h"
#include "git.h"
#include "output.h"
#include "side.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct args {
    const char *budget, *base, *store, *junit, *sarif;
    struct strings profiles;
};

enum { OPT_JUNIT = 0x300, OPT_SARIF, OPT_STORE, OPT_BASE };
static const struct argp_option options[] = {
    {"budget", 'b', "FILE", 0, "Rules and limits (nocopy.ini here or at the repository's top)"},
    {"base", OPT_BASE, "X", 0,
     "What to compare with: a profile, a saved JSON report, or a commit in the history"},
    {"store", OPT_STORE, "ADDRESS", 0, "History to look a commit up in (.nocopy/history.db)"},
    {"junit", OPT_JUNIT, "FILE", 0, "Write the results for a test tab"},
    {"sarif", OPT_SARIF, "FILE", 0, "Write the violations for a code-scanning tab"},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct args *args = state->input;

    switch (key) {
    case 'b':
        args->budget = arg;
        return 0;
    case OPT_BASE:
        args->base = arg;
        return 0;
    case OPT_STORE:
        args->store = arg;
        return 0;
    case OPT_JUNIT:
        args->junit = arg;
        return 0;
    case OPT_SARIF:
        args->sarif = arg;
        return 0;
    case ARGP_KEY_ARG:
        strings_add(&args->profiles, arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options, parse, "PROFILE...",
    "Check a report against a budget and, with --base, for regressions. One line a violation: "
    "'violated: RULE SCOPE HAD LIMIT'. Without a budget file the rule is verdict-worse: no verdict "
    "may be worse than in the base, or than OK without one. Exit status: 0 all holds; 1 violated; "
    "2 bad use; 3 a profile cannot be read."};

/* The budget file that is meant when none is named; null when there is none. */
static char *usual_budget(void)
{
    struct git_repository git;
    char *file;

    if (access("nocopy.ini", F_OK) == 0)
        return format_string("nocopy.ini");
    if (git_open(&git) < 0)
        return NULL;
    file = format_string("%s/nocopy.ini", git.top);
    git_close(&git);
    if (access(file, F_OK) == 0)
        return file;
    free(file);
    return NULL;
}

static int read_budget(struct budget *ret, const char *named)
{
    char *file = named ? NULL : usual_budget();
    const int r = gate_budget(ret, named ? named : file);

    free(file);
    return r;
}

static int write_to(const char *path, const struct budget_results *results,
                    int (*write_results)(const struct budget_results *, FILE *))
{
    struct atomic_file file;
    int r;

    if (!path)
        return 0;
    r = atomic_open(&file, path);
    return r ? r : atomic_close(&file, write_results(results, file.out));
}

static void note_limits(const struct budget *budget, const struct report *head, bool has_base,
                        int64_t now)
{
    if (!has_base && (budget->needless_growth || budget->batch1_growth))
        complain(0, "the budget has rules of growth; without --base they are not checked");
    if (!head->run.complete || head->run.lost_events || head->run.damage[0])
        complain(0, "the profile is not complete: figures are lower bounds");
    for (size_t i = 0; i < budget->n_allowances; i++)
        if (now >= budget->allowances[i].end)
            complain(0, "the allowance '%s %s' ended on %s and is not used any more",
                     budget->allowances[i].rule, budget->allowances[i].pattern,
                     budget->allowances[i].until);
}

static int print_results(const struct args *args, const struct budget_results *results)
{
    int r;

    for (size_t i = 0; i < results->len; i++) {
        const struct budget_result *v = &results->at[i];

        if (v->violated)
            printf("violated: %s %s %s %s\n", v->rule, v->scope, v->had, v->limit);
        else if (v->allowed)
            complain(0, "allowed until %s: %s %s %s %s (%s)", v->allowed->until, v->rule, v->scope,
                     v->had, v->limit, v->allowed->reason);
    }
    r = write_to(args->junit, results, budget_write_junit);
    if (r == 0)
        r = write_to(args->sarif, results, budget_write_sarif);
    if (r)
        return r;
    return results->violations ? EXIT_VIOLATED : EXIT_HOLDS;
}

static int check_reports(const struct args *args, const struct budget *budget,
                         const struct report *head, const struct report *base)
{
    const int64_t now = time(NULL);
    struct budget_results results;
    struct diff diff;
    int status;

    if (base && diff_reports(&diff, base, head, NULL, NULL) < 0)
        return complain(EXIT_UNREADABLE, "out of memory");
    note_limits(budget, head, base != NULL, now);
    budget_check(budget, head, base ? &diff : NULL, now, &results);
    status = print_results(args, &results);
    budget_results_done(&results);
    if (base)
        diff_done(&diff);
    return status;
}

static int check_main(int argc, char **argv)
{
    struct args args = {0};
    struct budget budget;
    struct report head, base;
    int status;

    parse_arguments("check", &argp, EXIT_USE, 0, argc, argv, &args);
    if (args.profiles.len == 0)
        return complain_use("check", "which profile? nocopy check [--base X] PROFILE");
    status = read_budget(&budget, args.budget);
    if (status)
        return status;
    status =
        args.profiles.len == 1
            ? side_load(&head, args.profiles.at[0], args.store, NULL)
            : side_load_profiles(&head, (const char *const *)args.profiles.at, args.profiles.len);
    if (status == 0) {
        status = args.base ? side_load(&base, args.base, args.store, NULL) : 0;
        if (status == 0) {
            status = check_reports(&args, &budget, &head, args.base ? &base : NULL);
            if (args.base)
                report_done(&base);
        }
        report_done(&head);
    }
    budget_done(&budget);
    strings_done(&args.profiles);
    return status;
}

COMMAND(check) = {
    .name = "check",
    .arguments = "[--budget FILE] [--base X] PROFILE...",
    .summary = "the gate for CI: budgets and regressions",
    .main = check_main,
};

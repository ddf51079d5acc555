/* SPDX-License-Identifier: Apache-2.0 */
/* history: the store of reports by commit, and what it tells. */
#include "cmd_history.h"
#include "command.h"
#include "git.h"
#include "nearest.h"
#include "side.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *name;
    int (*main)(const struct history_args *args);
} calls[] = {{"add", history_add_main},
             {"list", history_list_main},
             {"show", history_show_main},
             {"trend", history_trend_main}};
enum { N_CALLS = sizeof calls / sizeof *calls };

enum { OPT_STORE = 0x300, OPT_COMMIT, OPT_LAST, OPT_METRIC, OPT_INDICATOR };
static const struct argp_option options[] = {
    {"store", OPT_STORE, "ADDRESS", 0,
     "The history: a file, or postgresql://... ($NOCOPY_HISTORY, else .nocopy/history.db)"},
    {"commit", OPT_COMMIT, "REV", 0,
     "add: the commit that was measured (as recorded in the profile, else HEAD)"},
    {"indicator", OPT_INDICATOR, "NAME", 0, "trend: of this one (all)"},
    {"metric", OPT_METRIC, "M", 0,
     "trend: batch1, single, overhead, batch, copied, needless or peak (batch1)"},
    {"last", OPT_LAST, "N", 0, "list, trend: the newest N only (20; 0: all)"},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct history_args *args = state->input;
    char *end;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &args->output;
        return 0;
    case OPT_STORE:
        args->store = arg;
        return 0;
    case OPT_COMMIT:
        args->commit = arg;
        return 0;
    case OPT_INDICATOR:
        args->indicator = arg;
        return 0;
    case OPT_METRIC:
        args->metric = arg;
        return 0;
    case OPT_LAST:
        args->last = (unsigned)strtoul(arg, &end, 10);
        if (*end || !*arg || *arg == '-' || args->last > 1000000)
            exit(complain_use("history", "--last takes a number, not '%s'", arg));
        return 0;
    case ARGP_KEY_ARG:
        strings_add(&args->words, arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&output_argp}, {0}};
static const struct argp argp = {
    options, parse, "add PROFILE...\nlist\nshow COMMIT\ntrend [INDICATOR]",
    "Keep reports by commit, in a SQLite file of the repository or in a team's PostgreSQL "
    "database.\v"
    "add    store the report of profiles, or a saved JSON report; it takes the place of an older "
    "one of the same commit and command\n"
    "list   commits that are stored, newest last\n"
    "show   the report of a commit, in any format\n"
    "trend  how an indicator's figures went over the commits: text, json, csv or html\n"
    "\n"
    "Exit status: 0; 2 bad use; 3 the history or a profile cannot be read.",
    children};

int history_add_main(const struct history_args *args)
{
    struct report report;
    struct history history;
    struct git_repository git;
    struct git_commit commit = {0};
    const char *revision;
    bool in_git, known = false;
    int r;

    if (args->words.len < 2)
        return complain_use("history", "which profile? nocopy history add [--commit REV] PROFILE");
    r = side_load_profiles(&report, (const char *const *)args->words.at + 1, args->words.len - 1);
    if (r)
        return r;
    revision = args->commit ? args->commit : report.run.commit[0] ? report.run.commit : "HEAD";
    in_git = git_open(&git) == 0;
    if (in_git)
        known = git_resolve(&git, revision, &commit) == 0;
    if (!known && !args->commit && !report.run.commit[0])
        r = complain_use("history", "%s; name what was measured with --commit",
                         in_git ? "the repository has no commit yet" : "this is no git repository");
    else if (!known && in_git && args->commit)
        r = complain_use("history", "git knows no commit '%s'", args->commit);
    if (r == 0 && known && !args->commit && git_dirty(&git))
        complain(0, "files differ from commit %.7s: the report is stored under it all the same",
                 commit.id);
    if (r == 0)
        r = history_open(&history, args->address, true);
    if (r == 0) {
        const struct history_entry entry = {.commit = known ? commit.id : revision,
                                            .subject = known ? commit.subject : "",
                                            .committed = known ? commit.time : time(NULL)};

        r = history_add(&history, &entry, &report);
        if (r == 0)
            printf("%.12s %s: %zu indicators stored in %s\n", entry.commit, entry.subject,
                   report.n_efficiency, history.shown);
        history_close(&history);
    }
    if (in_git)
        git_close(&git);
    git_commit_done(&commit);
    report_done(&report);
    return r;
}

int history_show_main(const struct history_args *args)
{
    struct output output = args->output;
    struct report report;
    int r;

    if (args->words.len != 2)
        return complain_use("history", "which commit? nocopy history show COMMIT");
    r = output_settle(&output, false, "history");
    if (r == 0)
        r = side_load_commit(&report, args->words.at[1], args->address, NULL);
    if (r)
        return r;
    r = output_report(&output, &report);
    report_done(&report);
    return r;
}

static int history_main(int argc, char **argv)
{
    struct history_args args = {.last = 20};
    const char *names[N_CALLS];
    const char *call, *near;
    int status = -1;

    parse_arguments("history", &argp, EXIT_USE, 0, argc, argv, &args);
    if (args.words.len == 0)
        return complain_use("history", "add, list, show or trend?");
    call = args.words.at[0];
    args.address = history_address(args.store);
    for (int i = 0; i < N_CALLS; i++) {
        names[i] = calls[i].name;
        if (strcmp(call, calls[i].name) == 0)
            status = calls[i].main(&args);
    }
    if (status < 0) {
        near = nearest_word(call, names, N_CALLS);
        status = complain_use("history", "there is no 'history %s'%s%s%s", call,
                              near ? "; did you mean 'history "
                                   : "; there are add, list, show and trend",
                              near ? near : "", near ? "'?" : "");
    }
    free(args.address);
    strings_done(&args.words);
    return status;
}

COMMAND(history) = {
    .name = "history",
    .arguments = "add|list|show|trend ...",
    .summary = "reports by commit: add, list, show, trend",
    .main = history_main,
};

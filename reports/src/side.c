/* SPDX-License-Identifier: Apache-2.0 */
#include "side.h"
#include "command.h"
#include "git.h"
#include "history.h"
#include "process.h"
#include "progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int tell_unreadable(const char *name, int r, const char *err)
{
    if (err[0])
        return complain(EXIT_UNREADABLE, "%s", err);
    return complain(EXIT_UNREADABLE, "cannot read '%s': %s", name, strerror(-r));
}

static void show(void *progress, size_t done, size_t all) { progress_at(progress, done, all); }

int side_load_profiles(struct report *ret, const char *const *paths, size_t n)
{
    char *cache = cache_folder("symbols");
    struct progress progress;
    const struct report_options options = {
        .symbol_cache = cache, .progress = show, .progress_context = &progress};
    char err[512] = "";

    progress_begin(&progress, "reading profiles");
    const int r = report_from_profiles(ret, paths, n, &options, err, sizeof err);

    progress_end(&progress);
    free(cache);
    return r < 0 ? tell_unreadable(paths[0], r, err) : 0;
}

int side_load_commit(struct report *ret, const char *name, const char *store,
                     struct side_words *ret_words)
{
    char *address = history_address(store);
    struct history history = {0};
    struct git_repository git;
    struct git_commit commit = {0};
    bool known = false;
    int r;

    if (git_open(&git) == 0) {
        known = git_resolve(&git, name, &commit) == 0;
        git_close(&git);
    }
    /* A typing error in a file's name is likelier than a commit when there is no history at all. */
    if (!known && !strstr(address, "://") && access(address, F_OK) < 0)
        r = complain(EXIT_UNREADABLE,
                     "'%s' is neither a file nor a commit, and there is no history at '%s' yet",
                     name, address);
    else
        r = history_open(&history, address, false);
    if (r == 0) {
        r = history_load(&history, known ? commit.id : name, ret, NULL);
        if (r == -ENOENT)
            r = complain(EXIT_UNREADABLE,
                         known ? "commit '%s' is not in the history '%s'; run the driver on it and "
                                 "'nocopy history add --commit %s PROFILE'"
                               : "'%s' is neither a file nor a commit in the history '%s'%.0s",
                         name, history.shown, name);
        else if (r == -EEXIST)
            r = complain(EXIT_UNREADABLE,
                         "'%s' begins several commits in the history '%s'; write more of it", name,
                         history.shown);
        else if (r == 0 && ret_words)
            *ret_words =
                (struct side_words){.name = known && strcmp(name, commit.id) != 0
                                                ? format_string("%s (%.7s)", name, commit.id)
                                                : format_string("%.12s", name),
                                    .commit = format_string("%s", known ? commit.id : name)};
        history_close(&history);
    }
    if (known)
        git_commit_done(&commit);
    free(address);
    return r;
}

int side_load(struct report *ret, const char *name, const char *store, struct side_words *ret_words)
{
    if (access(name, F_OK) != 0)
        return side_load_commit(ret, name, store, ret_words);
    const int r = side_load_profiles(ret, &name, 1);
    if (r == 0 && ret_words)
        *ret_words = (struct side_words){
            .name = format_string("%s", name),
            .commit = ret->run.commit[0] ? format_string("%s", ret->run.commit) : NULL};
    return r;
}

int side_load_runs(struct diff_runs *ret, char *const *paths, size_t n)
{
    const struct report_options options = {.no_symbols = true};
    struct report *at = calloc(n + 1, sizeof *at);
    char err[512] = "";
    int r = at ? 0 : -ENOMEM;

    *ret = (struct diff_runs){.at = at};
    for (; r == 0 && ret->n < n; ret->n += r == 0)
        r = report_load(&at[ret->n], paths[ret->n], &options, err, sizeof err);
    if (r == 0)
        return 0;
    r = tell_unreadable(n ? paths[ret->n] : "", r, err);
    side_runs_done(ret);
    return r;
}

void side_runs_done(struct diff_runs *runs)
{
    struct report *at = (struct report *)runs->at;

    for (size_t i = 0; i < runs->n; i++)
        report_done(&at[i]);
    free(at);
    *runs = (struct diff_runs){0};
}

void side_words_done(struct side_words *words)
{
    free(words->name);
    free(words->commit);
    *words = (struct side_words){0};
}

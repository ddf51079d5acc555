/* SPDX-License-Identifier: Apache-2.0 */
#include "git.h"
#include "command.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A hook hands these to its children; in another worktree they would point at the wrong one. */
static const char *const hook_variables[] = {
    "GIT_DIR",       "GIT_WORK_TREE",          "GIT_INDEX_FILE",
    "GIT_PREFIX",    "GIT_OBJECT_DIRECTORY",   "GIT_COMMON_DIR",
    "GIT_NAMESPACE", "GIT_CEILING_DIRECTORIES"};

static void chomp(char *text)
{
    size_t n = text ? strlen(text) : 0;

    while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        text[--n] = 0;
}

/* Gives `argv` back. */
static struct process_end run_git(struct strings argv, char *const *env, bool quiet, char **ret)
{
    const int nowhere = quiet ? open("/dev/null", O_WRONLY | O_CLOEXEC) : 0;
    const struct process_plan plan = {.argv = argv.at, .env = env, .err = nowhere};
    char *output = NULL;
    struct process_end end = process_capture(&plan, &output);

    if (nowhere > 0)
        close(nowhere);
    strings_done(&argv);
    chomp(output);
    if (ret)
        *ret = output;
    else
        free(output);
    return end;
}

int git_open(struct git_repository *ret)
{
    struct git_repository git = {0};
    struct process_end end =
        run_git(strings_of("git", "rev-parse", "--path-format=absolute", "--git-common-dir", NULL),
                NULL, true, &git.common);

    if (end.status != 0) {
        free(git.common);
        return end.start_error ? -ENOSYS : -ENOENT;
    }
    run_git(strings_of("git", "rev-parse", "--show-toplevel", NULL), NULL, true, &git.top);
    git.env = strings_environment();
    for (size_t i = 0; i < sizeof hook_variables / sizeof hook_variables[0]; i++)
        strings_setenv(&git.env, hook_variables[i], NULL);
    *ret = git;
    return 0;
}

int git_open_here(struct git_repository *ret)
{
    switch (git_open(ret)) {
    case 0:
        return 0;
    case -ENOSYS:
        return complain(EXIT_USE, "cannot find git: install it, or put it in PATH");
    default:
        return complain(EXIT_USE,
                        "this is no git repository: go to the one whose commits are meant");
    }
}

void git_close(struct git_repository *git)
{
    free(git->common);
    free(git->top);
    strings_done(&git->env);
    *git = (struct git_repository){0};
}

int git_run(const struct git_repository *git, bool quiet, char **ret, ...)
{
    struct strings argv = {0};
    va_list args;

    strings_add(&argv, "git");
    strings_addf(&argv, "--git-dir=%s", git->common);
    va_start(args, ret);
    for (const char *word; (word = va_arg(args, const char *));)
        strings_add(&argv, word);
    va_end(args);
    return run_git(argv, git->env.at, quiet, ret).status;
}

int git_resolve(const struct git_repository *git, const char *revision, struct git_commit *ret)
{
    struct git_commit commit = {0};
    char *spec = format_string("%s^{commit}", revision);
    char *shown = NULL, *id = NULL, *save = NULL;
    int status = 1;

    /* HEAD means the user's worktree, not the main one: ask from where we are. */
    if (revision[0] != '-')
        status = run_git(strings_of("git", "rev-parse", "--verify", "--quiet", spec, NULL), NULL,
                         true, &id)
                     .status;
    free(spec);
    if (status == 0)
        status = git_run(git, true, &shown, "show", "-s", "--no-show-signature",
                         "--format=%T%n%ct%n%s", id, NULL);
    if (status != 0) {
        free(id);
        free(shown);
        return -ENOENT;
    }
    commit.id = id;
    char *line = strtok_r(shown, "\n", &save);
    commit.tree = format_string("%s", line ? line : "");
    line = strtok_r(NULL, "\n", &save);
    commit.time = line ? strtoll(line, NULL, 10) : 0;
    line = strtok_r(NULL, "\n", &save);
    commit.subject = format_string("%s", line ? line : "");
    free(shown);
    *ret = commit;
    return 0;
}

void git_commit_done(struct git_commit *commit)
{
    free(commit->id);
    free(commit->tree);
    free(commit->subject);
    *commit = (struct git_commit){0};
}

bool git_dirty(const struct git_repository *git)
{
    char *text = NULL;
    bool dirty;

    if (!git->top || !git->top[0])
        return false;
    dirty = run_git(strings_of("git", "--no-optional-locks", "status", "--porcelain",
                               "--untracked-files=no", NULL),
                    NULL, true, &text)
                    .status == 0 &&
            text && text[0];
    free(text);
    return dirty;
}

int git_worktree_add(const struct git_repository *git, const char *folder, const char *commit)
{
    char *words = NULL;
    int status;

    /* A hook of the user's after a checkout is meant for their checkout, not for ours. */
    status = git_run(git, false, &words, "-c", "core.hooksPath=/dev/null", "worktree", "add",
                     "--quiet", "--force", "--detach", folder, commit, NULL);
    free(words);
    return status == 0 ? 0 : -EIO;
}

/* The folder that the repository keeps about a worktree; null unless it is one of ours. */
static char *admin_folder(const struct git_repository *git, const char *folder)
{
    char *link = format_string("%s/.git", folder);
    char *below = format_string("%s/worktrees/", git->common);
    char text[4096 + 16] = "", *admin = NULL;
    FILE *in = fopen(link, "re");

    if (in) {
        if (fgets(text, sizeof text, in) && strncmp(text, "gitdir: ", 8) == 0) {
            chomp(text);
            if (strncmp(text + 8, below, strlen(below)) == 0 &&
                !strchr(text + 8 + strlen(below), '/'))
                admin = format_string("%s", text + 8);
        }
        fclose(in);
    }
    free(link);
    free(below);
    return admin;
}

void git_worktree_detach(const struct git_repository *git, const char *folder)
{
    char *admin = admin_folder(git, folder);

    if (admin) {
        char *link = format_string("%s/.git", folder);
        char *all = format_string("%s/worktrees", git->common);

        unlink(link);
        remove_tree(admin);
        rmdir(all); /* git takes it away too when the last one goes; not empty is no error */
        free(link);
        free(all);
        free(admin);
    }
}

void git_worktree_remove(const struct git_repository *git, const char *folder)
{
    git_worktree_detach(git, folder);
    remove_tree(folder);
}

/* The worktree that an entry of the repository names, in `line`; "" when it cannot be read. */
static void entry_target(const char *admin, char *line, size_t size)
{
    char *path = format_string("%s/gitdir", admin);
    FILE *in = fopen(path, "re");

    line[0] = 0;
    if (in) {
        if (fgets(line, (int)size, in))
            chomp(line);
        fclose(in);
    }
    free(path);
}

/* An entry whose folder has lost its .git file cannot be found from the folder: look through the
 * entries for the one that names it. */
static void forget_entry(const struct git_repository *git, const char *folder)
{
    char *all = format_string("%s/worktrees", git->common);
    const size_t n = strlen(folder);
    DIR *dir = opendir(all);

    for (struct dirent *e; dir && (e = readdir(dir));)
        if (e->d_name[0] != '.') {
            char *admin = format_string("%s/%s", all, e->d_name);
            char target[4096 + 16];

            entry_target(admin, target, sizeof target);
            if (strncmp(target, folder, n) == 0 && strcmp(target + n, "/.git") == 0)
                remove_tree(admin);
            free(admin);
        }
    if (dir)
        closedir(dir);
    rmdir(all);
    free(all);
}

void git_worktree_sweep(const struct git_repository *git, const char *folder,
                        bool (*in_use)(const char *path))
{
    char *list = NULL, *save = NULL;
    const size_t n = strlen(folder);

    if (git_run(git, true, &list, "worktree", "list", "--porcelain", NULL) == 0)
        for (char *l = strtok_r(list, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
            if (strncmp(l, "worktree ", 9) == 0 && strncmp(l + 9, folder, n) == 0 &&
                l[9 + n] == '/' && !in_use(l + 9)) {
                git_worktree_remove(git, l + 9);
                forget_entry(git, l + 9);
            }
    free(list);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "git_lines.h"

#include <errno.h>
#include <stdlib.h>

/* A line that was only indented anew is the same line (-w); a file that was renamed is the same
 * file (-M). The user's own settings of colour, prefixes and outside programs must not tell. */
static int ask_diff(const struct git_repository *git, const char *base, const char *head,
                    char **ret)
{
    return git_run(git, true, ret, "diff", "-U0", "-M", "-w", "--diff-algorithm=histogram",
                   "--no-color", "--no-ext-diff", "--no-textconv", "--no-relative",
                   "--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules", base, head, "--",
                   NULL);
}

static int ask_files(const struct git_repository *git, const char *commit, char **ret)
{
    return git_run(git, true, ret, "ls-tree", "-r", "--name-only", "--full-tree", commit, NULL);
}

int git_change(const struct git_repository *git, const char *base, const char *head,
               struct git_change *ret)
{
    char *diff = NULL, *base_files = NULL, *head_files = NULL, *count = NULL;
    char *range = format_string("%s..%s", base, head);
    struct git_change change = {0};

    if (ask_diff(git, base, head, &diff) == 0 && ask_files(git, base, &base_files) == 0 &&
        ask_files(git, head, &head_files) == 0)
        change.lines = line_map_new(&(struct line_map_text){diff, base_files, head_files});
    if (change.lines) {
        change.files = line_map_files(change.lines);
        if (git_run(git, true, &count, "rev-list", "--count", range, NULL) == 0)
            change.commits = strtoul(count, NULL, 10);
        *ret = change;
    }
    free(diff);
    free(base_files);
    free(head_files);
    free(count);
    free(range);
    return change.lines ? 0 : -ENOENT;
}

void git_change_done(struct git_change *change)
{
    line_map_free(change->lines);
    *change = (struct git_change){0};
}

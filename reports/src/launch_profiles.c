/* SPDX-License-Identifier: Apache-2.0 */
/* Which profiles did a run leave? The names hold what only its processes knew (pids, names after
 * exec), so look for files that fit the template and read from their headers whose they are. */
#include "launch.h"

#include <fcntl.h>
#include <glob.h>
#include <nocopy/profile_format.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct found {
    const char *path;
    pid_t pid, parent;
    uint64_t start_ns;
    bool ours;
};

/* The template as a pattern of glob(3). `ret_pid` says whether it holds %p. */
static char *pattern_of(const char *output, bool *ret_pid)
{
    char *pattern = malloc(2 * strlen(output) + 1), *q = pattern;

    if (!pattern)
        abort();
    *ret_pid = false;
    for (const char *p = output; *p; p++)
        if (*p == '%' && p[1] && strchr("pehtr", p[1])) {
            *ret_pid = *ret_pid || p[1] == 'p';
            *q++ = '*';
            p++;
        } else {
            if (*p == '%' && p[1] == '%')
                p++;
            if (strchr("*?[\\", *p))
                *q++ = '\\';
            *q++ = *p;
        }
    *q = 0;
    return pattern;
}

static bool read_header(const char *path, struct nc_header *ret)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    bool good = fd >= 0 && pread(fd, ret, sizeof *ret, 0) == (ssize_t)sizeof *ret &&
                memcmp(ret->magic, NC_MAGIC, sizeof ret->magic) == 0;

    if (fd >= 0)
        close(fd);
    return good;
}

static int by_start(const void *a, const void *b)
{
    const struct found *x = a, *y = b;

    return x->start_ns < y->start_ns ? -1 : x->start_ns > y->start_ns;
}

/* Mark the root's own and what descends from it. In order of start: a parent comes first. The same
 * file may be there twice when both patterns fit it. */
static void mark_descendants(struct found *found, size_t n, pid_t root)
{
    for (size_t i = 0; i < n; i++) {
        bool twice = false;

        found[i].ours = found[i].pid == root || found[i].parent == root;
        for (size_t j = 0; j < i; j++) {
            if (found[j].ours && (found[i].parent == found[j].pid || found[i].pid == found[j].pid))
                found[i].ours = true;
            twice = twice || strcmp(found[i].path, found[j].path) == 0;
        }
        found[i].ours = found[i].ours && !twice;
    }
}

void launch_profiles(const char *output, pid_t root, uint64_t since_ns, struct strings *ret)
{
    bool has_pid;
    char *pattern = pattern_of(output, &has_pid);
    char *later = format_string("%s.*", pattern);
    glob_t names = {0};
    struct found *found;
    size_t n = 0;

    glob(pattern, GLOB_NOSORT, NULL, &names);
    if (!has_pid)
        glob(later, GLOB_NOSORT | GLOB_APPEND, NULL, &names);
    found = calloc(names.gl_pathc + 1, sizeof *found);
    for (size_t i = 0; found && i < names.gl_pathc; i++) {
        struct nc_header h;

        /* The clock may have been set back by a second meanwhile. */
        if (read_header(names.gl_pathv[i], &h) && h.start_realtime_ns + 1000000000u >= since_ns)
            found[n++] = (struct found){names.gl_pathv[i], h.pid, h.parent_pid, h.start_ns, false};
    }
    if (found) {
        qsort(found, n, sizeof *found, by_start);
        mark_descendants(found, n, root);
        for (size_t i = 0; i < n; i++)
            if (found[i].ours)
                strings_add(ret, found[i].path);
    }
    free(found);
    globfree(&names);
    free(pattern);
    free(later);
}

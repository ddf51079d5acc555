/* SPDX-License-Identifier: Apache-2.0 */
#include "source_path.h"

#include "pool.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* In place: no "//", "." and "..". A ".." that would leave a relative path is dropped. */
static void normalize(char *path)
{
    const bool absolute = path[0] == '/';
    const char *from = path;
    char *const begin = path + absolute;
    char *to = begin;

    while (*from) {
        while (*from == '/')
            from++;
        const size_t len = strcspn(from, "/");
        if (len == 2 && from[0] == '.' && from[1] == '.') {
            while (to > begin && *--to != '/')
                ;
        } else if (len > 0 && !(len == 1 && from[0] == '.')) {
            if (to > begin)
                *to++ = '/';
            memmove(to, from, len);
            to += len;
        }
        from += len;
    }
    *to = '\0';
}

/* Length of the repository's root with its slash, 0 when there is none. */
static size_t repository_len(const char *path)
{
    char probe[PATH_MAX + 8];
    size_t len = strlen(path);

    if (len >= PATH_MAX)
        return 0;
    while (len > 1) {
        while (len > 0 && path[len - 1] != '/')
            len--;
        if (len <= 1) /* a repository at the root of all would claim the system's headers */
            return 0;
        snprintf(probe, sizeof probe, "%.*s.git", (int)len, path);
        if (access(probe, F_OK) == 0)
            return len;
        len--;
    }
    return 0;
}

/* What is left of `path` when it lies below `dir`, else null. */
static const char *below(const char *path, const char *dir)
{
    size_t len = strlen(dir);

    while (len > 1 && dir[len - 1] == '/')
        len--;
    return len > 1 && strncmp(path, dir, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

void source_path(struct pool *pool, const char *raw, const char *comp_dir, const char **ret_file,
                 const char **ret_path)
{
    char path[PATH_MAX * 2], shown[PATH_MAX * 2];
    const bool absolute = raw[0] == '/';
    /* libdw puts comp_dir in front of what was relative: what follows is what the debug info said
     */
    const char *relative = absolute ? below(raw, comp_dir) : raw;

    snprintf(path, sizeof path, "%s%s%s", absolute ? "" : comp_dir, absolute ? "" : "/", raw);
    normalize(path);
    *ret_path = path[0] == '/' ? pool_intern(pool, path) : "";
    const size_t root = path[0] == '/' ? repository_len(path) : 0;
    if (root > 0) {
        *ret_file = pool_intern(pool, path + root);
    } else if (relative) {
        snprintf(shown, sizeof shown, "%s", relative);
        normalize(shown);
        *ret_file = pool_intern(pool, shown);
    } else {
        *ret_file = pool_intern(pool, path);
    }
}

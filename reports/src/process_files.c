/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"

#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void out_of_memory(void)
{
    fputs("nocopy: out of memory\n", stderr);
    exit(125);
}

char *format_string(const char *format, ...)
{
    va_list args;
    char *text;
    int n;

    va_start(args, format);
    n = vasprintf(&text, format, args);
    va_end(args);
    if (n < 0)
        out_of_memory();
    return text;
}

char *temporary_name(const char *purpose)
{
    const char *folder = getenv("TMPDIR");

    return format_string("%s/nocopy-%s-XXXXXX", folder && folder[0] ? folder : "/tmp", purpose);
}

static void strings_push(struct strings *s, char *owned)
{
    if (s->len + 2 > s->room) {
        s->room = s->room ? s->room * 2 : 16;
        s->at = realloc(s->at, s->room * sizeof *s->at);
        if (!s->at)
            out_of_memory();
    }
    s->at[s->len++] = owned;
    s->at[s->len] = NULL;
}

void strings_add(struct strings *s, const char *string)
{
    strings_push(s, format_string("%s", string));
}

void strings_addf(struct strings *s, const char *format, ...)
{
    va_list args;
    char *text;
    int n;

    va_start(args, format);
    n = vasprintf(&text, format, args);
    va_end(args);
    if (n < 0)
        out_of_memory();
    strings_push(s, text);
}

struct strings strings_of(const char *first, ...)
{
    struct strings s = {0};
    va_list args;

    va_start(args, first);
    for (const char *word = first; word; word = va_arg(args, const char *))
        strings_add(&s, word);
    va_end(args);
    return s;
}

void strings_done(struct strings *s)
{
    for (size_t i = 0; i < s->len; i++)
        free(s->at[i]);
    free(s->at);
    *s = (struct strings){0};
}

struct strings strings_environment(void)
{
    struct strings env = {0};

    for (char **e = environ; e && *e; e++)
        strings_add(&env, *e);
    return env;
}

void strings_setenv(struct strings *env, const char *name, const char *value)
{
    const size_t n = strlen(name);

    for (size_t i = 0; i < env->len; i++)
        if (strncmp(env->at[i], name, n) == 0 && env->at[i][n] == '=') {
            free(env->at[i]);
            env->at[i] = env->at[--env->len];
            env->at[env->len] = NULL;
            break;
        }
    if (value)
        strings_addf(env, "%s=%s", name, value);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    if (flag == FTW_DNR)
        chmod(path, 0700);
    return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

/* A folder whose mode forbids writing keeps its entries: open it on the way in. */
static int open_up(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)ftw;
    if (flag == FTW_D && (st->st_mode & 0700) != 0700)
        chmod(path, 0700);
    return 0;
}

int remove_tree(const char *path)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : -errno;
    nftw(path, open_up, 32, FTW_PHYS);
    return nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS) < 0 ? -errno : 0;
}

int make_folders(const char *path)
{
    char *copy = format_string("%s", path);
    int r = 0;

    for (char *p = copy + 1; r == 0 && *p; p++)
        if (*p == '/') {
            *p = 0;
            if (mkdir(copy, 0777) < 0 && errno != EEXIST)
                r = -errno;
            *p = '/';
        }
    if (r == 0 && mkdir(copy, 0777) < 0 && errno != EEXIST)
        r = -errno;
    free(copy);
    return r;
}

char *cache_folder(const char *what)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME"), *tmp = getenv("TMPDIR");

    if (xdg && xdg[0] == '/')
        return format_string("%s/nocopy/%s", xdg, what);
    if (home && home[0] == '/')
        return format_string("%s/.cache/nocopy/%s", home, what);
    return format_string("%s/nocopy-%u/%s", tmp && tmp[0] ? tmp : "/tmp", (unsigned)geteuid(),
                         what);
}

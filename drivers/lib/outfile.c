/* SPDX-License-Identifier: Apache-2.0 */
#include "outfile.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* For the signal handler alone: the file to remove. */
static char doomed[PATH_MAX];

static void remove_and_die(int sig)
{
    if (doomed[0])
        unlink(doomed);
    signal(sig, SIG_DFL);
    raise(sig);
}

static void catch_signals(void (*handler)(int))
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction was, now = {.sa_handler = handler};

        /* nohup and background jobs of a plain shell ignore some: let them */
        if (sigaction(signals[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN)
            sigaction(signals[i], &now, NULL);
    }
}

/* The signals wait while the file and its name get into step. */
static void block_signals(sigset_t *ret_old)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, ret_old);
}

static int open_temp(struct outfile *o, struct series_message *err)
{
    const char *slash = strrchr(o->path, '/');
    const int folder = slash ? (int)(slash - o->path) + 1 : 0;
    const mode_t mask = umask(0);
    sigset_t old;
    int fd;

    umask(mask);
    if (snprintf(o->temp, sizeof o->temp, "%.*s.%s.XXXXXX", folder, o->path, o->path + folder) >=
        (int)sizeof o->temp)
        return series_fail(err, "the name of the output file is too long");
    block_signals(&old);
    fd = mkstemp(o->temp);
    if (fd >= 0) {
        strcpy(doomed, o->temp);
        catch_signals(remove_and_die);
    }
    sigprocmask(SIG_SETMASK, &old, NULL);
    if (fd >= 0 && fchmod(fd, 0666 & ~mask) == 0)
        o->f = fdopen(fd, "w+");
    if (o->f)
        return 0;
    series_fail(err, "cannot write '%s': %s", o->path, strerror(errno));
    if (fd >= 0) {
        close(fd);
        unlink(o->temp);
    }
    return -1;
}

int outfile_open(struct outfile *ret, const char *path, struct series_message *err)
{
    struct stat st;

    *ret = (struct outfile){.path = path};
    if (!path) {
        ret->f = stdout;
        return 0;
    }
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return series_fail(err, "cannot write '%s': it is a folder", path);
    if (stat(path, &st) < 0 || S_ISREG(st.st_mode))
        return open_temp(ret, err);
    ret->f = fopen(path, "w");
    return ret->f ? 0 : series_fail(err, "cannot write '%s': %s", path, strerror(errno));
}

int outfile_commit(struct outfile *o, struct series_message *err)
{
    const char *name = o->path ? o->path : "the standard output";
    int failed = ferror(o->f);

    if (o->f == stdout)
        failed |= fflush(stdout);
    else
        failed |= fclose(o->f);
    o->f = NULL;
    if (!failed && o->temp[0])
        failed = rename(o->temp, o->path);
    if (failed)
        series_fail(err, "cannot write '%s': %s", name, strerror(errno));
    else
        o->temp[0] = '\0';
    outfile_drop(o);
    return failed ? -1 : 0;
}

void outfile_drop(struct outfile *o)
{
    if (o->f && o->f != stdout)
        fclose(o->f);
    o->f = NULL;
    if (o->temp[0])
        unlink(o->temp);
    o->temp[0] = '\0';
    catch_signals(SIG_DFL);
    doomed[0] = '\0';
}

size_t outfile_npy_header(char ret[OUTFILE_NPY_HEADER], const size_t *shape, size_t dims)
{
    enum { PREFIX = 10 }; /* magic, version 1.0, length of the rest */
    char *text = ret + PREFIX;
    size_t at = (size_t)sprintf(text, "{'descr': '<f8', 'fortran_order': False, 'shape': (");

    for (size_t i = 0; i < dims; i++)
        at += (size_t)sprintf(text + at, "%zu%s", shape[i], i + 1 < dims ? ", " : "");
    at += (size_t)sprintf(text + at, "%s), }", dims == 1 ? "," : "");

    const size_t total = (PREFIX + at + 1 + 63) / 64 * 64;

    memset(text + at, ' ', total - PREFIX - at - 1);
    ret[total - 1] = '\n';
    memcpy(ret, "\x93NUMPY\x01\x00", 8);
    ret[8] = (char)((total - PREFIX) & 0xff);
    ret[9] = (char)((total - PREFIX) >> 8);
    return total;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/nocopy-drivers-XXXXXX";
static int folder_made;

const char *spawn_path(const char *name)
{
    static char path[8][PATH_MAX];
    static unsigned next;
    char *to = path[next++ % 8];

    if (!folder_made && !mkdtemp(folder))
        fail_msg("cannot make a folder");
    folder_made = 1;
    snprintf(to, PATH_MAX, "%s/%s", folder, name);
    return to;
}

void spawn_cleanup(void)
{
    char command[64];

    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (folder_made && system(command) != 0)
        fprintf(stderr, "cannot remove %s\n", folder);
    folder_made = 0;
}

const char *spawn_file(const char *name, const char *text)
{
    const char *path = spawn_path(name);
    FILE *f = fopen(path, "w");

    if (!f || fputs(text, f) < 0 || fclose(f) != 0)
        fail_msg("cannot write %s", path);
    return path;
}

const char *spawn_shared(const char *name)
{
    static char path[4][PATH_MAX];
    static unsigned next;
    const char *root = getenv("SOURCE_ROOT");
    char *to = path[next++ % 4];

    snprintf(to, PATH_MAX, "%s/../shared/%s", root ? root : ".", name);
    return access(to, R_OK) == 0 ? to : NULL;
}

static char *slurp(int fd, size_t *ret_size)
{
    struct stat st;
    char *text;

    if (fstat(fd, &st) < 0 || !(text = malloc((size_t)st.st_size + 1)))
        fail_msg("cannot read back");
    for (off_t at = 0; at < st.st_size;) {
        const ssize_t n = pread(fd, text + at, (size_t)(st.st_size - at), at);

        if (n <= 0)
            fail_msg("cannot read back");
        at += n;
    }
    text[st.st_size] = '\0';
    if (ret_size)
        *ret_size = (size_t)st.st_size;
    close(fd);
    return text;
}

static int temp_fd(void)
{
    FILE *f = tmpfile();

    if (!f)
        fail_msg("cannot make a file");
    const int fd = dup(fileno(f));

    fclose(f);
    return fd;
}

static void become(const char *const *argv, const char *const *env)
{
    char path[PATH_MAX];

    for (; env && *env; env++)
        putenv((char *)*env);
    if (argv[0][0] == '/')
        snprintf(path, sizeof path, "%s", argv[0]);
    else
        snprintf(path, sizeof path, "%s/%s", getenv("DRIVERS"), argv[0]);
    execv(path, (char **)argv);
    _exit(127);
}

struct spawned spawn_run(const char *const *argv, const char *const *env)
{
    const int out = temp_fd(), err = temp_fd();
    struct spawned s = {0};
    int status;
    const pid_t pid = fork();

    if (pid < 0)
        fail_msg("cannot fork");
    if (pid == 0) {
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        become(argv, env);
    }
    waitpid(pid, &status, 0);
    s.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    s.out = slurp(out, &s.out_size);
    s.err = slurp(err, NULL);
    return s;
}

void spawned_free(struct spawned *s)
{
    free(s->out);
    free(s->err);
    *s = (struct spawned){0};
}

pid_t spawn_start(const char *const *argv)
{
    const pid_t pid = fork();

    if (pid == 0) {
        const int null = open("/dev/null", O_RDWR);

        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        become(argv, NULL);
    }
    return pid;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* compare PAIRS SHIM: what recording adds to a malloc with its free, and to a copy, beside
 * heaptrack's preload library writing to a file (its cheapest form). Ratios of one run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char heaptrack[] = "/usr/lib/heaptrack/libheaptrack_preload.so";

/* Nanoseconds that `pairs` prints when it runs with `preload` (null: plain); best of three. */
static double measure(const char *pairs, char *const *args, const char *preload)
{
    double best = 1e30;

    for (int i = 0; i < 3; i++) {
        int fds[2];
        char line[64];

        if (pipe(fds) < 0)
            return 0;
        const pid_t pid = fork();

        if (pid == 0) {
            dup2(fds[1], 1);
            close(fds[0]);
            setenv("NOCOPY_OUTPUT", "/dev/shm/nocopy-bench-%p.prof", 1);
            setenv("DUMP_HEAPTRACK_OUTPUT", "/dev/shm/heaptrack-bench", 1);
            if (preload != NULL)
                setenv("LD_PRELOAD", preload, 1);
            execv(pairs, args);
            _exit(127);
        }
        close(fds[1]);
        const ssize_t n = read(fds[0], line, sizeof line - 1);

        close(fds[0]);
        waitpid(pid, NULL, 0);
        snprintf(line + (n > 0 ? n : 0), n > 0 ? 1 : sizeof line, "%s", "");
        if (n > 0 && atof(line) < best)
            best = atof(line);
        snprintf(line, sizeof line, "/dev/shm/nocopy-bench-%d.prof", (int)pid);
        unlink(line);
        unlink("/dev/shm/heaptrack-bench");
    }
    return best;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *args[3];
        int allocates;
    } cases[] = {
        {{"pairs", "5", "1"}, 1},    {{"pairs", "20", "1"}, 1},   {{"pairs", "40", "1"}, 1},
        {{"paths", "20", "1"}, 1},   {{"paths", "40", "1"}, 1},   {{"live", "9", "1"}, 1},
        {{"pairs", "20", "2"}, 1},   {{"pairs", "20", "4"}, 1},   {{"pairs", "20", "8"}, 1},
        {{"copies32", "5", "1"}, 0}, {{"copies1k", "5", "1"}, 0},
    };

    if (argc != 3)
        return 2;
    printf("%-9s %5s %7s %8s %12s %16s %6s\n", "case", "depth", "threads", "plain ns",
           "added by us", "by heaptrack raw", "ratio");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *const args[] = {argv[1], (char *)(size_t)cases[i].args[0],
                              (char *)(size_t)cases[i].args[1], (char *)(size_t)cases[i].args[2],
                              NULL};
        const double plain = measure(argv[1], args, NULL);
        const double ours = measure(argv[1], args, argv[2]) - plain;

        printf("%-9s %5s %7s %8.1f %12.1f", args[1], args[2], args[3], plain, ours);
        if (cases[i].allocates && access(heaptrack, R_OK) == 0) {
            const double theirs = measure(argv[1], args, heaptrack) - plain;

            printf(" %16.1f %6.1f", theirs, theirs / ours);
        }
        printf("\n");
        fflush(stdout);
    }
    return 0;
}

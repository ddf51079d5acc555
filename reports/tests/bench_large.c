/* SPDX-License-Identifier: Apache-2.0 */
/* How long and how much memory a report of a large profile takes, as a ratio to reading its bytes
 * and to its size. argv[1]: nodes (default a million). */
#include "profile_builder.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEPTH 32

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Chains that leave each other at random depths, every innermost frame with counters. */
static void build(const char *path, uint64_t nodes)
{
    struct builder b;
    uint32_t chain[DEPTH] = {0};
    uint64_t seed = 88172645463325252u;

    builder_init(&b);
    const uint32_t app = builder_module(&b, "/nowhere/app");
    while (b.n[NC_NODES] < nodes) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        for (uint32_t d = (uint32_t)(seed % DEPTH); d < DEPTH; d++)
            chain[d] =
                builder_node(&b, d ? chain[d - 1] : 0, app, (seed >> 20) % 60000 + d * 64, 0, 0);
        builder_blocks(&b, chain[DEPTH - 1], 1 + seed % 9, 16 + seed % 4000, seed % 2, 0);
    }
    if (builder_write(&b, path) < 0)
        abort();
    builder_done(&b);
}

/* In a child, so that its peak is its own. */
static void measure(const char *path, double *ret_wall, double *ret_cpu, double *ret_bytes)
{
    const double start = now();
    struct rusage usage;
    int status;
    const pid_t child = fork();

    if (child == 0) {
        struct report r;
        char err[256];
        _exit(report_load(&r, path, NULL, err, sizeof err) != 0);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0)
        abort();
    *ret_wall = now() - start;
    *ret_cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    *ret_bytes = (double)usage.ru_maxrss * 1024;
}

int main(int argc, char **argv)
{
    const uint64_t nodes = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    char path[] = "/tmp/nocopy-large.XXXXXX";
    double wall, cpu, bytes;
    struct stat st;
    const int fd = mkstemp(path);

    if (fd < 0)
        return 1;
    close(fd);
    if (fork() == 0) { /* the builder's memory is not inherited by what is measured */
        build(path, nodes);
        _exit(0);
    }
    wait(NULL);
    stat(path, &st);
    measure(path, &wall, &cpu, &bytes);
    printf("%llu nodes, %.1f MB: %.2f s (CPU %.2f s), memory %.2f x the file\n",
           (unsigned long long)nodes, (double)st.st_size / 1e6, wall, cpu,
           bytes / (double)st.st_size);
    unlink(path);
    return 0;
}

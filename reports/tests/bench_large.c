/* SPDX-License-Identifier: Apache-2.0 */
/* How long and how much memory a report of a large profile takes, and one of a hundred profiles of
 * the same program, beside their size. argv[1]: nodes (default a million; a hundredth of it in each
 * of the hundred). */
#include "profile_builder.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEPTH  32
#define MERGED 100

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Chains that leave each other at random depths, every innermost frame with counters. */
static void build(const char *path, uint64_t nodes, uint64_t seed)
{
    struct builder b;
    uint32_t chain[DEPTH] = {0};

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
static void measure(const char *const *paths, size_t n, double *ret_wall, double *ret_cpu,
                    double *ret_bytes)
{
    const double start = now();
    struct rusage usage;
    int status;
    const pid_t child = fork();

    if (child == 0) {
        struct report r;
        char err[256];
        _exit(report_from_profiles(&r, paths, n, NULL, err, sizeof err) != 0);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0)
        abort();
    *ret_wall = now() - start;
    *ret_cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    *ret_bytes = (double)usage.ru_maxrss * 1024;
}

/* Writes n profiles and makes one report of them. */
static int bench(size_t n, uint64_t nodes)
{
    char paths[MERGED][64];
    const char *names[MERGED];
    double wall, cpu, bytes, size = 0;
    struct stat st;

    for (size_t i = 0; i < n; i++) {
        names[i] = strcpy(paths[i], "/tmp/nocopy-large.XXXXXX");
        const int fd = mkstemp(paths[i]);
        if (fd < 0)
            return 1;
        close(fd);
        if (fork() == 0) { /* the builder's memory is not inherited by what is measured */
            build(paths[i], nodes, UINT64_C(88172645463325252) + i);
            _exit(0);
        }
        wait(NULL);
        stat(paths[i], &st);
        size += (double)st.st_size;
    }
    measure(names, n, &wall, &cpu, &bytes);
    printf("%zu profile%s of %llu nodes, %.1f MB: %.2f s (CPU %.2f s), memory %.2f x the files\n",
           n, n == 1 ? "" : "s", (unsigned long long)nodes, size / 1e6, wall, cpu, bytes / size);
    for (size_t i = 0; i < n; i++)
        unlink(paths[i]);
    return 0;
}

int main(int argc, char **argv)
{
    const uint64_t nodes = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;

    return bench(1, nodes) | bench(MERGED, nodes / MERGED);
}

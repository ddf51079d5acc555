/* SPDX-License-Identifier: Apache-2.0 */
/* What recording costs, beside other tools that are installed: one table, all from one run.
 *
 *   bench_shim [ROUNDS]
 *
 * Loads of our own give nanoseconds of CPU a pair of malloc and free; whole programs give CPU
 * seconds, and what a tool adds for each event (an allocation or a free, as our profile counts
 * them). Each cell is the best of ROUNDS (3), the tools taking turns. */
#include <fcntl.h>
#include <nocopy/profile_format.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peek.h"

struct tool {
    const char *name, *preload, *output; /* output: the variable that names its file */
    const char *option;                  /* NOCOPY_UNWIND, or null */
};

static struct tool tools[] = {
    {"plain", NULL, NULL, NULL},
    {"nocopy", SHIM, "NOCOPY_OUTPUT", "auto"},
    {"frame pointers", SHIM, "NOCOPY_OUTPUT", "fp"},
    {"libunwind", SHIM, "NOCOPY_OUTPUT", "libunwind"},
    {"no stacks", SHIM, "NOCOPY_OUTPUT", "none"},
    {"heaptrack raw", NULL, "DUMP_HEAPTRACK_OUTPUT", NULL},
};
enum { TOOLS = sizeof tools / sizeof tools[0], PLAIN = 0, OURS = 1, PEER = TOOLS - 1 };

struct load {
    const char *name, *command, *needs;
    bool prints; /* it prints nanoseconds a pair itself */
};

static const struct load loads[] = {
    {"same stack, depth 5", CHAINS " 5 same", NULL, true},
    {"same stack, depth 20", CHAINS " 20 same", NULL, true},
    {"same stack, depth 40", CHAINS " 40 same", NULL, true},
    {"never the same, depth 20", CHAINS " 20 random", NULL, true},
    {"never the same, depth 40", CHAINS " 40 random", NULL, true},
    {"2 threads, depth 20", CHAINS " 20 same 2", NULL, true},
    {"4 threads, depth 20", CHAINS " 20 same 4", NULL, true},
    {"2 M live blocks", CHAINS " 5 live", NULL, true},
    {"sqlite3",
     "sqlite3 :memory: 'create table t(a, b); with recursive c(x) as (select 1 union all select x "
     "+ "
     "1 from c where x < 100000) insert into t select x, hex(randomblob(9)) from c; create index i "
     "on t(b); select count(*) from t where b > a'",
     "sqlite3", false},
    {"perl", "perl -e 'for (1..200000) { $h{$_} = \"x\" x ($_ % 90) } @a = sort values %h'", "perl",
     false},
    {"python, malloc",
     "/usr/bin/python3 -c 'import json\n"
     "for i in range(20000): json.loads(json.dumps({\"a\": [i, 1.5], \"b\": str(i)}))'",
     "/usr/bin/python3", false},
    {"cc1plus",
     "$(g++ -print-prog-name=cc1plus) -quiet -imultiarch $(g++ -print-multiarch) -O1 " CXX_SOURCE
     " -o /dev/null",
     "g++", false},
    {"clang", "clang++ -O1 -c " CXX_SOURCE " -o /dev/null", "clang++", false},
};
enum { LOADS = sizeof loads / sizeof loads[0] };

static char folder[] = "/tmp/nocopy-bench-XXXXXX";

static double read_number(int fd)
{
    char text[64];
    const ssize_t len = read(fd, text, sizeof text - 1);

    text[len > 0 ? len : 0] = '\0';
    return strtod(text, NULL);
}

static double seconds(const struct rusage *u)
{
    return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
           (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) * 1e-6;
}

/* The tool is preloaded by the shell's exec, not into the shell: some tools then leave the programs
 * it starts alone. */
static void become(const struct load *load, const struct tool *tool, int out)
{
    char command[2048];
    const int null = open("/dev/null", O_WRONLY);

    dup2(load->prints ? out : null, 1);
    if (tool->preload)
        snprintf(command, sizeof command, "LD_PRELOAD=%s %s=%s/%s exec %s", tool->preload,
                 tool->output, folder, tool == &tools[PEER] ? "peer" : "%p.prof", load->command);
    else
        snprintf(command, sizeof command, "exec %s", load->command);
    if (tool->option)
        setenv("NOCOPY_UNWIND", tool->option, 1);
    setenv("PYTHONMALLOC", "malloc", 1);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

/* Nanoseconds a pair, or CPU seconds of the command and all its children; negative: it failed. */
static double run_once(const struct load *load, const struct tool *tool)
{
    struct rusage usage;
    int status, out[2];
    double printed = 0;
    pid_t child;

    fflush(stdout);
    if (pipe(out) < 0)
        return -1;
    child = fork();
    if (child == 0)
        become(load, tool, out[1]);
    close(out[1]);
    if (load->prints)
        printed = read_number(out[0]);
    close(out[0]);
    if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0)
        return -1;
    return load->prints ? printed : seconds(&usage);
}

/* Events in the profiles that lie in the folder; empties it. */
static uint64_t take_events(void)
{
    char command[200], line[512];
    uint64_t events = 0;
    FILE *list;

    snprintf(command, sizeof command, "ls %s/*.prof 2>/dev/null", folder);
    list = popen(command, "r");
    while (list && fgets(line, sizeof line, list)) {
        struct peek p;

        line[strcspn(line, "\n")] = '\0';
        if (peek_open(&p, line) == 0) {
            const struct peek_sums s = peek_sums(&p);

            events += s.allocations + s.frees;
            peek_done(&p);
        }
    }
    if (list)
        pclose(list);
    snprintf(command, sizeof command, "rm -f %s/*", folder);
    if (system(command) != 0)
        return 0;
    return events;
}

static bool runs(const char *program)
{
    char command[200];

    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
    return system(command) == 0;
}

static void print_row(const struct load *load, const double *best, uint64_t events)
{
    printf("%-26s", load->name);
    for (int t = 0; t < TOOLS; t++) {
        if (best[t] < 0)
            printf(" %14s", "-");
        else if (load->prints || t == PLAIN)
            printf(" %14.*f", load->prints ? 1 : 2, best[t]);
        else
            printf(" %8.2f %+5.0f", best[t], (best[t] - best[PLAIN]) * 1e9 / (double)(events + 1));
    }
    if (best[PEER] > 0 && best[OURS] > 0)
        printf("  peer/ours %.2f, added %.2f", best[PEER] / best[OURS],
               (best[PEER] - best[PLAIN]) / (best[OURS] - best[PLAIN]));
    printf("\n");
}

static void measure(const struct load *load, int rounds)
{
    double best[TOOLS];
    uint64_t events = 0;

    for (int t = 0; t < TOOLS; t++)
        best[t] = -1;
    for (int round = 0; round < rounds; round++)
        for (int t = 0; t < TOOLS; t++) {
            double took;

            if (t != PLAIN && !tools[t].preload)
                continue;
            took = run_once(load, &tools[t]);
            if (took >= 0 && (best[t] < 0 || took < best[t]))
                best[t] = took;
            if (t == OURS)
                events = take_events();
            else
                take_events();
        }
    print_row(load, best, events);
}

int main(int argc, char **argv)
{
    static const char *const peers[] = {
        "/usr/lib/heaptrack/libheaptrack_preload.so",
        "/usr/lib64/heaptrack/libheaptrack_preload.so",
        "/usr/local/lib/heaptrack/libheaptrack_preload.so",
    };
    const int rounds = argc > 1 ? atoi(argv[1]) : 3;

    if (!mkdtemp(folder)) {
        perror("bench_shim: cannot make a folder in /tmp");
        return 1;
    }
    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++)
        if (access(peers[i], R_OK) == 0)
            tools[PEER].preload = peers[i];
    printf("ns a pair, or CPU s and ns added an event; best of %d, tools taking turns\n%-26s",
           rounds, "");
    for (int t = 0; t < TOOLS; t++)
        printf(" %14s", tools[t].name);
    printf("\n");
    for (size_t i = 0; i < LOADS; i++)
        if (!loads[i].needs || runs(loads[i].needs))
            measure(&loads[i], rounds);
    rmdir(folder);
    return 0;
}

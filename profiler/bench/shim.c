/* SPDX-License-Identifier: Apache-2.0 */
/* What recording costs, beside other tools that are installed: all from one run.
 *
 *   shim [ROUNDS [WORD]]     WORD: only the loads whose name holds it
 *
 * Loads of our own print nanoseconds of CPU a pair of malloc and free; of whole programs the CPU
 * time is taken, children and a tool's helpers included, and what a tool adds is told for each
 * event (an allocation or a free, as our profile counts them). Each cell is the best of ROUNDS (3),
 * the tools taking turns. Then memory, and the figures that were set. */
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

enum { PLAIN, OURS, POINTERS, LIBUNWIND, NO_STACKS, EMPTY, PEER, PEER_USED, DHAT, TOOLS };

struct tool {
    const char *name;
    const char *before; /* of the command, for a shell; null: not installed */
    const char *unwind; /* NOCOPY_UNWIND */
    bool slow;          /* only where a load asks for it */
};

#define OF(library) "LD_PRELOAD=" library " exec "
static struct tool tools[TOOLS] = {
    [PLAIN] = {"plain", "exec ", "auto", false},
    [OURS] = {"nocopy", OF(SHIM), "auto", false},
    [POINTERS] = {"frame ptrs", OF(SHIM), "fp", false},
    [LIBUNWIND] = {"libunwind", OF(SHIM), "libunwind", false},
    [NO_STACKS] = {"no stacks", OF(SHIM), "none", false},
    [EMPTY] = {"empty", OF(EMPTY_SHIM), "auto", false},
    [PEER] = {"heaptrack", NULL, "auto", false},
    [PEER_USED] = {"as used", "heaptrack -o $BENCH/used ", "auto", true},
    [DHAT] = {"DHAT", "valgrind --tool=dhat --dhat-out-file=$BENCH/dhat ", "auto", true},
};

struct load {
    const char *name, *command, *needs;
    bool prints;     /* it prints nanoseconds a pair itself */
    bool slow_tools; /* small enough for those */
    /* Figures that were set; 0: none. */
    double most_added;  /* nanoseconds a pair */
    double most_times;  /* of plain */
    double least_ratio; /* what heaptrack adds over what we add */
};

#define PYTHON "/usr/bin/python3"
static const struct load loads[] = {
    {"same stack, depth 5", CHAINS " 5 same", NULL, true, false, 0, 0, 0},
    {"same stack, depth 9", CHAINS " 9 same", NULL, true, false, 0, 0, 3},
    {"same stack, depth 20", CHAINS " 20 same", NULL, true, true, 45, 0, 7},
    {"same stack, depth 40", CHAINS " 40 same", NULL, true, false, 0, 0, 0},
    {"never the same, depth 20", CHAINS " 20 random", NULL, true, false, 0, 0, 1.4},
    {"never the same, depth 40", CHAINS " 40 random", NULL, true, false, 0, 0, 1.4},
    {"2 threads, depth 20", CHAINS " 20 same 2", NULL, true, false, 0, 0, 0},
    {"4 threads, depth 20", CHAINS " 20 same 4", NULL, true, false, 0, 0, 3},
    {"8 threads, depth 20", CHAINS " 20 same 8", NULL, true, false, 0, 0, 0},
    {"2 M live blocks", CHAINS " 5 live", NULL, true, false, 0, 0, 3},
    {"copies of 32 bytes", CHAINS " 5 copy32 1 1000000", NULL, true, false, 2, 0, 0},
    {"copies of 1 KiB", CHAINS " 5 copy1k", NULL, true, false, 30, 0, 0},
    {"sqlite3",
     "sqlite3 :memory: 'create table t(a, b); with recursive c(x) as (select 1 union all select x "
     "+ 1 from c where x < 100000) insert into t select x, hex(randomblob(9)) from c; create index "
     "i on t(b); select count(*) from t where b > a'",
     "sqlite3", false, true, 0, 0, 3},
    {"perl", "perl -e 'for (1..200000) { $h{$_} = \"x\" x ($_ % 90) } @a = sort values %h'", "perl",
     false, false, 0, 0, 3},
    {"python, malloc",
     PYTHON " -c 'import json\n"
            "for i in range(20000): json.loads(json.dumps({\"a\": [i, 1.5], \"b\": str(i)}))'",
     PYTHON, false, true, 0, 0, 3},
    {"git log", "git -C " SOURCE_ROOT " log --stat -n 100", "git", false, false, 0, 0, 3},
    {"cc1, C",
     "$(gcc -print-prog-name=cc1) -quiet -imultiarch $(gcc -print-multiarch) -O2 " C_SOURCE
     " -o /dev/null",
     "gcc", false, false, 0, 0, 3},
    {"cc1plus",
     "$(g++ -print-prog-name=cc1plus) -quiet -imultiarch $(g++ -print-multiarch) -O1 " CXX_SOURCE
     " -o /dev/null",
     "g++", false, false, 0, 0, 3},
    {"clang, C", "clang -O2 -c " C_SOURCE " -o /dev/null", "clang", false, false, 0, 0, 0},
    {"clang, C++", "clang++ -O1 -c " CXX_SOURCE " -o /dev/null", "clang++", false, false, 0, 1.4,
     3},
    {"batch specimens", SPECIMENS " --all --bars=50000", SPECIMENS, false, false, 0, 1.1, 0},
    {"start-up", "/bin/true", "/bin/true", false, true, 3e6, 0, 0},
};
enum { LOADS = sizeof loads / sizeof loads[0] };

static char folder[] = "/tmp/nocopy-bench-XXXXXX";

struct result {
    double best[TOOLS]; /* seconds or nanoseconds; negative: not run, or failed */
    long rss_kib[TOOLS];
    uint64_t events, nodes, live_bytes, live_blocks;
};

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

static void set_path(const char *variable, const char *name)
{
    char path[sizeof folder + 16];

    snprintf(path, sizeof path, "%s%s", folder, name);
    setenv(variable, path, 1);
}

/* Tools are preloaded by the shell's exec, not into the shell: some then leave the programs it
 * starts alone. */
static void become(const struct load *load, int tool, int out)
{
    char command[4096];
    const int null = open("/dev/null", O_WRONLY);

    dup2(load->prints && tool != PEER_USED && tool != DHAT ? out : null, 1);
    if (tool != PLAIN && tool != OURS)
        dup2(null, 2);
    snprintf(command, sizeof command, "%s%s", tools[tool].before, load->command);
    set_path("BENCH", "");
    set_path("NOCOPY_OUTPUT", "/%p.prof");
    set_path("DUMP_HEAPTRACK_OUTPUT", "/peer");
    setenv("NOCOPY_UNWIND", tools[tool].unwind, 1);
    setenv("PYTHONMALLOC", "malloc", 1);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

/* Nanoseconds a pair, or CPU seconds of the command and all its children; negative: it failed. */
static double run_once(const struct load *load, int tool, long *ret_rss_kib)
{
    struct rusage usage = {0};
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
    if (load->prints && tool != PEER_USED && tool != DHAT)
        printed = read_number(out[0]);
    close(out[0]);
    if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0)
        return -1;
    *ret_rss_kib = usage.ru_maxrss;
    return printed > 0 ? printed : seconds(&usage);
}

/* What the profiles in the folder tell; empties it. */
static void take_profiles(struct result *r)
{
    char command[200], line[512];
    FILE *list;

    snprintf(command, sizeof command, "ls %s/*.prof 2>/dev/null", folder);
    list = popen(command, "r");
    r->events = r->nodes = r->live_bytes = r->live_blocks = 0;
    while (list && fgets(line, sizeof line, list)) {
        struct peek p;

        line[strcspn(line, "\n")] = '\0';
        if (peek_open(&p, line) < 0)
            continue;
        const struct peek_sums s = peek_sums(&p);

        r->events += s.allocations + s.frees;
        if (p.header->peak_bytes >= r->live_bytes) { /* of the largest process */
            r->live_bytes = p.header->peak_bytes;
            r->live_blocks = s.peak_blocks;
            r->nodes = peek_count(&p, NC_NODES);
        }
        peek_done(&p);
    }
    if (list)
        pclose(list);
}

static void empty_folder(void)
{
    char command[200];

    snprintf(command, sizeof command, "rm -rf %s/*", folder);
    if (system(command) != 0)
        fprintf(stderr, "cannot empty %s\n", folder);
}

static bool runs(const char *program)
{
    char command[200];

    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
    return system(command) == 0;
}

static double added(const struct result *r, int tool) { return r->best[tool] - r->best[PLAIN]; }

/* In the unit of the load: nanoseconds a pair, or times plain and nanoseconds added an event. */
static void print_row(const struct load *load, const struct result *r)
{
    printf("%-25s", load->name);
    for (int t = 0; t < TOOLS; t++) {
        if (r->best[t] < 0)
            printf(" %11s", "-");
        else if (load->prints && t != PEER_USED && t != DHAT)
            printf(" %11.1f", r->best[t]);
        else if (load->prints) /* of the whole process, which ran five rounds: seconds */
            printf(" %10.2fs", r->best[t]);
        else if (t == PLAIN || r->events < 10000)
            printf(" %10.3fs", r->best[t]);
        else
            printf(" %4.2fx %+5.0f", r->best[t] / r->best[PLAIN],
                   added(r, t) * 1e9 / (double)r->events);
    }
    if (r->best[PEER] > 0 && r->best[OURS] > 0)
        printf("  %5.2f", added(r, PEER) / added(r, OURS));
    printf("\n");
}

static void measure(const struct load *load, int rounds, struct result *r)
{
    for (int t = 0; t < TOOLS; t++)
        r->best[t] = -1;
    for (int round = 0; round < rounds; round++)
        for (int t = 0; t < TOOLS; t++) {
            double took;

            if (!tools[t].before || (tools[t].slow && (!load->slow_tools || round > 0)))
                continue;
            took = run_once(load, t, &r->rss_kib[t]);
            if (took >= 0 && (r->best[t] < 0 || took < r->best[t]))
                r->best[t] = took;
            if (t == OURS)
                take_profiles(r);
            empty_folder();
        }
    print_row(load, r);
}

static void verdict(const char *name, const char *what, double got, double wanted, bool at_most)
{
    printf("%-25s %-44s %9.2f  (%s %.4g)  %s\n", name, what, got, at_most ? "at most" : "at least",
           wanted, (at_most ? got <= wanted : got >= wanted) ? "holds" : "FALLS SHORT");
}

static void print_figures(const struct load *load, const struct result *r)
{
    if (r->best[PLAIN] < 0 || r->best[OURS] < 0)
        return;
    if (load->most_added > 0)
        verdict(load->name, load->prints ? "ns added" : "ns added in all",
                added(r, OURS) * (load->prints ? 1 : 1e9), load->most_added, true);
    if (load->most_times > 0)
        verdict(load->name, "times plain", r->best[OURS] / r->best[PLAIN], load->most_times, true);
    if (load->least_ratio > 0 && r->best[PEER] > 0)
        verdict(load->name, "what heaptrack adds, over what we add",
                added(r, PEER) / added(r, OURS), load->least_ratio, false);
}

/* 10 MB, 30 % of the live bytes, 64 bytes a node. */
static void print_memory(const struct load *load, const struct result *r)
{
    const double ours = (double)(r->rss_kib[OURS] - r->rss_kib[PLAIN]) * 1024;
    const double allowed = 10e6 + 0.3 * (double)r->live_bytes + 64.0 * (double)r->nodes;

    if (r->best[OURS] < 0 || r->rss_kib[PLAIN] == 0)
        return;
    printf("%-25s %8.1f %8.1f %8.1f %10.1f %10.0f %10.0f %8.2f\n", load->name,
           (double)r->rss_kib[PLAIN] / 1024, ours / 1048576,
           r->best[PEER] < 0 ? 0 : (double)(r->rss_kib[PEER] - r->rss_kib[PLAIN]) / 1024,
           (double)r->live_bytes / 1048576, (double)r->live_blocks, (double)r->nodes,
           ours / allowed);
}

static void print_all(const struct result *r, const bool *done)
{
    int one = -1;

    printf("\nMiB of memory: plain, added by nocopy, by heaptrack; live at the peak: MiB, blocks; "
           "nodes; added over what was set\n");
    for (size_t i = 0; i < LOADS; i++)
        if (done[i])
            print_memory(&loads[i], &r[i]);
    printf("\nFigures that were set\n");
    for (size_t i = 0; i < LOADS; i++) {
        if (!done[i])
            continue;
        if (strcmp(loads[i].name, "same stack, depth 20") == 0)
            one = (int)i;
        print_figures(&loads[i], &r[i]);
        if (one >= 0 && strstr(loads[i].name, "threads,"))
            verdict(loads[i].name, "ns added, over one thread's",
                    added(&r[i], OURS) / added(&r[one], OURS), 1.5, true);
    }
}

static void find_tools(void)
{
    static const char *const peers[][2] = {
#define PRELOAD(path) {path, OF(path)}
        PRELOAD("/usr/lib/heaptrack/libheaptrack_preload.so"),
        PRELOAD("/usr/lib64/heaptrack/libheaptrack_preload.so"),
        PRELOAD("/usr/local/lib/heaptrack/libheaptrack_preload.so"),
    };

    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++)
        if (access(peers[i][0], R_OK) == 0)
            tools[PEER].before = peers[i][1];
    if (!runs("heaptrack"))
        tools[PEER_USED].before = NULL;
    if (!runs("valgrind"))
        tools[DHAT].before = NULL;
}

int main(int argc, char **argv)
{
    static struct result results[LOADS];
    bool done[LOADS] = {false};
    const int rounds = argc > 1 ? atoi(argv[1]) : 3;

    if (rounds < 1) {
        fprintf(stderr, "usage: shim [ROUNDS [WORD]]\n");
        return 2;
    }
    if (!mkdtemp(folder)) {
        perror("shim: cannot make a folder in /tmp");
        return 1;
    }
    find_tools();
    printf("CPU ns a pair, or times plain and ns added an event; best of %d, tools taking turns\n",
           rounds);
    printf("%-25s", "");
    for (int t = 0; t < TOOLS; t++)
        printf(" %11s", tools[t].name);
    printf("  heaptrack / nocopy, added\n");
    for (size_t i = 0; i < LOADS; i++) {
        if ((argc > 2 && !strstr(loads[i].name, argv[2])) ||
            (loads[i].needs && !runs(loads[i].needs)))
            continue;
        measure(&loads[i], rounds, &results[i]);
        done[i] = true;
    }
    print_all(results, done);
    rmdir(folder);
    return 0;
}

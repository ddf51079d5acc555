/* SPDX-License-Identifier: Apache-2.0 */
/* How fast every indicator is: single, batch of one, sweep; on every instruction set, each in a
 * process of its own since the library chooses one for good; and the peers beside them, in turns
 * with our best one. */
#include "args.h"
#include "bench.h"
#include "bench_table.h"
#include "peers.h"
#include "print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct options {
    struct driver_args common;
    size_t combos, samples;
    const char *isa; /* one alone, or null for all */
    const char *peer_lib[PEERS_MAX];
    size_t n_peer_libs;
    bool no_peers, slower;
    bool child;  /* print rows for a parent */
    char **argv; /* for the children */
};

enum {
    KEY_COMBOS = 0x100,
    KEY_SAMPLES,
    KEY_ISA,
    KEY_CHILD,
    KEY_PEER_LIB,
    KEY_NO_PEERS,
    KEY_SLOWER
};

/* Libraries that are measured beside ours. */
struct peers {
    struct peer peer[PEERS_MAX];
    size_t n;
};

static const char *const isas[] = {"avx512", "avx2", "scalar"};
enum { N_ISAS = sizeof isas / sizeof *isas };

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case KEY_COMBOS:
        o->combos = args_count(state, "combos", arg);
        return 0;
    case KEY_SAMPLES:
        o->samples = args_count(state, "samples", arg);
        if (o->samples > BENCH_MAX_SAMPLES)
            argp_error(state, "--samples: at most %d", BENCH_MAX_SAMPLES);
        return 0;
    case KEY_ISA:
        o->isa = arg;
        for (int i = 0; i < N_ISAS; i++)
            if (strcmp(arg, isas[i]) == 0)
                return 0;
        argp_error(state, "--isa: expected avx512, avx2 or scalar, got '%s'", arg);
        return 0;
    case KEY_CHILD:
        o->child = true;
        return 0;
    case KEY_PEER_LIB:
        if (o->n_peer_libs == PEERS_MAX)
            argp_error(state, "--peer-lib: at most %d", PEERS_MAX);
        o->peer_lib[o->n_peer_libs++] = arg;
        return 0;
    case KEY_NO_PEERS:
        o->no_peers = true;
        return 0;
    case KEY_SLOWER:
        o->slower = true;
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option own_options[] = {
    {"combos", KEY_COMBOS, "N", 0, "Rows of the sweep (64)", 3},
    {"samples", KEY_SAMPLES, "N", 0, "Take the median of so many samples (9)", 3},
    {"isa", KEY_ISA, "ISA", 0, "Only this instruction set: avx512, avx2 or scalar", 3},
    {"peer-lib", KEY_PEER_LIB, "FILE.so", 0,
     "Measure TA-Lib or Tulip Indicators beside, from this shared library (repeatable)", 3},
    {"no-peers", KEY_NO_PEERS, NULL, 0, "Not even those that were found when this was built", 3},
    {"slower", KEY_SLOWER, NULL, 0, "Print only where a peer is faster than ours", 3},
    {"child", KEY_CHILD, NULL, OPTION_HIDDEN, "", 3},
    {0},
};

static const struct argp_child children[] = {{&args_driver_argp, 0, NULL, 0}, {0}};

static const struct argp argp = {
    own_options,
    parse_option,
    NULL,
    "Time single, batch of one and sweep of each indicator into the caller's memory, in "
    "nanoseconds a point (one bar of one row), on each instruction set the machine has.",
    children,
    NULL,
    NULL};

/* ---- one indicator, in this process ---- */

static void take_speed(struct bench_speed *ret, const struct bench_call *call, double points)
{
    *ret = (struct bench_speed){call->median_ns / points, call->low_ns / points,
                                call->high_ns / points};
}

/* Ours first, in three shapes; then each peer's single call and its loop over the sweep. */
struct bench_set {
    struct bench_job job[BENCH_SHAPES];
    struct peer_call *peer[PEERS_MAX]; /* null: has no such function */
    struct bench_call call[BENCH_SHAPES + 2 * PEERS_MAX];
    size_t n_calls;
};

static int set_init(struct bench_set *ret, const struct bench_case *c, const struct series *s,
                    const struct peers *peers)
{
    *ret = (struct bench_set){.n_calls = BENCH_SHAPES};
    if (bench_shapes_init(ret->job, ret->call, c) < 0)
        return -1;
    for (size_t i = 0; i < peers->n; i++) {
        ret->peer[i] = peer_call_new(&peers->peer[i], c, s, &ret->job[BENCH_SWEEP]);
        if (!ret->peer[i])
            continue;
        ret->call[ret->n_calls++] =
            (struct bench_call){.run = peer_call_single, .of = ret->peer[i]};
        ret->call[ret->n_calls++] = (struct bench_call){.run = peer_call_sweep, .of = ret->peer[i]};
    }
    return 0;
}

static void set_done(struct bench_set *set)
{
    for (int i = 0; i < BENCH_SHAPES; i++)
        bench_job_done(&set->job[i]);
    for (int i = 0; i < PEERS_MAX; i++)
        peer_call_free(set->peer[i]);
}

static int add_rows(const struct bench_set *set, const struct bench_case *c,
                    const struct peers *peers, struct bench_table *t)
{
    const double points = (double)c->job.len, all = points * (double)c->combos;
    struct bench_row row = {.sweep_rows = c->combos};
    const struct bench_call *call = set->call;
    int r;

    snprintf(row.indicator, sizeof row.indicator, "%s", c->ind->name);
    snprintf(row.by, sizeof row.by, "%s", ind_isa());
    for (int i = 0; i < BENCH_SHAPES; i++, call++)
        take_speed(&row.speed[i], call, i == BENCH_SWEEP ? all : points);
    r = bench_table_add(t, &row);
    row.speed[BENCH_BATCH_ONE] = (struct bench_speed){0};
    row.is_peer = 1;
    for (size_t i = 0; i < peers->n; i++) {
        if (!set->peer[i])
            continue;
        snprintf(row.by, sizeof row.by, "%s", peers->peer[i].name);
        take_speed(&row.speed[BENCH_SINGLE], call++, points);
        take_speed(&row.speed[BENCH_SWEEP], call++, all);
        if (!peer_call_sweep_ok(set->peer[i]))
            row.speed[BENCH_SWEEP] = (struct bench_speed){0}; /* some rows are out of its range */
        if (peer_call_single_ok(set->peer[i]))
            r |= bench_table_add(t, &row);
        else
            fprintf(stderr, "%s: %s: %s refuses the parameters\n", program_invocation_short_name,
                    c->ind->name, row.by);
    }
    return r;
}

static int measure(const struct options *o, const struct bench_case *c, const struct series *s,
                   const struct peers *peers, struct bench_table *t)
{
    enum { SAMPLE_NS = 2000000 };
    struct bench_set set;
    int r = set_init(&set, c, s, peers);

    if (r == 0)
        bench_measure(set.call, set.n_calls, o->samples, SAMPLE_NS, BENCH_CPU);
    for (int i = 0; i < BENCH_SHAPES && r == 0; i++)
        r = set.job[i].status == IND_OK ? 0 : -1;
    if (r == 0)
        r = add_rows(&set, c, peers, t);
    set_done(&set);
    return r;
}

static void measure_all(const struct options *o, const struct series *s, const struct peers *peers,
                        struct bench_table *t)
{
    struct progress p;

    progress_begin(&p, ind_isa(), ind_count());
    for (size_t i = 0; i < ind_count(); i++) {
        const struct ind_indicator *ind = ind_at(i);
        struct series_message why;
        struct bench_case c;

        progress_at(&p, i, ind->name);
        if (!args_wants(&o->common, ind->name))
            continue;
        if (bench_case_init(&c, ind, s, bench_rows(ind, s->len, o->combos), &why) < 0) {
            if (!o->child)
                fprintf(stderr, "%s: left out: %s\n", program_invocation_short_name, why.text);
        } else if (measure(o, &c, s, peers, t) < 0) {
            fprintf(stderr, "%s: left out: %s cannot be run\n", program_invocation_short_name,
                    ind->name);
        }
    }
    progress_end(&p);
}

/* ---- other instruction sets, each in a child ---- */

static void run_child(const struct options *o, const char *isa, int out)
{
    static char child[] = "--child";
    size_t n = 0;
    char **argv;

    while (o->argv[n])
        n++;
    argv = calloc(n + 2, sizeof *argv);
    if (!argv)
        _exit(DRIVER_FAILED);
    memcpy(argv, o->argv, n * sizeof *argv);
    argv[n] = child;
    setenv("NOCOPY_ISA", isa, 1);
    if (dup2(out, STDOUT_FILENO) < 0)
        _exit(DRIVER_FAILED);
    execv("/proc/self/exe", argv);
    _exit(DRIVER_FAILED);
}

static int measure_in_child(const struct options *o, const char *isa, struct bench_table *t)
{
    struct bench_row row;
    int fd[2], status;
    pid_t pid;
    FILE *in;

    fflush(NULL);
    if (pipe(fd) < 0 || (pid = fork()) < 0) {
        fprintf(stderr, "%s: cannot start a process: %s\n", program_invocation_short_name,
                strerror(errno));
        return -1;
    }
    if (pid == 0) {
        close(fd[0]);
        run_child(o, isa, fd[1]);
    }
    close(fd[1]);
    in = fdopen(fd[0], "r");
    /* a machine without `isa` falls back to another one, which says its own name: not wanted */
    while (in && bench_row_read(&row, in) == 0)
        if (strcmp(row.by, isa) == 0 && bench_table_add(t, &row) < 0)
            break;
    if (in)
        fclose(in);
    waitpid(pid, &status, 0);
    return 0;
}

static void measure_others(const struct options *o, struct bench_table *t)
{
    int better = 0; /* instruction sets above ours are not there, or not wanted */

    while (better < N_ISAS && strcmp(isas[better], ind_isa()) != 0)
        better++;
    for (int i = better + 1; i < N_ISAS; i++)
        measure_in_child(o, isas[i], t);
}

static int choose_isa(const struct options *o, char **argv)
{
    if (!o->isa || strcmp(o->isa, ind_isa()) == 0)
        return 0;
    if (getenv("NOCOPY_ISA") && strcmp(getenv("NOCOPY_ISA"), o->isa) == 0) {
        fprintf(stderr, "%s: this machine has no %s; the best it has is %s\n",
                program_invocation_short_name, o->isa, ind_isa());
        return -1;
    }
    setenv("NOCOPY_ISA", o->isa, 1); /* start again, so that the library chooses it */
    execv("/proc/self/exe", argv);
    return -1;
}

/* Those asked for must be there; those that pkg-config found when this was built may have gone. */
static int open_peers(const struct options *o, struct peers *ret)
{
    static const char *const found[] = {PEER_LIBRARIES NULL};
    struct series_message err;

    if (o->child || o->no_peers)
        return 0;
    for (size_t i = 0; i < o->n_peer_libs; i++) {
        if (peer_open(&ret->peer[ret->n], o->peer_lib[i], &err) < 0) {
            fprintf(stderr, "%s: %s\n", program_invocation_short_name, err.text);
            return -1;
        }
        ret->n++;
    }
    for (size_t i = 0; found[i] && o->n_peer_libs == 0 && ret->n < PEERS_MAX; i++)
        ret->n += peer_open(&ret->peer[ret->n], found[i], &err) == 0;
    return 0;
}

int main(int argc, char **argv)
{
    struct options o = {.common.source.seed = 1, .combos = 64, .samples = 9, .argv = argv};
    struct bench_table t = {0};
    struct series s = {0};
    struct peers peers = {0};
    int status = DRIVER_OK;

    args_parse(&argp, argc, argv, &o);
    if (args_check_indicators(&o.common) < 0)
        return DRIVER_BAD_USE;
    if (o.common.list)
        return args_list_indicators();
    if (choose_isa(&o, argv) < 0)
        return DRIVER_BAD_USE;
    if (open_peers(&o, &peers) < 0)
        return DRIVER_BAD_USE;
    args_load_series(&s, &o.common.source);
    measure_all(&o, &s, &peers, &t);
    if (!o.child && !o.isa)
        measure_others(&o, &t);
    bench_table_sort(&t, ind_isa());
    const size_t measured = t.n;

    if (o.slower && !o.child)
        bench_table_keep_slower(&t, ind_isa());
    for (size_t i = 0; o.child && i < t.n; i++)
        bench_row_write(&t.rows[i], stdout);
    if (measured == 0)
        status = DRIVER_BAD_DATA;
    else if (!o.child && o.common.json)
        bench_table_print_json(&t, s.len);
    else if (!o.child)
        bench_table_print(&t, s.len, o.samples);
    bench_table_done(&t);
    for (size_t i = 0; i < peers.n; i++)
        peer_close(&peers.peer[i]);
    series_done(&s);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* How fast every indicator is: single, batch of one, sweep; on every instruction set, each in a
 * process of its own since the library chooses one for good; and the peers beside them, in turns
 * with our best one. */
#include "args.h"
#include "bench.h"
#include "bench_table.h"
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
    bool child;      /* print rows for a parent */
    char **argv;     /* for the children */
};

enum { KEY_COMBOS = 0x100, KEY_SAMPLES, KEY_ISA, KEY_CHILD };

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

static int measure(const struct options *o, const struct bench_case *c, struct bench_table *t)
{
    enum { SAMPLE_NS = 2000000 };
    struct bench_job job[BENCH_SHAPES] = {0};
    struct bench_call call[BENCH_SHAPES] = {0};
    struct bench_row row = {.sweep_rows = c->combos};
    int r = 0;

    for (int i = 0; i < BENCH_SHAPES && r == 0; i++) {
        r = bench_job_init(&job[i], c, (enum bench_shape)i);
        call[i] = (struct bench_call){.run = bench_job_run, .of = &job[i]};
    }
    if (r == 0)
        bench_measure(call, BENCH_SHAPES, o->samples, SAMPLE_NS);
    snprintf(row.indicator, sizeof row.indicator, "%s", c->ind->name);
    snprintf(row.by, sizeof row.by, "%s", ind_isa());
    for (int i = 0; i < BENCH_SHAPES; i++) {
        const double rows = i == BENCH_SWEEP ? (double)c->combos : 1;

        if (r == 0 && job[i].status != IND_OK)
            r = -1;
        take_speed(&row.speed[i], &call[i], (double)c->job.len * rows);
        bench_job_done(&job[i]);
    }
    return r == 0 ? bench_table_add(t, &row) : r;
}

static void measure_all(const struct options *o, const struct series *s, struct bench_table *t)
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
        } else if (measure(o, &c, t) < 0) {
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

int main(int argc, char **argv)
{
    struct options o = {.common.source.seed = 1, .combos = 64, .samples = 9, .argv = argv};
    struct bench_table t = {0};
    struct series s = {0};
    int status = DRIVER_OK;

    args_parse(&argp, argc, argv, &o);
    if (args_check_indicators(&o.common) < 0)
        return DRIVER_BAD_USE;
    if (o.common.list)
        return args_list_indicators();
    if (choose_isa(&o, argv) < 0)
        return DRIVER_BAD_USE;
    args_load_series(&s, &o.common.source);
    measure_all(&o, &s, &t);
    if (!o.child && !o.isa)
        measure_others(&o, &t);
    bench_table_sort(&t, ind_isa());
    for (size_t i = 0; o.child && i < t.n; i++)
        bench_row_write(&t.rows[i], stdout);
    if (t.n == 0)
        status = DRIVER_BAD_DATA;
    else if (!o.child && o.common.json)
        bench_table_print_json(&t, s.len);
    else if (!o.child)
        bench_table_print(&t, s.len, o.samples);
    bench_table_done(&t);
    series_done(&s);
    return status;
}

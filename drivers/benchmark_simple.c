/* SPDX-License-Identifier: Apache-2.0 */
/* What the batch machinery itself costs: the same rows as single calls, as batches of one and as
 * one sweep, in nanoseconds a row. */
#include "args.h"
#include "bench.h"
#include "print.h"

#include <jansson.h>
#include <stdlib.h>

struct options {
    struct driver_args common;
    size_t combos, samples, threads;
};

enum { KEY_COMBOS = 0x100, KEY_SAMPLES, KEY_THREADS };

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
    case KEY_THREADS:
        o->threads = args_count(state, "threads", arg);
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option own_options[] = {
    {"combos", KEY_COMBOS, "N", 0, "Rows of batch[many] (64)", 3},
    {"samples", KEY_SAMPLES, "N", 0, "Take the median of so many samples (9)", 3},
    {"threads", KEY_THREADS, "N", 0,
     "Also time batch[many] on one and on N threads, by the clock on the wall", 3},
    {0},
};

static const struct argp_child children[] = {{&args_driver_argp, 0, NULL, 0}, {0}};

static const struct argp argp = {
    own_options,
    parse_option,
    NULL,
    "Time single, batch of one and batch of many rows of each indicator, in the caller's memory. "
    "Machinery is what batch[1] costs over the single call that does the same work.",
    children,
    NULL,
    NULL};

struct row {
    const char *name;
    size_t rows;
    double single_ns, one_ns, many_ns; /* of one row */
    double spread_ns;                  /* of the single call: half of the middle half */
    double speed_up;                   /* of threads, batch[many]; 0: not asked for */
};

enum { SAMPLE_NS = 2000000 };

/* How many times faster the sweep is with threads. */
static int measure_threads(const struct bench_case *c, const struct options *o, double *ret)
{
    struct bench_job job[2] = {0};
    struct bench_call call[2] = {0};
    struct bench_case many = *c;
    int r = 0;

    for (int i = 0; i < 2 && r == 0; i++) {
        many.job.threads = i == 0 ? 1 : (unsigned)o->threads;
        r = bench_job_init(&job[i], &many, BENCH_SWEEP, i ? &job[0] : NULL);
        call[i] = (struct bench_call){.run = bench_job_run, .of = &job[i]};
    }
    if (r == 0)
        bench_measure(call, 2, o->samples, 10 * SAMPLE_NS, BENCH_WALL);
    for (int i = 0; i < 2; i++) {
        if (r == 0 && job[i].status != IND_OK)
            r = -1;
        bench_job_done(&job[i]);
    }
    *ret = call[0].median_ns / call[1].median_ns;
    return r;
}

static int measure(const struct bench_case *c, const struct options *o, struct row *ret)
{
    struct bench_job job[BENCH_SHAPES];
    struct bench_call call[BENCH_SHAPES] = {0};
    int r = bench_shapes_init(job, call, c);

    if (r == 0)
        bench_measure(call, BENCH_SHAPES, o->samples, SAMPLE_NS, BENCH_CPU);
    for (int i = 0; i < BENCH_SHAPES; i++) {
        if (r == 0 && job[i].status != IND_OK)
            r = -1;
        bench_job_done(&job[i]);
    }
    *ret = (struct row){.name = c->ind->name,
                        .rows = c->combos,
                        .single_ns = call[0].median_ns,
                        .one_ns = call[1].median_ns,
                        .many_ns = call[2].median_ns / (double)c->combos,
                        .spread_ns = (call[0].high_ns - call[0].low_ns) / 2};
    if (r == 0 && o->threads > 1)
        r = measure_threads(c, o, &ret->speed_up);
    return r;
}

static void print_table(const struct row *row, size_t n, size_t bars, const struct options *o)
{
    char name[64];

    printf("=== Batch Machinery: ns a row of %zu bars, median of %zu ===\n\n", bars, o->samples);
    printf("%-20s %12s %10s %12s %12s %12s %10s", "Indicator", "Single", "Spread", "Batch[1]",
           "Machinery", "Batch[many]", "Many/Single");
    if (o->threads > 1)
        printf("  On %zu threads", o->threads);
    putchar('\n');
    for (int i = 0; i < 96; i++)
        putchar('-');
    putchar('\n');
    for (size_t i = 0; i < n; i++) {
        printf("%-20s %12.0f %9s%.0f %12.0f %12.0f %12.0f %9.2fx",
               print_upper(name, sizeof name, row[i].name), row[i].single_ns, "±", row[i].spread_ns,
               row[i].one_ns, row[i].one_ns - row[i].single_ns, row[i].many_ns,
               row[i].many_ns / row[i].single_ns);
        if (o->threads > 1)
            printf("  %11.2fx", row[i].speed_up);
        putchar('\n');
    }
}

static void print_json(const struct row *row, size_t n, size_t bars)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *told = json_pack("{s:s, s:I, s:f, s:f, s:f, s:f}", "indicator", row[i].name, "rows",
                                 (json_int_t)row[i].rows, "single_ns", row[i].single_ns,
                                 "single_spread_ns", row[i].spread_ns, "batch1_ns", row[i].one_ns,
                                 "batch_ns_per_row", row[i].many_ns);
        if (row[i].speed_up > 0)
            json_object_set_new(told, "thread_speed_up", json_real(row[i].speed_up));
        json_array_append_new(rows, told);
    }
    json_t *root =
        json_pack("{s:I, s:s, s:o}", "bars", (json_int_t)bars, "isa", ind_isa(), "benchmark", rows);

    json_dumpf(root, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(root);
}

static size_t measure_all(const struct options *o, const struct series *s, struct row *ret)
{
    struct progress p;
    size_t n = 0;

    progress_begin(&p, "indicators", ind_count());
    for (size_t i = 0; i < ind_count(); i++) {
        const struct ind_indicator *ind = ind_at(i);
        struct series_message why;
        struct bench_case c;

        progress_at(&p, i, ind->name);
        if (!args_wants(&o->common, ind->name))
            continue;
        if (bench_case_init(&c, ind, s, bench_rows(ind, s->len, o->combos), &why) < 0)
            fprintf(stderr, "%s: left out: %s\n", program_invocation_short_name, why.text);
        else if (measure(&c, o, &ret[n]) < 0)
            fprintf(stderr, "%s: left out: %s cannot be run\n", program_invocation_short_name,
                    ind->name);
        else
            n++;
    }
    progress_end(&p);
    return n;
}

int main(int argc, char **argv)
{
    struct options o = {.common.source.seed = 1, .combos = 64, .samples = 9};
    struct series s = {0};
    size_t n;

    args_parse(&argp, argc, argv, &o);
    if (args_check_indicators(&o.common) < 0)
        return DRIVER_BAD_USE;
    if (o.common.list)
        return args_list_indicators();
    args_load_series(&s, &o.common.source);

    struct row *row = calloc(ind_count(), sizeof *row);

    if (!row)
        return DRIVER_FAILED;
    n = measure_all(&o, &s, row);
    if (o.common.json)
        print_json(row, n, s.len);
    else if (n > 0)
        print_table(row, n, s.len, &o);
    free(row);
    series_done(&s);
    return n > 0 ? DRIVER_OK : DRIVER_BAD_DATA;
}

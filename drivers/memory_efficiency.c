/* SPDX-License-Identifier: Apache-2.0 */
/* What one call, a batch of one row and a batch of many rows allocate, for every indicator, as the
 * profiler saw it. */
#include "args.h"
#include "bench_case.h"
#include "efficiency.h"
#include "print.h"
#include "specimen_run.h"

#include <nocopy/indicators.h>
#include <nocopy/mark.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    struct driver_args common;
    size_t combos;
    bool specimens;
};

enum { KEY_COMBOS = 0x100, KEY_SPECIMENS };

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case KEY_COMBOS:
        o->combos = args_count(state, "combos", arg);
        return 0;
    case KEY_SPECIMENS:
        o->specimens = true;
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
    {"specimens", KEY_SPECIMENS, NULL, 0,
     "Measure the specimens too: wasteful ones must not be OK, their clean twins must", 3},
    {0},
};

static const struct argp_child children[] = {{&args_driver_argp, 0, NULL, 0}, {0}};

static const struct argp argp = {
    own_options,
    parse_option,
    NULL,
    "Compare what a single call, a batch of one row and a batch of many rows of each indicator "
    "allocate. The figures come from the profiler: run this under it."
    "\v"
    "OK: under 10 % more than the single call. MODERATE: 10 to 50 %. HIGH: more.\n"
    "Exit status: 0; 2 bad use, or not run under the profiler; 3 the data cannot be used.",
    children,
    NULL,
    NULL};

/* The shim lies beside us in a build tree; an installed one is found by `nocopy run`. */
static int say_how_to_run(char **argv)
{
    char self[PATH_MAX], shim[PATH_MAX + 64];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    fprintf(stderr,
            "%s: the figures come from the profiler, which is not there. Run\n"
            "    nocopy run -- %s\n",
            program_invocation_short_name, argv[0]);
    if (n <= 0)
        return DRIVER_BAD_USE;
    self[n] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(self, '/');

        if (!slash)
            return DRIVER_BAD_USE;
        *slash = '\0';
    }
    snprintf(shim, sizeof shim, "%s/profiler/libnocopy.so", self);
    if (access(shim, R_OK) == 0)
        fprintf(stderr, "or\n    LD_PRELOAD=%s %s\n", shim, argv[0]);
    return DRIVER_BAD_USE;
}

/* The owning call, in a scope of the indicator's name. */
static int measure(const struct bench_case *c, const struct ind_job *job, enum nc_mark_mode mode,
                   size_t combos, struct nc_seen *ret)
{
    struct ind_result result = {0};
    int status;

    nc_scope_begin(c->ind->name, mode, combos);
    if (mode == NC_SINGLE)
        status = c->entries->single_new(job, &result);
    else
        status = c->entries->batch_new(job, &result);
    if (nc_scope_end(ret) < 0)
        status = IND_ENOMEM; /* cannot be: main asked nc_present() */
    ind_result_free(&result);
    return status;
}

static int measure_indicator(const struct ind_indicator *ind, const struct series *s, size_t combos,
                             struct efficiency *ret)
{
    struct series_message why;
    struct bench_case c;
    struct nc_seen single = {0}, one = {0}, many;
    int status = IND_OK;

    if (bench_case_init(&c, ind, s, combos, &why) < 0) {
        fprintf(stderr, "%s: left out: %s\n", program_invocation_short_name, why.text);
        return -1;
    }
    const struct ind_job batch_one = bench_case_batch_one(&c),
                         batch_many = bench_case_batch_many(&c);

    status = measure(&c, &c.job, NC_SINGLE, 1, &single);
    if (status == IND_OK)
        status = measure(&c, &batch_one, NC_BATCH, 1, &one);
    many = one;
    if (status == IND_OK && c.combos > 1)
        status = measure(&c, &batch_many, NC_BATCH, c.combos, &many);
    if (status != IND_OK) {
        fprintf(stderr, "%s: left out: %s: %s\n", program_invocation_short_name, ind->name,
                ind_strerror(status));
        return -1;
    }
    *ret = (struct efficiency){.single_bytes = single.allocated_bytes,
                               .payload_bytes = single.retained_bytes,
                               .batch1_bytes = one.allocated_bytes,
                               .batch_bytes = many.allocated_bytes,
                               .batch_rows = c.combos};
    snprintf(ret->name, sizeof ret->name, "%s", ind->name);
    return 0;
}

static void measure_all(const struct options *o, const struct series *s, struct efficiency *list,
                        size_t *n)
{
    struct progress p;

    progress_begin(&p, "indicators", ind_count());
    for (size_t i = 0; i < ind_count(); i++) {
        const struct ind_indicator *ind = ind_at(i);

        progress_at(&p, i, ind->name);
        if (args_wants(&o->common, ind->name) &&
            measure_indicator(ind, s, o->combos, &list[*n]) == 0)
            ++*n;
    }
    progress_end(&p);
}

static size_t count_specimens(void)
{
    size_t n = 0;

    while (specimen_list[n])
        n++;
    return n;
}

static int check_names(const struct options *o)
{
    for (size_t i = 0; i < o->common.n_indicators; i++) {
        const char *name = o->common.indicator[i];

        if (!ind_find(name) && !(o->specimens && specimen_find(name))) {
            fprintf(stderr, "%s: unknown indicator '%s'; --list names all\n",
                    program_invocation_short_name, name);
            return -1;
        }
    }
    return 0;
}

static int list_names(const struct options *o)
{
    for (size_t i = 0; i < ind_count(); i++)
        puts(ind_at(i)->name);
    for (size_t i = 0; o->specimens && specimen_list[i]; i++)
        printf("%s\n%s_clean\n", specimen_list[i]->name, specimen_list[i]->name);
    return DRIVER_OK;
}

int main(int argc, char **argv)
{
    struct options o = {.common.source.seed = 1, .combos = 64};
    struct series s = {0};
    size_t n = 0;
    int status = DRIVER_OK;

    args_parse(&argp, argc, argv, &o);
    if (check_names(&o) < 0)
        return DRIVER_BAD_USE;
    if (o.common.list)
        return list_names(&o);
    if (!nc_present())
        return say_how_to_run(argv);
    args_load_series(&s, &o.common.source);

    struct efficiency *list = calloc(ind_count() + 2 * count_specimens(), sizeof *list);

    if (!list)
        return DRIVER_FAILED;
    measure_all(&o, &s, list, &n);
    if (o.specimens)
        specimen_measure_all(&o.common, &s, o.combos, list, &n);
    if (n == 0)
        status = DRIVER_BAD_DATA; /* each was told why */
    else if (o.common.json)
        status = efficiency_print_json(list, n, s.len, stdout) ? DRIVER_FAILED : DRIVER_OK;
    else
        efficiency_print(list, n, stdout);
    free(list);
    series_done(&s);
    return status;
}

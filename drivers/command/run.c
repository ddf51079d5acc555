/* SPDX-License-Identifier: Apache-2.0 */
/* run and stream: one set of parameters, CSV out, one line a bar. */
#include "args.h"
#include "command.h"
#include "outfile.h"
#include "print.h"

#include <stdlib.h>

enum { PROGRESS_BARS = 4096 };

/* The header of output names; then a line for each bar, whose values `next` puts into `value`. */
static void write_rows(const struct binding *b, FILE *out, void *state,
                       void (*next)(const struct binding *b, void *state, size_t t, double *value))
{
    const size_t n = ind_n_outputs(b->ind);
    double value[IND_MAX_OUTPUTS];
    struct progress p;

    progress_begin(&p, "bars", b->len);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%s%s", i ? "," : "", b->ind->outputs[i]);
    putc('\n', out);
    for (size_t t = 0; t < b->len && !ferror(out); t++) {
        next(b, state, t, value);
        for (size_t i = 0; i < n; i++) {
            if (i)
                putc(',', out);
            command_print_number(value[i], out);
        }
        putc('\n', out);
        if (t % PROGRESS_BARS == 0)
            progress_at(&p, t, NULL);
    }
    progress_end(&p);
}

static int write_file(const struct command *cmd, const struct binding *b, void *state,
                      void (*next)(const struct binding *, void *, size_t, double *))
{
    struct series_message err = {0};
    struct outfile o;

    if (outfile_open(&o, cmd->out, &err) < 0)
        return command_fail(DRIVER_FAILED, &err);
    write_rows(b, o.f, state, next);
    if (outfile_commit(&o, &err) < 0)
        return command_fail(DRIVER_FAILED, &err);
    return DRIVER_OK;
}

/* ---- run ---- */

static void next_of_rows(const struct binding *b, void *state, size_t t, double *value)
{
    const double *rows = state;

    for (size_t i = 0; i < ind_n_outputs(b->ind); i++)
        value[i] = rows[i * b->len + t];
}

static int compute(const struct binding *b, double *rows)
{
    struct ind_job job = {.len = b->len, .params = b->params, .combos = 1};
    int status;

    for (size_t i = 0; i < ind_n_inputs(b->ind); i++)
        job.in[i] = b->in[i];
    for (size_t i = 0; i < ind_n_outputs(b->ind); i++)
        job.out[i] = (struct ind_view){rows + i * b->len, 1, b->len, b->len};
    if (command_work(b->ind, &job) < 0)
        return IND_ENOMEM;
    status = ind_entries(b->ind)->single(&job); /* by its name a profile knows it */
    free(job.work);
    return status;
}

/* A status of the library that the checks before it let through: too few valid bars. */
static int library_fail(const struct command *cmd, int status)
{
    struct series_message err;

    series_fail(&err, "%s: %s: %s", cmd->source.path, cmd->name, ind_strerror(status));
    return command_fail(status == IND_ESHORT ? DRIVER_BAD_DATA : DRIVER_FAILED, &err);
}

static int start(const struct command *cmd, struct binding *b, struct series *s)
{
    struct series_message err = {0};
    int status = command_bind(cmd, false, b);

    if (status == DRIVER_OK && binding_check(b, &err) < 0)
        status = command_fail(DRIVER_BAD_USE, &err);
    return status == DRIVER_OK ? command_load(cmd, b, b->params, s) : status;
}

int command_run(const struct command *cmd)
{
    struct binding b;
    struct series s;
    int status = start(cmd, &b, &s);

    if (status != DRIVER_OK)
        return status;
    double *rows = malloc(ind_n_outputs(b.ind) * b.len * sizeof *rows);
    const int library = rows ? compute(&b, rows) : IND_ENOMEM;

    if (library == IND_OK)
        status = write_file(cmd, &b, rows, next_of_rows);
    else
        status = library_fail(cmd, library);
    free(rows);
    series_done(&s);
    return status;
}

/* ---- stream ---- */

static void next_of_stream(const struct binding *b, void *state, size_t t, double *value)
{
    double bar[IND_MAX_INPUTS];

    for (size_t i = 0; i < ind_n_inputs(b->ind); i++)
        bar[i] = b->in[i][t];
    ind_stream_push(state, bar, value);
}

int command_stream(const struct command *cmd)
{
    enum { ALIGN = 64 };
    struct binding b;
    struct series s;
    int status = start(cmd, &b, &s);

    if (status != DRIVER_OK)
        return status;
    const size_t size = (ind_stream_size(b.ind, b.params) + ALIGN - 1) / ALIGN * ALIGN;
    void *stream = aligned_alloc(ALIGN, size ? size : ALIGN);
    const int library = stream ? ind_stream_init(b.ind, b.params, stream, size) : IND_ENOMEM;

    if (library == IND_OK)
        status = write_file(cmd, &b, stream, next_of_stream);
    else
        status = library_fail(cmd, library);
    free(stream);
    series_done(&s);
    return status;
}

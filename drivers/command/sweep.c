/* SPDX-License-Identifier: Apache-2.0 */
/* sweep: every combination of parameters, to CSV or to a .npy file. The rows of a .npy file are
 * computed where they will lie: the file is mapped, and the library writes into it. */
#include "args.h"
#include "command.h"
#include "outfile.h"
#include "print.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Values computed between two looks at the progress: a few tenths of a second at most, and enough
 * rows that what a batch call shares among its rows stays shared. */
enum { CHUNK_VALUES = 1 << 22, CHUNK_ROWS = 64 };

struct sweep {
    const struct command *cmd;
    struct binding b;
    struct series s;
    size_t combos, chunk; /* rows in all, and of one call */
    struct progress progress;
};

static size_t n_outputs(const struct sweep *w) { return ind_n_outputs(w->b.ind); }

/* Rows from..from+rows into views that start at `at`, outputs `apart` doubles from each other. */
static int compute(struct sweep *w, size_t from, size_t rows, double *at, size_t apart)
{
    const size_t n = ind_n_params(w->b.ind);
    double *params = malloc((rows * n + 1) * sizeof *params);
    struct ind_job job = {.len = w->b.len,
                          .params = n ? params : NULL,
                          .combos = rows,
                          .threads = (unsigned)w->cmd->threads};
    int status = params ? IND_OK : IND_ENOMEM;

    for (size_t r = 0; r < rows && n > 0 && status == IND_OK; r++)
        status = ind_sweep_params(w->b.ind, w->b.axes, from + r, params + r * n);
    for (size_t i = 0; i < ind_n_inputs(w->b.ind); i++)
        job.in[i] = w->b.in[i];
    for (size_t i = 0; i < n_outputs(w); i++)
        job.out[i] = (struct ind_view){at + i * apart, rows, w->b.len, w->b.len};
    if (status == IND_OK)
        status = command_work(w->b.ind, &job) < 0 ? IND_ENOMEM : ind_entries(w->b.ind)->batch(&job);
    free(job.work);
    free(params);
    return status;
}

static int library_fail(const struct sweep *w, int status, struct series_message *err)
{
    return series_fail(err, "%s: %s: %s", w->cmd->source.path, w->cmd->name, ind_strerror(status));
}

/* ---- .npy ---- */

/* Space first: running out of it later, in a mapping, would be a signal and not an error. */
static int map_file(struct outfile *o, const struct sweep *w, char **ret, size_t *ret_size,
                    size_t *ret_header, struct series_message *err)
{
    const size_t shape[3] = {n_outputs(w), w->combos, w->b.len};
    const int flat = n_outputs(w) == 1;
    char header[OUTFILE_NPY_HEADER];
    const size_t header_size = outfile_npy_header(header, shape + flat, 3 - (size_t)flat);
    const size_t size = header_size + shape[0] * shape[1] * shape[2] * sizeof(double);
    const int no_space = posix_fallocate(fileno(o->f), 0, (off_t)size);

    if (no_space)
        return series_fail(err, "cannot write '%s' (%zu bytes): %s", o->path, size,
                           strerror(no_space));
    *ret = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(o->f), 0);
    if (*ret == MAP_FAILED)
        return series_fail(err, "cannot map '%s': %s", o->path, strerror(errno));
    memcpy(*ret, header, header_size);
    *ret_size = size;
    *ret_header = header_size;
    return 0;
}

static int write_npy(struct sweep *w, struct outfile *o, struct series_message *err)
{
    size_t size = 0, header = 0;
    char *map;
    int status = IND_OK;

    if (!o->temp[0])
        return series_fail(err, "cannot write '%s': a .npy file must be a regular file", o->path);
    if (map_file(o, w, &map, &size, &header, err) < 0)
        return -1;
    double *values = (double *)(map + header);

    for (size_t from = 0; from < w->combos && status == IND_OK; from += w->chunk) {
        const size_t rows = w->combos - from < w->chunk ? w->combos - from : w->chunk;

        progress_at(&w->progress, from, NULL);
        status = compute(w, from, rows, values + from * w->b.len, w->combos * w->b.len);
    }
    munmap(map, size);
    return status == IND_OK ? 0 : library_fail(w, status, err);
}

/* ---- CSV ---- */

static void write_header(const struct sweep *w, FILE *out)
{
    for (size_t i = 0; i < ind_n_params(w->b.ind); i++)
        fprintf(out, "%s,", w->b.ind->params[i].name);
    fputs("output", out);
    for (size_t t = 0; t < w->b.len; t++)
        fprintf(out, ",%zu", t);
    putc('\n', out);
}

/* The row's parameters, the output's name, the values. */
static void write_row(const struct sweep *w, size_t row, size_t output, const double *values,
                      FILE *out)
{
    double params[IND_MAX_PARAMS] = {0};

    if (ind_n_params(w->b.ind) > 0)
        ind_sweep_params(w->b.ind, w->b.axes, row, params);
    for (size_t i = 0; i < ind_n_params(w->b.ind); i++) {
        const struct ind_param *p = &w->b.ind->params[i];

        if (p->choices)
            fprintf(out, "%s,", p->choices[(size_t)params[i]]);
        else
            fprintf(out, "%.17g,", params[i]);
    }
    fputs(w->b.ind->outputs[output], out);
    for (size_t t = 0; t < w->b.len; t++) {
        putc(',', out);
        command_print_number(values[t], out);
    }
    putc('\n', out);
}

static int write_csv(struct sweep *w, struct outfile *o, struct series_message *err)
{
    const size_t apart = w->chunk * w->b.len;
    double *values = malloc(n_outputs(w) * apart * sizeof *values);
    int status = values ? IND_OK : IND_ENOMEM;

    write_header(w, o->f);
    for (size_t from = 0; from < w->combos && status == IND_OK && !ferror(o->f); from += w->chunk) {
        const size_t rows = w->combos - from < w->chunk ? w->combos - from : w->chunk;

        status = compute(w, from, rows, values, apart);
        for (size_t r = 0; r < rows && status == IND_OK; r++) {
            progress_at(&w->progress, from + r, NULL);
            for (size_t i = 0; i < n_outputs(w); i++)
                write_row(w, from + r, i, values + i * apart + r * w->b.len, o->f);
        }
    }
    free(values);
    return status == IND_OK ? 0 : library_fail(w, status, err);
}

/* ---- the call ---- */

static bool ends_in_npy(const char *path)
{
    const size_t len = path ? strlen(path) : 0;

    return len > 4 && strcmp(path + len - 4, ".npy") == 0;
}

static int write_file(struct sweep *w)
{
    struct series_message err = {0};
    struct outfile o;
    int r;

    if (outfile_open(&o, w->cmd->out, &err) < 0)
        return command_fail(DRIVER_FAILED, &err);
    progress_begin(&w->progress, "rows", w->combos);
    r = ends_in_npy(w->cmd->out) ? write_npy(w, &o, &err) : write_csv(w, &o, &err);
    progress_end(&w->progress);
    if (r == 0)
        r = outfile_commit(&o, &err);
    else
        outfile_drop(&o);
    return r == 0 ? DRIVER_OK : command_fail(DRIVER_FAILED, &err);
}

/* The set with the latest first value decides whether there are bars enough. */
static void longest_params(const struct sweep *w, double *ret)
{
    double params[IND_MAX_PARAMS];
    size_t longest = 0;

    memcpy(ret, w->b.params, sizeof w->b.params);
    for (size_t r = 0; r < w->combos && ind_n_params(w->b.ind) > 0; r++) {
        ind_sweep_params(w->b.ind, w->b.axes, r, params);
        if (ind_warmup(w->b.ind, params, 0) < longest)
            continue;
        longest = ind_warmup(w->b.ind, params, 0);
        memcpy(ret, params, ind_n_params(w->b.ind) * sizeof *params);
    }
}

/* Can rows x bars be held at all? */
static int check_size(const struct sweep *w, struct series_message *err)
{
    size_t values, bytes;

    if (__builtin_mul_overflow(w->combos, w->b.len * n_outputs(w), &values) ||
        __builtin_mul_overflow(values, sizeof(double), &bytes) || bytes > (size_t)1 << 46)
        return series_fail(err, "%s: %zu rows of %zu bars are more than can be held; sweep less",
                           w->cmd->name, w->combos, w->b.len);
    return 0;
}

static void choose_chunk(struct sweep *w)
{
    w->chunk = CHUNK_VALUES / w->b.len;
    if (w->chunk < CHUNK_ROWS)
        w->chunk = CHUNK_ROWS;
    if (w->chunk > w->combos)
        w->chunk = w->combos;
}

int command_sweep(const struct command *cmd)
{
    struct sweep w = {.cmd = cmd};
    struct series_message err = {0};
    double longest[IND_MAX_PARAMS];
    int status = command_bind(cmd, true, &w.b);

    if (status == DRIVER_OK && binding_check_sweep(&w.b, &w.combos, &err) < 0)
        status = command_fail(DRIVER_BAD_USE, &err);
    if (status != DRIVER_OK)
        return status;
    longest_params(&w, longest);
    status = command_load(cmd, &w.b, longest, &w.s);
    if (status != DRIVER_OK)
        return status;
    choose_chunk(&w);
    if (check_size(&w, &err) < 0)
        status = command_fail(DRIVER_BAD_USE, &err);
    else
        status = write_file(&w);
    series_done(&w.s);
    return status;
}

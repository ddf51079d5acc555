/* SPDX-License-Identifier: Apache-2.0 */
/* Technical indicators over series of doubles, in the caller's memory.
 *
 *   double close[1000], out[1000], params[] = {14, 0}; (period, and whose seed: nobody's)
 *   struct ind_job job = {.in = {close}, .len = 1000, .params = params,
 *                         .out = {{.at = out, .rows = 1, .cols = 1000, .stride = 1000}}};
 *   int status = ind_rsi(&job);
 *
 * Every indicator NAME has five typed entries of one signature each: ind_NAME, ind_NAME_batch,
 * ind_NAME_new, ind_NAME_batch_new, ind_NAME_stream. The same calls exist for an indicator found
 * at run time: ind_single, ind_batch, ind_new, ind_batch_new, ind_stream_init.
 *
 * Memory. Only the functions that end in _new allocate. Series and results are views of the
 * caller's memory. Scratch (ind_work_size) depends on parameters and threads, never on the number
 * of bars.
 *
 * Time runs with the index: element 0 is the oldest bar. Row r, column t of a result is known at
 * the close of bar t and depends on no later bar; of the few that look ahead see ind_ahead.
 *
 * Not a number. Bars before the first one where every input is a number are skipped: the result is
 * NaN there, then that of the rest of the series. Each output is NaN before its own warm-up. What a
 * NaN or an infinity after the first valid bar does is said in the indicator's note.
 *
 * Threads. Everything here is re-entrant; calls may overlap in time when their outputs, work and
 * streams do not overlap in memory. Nothing is kept between calls. */
#ifndef NOCOPY_INDICATORS_H
#define NOCOPY_INDICATORS_H

#ifndef IND_KERNEL_H /* a kernel knows no other: it stays as it was when the list grows */
#include <nocopy/indicators_list.h>
#endif
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IND_API __attribute__((visibility("default")))

enum { IND_MAX_INPUTS = 6, IND_MAX_OUTPUTS = 10, IND_MAX_PARAMS = 12 };

enum ind_status {
    IND_OK = 0,
    IND_EPARAM = -1, /* a parameter out of range, not whole, or at odds with another: ind_check */
    IND_ESHORT = -2, /* too few valid bars: no output would have a value */
    IND_ESHAPE = -3, /* an output view missing or too small */
    IND_EWORK = -4,  /* work or stream memory missing, too small or not aligned */
    IND_EINPUT = -5, /* an input series missing */
    IND_EAXIS = -6, /* an axis that names no value, no such row, or more rows than can be counted */
    IND_ENOMEM = -7 /* _new only: the allocator gave nothing */
};

/* ---- What an indicator is ---------------------------------------------------------------- */

/* One input series. `column` is the column of a price table it stands for by default: open, high,
 * low, close, volume, or derived: hl2, hlc3, ohlc4, hlcc4. */
struct ind_input {
    const char *name, *column;
};

enum { IND_INTEGER = 1 };

/* One parameter. Values are doubles; IND_INTEGER in `flags` says that they must be whole.
 * `choices`, where not null, names the values 0, 1, 2 ... and ends with a null. */
struct ind_param {
    const char *name, *unit; /* bars, ratio, price, percent, choice ... */
    double def, min, max;    /* both ends included */
    unsigned flags;
    const char *const *choices;
};

struct ind_run;   /* the library's own */
struct ind_group; /* the library's own */

/* The facts of an indicator, in read-only memory. Arrays end at the first null name. */
struct ind_indicator {
    const char *name;   /* snake_case, as in ind_NAME */
    const char *title;  /* for people */
    const char *family; /* moving average, momentum, trend, volatility, volume ... */
    const char *source; /* where the definition comes from */
    const char *note;   /* formula, seed, flat and zero-volume input, NaN */
    struct ind_input inputs[IND_MAX_INPUTS];
    struct ind_param params[IND_MAX_PARAMS];
    const char *outputs[IND_MAX_OUTPUTS];
    /* Largest difference there may be between reference, single, row of a sweep and stream, and
     * between instruction sets (0: equal bits), relative to the largest magnitude in the output. */
    double tolerance, isa_tolerance;
    /* 1: the formula has an amount in it that is no parameter, as exp(x) has, so that values depend
     * on the unit of prices. 0: in another unit they are the same, or all a power of the ratio of
     * the units times as large. */
    int absolute;

    /* The library's own: call the functions below instead. */
    size_t (*warmup)(const double *params, size_t output);
    size_t (*history)(const double *params);
    size_t (*state_size)(const double *params);
    int (*check)(const double *params);
    void (*reference)(const struct ind_run *);
    void (*run)(const struct ind_run *);
    void (*single)(const struct ind_run *);
    void (*group)(const struct ind_group *);
    size_t (*group_size)(const double *params);
};

/* The registry, sorted by name. ind_at gives null from ind_count() on, ind_find for an unknown
 * name. */
IND_API size_t ind_count(void);
IND_API const struct ind_indicator *ind_at(size_t index);
IND_API const struct ind_indicator *ind_find(const char *name);

static inline size_t ind_n_inputs(const struct ind_indicator *ind)
{
    size_t n = 0;
    while (n < IND_MAX_INPUTS && ind->inputs[n].name)
        n++;
    return n;
}

static inline size_t ind_n_params(const struct ind_indicator *ind)
{
    size_t n = 0;
    while (n < IND_MAX_PARAMS && ind->params[n].name)
        n++;
    return n;
}

static inline size_t ind_n_outputs(const struct ind_indicator *ind)
{
    size_t n = 0;
    while (n < IND_MAX_OUTPUTS && ind->outputs[n])
        n++;
    return n;
}

/* Fill ret[n_params] with the defaults. */
IND_API void ind_defaults(const struct ind_indicator *ind, double *ret);

/* Are these n_params parameters good? IND_OK or IND_EPARAM; then *ret_index (may be null) is the
 * first parameter at fault, or n_params when each is in range but they do not go together. */
IND_API int ind_check(const struct ind_indicator *ind, const double *params, size_t *ret_index);

/* Index of the first value of one output, counted from the first valid bar. Where it depends on the
 * data it is a lower bound. `params` must have passed ind_check. */
IND_API size_t ind_warmup(const struct ind_indicator *ind, const double *params, size_t output);

/* ---- Calls in the caller's memory -------------------------------------------------------- */

/* A matrix of doubles: row r starts at at + r * stride. rows, cols and stride count doubles. */
struct ind_view {
    double *at;
    size_t rows, cols, stride;
};

/* The values start, start + step ... up to and including end. step 0 or start == end: start alone.
 * start > end counts down; the sign of step does not matter. */
struct ind_axis {
    double start, end, step;
};

/* One call. All pointers are borrowed for the call; outputs must not overlap anything else. */
struct ind_job {
    const double *in[IND_MAX_INPUTS]; /* as in ind->inputs[], `len` doubles each */
    size_t len;
    const double *params;        /* [combos][n_params]; null: the defaults, one row */
    size_t combos;               /* rows of `params`; 0 counts as 1; a single call reads one row */
    const struct ind_axis *axes; /* [n_params], batch only; not null: the rows are the cartesian
                                    product, last parameter fastest, and params is not read */
    struct ind_view out[IND_MAX_OUTPUTS]; /* as in ind->outputs[] */
    void *work;       /* ind_work_size() bytes, 64-byte aligned; may be null when that is 0 */
    size_t work_size; /* bytes; contents are garbage before and after */
    unsigned threads; /* batch only: rows are spread over so many; 0 and 1: the caller's alone */
};

/* Run an indicator once: row 0 of every output. Allocates nothing.
 *
 *   job->params  [n_params] or null for the defaults
 *   job->out     rows >= 1, cols >= len; what lies beyond len is left alone
 *
 * Returns IND_OK; or, with every output untouched, IND_EINPUT, IND_EPARAM, IND_ESHAPE, IND_ESHORT
 * or IND_EWORK. */
IND_API int ind_single(const struct ind_indicator *ind, const struct ind_job *job);

/* Run an indicator on a sweep: row r of every output is the single run of parameter set r.
 * Allocates nothing, save that with threads > 1 the C library may for each thread it starts.
 *
 *   job->out     rows >= combinations, cols >= len, stride >= cols
 *
 * Returns as ind_single, and IND_EAXIS. IND_ESHORT when any one row would have no value. */
IND_API int ind_batch(const struct ind_indicator *ind, const struct ind_job *job);

/* Bytes of work that ind_single or ind_batch need from the caller, 0 where they make do with their
 * stack, of which a call takes 128 KiB at most; of the job only params, combos, axes and threads
 * are read. 0 also when those are bad: the call itself says so. */
IND_API size_t ind_work_size(const struct ind_indicator *ind, const struct ind_job *job);

/* How many rows a sweep has: IND_OK and *ret, or IND_EAXIS. */
IND_API int ind_sweep_combos(const struct ind_indicator *ind, const struct ind_axis *axes,
                             size_t *ret);

/* The parameters of one row of a sweep into ret[n_params]. IND_OK or IND_EAXIS. */
IND_API int ind_sweep_params(const struct ind_indicator *ind, const struct ind_axis *axes,
                             size_t row, double *ret);

/* The row of a sweep that has these parameters, each within 1e-9 of the asked. IND_OK and *ret, or
 * IND_EAXIS. */
IND_API int ind_sweep_row(const struct ind_indicator *ind, const struct ind_axis *axes,
                          const double *params, size_t *ret);

/* ---- Owning calls ------------------------------------------------------------------------ */

/* A result that owns its memory: one block for all outputs, rows of `cols` doubles, no padding. The
 * parameters of row r: job->params + r * n_params, or ind_sweep_params(ind, axes, r). */
struct ind_result {
    double *block;
    size_t rows, cols;
    struct ind_view out[IND_MAX_OUTPUTS];
};

/* As ind_single and ind_batch, but outputs and work are allocated; job->out and job->work are not
 * read. On success *ret owns rows * cols * n_outputs doubles, to be freed with ind_result_free; on
 * failure it is untouched. Work of more than 16 KiB is allocated too, and freed before the return.
 * Returns as ind_single and ind_batch, and IND_ENOMEM. */
IND_API int ind_new(const struct ind_indicator *ind, const struct ind_job *job,
                    struct ind_result *ret);
IND_API int ind_batch_new(const struct ind_indicator *ind, const struct ind_job *job,
                          struct ind_result *ret);

/* Free what a result owns and zero it. A zeroed result and null are fine. */
IND_API void ind_result_free(struct ind_result *result);

/* ---- Bar by bar -------------------------------------------------------------------------- */

/* Bytes a stream needs: a matter of parameters (null: the defaults), not of bars. 0: they are
 * bad. */
IND_API size_t ind_stream_size(const struct ind_indicator *ind, const double *params);

/* Make a stream in `size` bytes at `stream`, 64-byte aligned. It holds no pointer into itself: a
 * memcpy of it is an independent stream, and there is nothing to undo when it is dropped. Returns
 * IND_OK, IND_EPARAM or IND_EWORK. */
IND_API int ind_stream_init(const struct ind_indicator *ind, const double *params, void *stream,
                            size_t size);

/* Feed one bar, in[n_inputs], and learn its values, ret[n_outputs]: what ind_single puts at that
 * bar, or ind_ahead bars before, within the indicator's tolerance. Cannot fail. */
IND_API void ind_stream_push(void *stream, const double *in, double *ret);

/* ---- Typed entries ----------------------------------------------------------------------- */

/* ind_sma(job) is ind_single(ind_find("sma"), job), and so on. Real functions, never inlined: a
 * profile names a call by them. */
#define IND_DECLARE(name)                                                                          \
    IND_API int ind_##name(const struct ind_job *job);                                             \
    IND_API int ind_##name##_batch(const struct ind_job *job);                                     \
    IND_API int ind_##name##_new(const struct ind_job *job, struct ind_result *ret);               \
    IND_API int ind_##name##_batch_new(const struct ind_job *job, struct ind_result *ret);         \
    IND_API int ind_##name##_stream(const double *params, void *stream, size_t size);
#ifndef IND_KERNEL_H
IND_LIST(IND_DECLARE)
#endif
#undef IND_DECLARE

/* The typed entries of an indicator that was found at run time. */
struct ind_entries {
    int (*single)(const struct ind_job *job);
    int (*batch)(const struct ind_job *job);
    int (*single_new)(const struct ind_job *job, struct ind_result *ret);
    int (*batch_new)(const struct ind_job *job, struct ind_result *ret);
    int (*stream)(const double *params, void *stream, size_t size);
};
IND_API const struct ind_entries *ind_entries(const struct ind_indicator *ind);

/* ---- The library itself ------------------------------------------------------------------ */

/* What a status means, in plain words; never null. */
IND_API const char *ind_strerror(int status);

/* The instruction set in use: scalar, avx2 or avx512. Chosen once, the best the machine has; the
 * environment variable NOCOPY_ISA asks for a lower one. */
IND_API const char *ind_isa(void);

/* "major.minor.patch" of the library that runs. */
IND_API const char *ind_version(void);

/* ---- Looking ahead ----------------------------------------------------------------------- */

/* How many later bars the values of a bar depend on: 0, but for the few indicators that must see an
 * extreme from both sides. A stream gives values so many bars late. */
IND_API size_t ind_ahead(const struct ind_indicator *ind, const double *params);

#ifdef __cplusplus
}
#endif
#endif

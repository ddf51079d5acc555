/* SPDX-License-Identifier: Apache-2.0 */
/* TA-Lib's functions all differ in their arguments, but are put together by one rule, so libffi can
 * call them:
 *
 *   int TA_NAME(int from, int to, const double *in..., int or double parameter...,
 *               int *ret_from, int *ret_count, double or int *out...)
 *
 * Tulip's have one signature: int ti_NAME(int len, const double *const *in, const double *params,
 * double *const *out). */
#include "peers.h"

#include <dlfcn.h>
#include <ffi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ARGS = 2 + IND_MAX_INPUTS + PEER_MAX_PARAMS + 2 + IND_MAX_OUTPUTS };

/* One line of peers.def. */
struct peer_function {
    enum peer_kind kind;
    const char *indicator, *symbol, *inputs, *params, *outputs;
};

static const struct peer_function functions[] = {
#define TA_LIB(indicator, function, inputs, params, outputs)                                       \
    {PEER_TA_LIB, #indicator, "TA_" #function, inputs, params, outputs},
#define TULIP(indicator, function, inputs, params, outputs)                                        \
    {PEER_TULIP, #indicator, "ti_" #function, inputs, params, outputs},
#include "peers.def"
#undef TA_LIB
#undef TULIP
};

/* A parameter of the peer in one row, in both the types that it may have. */
struct peer_param {
    int whole;
    double real;
};

struct peer_call {
    const struct peer_function *function;
    void *entry;
    size_t rows, len, n_in, n_params, n_out;
    const double *in[IND_MAX_INPUTS];
    bool is_real[PEER_MAX_PARAMS];
    struct peer_param *param; /* [rows][PEER_MAX_PARAMS] */
    double *values;           /* [outputs][rows][len] */
    bool borrowed;            /* the values */
    ffi_cif cif;
    ffi_type *type[MAX_ARGS];
    bool failed_first, failed_any;
};

/* ---- libraries ---- */

int peer_open(struct peer *ret, const char *path, struct series_message *err)
{
    struct peer p = {.library = dlopen(path, RTLD_NOW | RTLD_LOCAL)};

    if (!p.library)
        return series_fail(err, "cannot load '%s': %s", path, dlerror());
    if (dlsym(p.library, "TA_SMA")) {
        int (*initialize)(void);

        p.kind = PEER_TA_LIB;
        p.name = "ta-lib";
        *(void **)&initialize = dlsym(p.library, "TA_Initialize");
        if (initialize)
            initialize(); /* the candle patterns' settings */
    } else if (dlsym(p.library, "ti_sma")) {
        p.kind = PEER_TULIP;
        p.name = "tulip";
    } else {
        dlclose(p.library);
        return series_fail(err, "'%s' is neither TA-Lib nor Tulip Indicators", path);
    }
    *ret = p;
    return 0;
}

void peer_close(struct peer *p)
{
    if (p->library)
        dlclose(p->library);
    *p = (struct peer){0};
}

/* ---- making a call ready ---- */

/* Each word between commas, in turn; false past the last. */
static bool next_word(const char **list, char *ret, size_t size)
{
    const size_t len = strcspn(*list, ",");

    if (len == 0)
        return false;
    snprintf(ret, size, "%.*s", (int)len, *list);
    *list += len + ((*list)[len] == ',');
    return true;
}

static bool bind_inputs(struct peer_call *call, const struct series *s)
{
    const char *list = call->function->inputs;
    char name[32];

    while (next_word(&list, name, sizeof name)) {
        call->in[call->n_in] = series_find(s, name);
        if (!call->in[call->n_in++])
            return false;
    }
    return true;
}

/* Value of one of the peer's parameters, given ours. False for a name that we have not. */
static bool param_value(const struct ind_indicator *ind, const double *ours, const char *name,
                        double *ret)
{
    char *end;

    for (size_t i = 0; i < ind_n_params(ind); i++)
        if (strcmp(ind->params[i].name, name) == 0) {
            *ret = ours[i];
            return true;
        }
    *ret = strtod(name, &end);
    return end != name && *end == '\0';
}

static bool bind_params(struct peer_call *call, const struct bench_case *c, size_t row)
{
    struct peer_param *param = call->param + row * PEER_MAX_PARAMS;
    const char *list = call->function->params;
    double ours[IND_MAX_PARAMS];
    char name[32];
    size_t n = 0;

    memcpy(ours, c->params, sizeof ours);
    if (c->combos > 1 && ind_sweep_params(c->ind, c->many, row, ours) != IND_OK)
        return false;
    while (next_word(&list, name, sizeof name)) {
        char *colon = strchr(name, ':');

        call->is_real[n] = colon || strchr(name, '.') || call->function->kind == PEER_TULIP;
        if (colon)
            *colon = '\0';
        if (!param_value(c->ind, ours, name, &param[n].real))
            return false;
        param[n].whole = (int)param[n].real;
        n++;
    }
    call->n_params = n;
    return true;
}

static bool describe_call(struct peer_call *call)
{
    unsigned n = 0;

    call->type[n++] = &ffi_type_sint;
    call->type[n++] = &ffi_type_sint;
    for (size_t i = 0; i < call->n_in; i++)
        call->type[n++] = &ffi_type_pointer;
    for (size_t i = 0; i < call->n_params; i++)
        call->type[n++] = call->is_real[i] ? &ffi_type_double : &ffi_type_sint;
    for (size_t i = 0; i < call->n_out + 2; i++)
        call->type[n++] = &ffi_type_pointer;
    return ffi_prep_cif(&call->cif, FFI_DEFAULT_ABI, n, &ffi_type_sint, call->type) == FFI_OK;
}

static const struct peer_function *find_function(enum peer_kind kind, const char *indicator)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (functions[i].kind == kind && strcmp(functions[i].indicator, indicator) == 0)
            return &functions[i];
    return NULL;
}

struct peer_call *peer_call_new(const struct peer *p, const struct bench_case *c,
                                const struct series *s, const struct bench_job *to)
{
    const struct peer_function *function = find_function(p->kind, c->ind->name);
    struct peer_call *call = function ? calloc(1, sizeof *call) : NULL;
    bool ok;

    if (!call)
        return NULL;
    *call = (struct peer_call){.function = function,
                               .entry = dlsym(p->library, function->symbol),
                               .rows = c->combos,
                               .len = s->len,
                               .n_out = strlen(function->outputs)};
    call->param = calloc(call->rows, PEER_MAX_PARAMS * sizeof *call->param);
    const size_t values = call->n_out * call->rows * call->len;
    call->borrowed = to && to->n_values >= values;
    call->values = call->borrowed ? to->values : malloc(values * sizeof *call->values);
    ok = call->entry && call->param && call->values && bind_inputs(call, s);
    for (size_t r = 0; r < call->rows && ok; r++)
        ok = bind_params(call, c, r);
    if (ok && describe_call(call))
        return call;
    peer_call_free(call);
    return NULL;
}

void peer_call_free(struct peer_call *call)
{
    if (!call)
        return;
    free(call->param);
    if (!call->borrowed)
        free(call->values);
    free(call);
}

/* ---- calling ---- */

static double *row_of(const struct peer_call *call, size_t output, size_t row)
{
    return call->values + (output * call->rows + row) * call->len;
}

static int call_ta_lib(struct peer_call *call, size_t row)
{
    struct peer_param *param = call->param + row * PEER_MAX_PARAMS;
    int from = 0, to = (int)call->len - 1, ret_from, ret_count;
    int *ret_from_at = &ret_from, *ret_count_at = &ret_count;
    double *out[IND_MAX_OUTPUTS];
    void *arg[MAX_ARGS];
    ffi_arg result;
    size_t n = 0;

    arg[n++] = &from;
    arg[n++] = &to;
    for (size_t i = 0; i < call->n_in; i++)
        arg[n++] = &call->in[i];
    for (size_t i = 0; i < call->n_params; i++)
        arg[n++] = call->is_real[i] ? (void *)&param[i].real : (void *)&param[i].whole;
    arg[n++] = &ret_from_at;
    arg[n++] = &ret_count_at;
    for (size_t i = 0; i < call->n_out; i++) {
        out[i] = row_of(call, i, row);
        arg[n++] = &out[i];
    }
    ffi_call(&call->cif, FFI_FN(call->entry), &result, arg);
    return (int)result;
}

static int call_tulip(struct peer_call *call, size_t row)
{
    const struct peer_param *param = call->param + row * PEER_MAX_PARAMS;
    int (*entry)(int, const double *const *, const double *, double *const *);
    double options[PEER_MAX_PARAMS], *out[IND_MAX_OUTPUTS];

    *(void **)&entry = call->entry;
    for (size_t i = 0; i < call->n_params; i++)
        options[i] = param[i].real;
    for (size_t i = 0; i < call->n_out; i++)
        out[i] = row_of(call, i, row);
    return entry((int)call->len, call->in, options, out);
}

static void call_row(struct peer_call *call, size_t row)
{
    const int status =
        call->function->kind == PEER_TA_LIB ? call_ta_lib(call, row) : call_tulip(call, row);

    call->failed_any |= status != 0;
    call->failed_first |= status != 0 && row == 0;
}

void peer_call_single(void *call) { call_row(call, 0); }

void peer_call_sweep(void *of)
{
    struct peer_call *call = of;

    for (size_t r = 0; r < call->rows; r++)
        call_row(call, r);
}

int peer_call_single_ok(const struct peer_call *call) { return !call->failed_first; }
int peer_call_sweep_ok(const struct peer_call *call) { return !call->failed_any; }

const double *peer_call_values(const struct peer_call *call, size_t output, size_t row)
{
    return call->function->outputs[output] == 'd' ? row_of(call, output, row) : NULL;
}

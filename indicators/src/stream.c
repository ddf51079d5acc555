/* SPDX-License-Identifier: Apache-2.0 */
/* Bar by bar: the kernel runs on stretches of one bar, over a ring of its inputs' last bars. */
#include "plan.h"
#include <string.h>

/* Offsets, not pointers: a copy of the memory is a stream too. */
struct stream {
    const struct ind_indicator *ind;
    double params[IND_MAX_PARAMS];
    size_t n_inputs, n_outputs;
    size_t t;    /* bars since the first valid one */
    size_t ring; /* history + 1 */
    size_t pos;  /* t % ring */
    size_t rings_at, state_at;
};

static size_t layout(struct stream *ret, const struct ind_indicator *ind, const double *params)
{
    *ret = (struct stream){.ind = ind,
                           .n_inputs = ind_n_inputs(ind),
                           .n_outputs = ind_n_outputs(ind),
                           .ring = 1 + (ind->history ? ind->history(params) : 0)};
    ret->rings_at = work_round(sizeof *ret);
    ret->state_at = work_round(ret->rings_at + ret->n_inputs * 2 * ret->ring * sizeof(double));
    for (size_t i = 0; i < ind_n_params(ind); i++)
        ret->params[i] = params[i];
    return work_round(ret->state_at + (ind->state_size ? ind->state_size(params) : 0));
}

/* The caller's parameters or the defaults; null when they are bad. */
static const double *settle(const struct ind_indicator *ind, const double *params, double *room)
{
    if (!params) {
        ind_defaults(ind, room);
        params = room;
    }
    return ind_check(ind, params, NULL) == IND_OK ? params : NULL;
}

size_t ind_stream_size(const struct ind_indicator *ind, const double *params)
{
    double room[IND_MAX_PARAMS];
    struct stream s;

    params = settle(ind, params, room);
    return params ? layout(&s, ind, params) : 0;
}

int ind_stream_init(const struct ind_indicator *ind, const double *params, void *stream,
                    size_t size)
{
    double room[IND_MAX_PARAMS];
    struct stream s;

    params = settle(ind, params, room);
    if (!params)
        return IND_EPARAM;
    const size_t need = layout(&s, ind, params);
    if (!stream || size < need || (uintptr_t)stream % WORK_ALIGN)
        return IND_EWORK;
    memset(stream, 0, need);
    *(struct stream *)stream = s;
    return IND_OK;
}

void ind_stream_push(void *stream, const double *in, double *ret)
{
    struct stream *s = stream;
    double *ring = (double *)((char *)stream + s->rings_at);
    struct ind_run run = {
        .params = s->params, .from = s->t, .to = s->t + 1, .state = (char *)stream + s->state_at};
    bool skip = false;

    for (size_t o = 0; o < s->n_outputs; o++)
        ret[o] = NAN;
    for (size_t i = 0; s->t == 0 && i < s->n_inputs; i++)
        skip |= isnan(in[i]);
    if (skip)
        return;
    for (size_t i = 0; i < s->n_inputs; i++, ring += 2 * s->ring) {
        /* twice, a ring apart: the last `ring` bars are always contiguous */
        ring[s->pos] = ring[s->pos + s->ring] = in[i];
        run.in[i] = ring + s->pos + s->ring - s->t;
    }
    for (size_t o = 0; o < s->n_outputs; o++)
        run.out[o] = ret + o - s->t;
    s->ind->run(&run);
    s->t++;
    if (++s->pos == s->ring)
        s->pos = 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The front door, second half: outputs and work are good, so the rows are run. */
#include "plan.h"
#include "registry.h"
#include <pthread.h>
#include <string.h>

/* NaN where an output has no value yet; gives the address of the first valid bar. */
static double *open_row(const struct plan *plan, size_t row, size_t output, size_t warmup)
{
    const struct ind_view *view = &plan->job->out[output];
    double *at = view->at + row * view->stride;
    const size_t end = plan->first + size_min(warmup, plan->job->len - plan->first);

    for (size_t t = 0; t < end; t++)
        at[t] = NAN;
    return at + plan->first;
}

/* The results of bars from .. to - 1 are in a room: the outputs from their warm-up on. */
static void leave_behind(const struct plan *plan, const struct ind_run *row,
                         const struct ind_run *run, const size_t *warmup)
{
    for (size_t o = 0; o < plan->n_outputs; o++) {
        const size_t t = size_max(run->from, size_min(warmup[o], run->to));
        run->behind->outputs[o] =
            (struct ind_behind_output){row->out[o] + t, run->out[o] + t, run->to - t};
    }
}

/* A row in stretches, each worked out in the nearest cache while memory takes in the one before. */
static void run_stretches(const struct plan *plan, const struct ind_run *row, const size_t *warmup)
{
    _Alignas(64) double rooms[2][STRETCH_ROOM];
    struct ind_behind behind = {.put = isa_chosen()->put_behind,
                                .n_outputs = plan->n_outputs,
                                .fetches = ind_n_inputs(plan->ind) == 1};
    struct ind_run run = *row;
    size_t room = 0;

    run.behind = &behind;
    for (run.to = 0; run.to < row->to; run.from = run.to, room = 1 - room) {
        run.to = size_min(run.from + plan->stretch, row->to);
        if (row->to - run.to == 1) /* one bar alone is taken for a stream's */
            run.to -= 1;
        for (size_t o = 0; o < plan->n_outputs; o++)
            run.out[o] = rooms[room] + o * plan->stretch - run.from;
        plan->ind->run(&run);
        behind.put(&behind, row->to, NULL);
        leave_behind(plan, row, &run, warmup);
    }
    behind.put(&behind, row->to, NULL);
    behind.put(&behind, 0, NULL);
}

static void run_row(const struct plan *plan, size_t row, void *work)
{
    const struct ind_indicator *ind = plan->ind;
    double params[IND_MAX_PARAMS];
    size_t warmup[IND_MAX_OUTPUTS];
    struct ind_run run = {.params = params, .to = plan->job->len - plan->first, .state = work};

    plan_params(plan, row, params);
    for (size_t i = 0; i < ind_n_inputs(ind); i++)
        run.in[i] = plan->job->in[i] + plan->first;
    for (size_t o = 0; o < plan->n_outputs; o++) {
        warmup[o] = ind_warmup(ind, params, o);
        run.out[o] = open_row(plan, row, o, warmup[o]);
    }
    if (ind->state_size)
        memset(work, 0, ind->state_size(params));
    if (ind->single)
        ind->single(&run);
    else if (plan->stretch)
        run_stretches(plan, &run, warmup);
    else
        ind->run(&run);
}

static void run_group(const struct plan *plan, size_t from, size_t to, void *work)
{
    const struct ind_indicator *ind = plan->ind;
    double params[IND_GROUP][IND_MAX_PARAMS];
    double *out[IND_GROUP][IND_MAX_OUTPUTS];
    struct ind_group group = {.rows = to - from,
                              .len = plan->job->len - plan->first,
                              .params = params,
                              .out = out,
                              .work = work,
                              .stream = plan->stretch > 0};

    for (size_t i = 0; i < ind_n_inputs(ind); i++)
        group.in[i] = plan->job->in[i] + plan->first;
    for (size_t r = 0; r < group.rows; r++) {
        plan_params(plan, from + r, params[r]);
        for (size_t o = 0; o < plan->n_outputs; o++)
            out[r][o] = open_row(plan, from + r, o, ind_warmup(ind, params[r], o));
    }
    ind->group(&group);
}

/* The rows of one thread. */
struct share {
    const struct plan *plan;
    size_t from, to;
    void *work;
    pthread_t thread;
};

static void *run_share(void *arg)
{
    const struct share *share = arg;

    for (size_t row = share->from; row < share->to; row += IND_GROUP) {
        const size_t to = size_min(row + IND_GROUP, share->to);
        if (share->plan->ind->group && to - row > 1)
            run_group(share->plan, row, to, share->work);
        else
            for (size_t r = row; r < to; r++)
                run_row(share->plan, r, share->work);
    }
    return NULL;
}

/* The first row of share i; shares differ by one unit at most. */
static size_t share_begin(const struct plan *plan, size_t i)
{
    const size_t units = plan->rows / plan->unit + (plan->rows % plan->unit != 0);
    const size_t n = plan->threads, begin = units / n * i + size_min(units % n, i);

    return size_min(begin * plan->unit, plan->rows);
}

static void run_all(const struct plan *plan, char *work)
{
    struct share shares[THREADS_MAX];
    bool started[THREADS_MAX];

    for (size_t i = 0; i < plan->threads; i++) {
        const size_t from = share_begin(plan, i), to = share_begin(plan, i + 1);
        shares[i] = (struct share){
            .plan = plan, .from = from, .to = to, .work = work + i * plan->thread_size};
        started[i] = i > 0 && pthread_create(&shares[i].thread, NULL, run_share, &shares[i]) == 0;
    }
    for (size_t i = 0; i < plan->threads; i++) /* what no thread could be had for, too */
        if (!started[i])
            run_share(&shares[i]);
    for (size_t i = 0; i < plan->threads; i++)
        if (started[i])
            pthread_join(shares[i].thread, NULL);
}

int plan_run(const struct plan *plan)
{
    const struct ind_job *job = plan->job;
    const size_t need = plan_work_size(plan);
    _Alignas(WORK_ALIGN) char own[OWN_WORK];

    for (size_t o = 0; o < plan->n_outputs; o++) {
        const struct ind_view *view = &job->out[o];
        if (!view->at || view->rows < plan->rows || view->cols < job->len ||
            (plan->rows > 1 && view->stride < view->cols))
            return IND_ESHAPE;
    }
    if (need && (!job->work || job->work_size < need || (uintptr_t)job->work % WORK_ALIGN))
        return IND_EWORK;
    run_all(plan, need ? job->work : own);
    return IND_OK;
}

/* The order of errors: what cannot be counted or run at all comes before what is merely too small.
 */
static int call(const struct ind_indicator *ind, const struct ind_job *job, bool sweep)
{
    struct plan plan;
    const int status = plan_make(&plan, ind, job, sweep);

    return status < 0 ? status : plan_run(&plan);
}

int ind_single(const struct ind_indicator *ind, const struct ind_job *job)
{
    return call(ind, job, false);
}

int ind_batch(const struct ind_indicator *ind, const struct ind_job *job)
{
    return call(ind, job, true);
}

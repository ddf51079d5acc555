/* SPDX-License-Identifier: Apache-2.0 */
/* The front door, first half: is the job good, how many rows, how much work. */
#include "plan.h"

void plan_params(const struct plan *plan, size_t row, double *ret)
{
    if (plan->job->axes)
        ind_sweep_params(plan->ind, plan->job->axes, row, ret);
    else if (plan->job->params)
        for (size_t i = 0; i < plan->n_params; i++)
            ret[i] = plan->job->params[row * plan->n_params + i];
    else
        ind_defaults(plan->ind, ret);
}

/* Count rows; params given without a table are the defaults, and these are one row. */
static int count_rows(struct plan *plan, bool sweep)
{
    const struct ind_job *job = plan->job;

    plan->rows = 1;
    if (!sweep)
        return IND_OK;
    if (job->axes)
        return ind_sweep_combos(plan->ind, job->axes, &plan->rows);
    if (job->params && job->combos)
        plan->rows = job->combos;
    else if (!job->params && job->combos > 1)
        return IND_EPARAM;
    return IND_OK;
}

/* Check every row; find the largest of what a row needs. */
static int check_rows(struct plan *plan, size_t *ret_warmup)
{
    const struct ind_indicator *ind = plan->ind;
    size_t state = 0, group = 0;

    for (size_t row = 0; row < plan->rows; row++) {
        double params[IND_MAX_PARAMS];
        size_t warmup = SIZE_MAX;

        plan_params(plan, row, params);
        if (ind_check(ind, params, NULL) < 0)
            return IND_EPARAM;
        for (size_t o = 0; o < plan->n_outputs; o++)
            warmup = size_min(warmup, ind_warmup(ind, params, o));
        *ret_warmup = size_max(*ret_warmup, warmup);
        if (ind->state_size)
            state = size_max(state, ind->state_size(params));
        if (ind->group_size && plan->rows > 1)
            group = size_max(group, ind->group_size(params));
    }
    plan->thread_size = work_round(size_max(state, group));
    return IND_OK;
}

/* Whole chunks, so that most sums begin where they do in a series that is not cut. What is late by
 * some bars cannot be cut. From some times a core's own cache on, storing past the caches costs
 * half as much, be the outermost of them large enough or not. */
static size_t stretch_of(const struct plan *plan)
{
    static const double cache_size = 8 << 20;
    const double values = (double)plan->rows * (double)plan->job->len * (double)plan->n_outputs;
    double params[IND_MAX_PARAMS];

    if (values * sizeof(double) <= cache_size)
        return 0;
    plan_params(plan, 0, params);
    const size_t bars = size_max(CHUNK, STRETCH_VALUES / plan->n_outputs / CHUNK * CHUNK);
    return ind_ahead(plan->ind, params) ? 0 : size_min(bars, STRETCH_BARS);
}

/* The first bar where every input is a number; len when there is none. */
static size_t first_valid(const struct ind_job *job, size_t n_inputs)
{
    for (size_t t = 0; t < job->len; t++) {
        size_t i = 0;
        while (i < n_inputs && !isnan(job->in[i][t]))
            i++;
        if (i == n_inputs)
            return t;
    }
    return job->len;
}

int plan_make(struct plan *ret, const struct ind_indicator *ind, const struct ind_job *job,
              bool sweep)
{
    struct plan plan = {
        .ind = ind, .job = job, .n_params = ind_n_params(ind), .n_outputs = ind_n_outputs(ind)};
    const size_t n_inputs = ind_n_inputs(ind);
    size_t warmup = 0;

    for (size_t i = 0; i < n_inputs; i++)
        if (!job->in[i])
            return IND_EINPUT;
    int status = count_rows(&plan, sweep);
    if (status == IND_OK)
        status = check_rows(&plan, &warmup);
    if (status < 0)
        return status;

    /* threads share out whole groups: how many there are changes no bit of the result */
    plan.unit = ind->group ? IND_GROUP : 1;
    const size_t units = plan.rows / plan.unit + (plan.rows % plan.unit != 0);
    plan.threads = sweep ? size_max(1, size_min(size_min(job->threads, THREADS_MAX), units)) : 1;
    plan.first = first_valid(job, n_inputs);
    plan.stretch = stretch_of(&plan);
    *ret = plan;
    return plan.job->len - plan.first > warmup ? IND_OK : IND_ESHORT;
}

size_t ind_work_size(const struct ind_indicator *ind, const struct ind_job *job)
{
    static const double none;
    struct plan plan;
    struct ind_job bare = *job;

    /* One bar of no value: too short, but that is found out last. */
    for (size_t i = 0; i < IND_MAX_INPUTS; i++)
        bare.in[i] = &none;
    bare.len = 1;
    const int status = plan_make(&plan, ind, &bare, true);
    return status == IND_OK || status == IND_ESHORT ? plan_work_size(&plan) : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The owning calls: the only file of the library that allocates. */
#include "plan.h"
#include <stdlib.h>

/* Scratch as small as this lives on the stack. */
enum { STACK_WORK = 16384 };

/* Lay the outputs out in one block. False when there is no memory. */
static bool allocate(struct ind_result *ret, const struct plan *plan)
{
    const size_t cols = plan->job->len;
    size_t len, size;

    if (__builtin_mul_overflow(plan->rows, cols, &len) ||
        __builtin_mul_overflow(len, plan->n_outputs * sizeof(double), &size))
        return false;
    *ret = (struct ind_result){.block = malloc(size), .rows = plan->rows, .cols = cols};
    if (!ret->block)
        return false;
    for (size_t o = 0; o < plan->n_outputs; o++)
        ret->out[o] = (struct ind_view){ret->block + o * len, plan->rows, cols, cols};
    return true;
}

static int run_owned(const struct ind_indicator *ind, const struct ind_job *asked, bool sweep,
                     struct ind_result *ret)
{
    _Alignas(WORK_ALIGN) char small[STACK_WORK];
    struct ind_job job = *asked;
    struct plan plan;
    struct ind_result result;
    int status = plan_make(&plan, ind, &job, sweep);

    if (status < 0)
        return status;
    const size_t work_size = plan_work_size(&plan);
    if (!allocate(&result, &plan))
        return IND_ENOMEM;
    job.work = work_size <= sizeof small ? small : aligned_alloc(WORK_ALIGN, work_size);
    if (!job.work) {
        free(result.block);
        return IND_ENOMEM;
    }
    job.work_size = work_size;
    for (size_t o = 0; o < plan.n_outputs; o++)
        job.out[o] = result.out[o];
    status = plan_run(&plan);
    if (job.work != small)
        free(job.work);
    assert(status == IND_OK);
    *ret = result;
    return status;
}

int ind_new(const struct ind_indicator *ind, const struct ind_job *job, struct ind_result *ret)
{
    return run_owned(ind, job, false, ret);
}

int ind_batch_new(const struct ind_indicator *ind, const struct ind_job *job,
                  struct ind_result *ret)
{
    return run_owned(ind, job, true, ret);
}

void ind_result_free(struct ind_result *result)
{
    if (!result)
        return;
    free(result->block);
    *result = (struct ind_result){0};
}

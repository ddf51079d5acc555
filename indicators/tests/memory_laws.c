/* SPDX-License-Identifier: Apache-2.0 */
/* What may be allocated, to the byte: this program's allocator counts. */
#include "series.h"
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* after what it needs: */
#include <cmocka.h>

enum { LEN = 1000, MANY = 8 * LEN, ROWS = 8 };

extern void *__libc_malloc(size_t size);
extern void *__libc_memalign(size_t align, size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *at, size_t size);
extern void __libc_free(void *at);

static size_t calls, bytes;

static void count(size_t size)
{
    calls++;
    bytes += size;
}

void *malloc(size_t size)
{
    count(size);
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    count(n * size);
    return __libc_calloc(n, size);
}

void *realloc(void *at, size_t size)
{
    count(size);
    return __libc_realloc(at, size);
}

void *aligned_alloc(size_t align, size_t size)
{
    count(size);
    return __libc_memalign(align, size);
}

void free(void *at) { __libc_free(at); }

static struct table table;

static struct ind_job job_of(const struct ind_indicator *ind, double *params)
{
    struct ind_job job = {.params = params, .combos = 1};

    table_inputs(&table, ind, &job);
    job.len = LEN;
    ind_defaults(ind, params);
    return job;
}

/* Bytes that an owning call allocates, all in all. */
static size_t allocated(const struct ind_indicator *ind, const struct ind_job *job, bool batch)
{
    struct ind_result result = {0};

    calls = bytes = 0;
    const int status = batch ? ind_batch_new(ind, job, &result) : ind_new(ind, job, &result);
    const size_t seen = bytes;
    if (status < 0)
        fail_msg("%s: %s", ind->name, ind_strerror(status));
    ind_result_free(&result);
    return seen;
}

static void single_owns_its_values_and_no_more(void **state)
{
    for (size_t i = 0; i < ind_count(); i++) {
        double params[IND_MAX_PARAMS];
        const struct ind_job job = job_of(ind_at(i), params);
        const size_t payload = LEN * sizeof(double) * ind_n_outputs(ind_at(i));
        const size_t work = ind_work_size(ind_at(i), &job);
        const size_t seen = allocated(ind_at(i), &job, false);
        if (seen != payload + (work > 16384 ? work : 0))
            fail_msg("%s: %zu bytes for %zu", ind_at(i)->name, seen, payload);
    }
}

static void batch_of_one_costs_one_percent_and_256_bytes_at_most(void **state)
{
    for (size_t i = 0; i < ind_count(); i++) {
        double params[IND_MAX_PARAMS];
        const struct ind_job job = job_of(ind_at(i), params);
        const size_t single = allocated(ind_at(i), &job, false);
        const size_t batch = allocated(ind_at(i), &job, true);
        if ((double)batch > (double)single * 1.01 + 256)
            fail_msg("%s: %zu bytes, single %zu", ind_at(i)->name, batch, single);
    }
}

static void one_more_row_costs_its_values_and_one_percent_at_most(void **state)
{
    for (size_t i = 0; i < ind_count(); i++) {
        double params[ROWS * IND_MAX_PARAMS];
        struct ind_job job = job_of(ind_at(i), params);
        const size_t n = ind_n_params(ind_at(i));
        const double row = LEN * sizeof(double) * (double)ind_n_outputs(ind_at(i));
        if (n == 0)
            continue;
        for (size_t k = 1; k < ROWS; k++)
            ind_defaults(ind_at(i), params + k * n);
        job.combos = 2;
        const size_t two = allocated(ind_at(i), &job, true);
        job.combos = ROWS;
        const size_t many = allocated(ind_at(i), &job, true);
        if ((double)(many - two) > row * (ROWS - 2) * 1.01)
            fail_msg("%s: %zu bytes for %d rows more", ind_at(i)->name, many - two, ROWS - 2);
    }
}

/* Give a job its outputs, which are the caller's to free, and its work. */
static struct ind_result bring_memory(const struct ind_indicator *ind, struct ind_job *job)
{
    struct ind_result room;

    assert_int_equal(ind_batch_new(ind, job, &room), IND_OK);
    for (size_t o = 0; o < ind_n_outputs(ind); o++)
        job->out[o] = room.out[o];
    job->work_size = ind_work_size(ind, job);
    job->work = aligned_alloc(64, (job->work_size + 64) / 64 * 64);
    return room;
}

static void calls_in_the_callers_memory_allocate_nothing(void **state)
{
    for (size_t i = 0; i < ind_count(); i++) {
        const struct ind_indicator *ind = ind_at(i);
        double params[IND_MAX_PARAMS], in[IND_MAX_INPUTS] = {0}, out[IND_MAX_OUTPUTS];
        struct ind_job job = job_of(ind, params);
        struct ind_result room = bring_memory(ind, &job);
        const size_t size = ind_stream_size(ind, params);
        void *stream = aligned_alloc(64, size);
        calls = 0;
        assert_int_equal(ind_single(ind, &job), IND_OK);
        assert_int_equal(ind_batch(ind, &job), IND_OK);
        assert_int_equal(ind_stream_init(ind, params, stream, size), IND_OK);
        for (size_t t = 0; t < 50; t++)
            ind_stream_push(stream, in, out);
        if (calls)
            fail_msg("%s allocated %zu times", ind->name, calls);
        free(stream);
        free(job.work);
        ind_result_free(&room);
    }
}

/* Scratch of an owning call, single and of a sweep, on so many bars. */
static size_t scratch(const struct ind_indicator *ind, struct ind_job *job, size_t len, size_t rows)
{
    const size_t values = len * ind_n_outputs(ind) * sizeof(double);

    job->len = len;
    job->combos = rows;
    return allocated(ind, job, rows > 1) - rows * values;
}

static void scratch_does_not_grow_with_bars(void **state)
{
    for (size_t i = 0; i < ind_count(); i++) {
        const struct ind_indicator *ind = ind_at(i);
        const size_t rows = ind_n_params(ind) ? 2 : 1;
        double params[2 * IND_MAX_PARAMS];
        struct ind_job job = job_of(ind, params);

        ind_defaults(ind, params + ind_n_params(ind));
        const size_t few = scratch(ind, &job, LEN, rows), many = scratch(ind, &job, MANY, rows);
        if (few != many)
            fail_msg("%s: %zu bytes for %d bars, %zu for %d", ind->name, few, LEN, many, MANY);
    }
}

#ifndef __SANITIZE_ADDRESS__ /* which widens frames */

enum { STACK_MOST = 128 << 10, STACK_ROOM = 1 << 20, STACK_PAINT = 0xa5, LARGE_ROWS = 132 };

struct stack_call {
    const struct ind_indicator *ind;
    struct ind_job job;
    int status;
};

static void *call_on_a_stack(void *arg)
{
    struct stack_call *call = arg;

    call->status =
        call->job.combos > 1 ? ind_batch(call->ind, &call->job) : ind_single(call->ind, &call->job);
    return NULL;
}

/* How much of a thread's stack a call touches. */
static size_t stack_of(struct stack_call *call, unsigned char *stack)
{
    pthread_attr_t attr;
    pthread_t thread;
    size_t untouched = 0;

    memset(stack, STACK_PAINT, STACK_ROOM);
    pthread_attr_init(&attr);
    assert_int_equal(pthread_attr_setstack(&attr, stack, STACK_ROOM), 0);
    assert_int_equal(pthread_create(&thread, &attr, call_on_a_stack, call), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attr);
    if (call->status < 0)
        fail_msg("%s: %s", call->ind->name, ind_strerror(call->status));
    while (stack[untouched] == STACK_PAINT)
        untouched++;
    return STACK_ROOM - untouched;
}

/* Single calls, and sweeps whose results go past the caches. */
static void a_call_takes_128_kib_of_stack_at_most(void **state)
{
    unsigned char *stack = aligned_alloc(4096, STACK_ROOM);
    double *params = malloc(LARGE_ROWS * IND_MAX_PARAMS * sizeof *params);

    for (size_t i = 0; i < ind_count(); i++) {
        const struct ind_indicator *ind = ind_at(i);
        struct stack_call call = {.ind = ind, .job = job_of(ind, params)};
        for (size_t rows = 1; rows <= LARGE_ROWS; rows += LARGE_ROWS - 1) {
            if (rows > 1 && ind_n_params(ind) == 0)
                continue;
            for (size_t k = 1; k < rows; k++)
                ind_defaults(ind, params + k * ind_n_params(ind));
            call.job.combos = rows;
            call.job.len = MANY;
            struct ind_result room = bring_memory(ind, &call.job);
            const size_t seen = stack_of(&call, stack);
            if (seen > STACK_MOST)
                fail_msg("%s: %zu bytes of stack for %zu rows", ind->name, seen, rows);
            free(call.job.work);
            ind_result_free(&room);
        }
    }
    free(params);
    free(stack);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_owns_its_values_and_no_more),
        cmocka_unit_test(batch_of_one_costs_one_percent_and_256_bytes_at_most),
        cmocka_unit_test(one_more_row_costs_its_values_and_one_percent_at_most),
        cmocka_unit_test(calls_in_the_callers_memory_allocate_nothing),
        cmocka_unit_test(scratch_does_not_grow_with_bars),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(a_call_takes_128_kib_of_stack_at_most),
#endif
    };
    table_make(&table, SERIES_WALK, MANY, 2);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    table_done(&table);
    return failed;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <stdlib.h>
#include <time.h>

static uint64_t now_ns(enum bench_clock by)
{
    struct timespec now;

    clock_gettime(by == BENCH_CPU ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t time_calls(const struct bench_call *call, size_t n, enum bench_clock by)
{
    const uint64_t start = now_ns(by);

    for (size_t i = 0; i < n; i++)
        call->run(call->of);
    return now_ns(by) - start;
}

/* How many calls fill a sample. Doing so also warms the caches and faults the memory in. */
static size_t calibrate(const struct bench_call *call, uint64_t sample_ns, enum bench_clock by)
{
    size_t n = 1;

    time_calls(call, 1, by);
    for (;;) {
        const uint64_t took = time_calls(call, n, by);

        if (took >= sample_ns)
            return n;
        if (took * 2 >= sample_ns || n > (size_t)1 << 40)
            return n * 2;
        n = took * 16 < sample_ns ? n * 8 : n * 2;
    }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void bench_measure(struct bench_call *calls, size_t n, size_t samples, uint64_t sample_ns,
                   enum bench_clock by)
{
    double *took = calloc(n * samples, sizeof *took);

    if (!took)
        abort();
    for (size_t i = 0; i < n; i++)
        calls[i].calls = calibrate(&calls[i], sample_ns, by);
    for (size_t k = 0; k < samples; k++)
        for (size_t i = 0; i < n; i++) {
            calls[i].run(calls[i].of); /* another call left the caches: not timed */
            took[i * samples + k] =
                (double)time_calls(&calls[i], calls[i].calls, by) / (double)calls[i].calls;
        }
    for (size_t i = 0; i < n; i++) {
        double *sorted = took + i * samples;

        qsort(sorted, samples, sizeof *sorted, by_value);
        calls[i].median_ns = sorted[samples / 2];
        calls[i].low_ns = sorted[samples / 4];
        calls[i].high_ns = sorted[samples - 1 - samples / 4];
    }
    free(took);
}

int bench_job_init(struct bench_job *ret, const struct bench_case *c, enum bench_shape shape,
                   const struct bench_job *to)
{
    enum { ALIGN = 64 };
    const size_t rows = shape == BENCH_SWEEP ? c->combos : 1;
    const size_t stride = (c->job.len + 7) / 8 * 8, outputs = ind_n_outputs(c->ind);
    struct bench_job j = {.entry = c->entries->batch,
                          .job = bench_case_batch_one(c),
                          .n_values = outputs * rows * stride,
                          .borrowed = to != NULL};

    if (shape == BENCH_SINGLE) {
        j.entry = c->entries->single;
        j.job = c->job;
    } else if (shape == BENCH_SWEEP) {
        j.job = bench_case_batch_many(c);
    }
    j.job.work_size = (ind_work_size(c->ind, &j.job) + ALIGN - 1) / ALIGN * ALIGN;
    j.job.work = aligned_alloc(ALIGN, j.job.work_size ? j.job.work_size : ALIGN);
    j.values = to ? to->values : aligned_alloc(ALIGN, j.n_values * sizeof *j.values);
    if (!j.job.work || !j.values) {
        bench_job_done(&j);
        return -1;
    }
    for (size_t i = 0; i < outputs; i++)
        j.job.out[i] = (struct ind_view){j.values + i * rows * stride, rows, c->job.len, stride};
    *ret = j;
    return 0;
}

int bench_shapes_init(struct bench_job job[BENCH_SHAPES], struct bench_call call[BENCH_SHAPES],
                      const struct bench_case *c)
{
    int r = 0;

    for (int i = 0; i < BENCH_SHAPES; i++)
        job[i] = (struct bench_job){0};
    for (int i = BENCH_SWEEP; i >= 0 && r == 0; i--) { /* the largest first: it owns */
        r = bench_job_init(&job[i], c, (enum bench_shape)i,
                           i == BENCH_SWEEP ? NULL : &job[BENCH_SWEEP]);
        call[i] = (struct bench_call){.run = bench_job_run, .of = &job[i]};
    }
    return r;
}

void bench_job_done(struct bench_job *j)
{
    free(j->job.work);
    if (!j->borrowed)
        free(j->values);
    *j = (struct bench_job){0};
}

void bench_job_run(void *job)
{
    struct bench_job *j = job;

    j->status = j->entry(&j->job);
}

size_t bench_rows(const struct ind_indicator *ind, size_t bars, size_t wanted)
{
    const size_t max_values = (size_t)512 << 17; /* doubles in 512 MB */
    const size_t fit = max_values / (bars * ind_n_outputs(ind));

    if (wanted > fit)
        wanted = fit;
    return wanted < 2 ? 2 : wanted;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Timing: calls that are to be compared take turns, so that what else the machine does hits
 * all. */
#ifndef BENCH_H
#define BENCH_H

#include "bench_case.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One thing to time. `calls` and `ns` are the timer's own. */
struct bench_call {
    void (*run)(void *of);
    void *of;
    double median_ns, low_ns, high_ns; /* of one call; low and high hold the middle half */
    size_t calls;                      /* of one sample */
};

enum { BENCH_MAX_SAMPLES = 101 };

/* CPU time of the calling thread: on a shared machine the others' work is not ours. Or the time
 * that passes, for calls that start threads. */
enum bench_clock { BENCH_CPU, BENCH_WALL };

/* Time n calls: `samples` of each, turn by turn, each of about `sample_ns` or one call. */
void bench_measure(struct bench_call *calls, size_t n, size_t samples, uint64_t sample_ns,
                   enum bench_clock by);

/* A job of the library, to be run again and again. */
struct bench_job {
    int (*entry)(const struct ind_job *job);
    struct ind_job job;
    double *values; /* of all outputs; owned, as is job.work, unless borrowed */
    size_t n_values;
    bool borrowed;
    int status; /* of the last run */
};

enum bench_shape { BENCH_SINGLE, BENCH_BATCH_ONE, BENCH_SWEEP, BENCH_SHAPES };

/* Make the outputs and the work of one way to call a case. Its values go to those of `to`, which
 * must be as many and outlive it, where that is not null: calls that are compared should not
 * differ by where their results lie. 0, or -1 when memory is out. */
int bench_job_init(struct bench_job *ret, const struct bench_case *c, enum bench_shape shape,
                   const struct bench_job *to);
/* All shapes of a case and the calls of them, the values of all in those of the sweep. 0, or -1
 * when memory is out; bench_job_done of each either way. */
int bench_shapes_init(struct bench_job job[BENCH_SHAPES], struct bench_call call[BENCH_SHAPES],
                      const struct bench_case *c);
void bench_job_done(struct bench_job *j);
void bench_job_run(void *job); /* for a bench_call */

/* Rows that a sweep may have so that its outputs stay within 512 MB; at least 2. */
size_t bench_rows(const struct ind_indicator *ind, size_t bars, size_t wanted);
#endif

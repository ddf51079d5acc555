/* SPDX-License-Identifier: Apache-2.0 */
/* Measured speeds, as a table for people and as JSON; and from one process to another. */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "bench.h"

#include <stddef.h>
#include <stdio.h>

/* Nanoseconds a point: one bar of one row. A median of 0: not measured. */
struct bench_speed {
    double median, low, high;
};

struct bench_row {
    char indicator[48];
    char by[24]; /* an instruction set, or a peer's name */
    int is_peer;
    size_t sweep_rows;
    struct bench_speed speed[BENCH_SHAPES];
};

struct bench_table {
    struct bench_row *rows; /* owned */
    size_t n, capacity;
    size_t with_peer, slower; /* told by bench_table_keep_slower */
};

/* 0, or -1 when memory is out. */
int bench_table_add(struct bench_table *t, const struct bench_row *row);
void bench_table_done(struct bench_table *t);

/* By indicator; within one our instruction sets first, the best one leading, then peers. */
void bench_table_sort(struct bench_table *t, const char *best);
/* Keep only indicators that a peer does faster than our best, by more than the 2 % that timing may
 * err, single or sweep; and count those that have a peer at all. */
void bench_table_keep_slower(struct bench_table *t, const char *best);
void bench_table_print(const struct bench_table *t, size_t bars, size_t samples);
void bench_table_print_json(const struct bench_table *t, size_t bars);

/* One line a row, exact; what a child process tells its parent. 0, -1 at the end or at nonsense. */
void bench_row_write(const struct bench_row *row, FILE *out);
int bench_row_read(struct bench_row *ret, FILE *in);
#endif

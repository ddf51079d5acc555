/* SPDX-License-Identifier: Apache-2.0 */
/* The efficiency table: what one call, a batch of one and a batch of many allocate. */
#ifndef EFFICIENCY_H
#define EFFICIENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What was seen of one subject, in bytes asked of the allocator. */
struct efficiency {
    char name[64];
    uint64_t single_bytes;
    uint64_t payload_bytes; /* of single_bytes, what was handed out */
    uint64_t batch1_bytes;
    uint64_t batch_bytes;
    size_t batch_rows; /* 1: there is nothing to sweep, and batch_bytes is batch1_bytes */
};

/* Percent of batch[1] over single. */
double efficiency_overhead(const struct efficiency *e);
/* Bytes of one more row, and their overhead over the payload; 0 when nothing is swept. */
double efficiency_bytes_per_row(const struct efficiency *e);
double efficiency_row_overhead(const struct efficiency *e);
/* True when both verdicts are OK. */
bool efficiency_is_ok(const struct efficiency *e);

/* The two tables, or one JSON object {"bars", "efficiency": [...]} with CONTRACT's keys. */
void efficiency_print(const struct efficiency *list, size_t n, FILE *out);
int efficiency_print_json(const struct efficiency *list, size_t n, size_t bars, FILE *out);
#endif

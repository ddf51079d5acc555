/* SPDX-License-Identifier: Apache-2.0 */
/* How drivers print: tables of KB, verdicts, a progress line. Colours and progress only where a
 * person looks: on a terminal, and not when NO_COLOR is set. */
#ifndef PRINT_H
#define PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* CONTRACT's thresholds: below 10 % of overhead, 10 to 50 %, over 50 %. */
enum verdict { VERDICT_OK, VERDICT_MODERATE, VERDICT_HIGH };

/* Overhead of `bytes` over `base`, in percent. With a base of 0: 0 when bytes is 0 too, else
 * infinity. */
double verdict_overhead(double base, double bytes);
enum verdict verdict_of(double overhead_percent);
/* OK, MODERATE, HIGH. */
const char *verdict_name(enum verdict v);

/* 80000 -> "78.12 KB"; a KB is 1024 bytes. */
const char *print_kb(char buffer[32], double bytes);
/* 1.4 -> "1%", never "-0%"; infinity -> "-". */
const char *print_percent(char buffer[32], double percent);
/* "✅ OK", coloured where colours are wanted. */
const char *print_verdict(enum verdict v, FILE *out);
bool print_wants_color(FILE *out);

/* "sma" -> "SMA" */
const char *print_upper(char *buffer, size_t size, const char *name);

/* `done` of `total` on one line of stderr that rewrites itself; nothing unless stderr is a
 * terminal. progress_end() wipes it. */
struct progress {
    const char *what;
    uint64_t total;
    uint64_t shown_ns; /* when it was last drawn */
    bool on, drawn;
};
void progress_begin(struct progress *p, const char *what, uint64_t total);
void progress_at(struct progress *p, uint64_t done, const char *detail);
void progress_end(struct progress *p);

/* A clock that only goes forward. */
uint64_t print_now_ns(void);
#endif

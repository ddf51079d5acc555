/* SPDX-License-Identifier: Apache-2.0 */
/* The reference pages of the indicators: what is shared by those who write them. */
#ifndef PAGE_H
#define PAGE_H

#include "bench_case.h"
#include "series.h"

#include <nocopy/indicators.h>
#include <stdio.h>

/* Text with & < > " written as HTML wants them. */
void page_escape(const char *text, FILE *out);

/* From the doctype to the opened <main>; `home` is the way to the index, null on the index. */
void page_begin(const char *title, const char *home, FILE *out);
void page_end(FILE *out);

/* Where an indicator stands in the order of the pages, and where its definition is. */
struct page_place {
    const struct ind_indicator *ind, *before, *after; /* null at the ends */
    const char *kernel;                               /* file name of the kernel, in `kernel_dir` */
    const char *kernel_dir;
};

/* One indicator's page. The series is generated candles. 0 or -1, told on stderr. */
int page_write(const struct page_place *place, const struct series *s, FILE *out);

/* The part of it that shows calls: in C, and from the command line. */
void page_calls(const struct bench_case *c, FILE *out);

/* The picture on it: an <svg> with its caption. The class of output o is page_color(o). */
int plot_write(const struct bench_case *c, const struct series *s, FILE *out);
const char *page_color(size_t output);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Figures and names as people read them; shared by the formats for people. */
#ifndef NOCOPY_SHOW_H
#define NOCOPY_SHOW_H

#include "report.h"

#define SHOW_SIZE 64 /* a buffer for any figure */

/* "78.1 KiB": 1024s, three significant digits, bytes exact below 1000. Returns `buffer`. */
const char *show_bytes(char buffer[SHOW_SIZE], uint64_t bytes);
/* "+42.1 KiB", "-9.48 MiB", "0 B". */
const char *show_delta(char buffer[SHOW_SIZE], int64_t bytes);
/* "12,345". */
const char *show_count(char buffer[SHOW_SIZE], uint64_t n);
/* "1.8 s", "340 ms". */
const char *show_time(char buffer[SHOW_SIZE], uint64_t ns);
/* "+204.0%"; "inf" where it is not known. */
const char *show_percent(char buffer[SHOW_SIZE], bool known, double percent);

/* "kama.c:226", the file without its folders; the function where no file is known. */
const char *show_place(char *buffer, size_t size, const struct report_site *site);
/* "row_copy (kama.c:226)". */
const char *show_site(char *buffer, size_t size, const struct report_site *site);
/* "file" of a path. */
const char *show_base(const char *path);

/* A name on a terminal: bad UTF-8 and hidden characters as \u{202e}; cut to `columns` (0: never)
 * at its left end, with "..." there, or at its right. Pads with spaces to `columns` when
 * `pad` is set. */
enum show_cut { SHOW_CUT_RIGHT, SHOW_CUT_LEFT };
void show_name(FILE *out, const char *name, unsigned columns, enum show_cut cut, bool pad,
               bool utf8);

/* "" for exact figures; "~" when sampled, ">=" when the run was cut off or events were lost; the
 * UTF-8 forms when asked for. */
const char *show_exactness(const struct report_run *run, bool utf8);

/* Half the width of the error bar of `bytes`, a sum over blocks of a sampled run: the true figure
 * is at most so far away 19 times out of 20. 0 when every event was counted. */
uint64_t show_error(const struct report_run *run, uint64_t bytes);

#endif

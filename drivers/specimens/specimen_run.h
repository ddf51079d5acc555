/* SPDX-License-Identifier: Apache-2.0 */
/* Running specimens, each call in a scope of its own. */
#ifndef SPECIMEN_RUN_H
#define SPECIMEN_RUN_H

#include "args.h"
#include "efficiency.h"
#include "specimen.h"

#include <nocopy/mark.h>

enum { SPECIMEN_FIRST_PERIOD = 10, SPECIMEN_MAX_COMBOS = 4096 };

/* Which calls to make of a twin. */
enum specimen_calls { SPECIMEN_SINGLE = 1, SPECIMEN_BATCH_ONE = 2, SPECIMEN_BATCH = 4 };

struct specimen_seen {
    struct nc_seen single, one, batch;
};

const struct specimen *specimen_find(const char *name);

/* The periods of a sweep: 10, 11, 12 ... */
void specimen_periods(size_t *ret, size_t combos);

/* Columns of a series, with its candles as an array of structs; spec_input_done() afterwards.
 * 0, or -1 when memory is out or a column is missing. */
int specimen_input_init(struct spec_input *ret, const struct series *s);
void specimen_input_done(struct spec_input *in);

/* Make the calls, single first, then batch[1], then the whole sweep. The scope is named after the
 * specimen, `NAME` or `NAME_clean`. 0, or -1 when a call gave nothing. */
int specimen_run(const struct specimen *spec, bool clean, const struct spec_input *in,
                 size_t combos, unsigned calls, struct specimen_seen *ret);

/* Every wanted specimen, both twins, appended to a list of figures. */
void specimen_measure_all(const struct driver_args *args, const struct series *s, size_t combos,
                          struct efficiency *list, size_t *n);
#endif

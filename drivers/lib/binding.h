/* SPDX-License-Identifier: Apache-2.0 */
/* From words on a command line to a job: an indicator by name, its parameters, its inputs. Every
 * function that can fail returns 0, or -1 with `err` told so that the user knows what to write. */
#ifndef BINDING_H
#define BINDING_H

#include "series.h"

#include <nocopy/indicators.h>

struct binding {
    const struct ind_indicator *ind;
    double params[IND_MAX_PARAMS];
    struct ind_axis axes[IND_MAX_PARAMS];
    const char *column[IND_MAX_INPUTS]; /* borrowed; the indicator's own unless --input said */
    const double *in[IND_MAX_INPUTS];   /* of the series, once bound */
    size_t len;
};

/* Set all to the indicator's defaults. An unknown name is answered with the nearest ones. */
int binding_init(struct binding *ret, const char *name, struct series_message *err);

/* "period=14"; a choice by its name or number. */
int binding_param(struct binding *b, const char *text, struct series_message *err);
/* "period=2:240:1", "period=2:240", "period=14". */
int binding_axis(struct binding *b, const char *text, struct series_message *err);
/* "close=hl2" */
int binding_input(struct binding *b, const char *text, struct series_message *err);

/* Do the parameters go together; or, of a sweep, those of every row? */
int binding_check(const struct binding *b, struct series_message *err);
int binding_check_sweep(const struct binding *b, size_t *ret_combos, struct series_message *err);

/* Columns that only the user's file can have: room for IND_MAX_INPUTS in `ret`; how many. */
size_t binding_extra(const struct binding *b, const char **ret);

/* Find the inputs in a series that has enough bars for `params`. */
int binding_series(struct binding *b, const struct series *s, const double *params,
                   const char *path, struct series_message *err);

/* A value as users write it: a choice by its name, 86400000 ms as 1d. */
void binding_value(char *ret, size_t size, const struct ind_param *p, double x);

/* "a whole number of bars from 1 to 100", for messages and lists. */
void binding_range(char *ret, size_t size, const struct ind_param *p);
#endif

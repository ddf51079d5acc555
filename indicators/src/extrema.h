/* SPDX-License-Identifier: Apache-2.0 */
/* Largest and smallest of the last p values. A NaN in the window makes the result NaN. */
#ifndef IND_EXTREMA_H
#define IND_EXTREMA_H

#include "kernel.h"

static inline double nan_max(double a, double b) { return a > b || a != a ? a : b; }
static inline double nan_min(double a, double b) { return a < b || a != a ? a : b; }

/* Van Herk and Gil-Werman: bars are cut into blocks of p. A window is the end of one block, whose
 * maxima from each place to its end are in a table of p, and the beginning of the next, whose
 * maximum is kept. Three comparisons a bar for any p. */
struct extreme {
    double prefix;
    size_t count; /* values so far */
    size_t place; /* of the newest in its block */
};

static inline size_t extreme_size(size_t p) { return p * sizeof(double); }

/* at[0] is the newest value; reads at[-1] .. at[-p] at the start of a block. `suffix` is room for
 * p. Gives the maximum of the last p values, or of all when there are fewer. */
static inline double extreme_push_max(struct extreme *e, double *suffix, const double *at, size_t p)
{
    e->place = e->count && e->place + 1 < p ? e->place + 1 : 0;
    if (e->place == 0) {
        if (e->count >= p) {
            double most = at[-1];
            for (size_t i = 1; i <= p; i++)
                suffix[p - i] = most = nan_max(most, *(at - i));
        }
        e->prefix = at[0];
    } else {
        e->prefix = nan_max(e->prefix, at[0]);
    }
    return e->count++ < p || e->place + 1 == p ? e->prefix
                                               : nan_max(suffix[e->place + 1], e->prefix);
}

static inline double extreme_push_min(struct extreme *e, double *suffix, const double *at, size_t p)
{
    e->place = e->count && e->place + 1 < p ? e->place + 1 : 0;
    if (e->place == 0) {
        if (e->count >= p) {
            double least = at[-1];
            for (size_t i = 1; i <= p; i++)
                suffix[p - i] = least = nan_min(least, *(at - i));
        }
        e->prefix = at[0];
    } else {
        e->prefix = nan_min(e->prefix, at[0]);
    }
    return e->count++ < p || e->place + 1 == p ? e->prefix
                                               : nan_min(suffix[e->place + 1], e->prefix);
}

/* For references: look at every value. */
static inline double window_max(const double *x, size_t t, size_t p)
{
    double most = x[t];
    for (size_t i = 1; i < p; i++)
        most = nan_max(most, x[t - i]);
    return most;
}

static inline double window_min(const double *x, size_t t, size_t p)
{
    double least = x[t];
    for (size_t i = 1; i < p; i++)
        least = nan_min(least, x[t - i]);
    return least;
}

#endif

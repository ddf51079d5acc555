/* SPDX-License-Identifier: Apache-2.0 */
/* Averages that grow slower, bar by bar, while the price is near its mean, and quicker while it is
 * far away. */
#ifndef IND_VARYING_LENGTH_H
#define IND_VARYING_LENGTH_H

#include "kernel.h"

/* What is added to the length: 1 within a quarter of the deviation, -1 beyond 1.75 of it. */
static inline double length_change(double x, double mean, double deviation)
{
    const double away = fabs(x - mean);

    return (double)(away <= 0.25 * deviation) - (double)(away > 1.75 * deviation);
}

static inline double length_held(double length, double least, double most)
{
    return length < least ? least : length > most ? most : length;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Indicators that look at every value of their window at every bar: the definition is the kernel.
 *
 *   DIRECT_WINDOW(NAME, FIRST, { body })
 *
 * The body works out bar t of `run` and stores it; `real` is double in the kernel and long double
 * in the reference, and <tgmath.h> makes fabs, sqrt and their like follow it. FIRST(params, 0) is
 * the first bar with a value. */
#ifndef IND_DIRECT_WINDOW_H
#define IND_DIRECT_WINDOW_H

#include "window_sum.h"
#include <tgmath.h>

#define DIRECT_WINDOW(NAME, FIRST, ...)                                                            \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        typedef long double real;                                                                  \
        for (size_t t = run_start(run, FIRST(run->params, 0)); t < run->to; t++)                   \
            __VA_ARGS__                                                                            \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        typedef double real;                                                                       \
        for (size_t t = run_start(run, FIRST(run->params, 0)); t < run->to; t++)                   \
            __VA_ARGS__                                                                            \
    }                                                                                              \
    /* takes the semicolon after the macro */                                                      \
    enum { NAME##_is_direct }

#endif

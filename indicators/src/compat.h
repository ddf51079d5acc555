/* SPDX-License-Identifier: Apache-2.0 */
/* The parameter of widely used indicators that asks for another library's seeds and first bars. */
#ifndef IND_COMPAT_H
#define IND_COMPAT_H

#include "kernel.h"

enum compat { COMPAT_NONE, COMPAT_TALIB, COMPAT_TULIP };

#define COMPAT_NAMES                                                                               \
    (const char *const[]) { "none", "talib", "tulip", NULL }
#define COMPAT_PARAM                                                                               \
    {                                                                                              \
        "compat", "choice", COMPAT_NONE, COMPAT_NONE, COMPAT_TULIP, IND_INTEGER, COMPAT_NAMES      \
    }

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Results larger than the caches are stored past them: nobody will find them there, and memory that
 * is not read before it is written moves half as often. */
#ifndef IND_PAST_H
#define IND_PAST_H

#include <stdbool.h>
#include <stddef.h>

/* Copy n values from a cache to memory. After the last such call others see all of them. */
typedef void put_past_fn(double *to, const double *from, size_t n, bool last);

#endif

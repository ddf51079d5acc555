/* SPDX-License-Identifier: Apache-2.0 */
/* Storing past the caches, compiled once per instruction set. */
#include "past.h"
#include "kernel.h"
#include "vec.h"

put_past_fn IND_FN(put_past);

void IND_FN(put_past)(double *to, const double *from, size_t n, bool last)
{
    vd_put_past(to, from, n);
    if (last)
        vd_fence();
}

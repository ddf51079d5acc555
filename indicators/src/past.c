/* SPDX-License-Identifier: Apache-2.0 */
/* Storing past the caches, compiled once per instruction set. */
#include "past.h"
#include "kernel.h"
#include "vec.h"

put_behind_fn IND_FN(put_behind);

void IND_FN(put_behind)(struct ind_behind *behind, size_t n, const double *next)
{
    if (n == 0) {
        vd_fence();
        return;
    }
    for (size_t i = 0; next && behind->fetches && i < n; i += 8)
        __builtin_prefetch(next + i);
    for (size_t o = 0; o < behind->n_outputs; o++) {
        struct ind_behind_output *out = &behind->outputs[o];
        size_t m = size_min(n, out->left);

        if (m < out->left) /* the rest of the last line comes with the next values */
            m -= size_min(m, (uintptr_t)(out->to + m) % 64 / sizeof(double));
        vd_put_past(out->to, out->from, m);
        out->to += m;
        out->from += m;
        out->left -= m;
    }
}

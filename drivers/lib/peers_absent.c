/* SPDX-License-Identifier: Apache-2.0 */
/* Built where libffi is not: peers cannot be called. */
#include "peers.h"

#include <stddef.h>

int peer_open(struct peer *ret, const char *path, struct series_message *err)
{
    return series_fail(err, "'%s' cannot be measured: this was built without libffi", path);
}

void peer_close(struct peer *p) { *p = (struct peer){0}; }

struct peer_call *peer_call_new(const struct peer *p, const struct bench_case *c,
                                const struct series *s, const struct bench_job *to)
{
    return NULL;
}

void peer_call_free(struct peer_call *call) {}
void peer_call_single(void *call) {}
void peer_call_sweep(void *call) {}
int peer_call_single_ok(const struct peer_call *call) { return 0; }
int peer_call_sweep_ok(const struct peer_call *call) { return 0; }

const double *peer_call_values(const struct peer_call *call, size_t output, size_t row)
{
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Other libraries' functions that do an indicator's job, to be timed beside it. A library is found
 * by name at run time; which function does which job stands in peers.def. */
#ifndef PEERS_H
#define PEERS_H

#include "bench.h"
#include "series.h"

enum { PEERS_MAX = 4, PEER_MAX_PARAMS = 8 };

enum peer_kind { PEER_TA_LIB, PEER_TULIP };

/* An open library. */
struct peer {
    enum peer_kind kind;
    const char *name; /* "ta-lib", "tulip" */
    void *library;
};

/* Open a shared library and see which one it is. 0, or -1 with `err` told. */
int peer_open(struct peer *ret, const char *path, struct series_message *err);
void peer_close(struct peer *p);

/* A peer's function made ready to be called for the rows of a case. */
struct peer_call;

/* Null when the peer has no function for this indicator, or memory is out. The case, the series and
 * `to` are borrowed; values go to those of `to` where that is not null and has room for them, else
 * to memory of the call's own. */
struct peer_call *peer_call_new(const struct peer *p, const struct bench_case *c,
                                const struct series *s, const struct bench_job *to);
void peer_call_free(struct peer_call *call);

/* For a bench_call: the first row; all rows, one call each. */
void peer_call_single(void *call);
void peer_call_sweep(void *call);
/* Did every call of the first row, of all rows, succeed so far? */
int peer_call_single_ok(const struct peer_call *call);
int peer_call_sweep_ok(const struct peer_call *call);

/* Output number i of row r as the peer left it: its first value is that of its own first valid
 * bar. Null for outputs that are not doubles. For tests. */
const double *peer_call_values(const struct peer_call *call, size_t output, size_t row);
#endif

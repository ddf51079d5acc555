/* SPDX-License-Identifier: Apache-2.0 */
/* Every shape of stack that has ever misled an unwinder, each with edge_event() at its inner end.
 */
#ifndef VICTIM_EDGES_H
#define VICTIM_EDGES_H

/* Provided by who links edges.c: an allocation, or a comparison of unwinders. */
void edge_event(void);

/* Run all of them but the last. */
void edges_run(void);

/* Some of them under a storm of signals, each an event wherever it strikes. */
void edges_storm(void);

#endif

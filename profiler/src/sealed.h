/* SPDX-License-Identifier: Apache-2.0 */
/* The program has put itself under seccomp: from then on we make no system call, for any may be
 * its last. What needs one (growth of the profile, say) is done without, or events are lost. */
#ifndef SHIM_SEALED_H
#define SHIM_SEALED_H

#include <stdbool.h>
#include <stdint.h>

extern bool sealed __attribute__((visibility("hidden")));

/* What the clock said last, where even reading it would be the program's end: seccomp's strict mode
 * and PR_SET_TSC forbid the instruction. 0: it may be read. */
extern uint64_t sealed_ns __attribute__((visibility("hidden")));

#endif

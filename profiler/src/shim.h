/* SPDX-License-Identifier: Apache-2.0 */
/* The shim's life: it comes up with the first event, starts over in a fork's child, and closes the
 * profile when the process ends. */
#ifndef SHIM_SHIM_H
#define SHIM_SHIM_H

#include <stdbool.h>

/* The process ends with `status`, or becomes another program (`execed`). Events that still come are
 * counted. Inside the guard; not in a vfork's child. */
void shim_end(int status, bool execed);

/* The exec failed: the process goes on. */
void shim_end_undone(void);

/* True in the process whose profile is open, false in a vfork's child that borrows its memory. */
bool shim_is_ours(void);

/* Whether this process, or one it was forked from, has woken us before. */
bool shim_met(void);

/* The program puts itself under seccomp: make ready for having no system calls any more. */
void shim_seal(bool clock_stops);

/* The calling thread has a lane: be told when it ends. */
void shim_watch_thread(void *lane);

/* mark.h, the toggle signal. */
void shim_recording(bool on);

#endif

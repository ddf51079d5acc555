/* SPDX-License-Identifier: Apache-2.0 */
/* A new thread that works inside the call of the thread that made it. */
#ifndef SHIM_THREAD_START_H
#define SHIM_THREAD_START_H

struct call_passed;
struct thread_start;

struct thread_start *thread_start_new(struct call_passed *passed, void *(*start)(void *),
                                      void *arg);
void thread_start_free(struct thread_start *s);

/* The start routine: takes over the call and goes on as the program's own, without a frame left. */
void *thread_start_run(void *s);

#endif

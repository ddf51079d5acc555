/* SPDX-License-Identifier: Apache-2.0 */
#include "thread_start.h"

#include "arena.h"
#include "calls.h"
#include "guard.h"

struct thread_start {
    struct call_passed *passed;
    void *(*start)(void *);
    void *arg;
};

struct thread_start *thread_start_new(struct call_passed *passed, void *(*start)(void *), void *arg)
{
    const uint32_t busy = shim_self.busy;

    shim_self.busy = SHIM_INSIDE;
    struct thread_start *s = arena_alloc(sizeof *s);

    shim_self.busy = busy;
    if (s != NULL)
        *s = (struct thread_start){passed, start, arg};
    return s;
}

void thread_start_free(struct thread_start *s)
{
    const uint32_t busy = shim_self.busy;

    shim_self.busy = SHIM_INSIDE;
    calls_pass_free(s->passed);
    arena_free(s, sizeof *s);
    shim_self.busy = busy;
}

void *thread_start_run(void *given)
{
    struct thread_start *s = given;
    void *(*const start)(void *) = s->start;
    void *const arg = s->arg;

    shim_self.busy = SHIM_INSIDE;
    calls_take(s->passed);
    arena_free(s, sizeof *s);
    shim_self.busy = 0;
    return start(arg);
}

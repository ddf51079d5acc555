/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that may be cancelled at any instruction. */
#include <pthread.h>

#include "hook.h"
#include "lane.h"

void cancel_hold(void) { real.pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL); }

void shim_left(void)
{
    if (shim_self.late != 0)
        late_serve();
    if (shim_self.async) /* here it ends when it was cancelled meanwhile */
        real.pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
}

SHIM_HOOK int pthread_setcanceltype(int type, int *old)
{
    real_ready();
    if (type == PTHREAD_CANCEL_ASYNCHRONOUS) {
        if (shim_enter()) { /* what is made once for a thread is made now */
            lane_get();
            shim_leave();
        }
        shim_self.async = !shim_self.busy;
    }
    const int r = real.pthread_setcanceltype(type, old);

    if (type == PTHREAD_CANCEL_DEFERRED)
        shim_self.async = 0;
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of stack, each ending in calls that the shim records. */
#include <stdlib.h>
#include <string.h>

#include "edges.h"

static volatile int storming;

void edge_event(void)
{
    static __thread char from[512], to[512];
    void *volatile p;

    memcpy(to, from, sizeof to);
    if (storming) /* malloc may be what was interrupted; memcpy is safe in a handler */
        return;
    p = malloc(64);
    free(p);
}

int main(void)
{
    edges_run();
    storming = 1;
    edges_storm();
    return 0;
}

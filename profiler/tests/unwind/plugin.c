/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin whose one function has a frame of PLUGIN_FRAME bytes and calls back. */
#include <string.h>

void plugin_call(void (*back)(void));

void plugin_call(void (*back)(void))
{
    volatile char room[PLUGIN_FRAME];

    room[0] = 1;
    back();
    room[PLUGIN_FRAME - 1] = room[0];
}

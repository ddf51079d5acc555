/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

void *plugin_get(size_t size);
void *plugin_get(size_t size)
{
    void *p = malloc(size);

    __asm__ volatile("" : "+r"(p) : : "memory");
    return p;
}

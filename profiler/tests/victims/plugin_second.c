/* SPDX-License-Identifier: Apache-2.0 */
/* Another plugin of the same size: its code lies where that of the first was. */
#include <stdlib.h>

void *second_get(size_t size);
void *second_get(size_t size)
{
    void *p = malloc(size);

    __asm__ volatile("" : "+r"(p) : : "memory");
    return p;
}

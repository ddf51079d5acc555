/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor_child.h"

#include <stdlib.h>
#include <string.h>

/* A call the compiler cannot see through: it would leave out blocks nobody reads. */
static void *(*volatile copy)(void *, const void *, size_t) = memcpy;

__attribute__((noinline)) static int doctor_child_blocks(void)
{
    unsigned char *blocks[DOCTOR_BLOCKS];
    int sum = 0;

    for (int i = 0; i < DOCTOR_BLOCKS; i++) {
        blocks[i] = malloc(DOCTOR_BLOCK);
        if (!blocks[i])
            return 1;
        for (size_t b = 0; b < DOCTOR_BLOCK; b++)
            blocks[i][b] = (unsigned char)(b * 7 + b / 251 + (size_t)i);
        if (i > 0)
            copy(blocks[i], blocks[i - 1], DOCTOR_COPY);
        sum += blocks[i][DOCTOR_COPY];
    }
    for (int i = 0; i + 1 < DOCTOR_BLOCKS; i++)
        free(blocks[i]);
    return sum == 0; /* it never is: the blocks are used */
}

int doctor_child(void) { return doctor_child_blocks(); }

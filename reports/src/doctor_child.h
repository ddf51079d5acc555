/* SPDX-License-Identifier: Apache-2.0 */
/* A child whose allocations and copies are known by heart: what the doctor measures the profiler
 * by. */
#ifndef NOCOPY_DOCTOR_CHILD_H
#define NOCOPY_DOCTOR_CHILD_H

#include <stdint.h>

enum {
    DOCTOR_BLOCKS = 5,    /* allocated by doctor_child_blocks(), each freed but the last */
    DOCTOR_BLOCK = 54321, /* bytes of each: a size nobody else asks for */
    DOCTOR_COPIES = 4,    /* from each block into the next */
    DOCTOR_COPY = 4096
};

/* Do it all, in the child. Returns its exit status. */
int doctor_child(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* OpenMP: loops shared out, tasks, a thread's own blocks. */
#include "victim.h"

#include <omp.h>
#include <stdint.h>

NOINLINE void *omp_get(size_t size) { return keep(malloc(size)); }

int main(void)
{
    uint64_t sum = 0;
    int threads = 0;

    for (int round = 0; round < 6; round++) {
#pragma omp parallel for reduction(+ : sum) schedule(dynamic, 7)
        for (int i = 0; i < 5000; i++) {
            unsigned char *p = omp_get(100);

            memset(p, i, 100);
            sum += p[99];
            free(p);
        }
    }
#pragma omp parallel
    {
        void *own[10];

#pragma omp atomic
        threads++;
        for (int i = 0; i < 10; i++)
            own[i] = omp_get(5000);
#pragma omp barrier
        for (int i = 0; i < 10; i++)
            free(own[i]);
    }
#pragma omp parallel
#pragma omp single
    for (int i = 0; i < 30000; i++)
#pragma omp task
        free(omp_get(100));
    printf("%d threads, %lu\n", threads, (unsigned long)sum);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Ranks that pass blocks in a ring and add them up; the first one prints. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) double *mpi_host_get(int n)
{
    double *p = malloc((size_t)n * sizeof *p);

    __asm__ volatile("" : "+r"(p));
    return p;
}

int main(int argc, char **argv)
{
    enum { N = 20000, ROUNDS = 20 };
    int rank, size;
    double sum = 0, total = 0;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int round = 0; round < ROUNDS; round++) {
        double *out = mpi_host_get(N), *in = mpi_host_get(N);

        for (int i = 0; i < N; i++)
            out[i] = rank + i + round;
        MPI_Sendrecv(out, N, MPI_DOUBLE, (rank + 1) % size, 0, in, N, MPI_DOUBLE,
                     (rank + size - 1) % size, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        for (int i = 0; i < N; i++)
            sum += in[i];
        free(out);
        free(in);
    }
    MPI_Reduce(&sum, &total, 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
    if (rank == 0)
        printf("%d ranks, %.0f\n", size, total);
    MPI_Finalize();
    return 0;
}

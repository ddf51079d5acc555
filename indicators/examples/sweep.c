/* SPDX-License-Identifier: Apache-2.0 */
/* Every alma of periods 5 to 50 and three offsets, into one matrix of this program's own, by two
 * threads: which follows the series most closely? */
#include <math.h>
#include <nocopy/indicators.h>
#include <stdio.h>
#include <stdlib.h>

enum { BARS = 2000 };

int main(void)
{
    const struct ind_indicator *alma = ind_find("alma");
    /* one axis a parameter: start, end, step; step 0 keeps the parameter where it is */
    const struct ind_axis axes[] = {{5, 50, 1}, {0.5, 0.9, 0.2}, {6, 6, 0}};
    struct ind_job job = {.len = BARS, .axes = axes, .threads = 2};
    size_t rows;
    int status = ind_sweep_combos(alma, axes, &rows);

    double *close = malloc(BARS * sizeof *close);
    double *matrix = malloc(rows * BARS * sizeof *matrix);
    for (int t = 0; close && t < BARS; t++)
        close[t] = 100 + 5 * sin(t / 40.0) + (t * 7919 % 100) / 200.0;

    job.in[0] = close;
    job.out[0] = (struct ind_view){matrix, rows, BARS, BARS};
    job.work_size = ind_work_size(alma, &job);
    job.work = job.work_size ? aligned_alloc(64, job.work_size) : NULL;
    if (status == IND_OK && close && matrix)
        status = ind_alma_batch(&job);
    if (status < 0) {
        fprintf(stderr, "alma: %s\n", ind_strerror(status));
        return 1;
    }

    size_t best = 0;
    double least = INFINITY;
    for (size_t r = 0; r < rows; r++) {
        double error = 0;
        for (int t = 50; t < BARS; t++)
            error += fabs(matrix[r * BARS + t] - close[t]);
        if (error < least) {
            least = error;
            best = r;
        }
    }
    double params[IND_MAX_PARAMS];
    ind_sweep_params(alma, axes, best, params);
    printf("%zu rows; the closest has period %g, offset %g: off by %.4f a bar\n", rows, params[0],
           params[1], least / (BARS - 50));
    free(job.work);
    free(matrix);
    free(close);
    return 0;
}

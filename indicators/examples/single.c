/* SPDX-License-Identifier: Apache-2.0 */
/* One indicator over one series, in this program's own memory. */
#include <math.h>
#include <nocopy/indicators.h>
#include <stdio.h>

enum { BARS = 40 };

int main(void)
{
    double close[BARS], rsi[BARS];

    for (int t = 0; t < BARS; t++)
        close[t] = 100 + 5 * sin(t / 4.0) + t / 10.0;

    const struct ind_indicator *ind = ind_find("rsi");
    double params[IND_MAX_PARAMS];
    ind_defaults(ind, params);
    params[0] = 10; /* the period; the names are in ind->params[] */

    const struct ind_job job = {
        .in = {close},
        .len = BARS,
        .params = params,
        .out = {{.at = rsi, .rows = 1, .cols = BARS, .stride = BARS}},
    };
    const int status = ind_rsi(&job);
    if (status < 0) {
        fprintf(stderr, "rsi: %s\n", ind_strerror(status));
        return 1;
    }
    for (int t = 0; t < BARS; t++)
        printf("%2d  close %7.3f  rsi %7.3f\n", t, close[t], rsi[t]);
    return 0;
}

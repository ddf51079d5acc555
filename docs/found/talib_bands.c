/* SPDX-License-Identifier: Apache-2.0 */
/* A sweep over TA-Lib as its users write one: a row for each period, in memory of the caller. The
 * scopes are TA-Lib's own functions, by their names.
 *
 *   cc -g -O2 -I TA-LIB/include talib_bands.c -o talib_bands -lta-lib -lm
 *   nocopy run --content=full --scope '^TA_(?<name>[A-Z]+)$' -o talib.prof -- ./talib_bands */
#include "prices.h"

#include <ta_libc.h>

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    double *out[3];
    double sum = 0;
    int begin, n;

    make_prices();
    for (int k = 0; k < 3; k++)
        out[k] = malloc(sizeof(double) * BARS * ROWS);
    for (int p = FIRST; p <= LAST; p++) {
        double *a = out[0] + (size_t)(p - FIRST) * BARS, *b = out[1] + (size_t)(p - FIRST) * BARS,
               *c = out[2] + (size_t)(p - FIRST) * BARS;

        TA_SMA(0, BARS - 1, close_, p, &begin, &n, a);
        sum += a[n - 1];
        TA_RSI(0, BARS - 1, close_, p, &begin, &n, a);
        sum += a[n - 1];
        TA_BBANDS(0, BARS - 1, close_, p, 2, 2, TA_MAType_SMA, &begin, &n, a, b, c);
        sum += c[n - 1];
        TA_MACD(0, BARS - 1, close_, p, 2 * p, 9, &begin, &n, a, b, c);
        sum += c[n - 1];
        TA_STOCH(0, BARS - 1, high, low, close_, p, 3, TA_MAType_SMA, 3, TA_MAType_SMA, &begin, &n,
                 a, b);
        sum += b[n - 1];
        TA_TRIX(0, BARS - 1, close_, p, &begin, &n, a);
        sum += a[n - 1];
    }
    printf("%.6f\n", sum);
    for (int k = 0; k < 3; k++)
        free(out[k]);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A sweep over Tulip Indicators: a row for each period, in memory of the caller.
 *
 *   cc -g -O2 -I TULIP tulip_bands.c -o tulip_bands -lindicators -lm
 *   nocopy run --content=full --scope '^ti_(?<name>[a-z]+)$' -o tulip.prof -- ./tulip_bands */
#include "prices.h"

#include <indicators.h>

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    const double *one[] = {close_}, *three[] = {high, low, close_};
    double *block[3];
    double sum = 0;

    make_prices();
    for (int k = 0; k < 3; k++)
        block[k] = malloc(sizeof(double) * BARS * ROWS);
    for (int p = FIRST; p <= LAST; p++) {
        const size_t row = (size_t)(p - FIRST) * BARS;
        double *out[] = {block[0] + row, block[1] + row, block[2] + row};
        const double period[] = {p}, bands[] = {p, 2}, macd[] = {p, 2 * p, 9}, stoch[] = {p, 3, 3};

        ti_sma(BARS, one, period, out);
        sum += out[0][BARS / 2];
        ti_rsi(BARS, one, period, out);
        sum += out[0][BARS / 2];
        ti_bbands(BARS, one, bands, out);
        sum += out[2][BARS / 2];
        ti_macd(BARS, one, macd, out);
        sum += out[2][BARS / 2];
        ti_stoch(BARS, three, stoch, out);
        sum += out[1][BARS / 2];
        ti_hma(BARS, one, period, out);
        sum += out[0][BARS / 2];
        ti_trix(BARS, one, period, out);
        sum += out[0][BARS / 2];
    }
    printf("%.6f\n", sum);
    for (int k = 0; k < 3; k++)
        free(block[k]);
    return 0;
}

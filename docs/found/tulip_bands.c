/* SPDX-License-Identifier: Apache-2.0 */
/* A sweep over Tulip Indicators: a row for each period, in memory of the caller.
 *
 *   cc -g -O2 -I TULIP tulip_bands.c -o tulip_bands -lindicators -lm
 *   nocopy run --content=full --scope '^ti_(?<name>[a-z]+)$' -o tulip.prof -- ./tulip_bands */
#include <indicators.h>

#include <stdio.h>
#include <stdlib.h>

enum { BARS = 20000, FIRST = 5, LAST = 24, ROWS = LAST - FIRST + 1 };

static double high[BARS], low[BARS], close_[BARS];

static void make_prices(void)
{
    unsigned long long s = 88172645463325252ull;
    double x = 100;

    for (int t = 0; t < BARS; t++) {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        x += (double)(s >> 11) / 9007199254740992.0 - 0.5;
        close_[t] = x;
        high[t] = x + (double)(s % 100) / 100;
        low[t] = x - (double)(s / 100 % 100) / 100;
    }
}

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

/* SPDX-License-Identifier: Apache-2.0 */
/* The same made-up prices for each of the libraries, and the sweep over periods. */
#ifndef FOUND_PRICES_H
#define FOUND_PRICES_H

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

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Stand-ins for peer libraries, with the signatures that theirs have: TA-Lib's as it is, Tulip's
 * with -DFAKE_TULIP. */
#include <stddef.h>

int TA_SMA(int from, int to, const double *in, int period, int *ret_from, int *ret_count,
           double *out);
int TA_BBANDS(int from, int to, const double *in, int period, double up, double down, int type,
              int *ret_from, int *ret_count, double *upper, double *middle, double *lower);
int ti_sma(int len, const double *const *in, const double *params, double *const *out);

static int means(const double *in, int len, int period, double *out)
{
    for (int t = period - 1; t < len; t++) {
        double sum = 0;

        for (int i = 0; i < period; i++)
            sum += in[t - i];
        *out++ = sum / period;
    }
    return 0;
}

#ifdef FAKE_TULIP
int ti_sma(int len, const double *const *in, const double *params, double *const *out)
{
    return means(in[0], len, (int)params[0], out[0]);
}
#else
int TA_SMA(int from, int to, const double *in, int period, int *ret_from, int *ret_count,
           double *out)
{
    *ret_from = from + period - 1;
    *ret_count = to - *ret_from + 1;
    return means(in, to + 1, period, out);
}

/* Its outputs only show that every argument came where it belongs. */
int TA_BBANDS(int from, int to, const double *in, int period, double up, double down, int type,
              int *ret_from, int *ret_count, double *upper, double *middle, double *lower)
{
    *ret_from = *ret_count = 1;
    upper[0] = up;
    middle[0] = in[to] * 1000 + period;
    lower[0] = down + type;
    return period > 70; /* some rows of a sweep are refused */
}
#endif

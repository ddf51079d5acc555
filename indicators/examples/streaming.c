/* SPDX-License-Identifier: Apache-2.0 */
/* Bar by bar: macd of numbers read from standard input, one a line, each answered at once. */
#include <nocopy/indicators.h>
#include <stdio.h>

int main(void)
{
    static _Alignas(64) char memory[16384];
    const size_t size = ind_stream_size(ind_find("macd"), NULL);
    const int status =
        size > sizeof memory ? IND_EWORK : ind_macd_stream(NULL, memory, sizeof memory);
    double close, out[3];

    if (status < 0) {
        fprintf(stderr, "macd: %s\n", ind_strerror(status));
        return 1;
    }
    while (scanf("%lf", &close) == 1) {
        ind_stream_push(memory, &close, out);
        printf("%g  macd %g  signal %g  hist %g\n", close, out[0], out[1], out[2]);
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a CSV file: read whole and coherent, or refused with a message that names a place.
 * The first byte chooses --columns. */
#include "series.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const columns[] = {NULL, "timestamp,open,close,high,low,volume", "-,close",
                                          "close,,", "mine,volume"};
    static const char *const extra[] = {"mine"};
    struct series_source source = {.path = "fuzz.csv"};
    struct series_message note = {0}, err = {0};
    struct series s = {0};
    FILE *in;

    if (size < 2)
        return 0;
    source.columns = columns[data[0] % (sizeof columns / sizeof *columns)];
    source.extra = extra;
    source.n_extra = data[0] >> 7;
    source.bars = data[0] & 0x40 ? 3 : 0;
    in = fmemopen((void *)(uintptr_t)(data + 1), size - 1, "r");
    expect(in != NULL);
    const int r = series_read_stream(&s, in, &source, &note, &err);

    fclose(in);
    expect(r == 0 || (r == -1 && err.text[0]));
    expect(r < 0 || s.len > 0);
    for (int i = 0; r == 0 && i <= SERIES_VOLUME; i++)
        for (size_t t = 0; s.column[i] && t < s.len; t++)
            expect(s.column[i][t] - s.column[i][t] == 0 || s.column[i][t] != s.column[i][t]);
    series_done(&s);
    return 0;
}

#ifdef CSV_FUZZ_MAIN
int main(int argc, char **argv)
{
    static uint8_t room[1 << 20];

    printf("1..%d\n", argc - 1);
    for (int i = 1; i < argc; i++) {
        FILE *in = fopen(argv[i], "rb");
        const size_t size = in ? fread(room, 1, sizeof room, in) : 0;

        if (in)
            fclose(in);
        LLVMFuzzerTestOneInput(room, size);
        printf("%s %d - %s is read without a fault\n", in ? "ok" : "not ok", i, argv[i]);
    }
    return 0;
}
#endif

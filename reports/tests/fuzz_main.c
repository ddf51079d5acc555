/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzz target as a plain test: random inputs, the same every time, as many as the first argument
 * says; then those files that stopped it once. */
#include "fuzz_input.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    const long rounds = argc > 1 ? atol(argv[1]) : 1000;
    uint64_t seed = 88172645463325252u;
    uint8_t input[64];

    for (long i = 0; i < rounds; i++) {
        for (size_t k = 0; k < sizeof input; k++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            input[k] = (uint8_t)(seed >> 32);
        }
        LLVMFuzzerTestOneInput(input, 1 + (seed >> 40) % sizeof input);
    }
    for (int k = 2; k < argc; k++) {
        static uint8_t kept[1 << 16];
        FILE *in = fopen(argv[k], "rb");
        if (!in) {
            printf("Bail out! cannot open %s\n", argv[k]);
            return 1;
        }
        LLVMFuzzerTestOneInput(kept, fread(kept, 1, sizeof kept, in));
        fclose(in);
    }
    printf("1..1\nok 1 - %s\n", fuzz_sentence);
    return 0;
}

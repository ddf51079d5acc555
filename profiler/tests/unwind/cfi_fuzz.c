/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target for the reader of .eh_frame: any bytes as a module's tables. With libFuzzer
 *
 *   ninja profiler/tests/unwind/cfi_fuzz && profiler/tests/unwind/cfi_fuzz CORPUS
 *
 * and, built plainly, a run over given files (CFI_FUZZ_MAIN). Input: one byte that says where in
 * the tables .eh_frame_hdr begins, in 16ths; two bytes of address; the tables. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cfi.h"
#include "unwind_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Linkers write addresses relative to the tables: those at most this far around are asked for. */
#define AROUND 32768

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cfi_table table;
    uint8_t *bytes;
    uint64_t pc;

    if (size < 4)
        return 0;
    size -= 3;
    bytes = malloc(size); /* of its own, so that a sanitizer sees a read past its end */
    if (!bytes)
        return 0;
    memcpy(bytes, data + 3, size);
    table = (struct cfi_table){bytes + size * (data[0] & 15) / 16, bytes, bytes + size};
    pc = (uint64_t)(uintptr_t)bytes + data[1] + 256u * data[2] - AROUND;
    for (uint64_t at = pc; at < pc + 64; at += 5) {
        const struct cfi_rule r = cfi_find(&table, at);
        const uint64_t word = rule_pack(r);

        if (rule_kind(word) != r.kind || rule_cfa(word) != r.cfa || rule_rbp(word) != r.rbp)
            abort();
    }
    free(bytes);
    return 0;
}

#ifdef CFI_FUZZ_MAIN
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

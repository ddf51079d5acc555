/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a profile: read, analysed, diffed and written in some format.
 *
 * An input is the format, the length (low, high), and patches of three bytes, offset (low, high)
 * and value, on a good file: so that a fuzzer starts behind the magic. */
#include "fuzz_input.h"

#include <stdlib.h>
#include <string.h>

const char fuzz_sentence[] = "damaged_profiles_are_read_without_a_fault";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char *good;
    static size_t good_size;
    static struct report base;
    char err[256];
    struct report r;

    if (!good) {
        good = fuzz_good_profile(&good_size);
        struct fuzz_file file = fuzz_file(good, good_size);
        if (report_load(&base, file.path, NULL, err, sizeof err) < 0)
            abort();
        fuzz_file_done(&file);
    }
    if (size < 3)
        return 0;
    /* Seven in eight keep their length. */
    const size_t cut = (data[1] | (size_t)data[2] << 8) % good_size,
                 n = data[2] & 0x80 && data[1] & 0x40 && data[0] & 0x20 ? cut : good_size;
    unsigned char *bytes = malloc(n + 1);

    if (!bytes)
        abort();
    memcpy(bytes, good, n);
    for (size_t i = 3; n && i + 2 < size; i += 3)
        bytes[(data[i] | (size_t)data[i + 1] << 8) % n] = data[i + 2];
    struct fuzz_file file = fuzz_file(bytes, n);
    if (report_load(&r, file.path, NULL, err, sizeof err) == 0) {
        fuzz_render(&r, &base, data[0]);
        report_done(&r);
    } else if (!err[0])
        abort();
    fuzz_file_done(&file);
    free(bytes);
    return 0;
}

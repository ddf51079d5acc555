/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzz targets share. A target is LLVMFuzzerTestOneInput() and its FUZZ_NAME; libFuzzer
 * drives it, or fuzz_main.c, which tries as many random inputs as it is told, the same each time.
 */
#ifndef NOCOPY_FUZZ_INPUT_H
#define NOCOPY_FUZZ_INPUT_H

#include "renderer.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A sentence that holds when no input has stopped the program: the test's name. */
extern const char fuzz_sentence[];

/* A profile with an entry in every table, to be freed. */
unsigned char *fuzz_good_profile(size_t *ret_size);

/* A file of these bytes; `path` names it until fuzz_file_done(). */
struct fuzz_file {
    int fd;
    char path[64];
};
struct fuzz_file fuzz_file(const void *bytes, size_t size);
void fuzz_file_done(struct fuzz_file *file);

/* Write the report in the which-th format (any number), and its diff with `base` (may be null) in
 * the same, and throw both away. */
void fuzz_render(const struct report *report, const struct report *base, unsigned which);

#endif

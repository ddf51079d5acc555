/* SPDX-License-Identifier: Apache-2.0 */
/* What a specimen is: a pattern of waste as real batch code has it, and the same job done cleanly.
 * The profiler is tested against them, so each says by heart what is to be found.
 *
 * A specimen is one file NAME.c (or .cpp, .f90, .rs beside a NAME.c that describes it) that ends in
 * a descriptor `const struct specimen specimen_NAME`. Its functions are ordinary, exported, never
 * inlined, and named spec_NAME_single, spec_NAME_batch, spec_NAME_clean_single,
 * spec_NAME_clean_batch: a scope pattern finds them without any mark.
 *
 * The line that allocates the waste carries a comment with `waste:` and a label; the build collects
 * these into a table, so the expected line is never out of date. */
#ifndef SPECIMEN_H
#define SPECIMEN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SPEC_FUNCTION __attribute__((noinline, visibility("default")))

/* One bar as an exchange sends it. */
struct spec_candle {
    double open, high, low, close, volume;
};

/* Input, `len` bars, as columns and once more as candles; borrowed. */
struct spec_input {
    const double *open, *high, *low, *close, *volume;
    const struct spec_candle *candles;
    size_t len;
};

/* One way of doing the job. Results are owned by the caller, who ends them with `release`; null
 * when memory is out. Combination c is the moving window of period[c] bars, 1 <= period[c] <= len.
 */
struct spec_twin {
    void *(*single)(const struct spec_input *in, size_t period);
    void *(*batch)(const struct spec_input *in, const size_t *period, size_t combos);
    void (*release)(void *result);
};

/* One thing that must be found in the wasteful twin. Figures are those of one batch call. */
struct spec_waste {
    const char *kind;     /* as in a report's findings */
    const char *also;     /* a second kind that is as true, or null */
    const char *function; /* allocates the needless block */
    const char *mark;     /* label of the `waste:` comment on its line */
    const char *source;   /* label of the line that allocates the original; null: the input, or
                             none */
    int exact;            /* only seen when each byte is watched, not each page */
    uint64_t (*bytes)(const struct spec_input *in, const size_t *period, size_t combos);
};

enum { SPEC_MAX_WASTE = 2 };

struct specimen {
    const char *name;
    const char *language; /* C unless said */
    const char *file;     /* base name of the file that holds the functions */
    const char *shows;    /* one sentence for people */
    struct spec_twin wasteful, clean;
    struct spec_waste waste[SPEC_MAX_WASTE]; /* ends at a null kind */
};

/* All specimens of this build, sorted by name; null at the end. */
extern const struct specimen *const specimen_list[];

/* Line of a `waste:` mark in a specimen's file; 0 when there is none. */
unsigned specimen_line(const struct specimen *spec, const char *mark);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "nearest.h"

#include <string.h>

enum { LONGEST = 31 };

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Insertions, deletions, replacements and swaps of neighbours that lead from a to b. */
static unsigned distance(const char *a, const char *b)
{
    unsigned d[LONGEST + 2][LONGEST + 2];
    const size_t la = strlen(a), lb = strlen(b);

    if (la > LONGEST || lb > LONGEST)
        return LONGEST;
    for (size_t i = 0; i <= la; i++)
        d[i][0] = (unsigned)i;
    for (size_t j = 0; j <= lb; j++)
        d[0][j] = (unsigned)j;
    for (size_t i = 1; i <= la; i++)
        for (size_t j = 1; j <= lb; j++) {
            d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1,
                            d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[la][lb];
}

const char *nearest_word(const char *word, const char *const *words, size_t n)
{
    const size_t len = strlen(word);
    const char *best = NULL;
    /* A third of the letters may be wrong: with more, the guess would annoy. */
    unsigned limit = (unsigned)(len < 3 ? 1 : len / 3 + 1);

    for (size_t i = 0; i < n; i++) {
        unsigned d = distance(word, words[i]);

        if (len >= 3 && strncmp(word, words[i], len) == 0)
            d = 0; /* an abbreviation */
        if (d < limit || (d == limit && !best)) {
            best = words[i];
            limit = d;
        }
    }
    return best;
}

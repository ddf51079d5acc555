/* SPDX-License-Identifier: Apache-2.0 */
#include "nearest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { MAX_NAME = 63, MAX_HINTS = 3 };

static unsigned min2(unsigned a, unsigned b) { return a < b ? a : b; }

/* Edits (insert, drop, change, swap of neighbours) that make b of a; case does not count. */
static unsigned distance(const char *a, const char *b)
{
    const size_t len_a = strlen(a), len_b = strlen(b);
    unsigned row[3][MAX_NAME + 1];

    if (len_a > MAX_NAME || len_b > MAX_NAME)
        return MAX_NAME;
    for (unsigned k = 0; k <= len_b; k++)
        row[0][k] = k;
    for (size_t i = 1; i <= len_a; i++) {
        unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

        now[0] = (unsigned)i;
        for (size_t k = 1; k <= len_b; k++) {
            const int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[k - 1]);

            now[k] = min2(min2(last[k], now[k - 1]) + 1, last[k - 1] + (x != y));
            if (i > 1 && k > 1 && x == tolower((unsigned char)b[k - 2]) &&
                y == tolower((unsigned char)a[i - 2]))
                now[k] = min2(now[k], before[k - 2] + 1);
        }
    }
    return row[len_a % 3][len_b];
}

/* 0 is best. A name that holds the other one is nearly as good as one edit. */
static unsigned badness(const char *asked, const char *name)
{
    const unsigned edits = 2 * distance(asked, name);

    if (strlen(asked) >= 2 && (strcasestr(name, asked) || strcasestr(asked, name)))
        return min2(edits, 3 + (unsigned)(strlen(name) > strlen(asked) ? 1 : 0));
    return edits;
}

static size_t best(const char *asked, nearest_name_at *name_at, const void *of,
                   const char *ret[MAX_HINTS])
{
    const unsigned limit = strlen(asked) <= 3 ? 2 : strlen(asked) <= 6 ? 4 : 6;
    unsigned score[MAX_HINTS];
    size_t n = 0;

    for (size_t i = 0; name_at(of, i); i++) {
        const char *name = name_at(of, i);
        const unsigned bad = badness(asked, name);
        size_t at = n;

        if (bad > limit)
            continue;
        while (at > 0 && score[at - 1] > bad)
            at--;
        if (at == MAX_HINTS)
            continue;
        n = n < MAX_HINTS ? n + 1 : MAX_HINTS;
        for (size_t k = n - 1; k > at; k--) {
            score[k] = score[k - 1];
            ret[k] = ret[k - 1];
        }
        score[at] = bad;
        ret[at] = name;
    }
    return n;
}

void nearest_hint(char *ret, size_t size, const char *name, nearest_name_at *name_at,
                  const void *of)
{
    const char *hint[MAX_HINTS];
    const size_t n = best(name, name_at, of, hint);
    size_t at = 0;

    ret[0] = '\0';
    for (size_t i = 0; i < n && at < size; i++)
        at += (size_t)snprintf(ret + at, size - at, "%s'%s'%s",
                               i == 0       ? "; did you mean "
                               : i == n - 1 ? " or "
                                            : ", ",
                               hint[i], i == n - 1 ? "?" : "");
}

void nearest_all(char *ret, size_t size, const char *name, nearest_name_at *name_at, const void *of)
{
    size_t at;

    nearest_hint(ret, size, name, name_at, of);
    if (ret[0])
        return;
    at = (size_t)snprintf(ret, size, "; it has ");
    for (size_t i = 0; name_at(of, i) && at < size; i++)
        at += (size_t)snprintf(ret + at, size - at, "%s%s", i ? ", " : "", name_at(of, i));
    if (!name_at(of, 0))
        snprintf(ret, size, "; it has none");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "unwind_check.h"

#include <stdatomic.h>

#include "lock.h"

static struct {
    _Atomic uint64_t checked, differences;
    atomic_int described;
    char first[512]; /* written once, by who set `described` first */
} checks;

uint64_t check_count(void) { return atomic_load_explicit(&checks.checked, memory_order_relaxed); }

uint64_t check_differences(void)
{
    return atomic_load_explicit(&checks.differences, memory_order_relaxed);
}

const char *check_first(void) { return atomic_load(&checks.described) == 2 ? checks.first : ""; }

void check_after_fork(void)
{
    atomic_store(&checks.checked, 0);
    atomic_store(&checks.differences, 0);
    atomic_store(&checks.described, 0);
}

/* printf() may allocate. */
struct text {
    char *at, *end;
};

static void put_text(struct text *t, const char *s)
{
    while (*s && t->at < t->end)
        *t->at++ = *s++;
}

static void put_hex(struct text *t, uint64_t value)
{
    char digits[17];
    size_t i = sizeof digits - 1;

    digits[i] = '\0';
    do {
        digits[--i] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value);
    put_text(t, "0x");
    put_text(t, digits + i);
}

static void describe(const struct walk *w, const struct regs *theirs, size_t len, size_t at)
{
    struct text t = {checks.first, checks.first + sizeof checks.first - 1};
    int none = 0;

    if (!atomic_compare_exchange_strong(&checks.described, &none, 1))
        return;
    put_text(&t, "frame ");
    put_hex(&t, at);
    put_text(&t, " of ");
    put_hex(&t, walk_len(w));
    put_text(&t, ", libunwind has ");
    put_hex(&t, len);
    put_text(&t, "; ours from the one inside it on:");
    for (size_t i = at > 0 ? at - 1 : 0; i < walk_len(w) && i < at + 3; i++) {
        put_text(&t, " ");
        put_hex(&t, FRAME_IP(walk_at(w, (uint32_t)i)->at.ip));
    }
    put_text(&t, "; theirs:");
    for (size_t i = at > 0 ? at - 1 : 0; i < len && i < at + 3; i++) {
        put_text(&t, " ");
        put_hex(&t, FRAME_IP(theirs[i].ip));
    }
    *t.at = '\0';
    atomic_store(&checks.described, 2);
}

void check_compare(const struct walk *w, const struct regs *theirs, size_t len, bool ended)
{
    const size_t ours = walk_len(w);
    size_t i = 0;

    atomic_fetch_add_explicit(&checks.checked, 1, memory_order_relaxed);
    for (; i < ours && i < len; i++) {
        const uint64_t tag = walk_at(w, (uint32_t)i)->at.ip;

        if (tag & FRAME_GUESSED)
            return;
        if (FRAME_IP(tag) != theirs[i].ip)
            break;
    }
    if (i == len && !ended) /* libunwind gave up first, or had no more room */
        return;
    if (i == ours && (i == len || w->end == WALK_ODD)) /* the latter claims nothing */
        return;
    atomic_fetch_add_explicit(&checks.differences, 1, memory_order_relaxed);
    describe(w, theirs, len, i);
}

void check_differs(const struct walk *w)
{
    atomic_fetch_add_explicit(&checks.differences, 1, memory_order_relaxed);
    describe(w, NULL, 0, 0);
}

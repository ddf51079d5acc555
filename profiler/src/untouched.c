/* SPDX-License-Identifier: Apache-2.0 */
#include "untouched.h"

#include "content_scan.h"
#include "sys.h"

#include <fcntl.h>

enum {
    PAGE = 4096,
    LARGE = 128 * 1024, /* from here on malloc maps afresh: below it pages are shared and reused */
    EXACT_LEAST = 256,
    EXACT_MOST = 64 * 1024 * 1024, /* filling makes every page resident: not for the giants */
    REGIONS = 24,                  /* what fits a small stack */
    RUN_LEAST = 64                 /* shorter runs of the pattern are the padding of structs */
};

/* A signalling NaN with a payload that computing does not make. */
static const uint64_t pattern = 0x7ff4c0dedead5eedu;

size_t untouched_floor = SIZE_MAX;

static enum untouched_mode how;
static bool can_scan; /* the kernel has PAGEMAP_SCAN (6.7 or later) and /proc is there */

/* linux/fs.h of 6.7; ours, since the headers at hand are older than the kernels we meet. */
struct page_region {
    uint64_t start, end, categories;
};
struct scan_arg {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
enum { PAGE_PRESENT = 1u << 3, PAGE_SWAPPED = 1u << 4, PAGE_ZERO = 1u << 5 };
static const unsigned long pagemap_scan = 0xc0606610; /* _IOWR('f', 16, struct scan_arg) */

/* Pages that hold something: present but not the shared page of zeros, or swapped out. Returns how
 * many regions, or -errno; ret_walked is where it stopped. */
static long scan_pages(int fd, uintptr_t start, uintptr_t end, struct page_region *ret,
                       uintptr_t *ret_walked)
{
    struct scan_arg arg = {
        .size = sizeof arg,
        .start = start,
        .end = end,
        .vec = (uintptr_t)ret,
        .vec_len = REGIONS,
        .category_inverted = PAGE_ZERO,
        .category_mask = PAGE_ZERO,
        .category_anyof_mask = PAGE_PRESENT | PAGE_SWAPPED,
    };
    const long n = sys_call3(SYS_ioctl, fd, (long)pagemap_scan, (long)&arg);

    *ret_walked = arg.walk_end > start ? arg.walk_end : end;
    return n;
}

/* A descriptor of ours for a few microseconds: one that is kept would be in the way of hosts that
 * close or renumber theirs. */
static int open_pagemap(void) { return (int)sys_open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC, 0); }

void untouched_start(enum untouched_mode mode)
{
    how = mode;
    can_scan = false;
    untouched_floor = mode == UNTOUCHED_OFF     ? SIZE_MAX
                      : mode == UNTOUCHED_EXACT ? (size_t)EXACT_LEAST
                                                : (size_t)LARGE;
    const int fd = open_pagemap();

    if (fd < 0)
        return;
    struct page_region region[REGIONS];
    const uintptr_t page = (uintptr_t)region & ~(uintptr_t)(PAGE - 1);
    uintptr_t walked;

    can_scan = scan_pages(fd, page, page + PAGE, region, &walked) == 1; /* our own stack is there */
    sys_close(fd);
}

/* Appends [start, end), clipped to the block, to the runs. */
static unsigned add_run(struct untouched_run *ret, unsigned n, unsigned cap, size_t size,
                        uintptr_t at, uintptr_t start, uintptr_t end)
{
    const size_t from = start > at ? start - at : 0;
    const size_t to = end - at < size ? end - at : size;

    if (n > 0 && (n == cap || ret[n - 1].end >= from)) {
        ret[n - 1].end = to;
        return n;
    }
    ret[n] = (struct untouched_run){from, to};
    return n + 1;
}

static int runs_by_scan(uintptr_t at, size_t size, struct untouched_run *ret, unsigned cap)
{
    const uintptr_t end = (at + size + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    struct page_region region[REGIONS];
    unsigned n = 0;
    const int fd = open_pagemap();

    if (fd < 0)
        return -1;
    for (uintptr_t start = at & ~(uintptr_t)(PAGE - 1); start < end;) {
        uintptr_t walked;
        const long got = scan_pages(fd, start, end, region, &walked);

        if (got < 0) {
            sys_close(fd);
            return -1;
        }
        for (long i = 0; i < got; i++)
            n = add_run(ret, n, cap, size, at, region[i].start, region[i].end);
        start = walked;
    }
    sys_close(fd);
    return (int)n;
}

static int runs_by_mincore(uintptr_t at, size_t size, struct untouched_run *ret, unsigned cap)
{
    const uintptr_t end = (at + size + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    unsigned char there[512];
    unsigned n = 0;

    for (uintptr_t start = at & ~(uintptr_t)(PAGE - 1); start < end;) {
        const size_t left = (end - start) / PAGE;
        const size_t pages = left < sizeof there ? left : sizeof there;

        if (sys_call3(SYS_mincore, (long)start, (long)(pages * PAGE), (long)there) != 0)
            return -1;
        for (size_t i = 0; i < pages; i++)
            if (there[i] & 1)
                n = add_run(ret, n, cap, size, at, start + i * PAGE, start + (i + 1) * PAGE);
        start += pages * PAGE;
    }
    return (int)n;
}

static int runs_of(const void *at, size_t size, struct untouched_run *ret, unsigned cap)
{
    int n = -1;

    if (can_scan)
        n = runs_by_scan((uintptr_t)at, size, ret, cap);
    if (n < 0)
        n = runs_by_mincore((uintptr_t)at, size, ret, cap);
    return n;
}

unsigned untouched_written(const void *at, size_t size, struct untouched_run *ret, unsigned cap)
{
    const int n = size >= LARGE ? runs_of(at, size, ret, cap) : -1;

    if (n < 0) {
        ret[0] = (struct untouched_run){0, size};
        return 1;
    }
    return (unsigned)n;
}

/* Bytes in whole pages that were never written. */
static size_t unwritten(const void *at, size_t size)
{
    struct untouched_run run[REGIONS];
    size_t ret = size, start = 0;

    /* In slices, lest a block with many holes runs out of places for them. */
    while (start < size) {
        const size_t slice = size - start < 8u << 20 ? size - start : 8u << 20;
        const int n = runs_of((const char *)at + start, slice, run, REGIONS);

        if (n < 0)
            return 0;
        for (int i = 0; i < n; i++)
            ret -= run[i].end - run[i].start;
        start += slice;
    }
    return ret;
}

static void fill(void *at, size_t size)
{
    typedef uint64_t word __attribute__((may_alias));
    word *w = at;

    for (size_t i = 0; i < size / 8; i++)
        w[i] = pattern;
}

struct untouched_birth untouched_born(void *at, size_t size, bool zeroed)
{
    struct untouched_birth ret = {0};

    if (how == UNTOUCHED_OFF)
        return ret;
    if (how == UNTOUCHED_EXACT && !zeroed && size >= EXACT_LEAST && size <= EXACT_MOST) {
        fill(at, size);
        ret.poisoned = true;
    } else if (size >= LARGE) {
        ret.fresh = unwritten(at, size);
    }
    return ret;
}

struct untouched_birth untouched_grown(struct untouched_birth before, void *at, size_t old_size,
                                       size_t size)
{
    if (before.poisoned) {
        const size_t start = (old_size + 7) & ~(size_t)7;

        before.poisoned = size <= EXACT_MOST;
        if (before.poisoned && start < size)
            fill((char *)at + start, size - start);
        return before;
    }
    if (how != UNTOUCHED_OFF && size >= LARGE)
        before.fresh = unwritten(at, size);
    return before;
}

static size_t pattern_bytes(const unsigned char *at, size_t size)
{
    size_t ret = 0, run = 0;

    for (size_t o = 0; o + 8 <= size; o += 8) {
        if (scan_load(at + o) == pattern) {
            run += 8;
            continue;
        }
        ret += run >= RUN_LEAST ? run : 0;
        run = 0;
    }
    return ret + (run >= RUN_LEAST ? run : 0);
}

struct untouched_end untouched_ending(struct untouched_birth birth, const void *at, size_t size)
{
    if (birth.poisoned)
        return (struct untouched_end){size, pattern_bytes(at, size)};
    if (birth.fresh == 0 || size < LARGE)
        return (struct untouched_end){0, 0};
    const size_t left = unwritten(at, size);

    return (struct untouched_end){birth.fresh, left < birth.fresh ? left : birth.fresh};
}

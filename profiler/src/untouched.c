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

static enum options_untouched how;
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
static int open_pagemap(void)
{
    return (int)sys_open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC, 0);
}

void untouched_start(enum options_untouched mode)
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

/* Written runs of a block as they are found. */
struct runs {
    uintptr_t at;
    size_t size;
    struct untouched_run *run; /* null: only the sum is wanted */
    unsigned n, cap;
    size_t written;
};

/* Adds [start, end), clipped to the block. */
static void add_run(struct runs *r, uintptr_t start, uintptr_t end)
{
    const size_t from = start > r->at ? start - r->at : 0;
    const size_t to = end - r->at < r->size ? end - r->at : r->size;

    r->written += to - from;
    if (r->run == NULL)
        return;
    if (r->n > 0 && (r->n == r->cap || r->run[r->n - 1].end >= from))
        r->run[r->n - 1].end = to;
    else
        r->run[r->n++] = (struct untouched_run){from, to};
}

static bool runs_by_scan(struct runs *r)
{
    const uintptr_t end = (r->at + r->size + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    struct page_region region[REGIONS];
    const int fd = open_pagemap();
    long got = 0;

    if (fd < 0)
        return false;
    for (uintptr_t start = r->at & ~(uintptr_t)(PAGE - 1); start < end && got >= 0;) {
        got = scan_pages(fd, start, end, region, &start);
        for (long i = 0; i < got; i++)
            add_run(r, region[i].start, region[i].end);
    }
    sys_close(fd);
    return got >= 0;
}

static bool runs_by_mincore(struct runs *r)
{
    const uintptr_t end = (r->at + r->size + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    unsigned char there[512];

    for (uintptr_t start = r->at & ~(uintptr_t)(PAGE - 1); start < end;) {
        const size_t left = (end - start) / PAGE;
        const size_t pages = left < sizeof there ? left : sizeof there;

        if (sys_call3(SYS_mincore, (long)start, (long)(pages * PAGE), (long)there) != 0)
            return false;
        for (size_t i = 0; i < pages; i++)
            if (there[i] & 1)
                add_run(r, start + i * PAGE, start + (i + 1) * PAGE);
        start += pages * PAGE;
    }
    return true;
}

static bool find_runs(struct runs *r)
{
    if (can_scan && runs_by_scan(r))
        return true;
    r->n = 0;
    r->written = 0;
    return runs_by_mincore(r);
}

unsigned untouched_written(const void *at, size_t size, struct untouched_run *ret, unsigned cap)
{
    struct runs r = {.at = (uintptr_t)at, .size = size, .run = ret, .cap = cap};

    if (size >= LARGE && find_runs(&r))
        return r.n;
    ret[0] = (struct untouched_run){0, size};
    return 1;
}

/* Bytes in pages that were never written. */
static size_t unwritten(const void *at, size_t size)
{
    struct runs r = {.at = (uintptr_t)at, .size = size};

    return find_runs(&r) ? size - r.written : 0;
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

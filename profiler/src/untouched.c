/* SPDX-License-Identifier: Apache-2.0 */
#include "untouched.h"

#include "content_scan.h"
#include "sys.h"

#include <fcntl.h>

enum {
    PAGE = 4096,
    LARGE = 128 * 1024, /* where malloc begins to map afresh */
    JUDGED = 16 * 1024, /* smaller blocks have too few pages of their own */
    SHARE = 50,         /* of the time since the start, one part in so many for looking */
    GRACE = 3000000,    /* ticks that a run may spend before it has run for long: a millisecond */
    EXACT_LEAST = 256,
    EXACT_MOST = 64 * 1024 * 1024, /* filling makes every page resident: not for the giants */
    REGIONS = 24,                  /* what fits a small stack */
    RUN_LEAST = 64,                /* shorter runs of the pattern are the padding of structs */
    BED = 128,                     /* bytes that one planted word stands for */
    BEDS_LEAST = 32,               /* words in a row: fewer may be gaps that a stride left */
    WRITTEN_RUNS = 32
};

/* Each block has words of its own, told by where it is: a program that copies what it never wrote
 * takes the source's words along, and they must not speak for the copy. */
static uint64_t own(const void *at, uint64_t bits)
{
    return ((uint64_t)(uintptr_t)at >> 4) * 0x9e3779b97f4a7c15u & bits;
}

/* A signalling NaN with a payload that computing does not make. */
static uint64_t pattern_of(const void *at) { return 0x7ff4c0dedead5eedu ^ own(at, 0xffffffff); }

/* Of planted words: as a double, and as two floats, a number too small to change any sum. */
static uint64_t seed_of(const void *at)
{
    return 0x01a5c0de01b3d5eeu ^ own(at, 0x0003ffff0007ffff);
}

size_t untouched_floor = SIZE_MAX;

static enum options_untouched how;
static bool plants;
static uint64_t ticks_start, ticks_spent;
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

void untouched_start(enum options_untouched mode, bool plant)
{
    how = mode;
    plants = plant && mode == UNTOUCHED_ON;
    can_scan = false;
    untouched_floor = mode == UNTOUCHED_OFF     ? SIZE_MAX
                      : mode == UNTOUCHED_EXACT ? (size_t)EXACT_LEAST
                                                : (size_t)JUDGED;
    ticks_start = __builtin_ia32_rdtsc();
    ticks_spent = 0;
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
    bool grow;
    size_t written;
    size_t before, start, end; /* when grow: end of the run before, and the run that is open */
};

/* The open run is over, and the next begins at `next`: zeros at its ends that border on a hole
 * belong to the hole. */
static void close_run(struct runs *r, size_t next)
{
    const unsigned char *at = (const unsigned char *)r->at;
    const size_t whole_words = ~(size_t)7; /* a number may begin or end in zeros */
    size_t start = r->start;

    if (start > r->before)
        start += scan_zero_head(at + start, r->end - start) & whole_words;
    const size_t tail =
        next > r->end ? scan_zero_tail(at + start, r->end - start) & whole_words : 0;

    r->written -= start - r->start + tail;
}

static void open_run(struct runs *r, size_t from, size_t to)
{
    if (from != r->end) {
        close_run(r, from);
        r->before = r->end;
        r->start = from;
    }
    r->end = to;
}

/* Adds [start, end), clipped to the block. */
static void add_run(struct runs *r, uintptr_t start, uintptr_t end)
{
    const size_t from = start > r->at ? start - r->at : 0;
    const size_t to = end - r->at < r->size ? end - r->at : r->size;

    r->written += to - from;
    if (r->grow)
        open_run(r, from, to);
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
    r->written = r->before = r->start = r->end = 0;
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

/* Bytes in pages that were never written. `grow`: and the zeros that run on from there into pages
 * that were: nobody writes zeros just up to the edge of a page. */
static size_t unwritten(const void *at, size_t size, bool grow)
{
    struct runs r = {.at = (uintptr_t)at, .size = size, .grow = grow};

    if (!find_runs(&r))
        return 0;
    if (grow)
        close_run(&r, size);
    return size - r.written;
}

/* Asking the kernel is dear beside a malloc that nothing is done with: bounded by the clock. */
static bool may_ask(uint64_t now)
{
    const uint64_t spent = __atomic_load_n(&ticks_spent, __ATOMIC_RELAXED);

    return spent < GRACE + (now - ticks_start) / SHARE;
}

static size_t fresh_bytes(const void *at, size_t size)
{
    const uint64_t since = __builtin_ia32_rdtsc();

    if (size < JUDGED || !may_ask(since))
        return 0;
    const size_t ret = unwritten(at, size, false);

    __atomic_fetch_add(&ticks_spent, __builtin_ia32_rdtsc() - since, __ATOMIC_RELAXED);
    return ret;
}

typedef uint64_t word __attribute__((aligned(1), may_alias));

/* From `start`, a multiple of 8, on. */
static void fill(void *at, size_t start, size_t size)
{
    const uint64_t pattern = pattern_of(at);

    for (size_t o = start; o + 8 <= size; o += 8)
        *(word *)((char *)at + o) = pattern;
}

/* Where in its bed the word is: not everywhere at the same place, which a stride might leave out.
 */
static size_t seed_at(size_t bed)
{
    return bed * BED + (bed * 0x9e3779b97f4a7c15u >> 60) * sizeof(word);
}

/* In pages that are there, from `start` on: the others tell by not being there. */
static void plant(void *at, size_t start, size_t size)
{
    const uint64_t seed = seed_of(at);
    struct untouched_run run[WRITTEN_RUNS];
    const unsigned runs = untouched_written(at, size, run, WRITTEN_RUNS);

    for (unsigned i = 0; i < runs; i++) {
        const size_t from = run[i].start > start ? run[i].start : start;

        for (size_t bed = (from + BED - 1) / BED; (bed + 1) * BED <= run[i].end; bed++)
            *(word *)((char *)at + seed_at(bed)) = seed;
    }
}

/* A bed that nobody wrote: its word stands, or its page is not there. */
static bool is_bare(const unsigned char *at, size_t bed, uint64_t seed,
                    const struct untouched_run *run)
{
    const size_t o = seed_at(bed);

    return o < run->start || scan_load(at + o) == seed;
}

/* A realloc took the block's words along: they are its own from now on. */
static void rename_words(void *at, const void *old, size_t size, bool poisoned)
{
    unsigned char *to = at;

    for (size_t o = 0; poisoned && o + 8 <= size; o += 8)
        if (scan_load(to + o) == pattern_of(old))
            *(word *)(to + o) = pattern_of(at);
    for (size_t bed = 0; !poisoned && (bed + 1) * BED <= size; bed++)
        if (scan_load(to + seed_at(bed)) == seed_of(old))
            *(word *)(to + seed_at(bed)) = seed_of(at);
}

static size_t bare_bytes(const unsigned char *at, size_t size)
{
    struct untouched_run run[WRITTEN_RUNS + 1];
    const unsigned runs = untouched_written(at, size, run, WRITTEN_RUNS);
    const size_t beds = size / BED;
    const uint64_t seed = seed_of(at);
    size_t ret = 0, row = 0;
    unsigned r = 0;

    run[runs] = (struct untouched_run){SIZE_MAX, SIZE_MAX};
    for (size_t bed = 0; bed < beds; bed++) {
        while (run[r].end <= seed_at(bed))
            r++;
        if (is_bare(at, bed, seed, &run[r])) {
            row++;
            continue;
        }
        ret += row >= BEDS_LEAST ? row * BED : 0;
        row = 0;
    }
    return ret + (row >= BEDS_LEAST ? row * BED + size % BED : 0);
}

struct untouched_birth untouched_born(void *at, size_t size, bool zeroed)
{
    struct untouched_birth ret = {0};

    if (how == UNTOUCHED_OFF)
        return ret;
    if (how == UNTOUCHED_EXACT && !zeroed && size >= EXACT_LEAST && size <= EXACT_MOST) {
        fill(at, 0, size);
        ret.poisoned = true;
    } else {
        ret.fresh = fresh_bytes(at, size);
        ret.zeroed = zeroed;
        if (plants && !zeroed && size >= JUDGED && size <= EXACT_MOST &&
            ret.fresh + 2 * PAGE < size) {
            plant(at, 0, size);
            ret.planted = ret.fresh < size / 4 * 3; /* else pages tell, and do so to the byte */
        }
    }
    return ret;
}

struct untouched_birth untouched_grown(struct untouched_birth before, const void *old,
                                       size_t old_size, void *at, size_t size)
{
    if (old != at && (before.poisoned || before.planted))
        rename_words(at, old, old_size < size ? old_size : size, before.poisoned);
    if (before.poisoned) {
        const size_t start = (old_size + 7) & ~(size_t)7;

        before.poisoned = size <= EXACT_MOST;
        if (before.poisoned && start < size)
            fill(at, start, size);
        return before;
    }
    if (before.planted) {
        before.planted = size >= JUDGED && size <= EXACT_MOST;
        if (before.planted && old_size < size)
            plant(at, old_size, size);
        return before;
    }
    if (how != UNTOUCHED_OFF)
        before.fresh = fresh_bytes(at, size);
    return before;
}

static size_t pattern_bytes(const unsigned char *at, size_t size)
{
    const uint64_t pattern = pattern_of(at);
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

struct untouched_end untouched_ending(struct untouched_birth birth, const void *at, size_t size,
                                      bool readable)
{
    if ((birth.poisoned || birth.planted) && !readable)
        return (struct untouched_end){0, 0};
    if (birth.poisoned)
        return (struct untouched_end){size, pattern_bytes(at, size)};
    if (birth.planted)
        return (struct untouched_end){size, bare_bytes(at, size)};
    if (birth.fresh == 0 || size < JUDGED)
        return (struct untouched_end){0, 0};
    const bool whole = birth.fresh >= size / 4 * 3;
    const size_t left = unwritten(at, size, whole && !birth.zeroed && readable);
    const size_t most = whole ? size : birth.fresh;

    return (struct untouched_end){most, left < most ? left : most};
}

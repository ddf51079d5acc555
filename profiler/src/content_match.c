/* SPDX-License-Identifier: Apache-2.0 */
/* Scanning a block for what is known from elsewhere, and how far two blocks agree. */
#include "content_state.h"

#include "arena.h"
#include "untouched.h"

enum {
    SLICE = 64 * 1024,
    OFFSETS = 2048,
    GAP = 4096, /* a copy that was changed in places goes on after at most so many bytes */
    PROBES = 3,
    PROBED_BLOCKS = 64,
    EXPECTED = 256, /* stacks */
    CHUNK_MEMORY_ON = 8 << 20,
    CHUNK_MEMORY_FULL = 128 << 20
};

static uint32_t offsets[OFFSETS]; /* belongs to the holder of the lock */

/* May x, scanned on behalf of a call, be compared with y at all? */
static bool comparable(const struct scan *s, const struct followed *y)
{
    const struct followed *x = s->x;

    if (y->death == 0 && !followed_readable(y))
        return false;
    if (x->call != 0 && x->call == y->call)
        return true;
    if (x->call == 0 && y->call == 0)
        return !content.has_calls && lives_overlap(x, y);
    /* One is the caller's: it must have been there while the call was on. */
    if (x->call != 0)
        return y->call == 0 && lives_overlap(x, y);
    return y->call == s->call && lives_overlap(x, y);
}

/* --- ranges */

static bool chunk_agrees(const struct look *look, size_t y_size, size_t c, const unsigned char *x)
{
    const size_t start = c * SCAN_CHUNK;
    const size_t end = start + SCAN_CHUNK < y_size ? start + SCAN_CHUNK : y_size;

    return look->chunk[c] != 0 && look->chunk[c] == (uint32_t)scan_hash(x, end - start);
}

/* The range around a hit in a dead block, by the hashes that were kept of it. False: none. */
static bool extend_dead(const struct scan *s, size_t o, const struct followed *y, size_t yo,
                        struct equal *ret, bool *ret_changed)
{
    const struct look *look = y->look;
    const unsigned char *x = (const unsigned char *)s->x->at;
    const ptrdiff_t d = (ptrdiff_t)o - (ptrdiff_t)yo;

    if (look == NULL || look->chunk == NULL)
        return false;
    /* Pieces of y that lie in x wholly, and past what is covered. */
    const ptrdiff_t from = (ptrdiff_t)s->covered - d;
    size_t least = from > 0 ? ((size_t)from + SCAN_CHUNK - 1) / SCAN_CHUNK : 0, most;

    if ((ptrdiff_t)y->size + d <= (ptrdiff_t)s->x->size)
        most = look->chunks;
    else
        most = (size_t)((ptrdiff_t)s->x->size - d) / SCAN_CHUNK;
    size_t c = yo / SCAN_CHUNK;

    if (c < least)
        c = least;
    if (c < most && !chunk_agrees(look, y->size, c, x + (ptrdiff_t)(c * SCAN_CHUNK) + d))
        c++; /* the window may begin in the piece before the range's first whole one */
    if (c >= most || !chunk_agrees(look, y->size, c, x + (ptrdiff_t)(c * SCAN_CHUNK) + d))
        return false;
    size_t first = c, last = c + 1;

    while (first > least &&
           chunk_agrees(look, y->size, first - 1, x + (ptrdiff_t)((first - 1) * SCAN_CHUNK) + d))
        first--;
    while (last < most && chunk_agrees(look, y->size, last, x + (ptrdiff_t)(last * SCAN_CHUNK) + d))
        last++;
    *ret_changed = false;
    for (size_t i = last + 1; i < most && i <= last + GAP / SCAN_CHUNK && !*ret_changed; i++)
        *ret_changed = chunk_agrees(look, y->size, i, x + (ptrdiff_t)(i * SCAN_CHUNK) + d);
    const size_t y_end = last * SCAN_CHUNK < y->size ? last * SCAN_CHUNK : y->size;

    ret->y_start = first * SCAN_CHUNK;
    ret->at.start = (size_t)((ptrdiff_t)ret->y_start + d);
    ret->at.end = (size_t)((ptrdiff_t)y_end + d);
    return true;
}

/* True when two stretches that differ at their start agree again soon after. */
static bool agrees_again(const unsigned char *x, const unsigned char *y, size_t left, bool back)
{
    for (size_t gap = 8; gap <= GAP; gap = gap < 64 ? gap + 8 : gap * 2) {
        const ptrdiff_t o = back ? -(ptrdiff_t)(gap + SCAN_WINDOW) : (ptrdiff_t)gap;

        if (gap + SCAN_WINDOW > left)
            return false;
        if (scan_equal(x + o, y + o, SCAN_WINDOW) == SCAN_WINDOW && !scan_dull(x + o))
            return true;
    }
    return false;
}

static size_t least_of(size_t a, size_t b) { return a < b ? a : b; }

static bool extend_alive(const struct scan *s, size_t o, const struct followed *y, size_t yo,
                         struct equal *ret, bool *ret_changed)
{
    const unsigned char *x = (const unsigned char *)s->x->at, *b = (const unsigned char *)y->at;
    const size_t before = least_of(o - s->covered, yo);
    const size_t after = least_of(s->x->size - o, y->size - yo);
    const size_t fore = scan_equal(x + o, b + yo, after);

    if (fore < SCAN_WINDOW)
        return false;
    const size_t back = scan_equal_back(x + o, b + yo, before);

    *ret_changed =
        (fore < after && agrees_again(x + o + fore, b + yo + fore, after - fore, false)) ||
        (back < before && agrees_again(x + o - back, b + yo - back, before - back, true));
    ret->at = (struct stretch){o - back, o + fore};
    ret->y_start = yo - back;
    return true;
}

/* Zeros at the ends prove nothing: nobody may have written them. */
static void trim(const struct scan *s, struct equal *e)
{
    const unsigned char *x = (const unsigned char *)s->x->at;
    const size_t tail = scan_zero_tail(x + e->at.start, e->at.end - e->at.start);

    if (tail > SCAN_WINDOW)
        e->at.end -= tail;
    const size_t head = scan_zero_head(x + e->at.start, e->at.end - e->at.start);

    if (head > SCAN_WINDOW) {
        e->at.start += head;
        e->y_start += head;
    }
}

static bool is_enough(const struct scan *s, const struct stretch *at)
{
    const size_t least = content.setup.min_block, telling = least - least / 4;

    return at->end - at->start >= least && scan_telling((const unsigned char *)s->x->at + at->start,
                                                        at->end - at->start, telling) >= telling;
}

bool scan_failed_before(const struct scan *s, uint32_t block, ptrdiff_t diagonal, size_t o)
{
    for (unsigned i = 0; i < SCAN_FAILED; i++)
        if (s->failed[i].block == block && s->failed[i].diagonal == diagonal &&
            o < s->failed[i].until)
            return true;
    return false;
}

void scan_note_failed(struct scan *s, uint32_t block, ptrdiff_t diagonal, size_t until)
{
    const unsigned i = s->n_failed++ % SCAN_FAILED;

    s->failed[i].block = block;
    s->failed[i].diagonal = diagonal;
    s->failed[i].until = until;
}

/* --- what is expected: blocks of one stack mostly meet the same fate. A clone has the same
 * original as the one before it, a row goes into the same matrix, one row further. */

static struct expected {
    uint32_t counts; /* of blocks that go */
    uint32_t block;  /* where the last of them was found */
    uint64_t birth;  /* of that block: else it is another by now */
    ptrdiff_t diagonal, step;
} expected[EXPECTED];

void expected_drop(void)
{
    for (unsigned i = 0; i < EXPECTED; i++)
        expected[i] = (struct expected){0};
}

static struct expected *expected_of(uint32_t counts)
{
    return &expected[(counts * 0x9e3779b1u >> 16) % EXPECTED];
}

static void expect(const struct followed *goes, uint32_t block, ptrdiff_t diagonal)
{
    struct expected *e = expected_of(goes->counts);
    const uint64_t birth = followed_at(block)->birth;
    const bool again = e->counts == goes->counts && e->block == block && e->birth == birth;

    *e = (struct expected){.counts = goes->counts,
                           .block = block,
                           .birth = birth,
                           .diagonal = diagonal,
                           .step = again ? diagonal - e->diagonal : -(ptrdiff_t)goes->size};
}

static void learn(const struct scan *s, const struct equal *e, ptrdiff_t diagonal)
{
    const struct followed *y = followed_at(e->y);

    if (s->why == SCAN_DYING && e->bytes >= s->x->size / 8 * 7)
        expect(s->x, e->y, diagonal);
    else if (s->why != SCAN_DYING && y->death != 0 && e->bytes >= y->size / 8 * 7)
        expect(y, s->index, -diagonal);
}

enum agreement { AGREES_NOT, AGREES_SHORTLY, AGREES };

/* Two blocks agree at o and yo: how far, and what does it mean? AGREES_NOT: they do not (any more).
 */
static enum agreement try_range(struct scan *s, size_t o, uint32_t block, size_t yo)
{
    const struct followed *y = followed_at(block);
    const ptrdiff_t diagonal = (ptrdiff_t)o - (ptrdiff_t)yo;
    struct equal e = {.x = s->index, .y = block};
    bool changed = false;

    if (scan_failed_before(s, block, diagonal, o))
        return AGREES_SHORTLY;
    if (!(y->death != 0 ? extend_dead : extend_alive)(s, o, y, yo, &e, &changed))
        return AGREES_NOT;
    content_looked_at(e.at.end - e.at.start);
    if (changed) { /* a copy that was then edited was needed */
        scan_note_failed(s, block, diagonal, SIZE_MAX);
        s->covered = e.at.end;
        return AGREES;
    }
    trim(s, &e);
    if (e.at.end <= e.at.start || !is_enough(s, &e.at)) {
        scan_note_failed(s, block, diagonal, e.at.end > o ? e.at.end : o + 1);
        return AGREES_SHORTLY;
    }
    s->covered = e.at.end;
    e.bytes = e.at.end - e.at.start;
    s->told += e.bytes;
    content_judge(s, &e);
    learn(s, &e, diagonal);
    return AGREES;
}

/* --- the scan */

static unsigned rate_of(size_t size)
{
    if (content.setup.mode == CONTENT_FULL)
        return size < (8u << 20) ? 5 : size < (64u << 20) ? 6 : 8;
    return size < (1u << 20) ? 7 : size < (16u << 20) ? 8 : 9;
}

/* One selected position: is it known from elsewhere? If not, it is from now on. */
static void at_anchor(struct scan *s, struct look *look, size_t o)
{
    const unsigned char *p = (const unsigned char *)s->x->at + o;
    const uint64_t word = scan_load(p);

    if (scan_dull_word(word))
        return;
    if (o + SCAN_WINDOW <= s->x->size && !scan_dull(p)) {
        const uint32_t name = scan_window_name(p);
        struct anchor *a = anchor_find(name);

        if (a == NULL)
            return;
        bool mine = a->block == 0;

        if (!mine && a->block != s->index) {
            const struct followed *y = followed_at(a->block);
            enum agreement how = AGREES;

            if (!comparable(s, y))
                how = AGREES_NOT;
            else if (o >= s->covered)
                how = try_range(s, o, a->block, (size_t)a->at * 4);
            /* What stands is asked first, then the first of those that are gone; what no longer
             * holds, or held for a few bytes only, gives way. */
            mine = how == AGREES_NOT || (y->death != 0 && (s->why != SCAN_DYING || how != AGREES));
        }
        if (mine)
            anchor_put(a, name, s->index, look, o);
    }
    if (o < s->covered)
        return;
    const uint32_t name = scan_word_name(word);
    struct anchor *a = anchor_find(name);

    if (a == NULL)
        return;
    bool mine = a->block == 0;

    if (!mine && a->block != s->index) {
        const bool may = comparable(s, followed_at(a->block));

        if (may)
            content_line_hit(s, o, a->block, (size_t)a->at * 4);
        mine = !may;
    }
    if (mine)
        anchor_put(a, name, s->index, look, o);
}

static bool keep_chunks(struct followed *f, struct look *look)
{
    const size_t most = content.setup.mode == CONTENT_FULL ? CHUNK_MEMORY_FULL : CHUNK_MEMORY_ON;
    const size_t chunks = (f->size + SCAN_CHUNK - 1) / SCAN_CHUNK;

    if (content.memory + chunks * sizeof *look->chunk > most)
        return false;
    look->chunk = arena_alloc(chunks * sizeof *look->chunk);
    if (look->chunk == NULL)
        return false;
    look->chunks = chunks;
    content.memory += chunks * sizeof *look->chunk;
    return true;
}

static void hash_chunks(const struct followed *f, struct look *look, size_t start, size_t end)
{
    for (size_t c = (start + SCAN_CHUNK - 1) / SCAN_CHUNK; c * SCAN_CHUNK < end; c++) {
        const size_t from = c * SCAN_CHUNK;
        const size_t to = from + SCAN_CHUNK < f->size ? from + SCAN_CHUNK : f->size;
        const uint32_t h =
            to <= end ? (uint32_t)scan_hash((const unsigned char *)f->at + from, to - from) : 0;

        look->chunk[c] = h != 0 ? h : 1;
    }
}

static void scan_run(struct scan *s, struct look *look, size_t start, size_t end)
{
    const unsigned rate = rate_of(s->x->size);
    const size_t step = content.setup.mode == CONTENT_FULL ? 4 : 8;

    for (size_t o = start & ~(size_t)7; o < end;) {
        const size_t slice = end - o < SLICE + 8 ? end - o : SLICE + 8; /* words across the edge */
        size_t done;
        const size_t n = scan_select((const unsigned char *)s->x->at + o, slice, step, rate,
                                     offsets, OFFSETS, &done);

        for (size_t i = 0; i < n; i++)
            at_anchor(s, look, o + offsets[i]);
        content_looked_at(done);
        if (done == slice && slice > SLICE)
            done = SLICE;
        o += done;
    }
}

void content_scan(uint32_t index, uint32_t call, enum scan_why why)
{
    struct followed *f = followed_at(index);
    struct look *look = followed_look(f);
    struct untouched_run run[MAX_RUNS];

    if (look == NULL)
        return;
    if (why == SCAN_DYING && look->chunk == NULL && !keep_chunks(f, look))
        content.skipped += f->size;
    const unsigned runs = untouched_written((const void *)f->at, f->size, run, MAX_RUNS);
    struct scan s = {.index = index, .x = f, .call = call, .why = why};

    for (unsigned i = 0; i < runs; i++) {
        scan_run(&s, look, run[i].start, run[i].end);
        if (why == SCAN_DYING && look->chunk != NULL)
            hash_chunks(f, look, run[i].start, run[i].end);
    }
    look->scanned = content.event;
    look->credit = 0;
}

/* Offsets in a block where it is not dull, one in each part of it. */
static unsigned probes_of(const struct followed *f, size_t ret[PROBES])
{
    unsigned n = 0;

    for (unsigned i = 0; i < PROBES; i++) {
        size_t o = (f->size / (PROBES + 1) * (i + 1)) & ~(size_t)7;
        const size_t end = o + f->size / (PROBES + 1);

        while (o + SCAN_WINDOW <= end && scan_dull((const unsigned char *)f->at + o))
            o += SCAN_WINDOW;
        if (o + SCAN_WINDOW <= end)
            ret[n++] = o;
    }
    return n;
}

static bool is_told(const struct scan *s) { return s->told + content.setup.min_block > s->x->size; }

/* Is it where it is expected to be? */
static bool probe_there(struct scan *s, const struct expected *e, ptrdiff_t diagonal,
                        const size_t *probe, unsigned n)
{
    const struct followed *x = s->x, *y = followed_at(e->block);

    for (unsigned i = 0; i < n; i++) {
        const ptrdiff_t yo = (ptrdiff_t)probe[i] - diagonal;

        if (yo < 0 || (size_t)yo + SCAN_WINDOW > y->size)
            return false;
        if (y->death == 0 && scan_load((const unsigned char *)x->at + probe[i]) !=
                                 scan_load((const unsigned char *)y->at + yo))
            return false;
    }
    return n > 0 &&
           try_range(s, probe[0], e->block, (size_t)((ptrdiff_t)probe[0] - diagonal)) == AGREES;
}

static void probe_expected(struct scan *s, const size_t *probe, unsigned n)
{
    const struct expected e = *expected_of(s->x->counts); /* what is found there changes it */

    if (e.counts != s->x->counts || e.block == 0 || e.block == s->index ||
        followed_at(e.block)->birth != e.birth || !comparable(s, followed_at(e.block)))
        return;
    if (!probe_there(s, &e, e.diagonal + e.step, probe, n) && e.step != 0)
        probe_there(s, &e, e.diagonal, probe, n);
}

/* A block that is about to go, against what is expected, and against those that stand, at the same
 * offset: most clones are whole, and what they are a clone of may be overwritten before anybody
 * scans it. */
bool content_probe(uint32_t index, uint32_t call)
{
    struct followed *f = followed_at(index);
    struct scan s = {.index = index, .x = f, .call = call, .why = SCAN_DYING};
    const uint32_t *list = content_list_of(f);
    size_t probe[PROBES];
    const unsigned n = probes_of(f, probe);
    unsigned seen = 0;

    probe_expected(&s, probe, n);
    for (uint32_t i = list && n > 0 ? *list : 0; i != 0 && seen < PROBED_BLOCKS && !is_told(&s);
         i = followed_at(i)->next) {
        const struct followed *y = followed_at(i);

        if (i == index || !followed_readable(y))
            continue;
        seen++;
        for (unsigned k = 0; k < n; k++)
            if (probe[k] >= s.covered && probe[k] + SCAN_WINDOW <= y->size &&
                scan_load((const unsigned char *)f->at + probe[k]) ==
                    scan_load((const unsigned char *)y->at + probe[k]) &&
                comparable(&s, y))
                try_range(&s, probe[k], i, probe[k]);
    }
    return is_told(&s);
}

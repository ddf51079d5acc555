/* SPDX-License-Identifier: Apache-2.0 */
/* Scanning a block, and what follows from two blocks being equal: who copied whom. */
#include "content_state.h"

#include "arena.h"
#include "untouched.h"

enum {
    SLICE = 64 * 1024,
    OFFSETS = 2048,
    FAILED = 4,
    GAP = 4096, /* a copy that was changed in places goes on after at most so many bytes */
    TRACKS = 8,
    PROBES = 3,
    PROBED_BLOCKS = 64,
    LATER = 16 * 1024,
    PAIRS = 256, /* sites whose order was proven */
    CHUNK_MEMORY_ON = 8 << 20,
    CHUNK_MEMORY_FULL = 128 << 20
};

/* One scan under way. */
struct scan {
    uint32_t index, call;
    struct followed *x;
    enum scan_why why;
    size_t covered; /* of x: told of, or known to need no telling */
    struct {
        uint32_t block;
        ptrdiff_t diagonal;
        size_t until; /* of x */
    } failed[FAILED];
    unsigned n_failed;
    struct track {
        uint32_t block;
        size_t x0, x1;    /* first and last hit, in x */
        ptrdiff_t y0, y1; /* and in the block */
        ptrdiff_t dx, dy; /* between the last two */
        unsigned hits;
    } track[TRACKS];
    unsigned next_track;
};

static uint32_t offsets[OFFSETS]; /* belongs to the holder of the lock */
static struct later *later;
static unsigned n_later;

/* --- proven order of two sites, for the pairs that prove nothing themselves */

static struct site_pair {
    uint32_t freed, other, scope;
    uint32_t verdict; /* NC_MATCH_SOURCE_FREED or _LIVED */
} pairs[PAIRS];

static struct site_pair *pair_at(const struct followed *freed, const struct followed *other)
{
    const uint32_t h = (freed->counts * 0x9e3779b1u ^ other->counts * 0x85ebca6bu ^ freed->scope);

    return &pairs[(h ^ h >> 16) % PAIRS];
}

static uint32_t proven(const struct followed *freed, const struct followed *other)
{
    const struct site_pair *p = pair_at(freed, other);

    return p->freed == freed->counts && p->other == other->counts && p->scope == freed->scope
               ? p->verdict
               : 0;
}

static uint32_t prove(const struct followed *freed, const struct followed *other, uint32_t verdict)
{
    *pair_at(freed, other) =
        (struct site_pair){freed->counts, other->counts, freed->scope, verdict};
    return verdict;
}

/* --- telling */

void content_tell(uint32_t source, uint32_t destination, uint32_t copy, uint32_t scope,
                  uint32_t flags, size_t bytes)
{
    const struct nc_match m = {.source = source,
                               .destination = destination,
                               .copy = copy,
                               .scope = scope,
                               .flags = flags,
                               .pairs = 1,
                               .bytes = bytes};

    content.setup.found(&m);
}

static bool same_place(const struct followed *a, const struct followed *b)
{
    return a->counts == b->counts ||
           (content.setup.place != NULL && content.setup.place(a->counts) != 0 &&
            content.setup.place(a->counts) == content.setup.place(b->counts));
}

/* Was what now stands in [start, end) of `f` there before event `t`? 1 yes, 0 no, -1 cannot tell.
 */
static int stood_before(const struct followed *f, size_t start, size_t end, uint64_t t)
{
    const struct witness *w[2] = {f->look ? &f->look->last : NULL,
                                  f->look ? &f->look->first : NULL};

    for (unsigned i = 0; i < 2 && f->look != NULL; i++) {
        const int agrees = witness_agrees(f, w[i], start, end);

        if (agrees == 1 && w[i]->event <= t)
            return 1;
        if (agrees == 0 && w[i]->event >= t)
            return 0;
    }
    return -1;
}

/* Nobody wrote the bytes of a block that was malloc'd where such bytes lay already. Where a block
 * begins a free has scribbled, so a start that is whole again was written. */
static bool is_stale(const struct followed *f, size_t start, size_t end)
{
    unsigned same = 0;

    if ((f->flags & FOLLOWED_FRESH) != 0)
        return false;
    for (unsigned i = 0; i < SAMPLES; i++) {
        const size_t o = i * (f->size / SAMPLES & ~(size_t)7);

        if (o < start || o + 8 > end)
            continue;
        if (scan_load((const unsigned char *)f->at + o) != f->born_words[i])
            return false;
        same++;
    }
    return same > 0;
}

static void remember(struct followed *f, uint32_t flags, uint32_t partner)
{
    if (f->look != NULL && f->look->verdict == 0) {
        f->look->verdict = flags;
        f->look->partner = partner;
    }
}

/* `dst` holds bytes of `src`, which lived on. */
static void tell_lived(struct followed *src, struct followed *dst, struct stretch at, uint32_t more)
{
    if (followed_look(dst) == NULL || !charge(dst->look, &at, content.setup.min_block))
        return;
    remember(dst, NC_MATCH_SOURCE_LIVED, src->counts);
    content_tell(src->counts, dst->counts, 0, dst->scope ? dst->scope : src->scope,
                 NC_MATCH_SOURCE_LIVED | more, at.end - at.start);
}

static void tell_freed(struct followed *src, struct followed *dst, struct stretch at, uint32_t more)
{
    if (followed_look(src) == NULL || !charge(src->look, &at, content.setup.min_block))
        return;
    remember(src, NC_MATCH_SOURCE_FREED, dst->counts);
    content_tell(src->counts, dst->counts, 0, src->scope ? src->scope : dst->scope,
                 NC_MATCH_SOURCE_FREED | more, at.end - at.start);
}

static void tell_computed(struct followed *older, struct followed *younger, struct stretch at,
                          uint32_t more)
{
    if (followed_look(younger) == NULL || !charge(younger->look, &at, content.setup.min_block))
        return;
    remember(younger, NC_MATCH_COMPUTED, older->counts);
    content_tell(older->counts, younger->counts, 0, younger->scope ? younger->scope : older->scope,
                 NC_MATCH_COMPUTED | more, at.end - at.start);
}

/* Told at the end of the call, for the older one may yet prove to be a copy itself. */
static void tell_later(uint32_t older, uint32_t younger, struct stretch at)
{
    if (later == NULL)
        later = arena_alloc(LATER * sizeof *later);
    if (later == NULL || n_later == LATER) {
        tell_computed(followed_at(older), followed_at(younger), at, 0);
        return;
    }
    later[n_later++] = (struct later){older, younger, at.start, at.end};
}

void content_tell_later(uint32_t call)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < n_later; i++) {
        struct followed *older = followed_at(later[i].older);
        struct followed *younger = followed_at(later[i].younger);
        struct stretch at = {later[i].start, later[i].end};

        if (younger->call != call) {
            later[kept++] = later[i];
            continue;
        }
        const uint32_t verdict = older->look ? older->look->verdict : 0;

        if ((verdict & (NC_MATCH_SOURCE_LIVED | NC_MATCH_SOURCE_FREED)) == 0) {
            tell_computed(older, younger, at, 0);
        } else if (followed_look(younger) != NULL &&
                   charge(younger->look, &at, content.setup.min_block)) {
            const bool lived = (verdict & NC_MATCH_SOURCE_LIVED) != 0;

            remember(younger, verdict, older->look->partner);
            content_tell(lived ? older->look->partner : younger->counts,
                         lived ? younger->counts : older->look->partner, 0, younger->scope, verdict,
                         at.end - at.start);
        }
    }
    n_later = kept;
}

/* --- what two equal ranges mean */

struct equal {
    uint32_t x, y;     /* followed: x is being scanned */
    struct stretch at; /* of x */
    size_t y_start;    /* where it begins in y */
    uint32_t more;     /* NC_MATCH_STRIDED */
};

static struct stretch in_y(const struct equal *e)
{
    return (struct stretch){e->y_start, e->y_start + (e->at.end - e->at.start)};
}

static bool is_callers(const struct followed *f) { return f->call == 0; }

static void judge_both_alive(const struct equal *e)
{
    struct followed *x = followed_at(e->x), *y = followed_at(e->y);
    const struct stretch y_at = in_y(e);

    if (is_callers(y) && !is_callers(x)) {
        if ((y->flags & FOLLOWED_WRITTEN) == 0 &&
            stood_before(y, y_at.start, y_at.end, x->birth) != 0)
            tell_lived(y, x, e->at, e->more | NC_MATCH_RETAINED);
        return;
    }
    if (is_callers(x) && !is_callers(y)) {
        if ((x->flags & FOLLOWED_WRITTEN) == 0 &&
            stood_before(x, e->at.start, e->at.end, y->birth) != 0)
            tell_lived(x, y, y_at, e->more | NC_MATCH_RETAINED);
        return;
    }
    if (x->birth < y->birth)
        tell_computed(x, y, y_at, e->more | NC_MATCH_RETAINED);
    else
        tell_computed(y, x, e->at, e->more | NC_MATCH_RETAINED);
}

/* `freed` went first, `other` still stands, their lives overlapped. */
static void judge_freed(struct followed *freed, struct stretch freed_at, struct followed *other,
                        struct stretch other_at, uint32_t more)
{
    if (same_place(freed, other) && is_callers(freed) == is_callers(other) &&
        (freed->call != 0 || content.has_calls)) {
        tell_computed(other, freed, freed_at,
                      more); /* of n equals, each that goes before the last */
        return;
    }
    if (freed->birth < other->birth && other->call == freed->call) {
        tell_freed(freed, other, freed_at, more); /* what is in the younger came after */
        return;
    }
    uint32_t verdict = proven(freed, other);
    const int before = stood_before(other, other_at.start, other_at.end, freed->birth);

    if (before == 0)
        verdict = prove(freed, other, NC_MATCH_SOURCE_FREED);
    else if (before == 1 && (other->flags & FOLLOWED_WRITTEN) == 0)
        verdict = verdict ? verdict : prove(freed, other, NC_MATCH_SOURCE_LIVED);
    else if (before == 1 && verdict == 0)
        return; /* an earlier result that came out the same: nobody copied it */
    if (verdict == 0) {
        /* Not seen which was first: a whole block is a clone, a part of a larger one was put there.
         */
        more |= NC_MATCH_UNSURE;
        verdict = other->size <= freed->size + freed->size / 8 ? NC_MATCH_SOURCE_LIVED
                                                               : NC_MATCH_SOURCE_FREED;
    }
    if (verdict == NC_MATCH_SOURCE_LIVED)
        tell_lived(other, freed, freed_at, more);
    else
        tell_freed(freed, other, freed_at, more);
}

static bool lives_overlap(const struct followed *a, const struct followed *b)
{
    return (a->death == 0 || b->birth < a->death) && (b->death == 0 || a->birth < b->death);
}

static void judge(const struct scan *s, const struct equal *e)
{
    struct followed *x = followed_at(e->x), *y = followed_at(e->y);
    const struct stretch y_at = in_y(e);

    if (is_stale(x, e->at.start, e->at.end) || is_charged(x->look, e->at.start, e->at.end))
        return;
    if (!lives_overlap(x, y))
        tell_later(e->y, e->x, e->at);
    else if (y->death != 0)
        judge_freed(y, y_at, x, e->at, e->more);
    else if (s->why == SCAN_DYING)
        judge_freed(x, e->at, y, y_at, e->more);
    else
        judge_both_alive(e);
}

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

static bool failed_before(const struct scan *s, uint32_t block, ptrdiff_t diagonal, size_t o)
{
    for (unsigned i = 0; i < FAILED; i++)
        if (s->failed[i].block == block && s->failed[i].diagonal == diagonal &&
            o < s->failed[i].until)
            return true;
    return false;
}

static void note_failed(struct scan *s, uint32_t block, ptrdiff_t diagonal, size_t until)
{
    const unsigned i = s->n_failed++ % FAILED;

    s->failed[i].block = block;
    s->failed[i].diagonal = diagonal;
    s->failed[i].until = until;
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

    if (failed_before(s, block, diagonal, o))
        return AGREES_SHORTLY;
    if (!(y->death != 0 ? extend_dead : extend_alive)(s, o, y, yo, &e, &changed))
        return AGREES_NOT;
    content.bytes += e.at.end - e.at.start;
    if (changed) { /* a copy that was then edited was needed */
        note_failed(s, block, diagonal, SIZE_MAX);
        s->covered = e.at.end;
        return AGREES;
    }
    trim(s, &e);
    if (e.at.end <= e.at.start || !is_enough(s, &e.at)) {
        note_failed(s, block, diagonal, e.at.end > o ? e.at.end : o + 1);
        return AGREES_SHORTLY;
    }
    s->covered = e.at.end;
    judge(s, &e);
    return AGREES;
}

/* --- strided, reversed, transposed: hits on one line that is no diagonal */

static uint64_t word_at(const struct followed *f, ptrdiff_t o)
{
    return scan_load((const unsigned char *)f->at + o);
}

/* Equal words from (x, y) on by steps of (dx, dy), while both are inside. */
static size_t run_of(const struct followed *x, const struct followed *y, ptrdiff_t xo, ptrdiff_t yo,
                     ptrdiff_t dx, ptrdiff_t dy)
{
    const ptrdiff_t x_end = (ptrdiff_t)x->size - 8, y_end = (ptrdiff_t)y->size - 8;
    size_t n = 0;

    while (xo >= 0 && xo <= x_end && yo >= 0 && yo <= y_end && word_at(x, xo) == word_at(y, yo)) {
        n++;
        xo += dx;
        yo += dy;
    }
    return n;
}

/* The unit step of a line with the given rise: one side moves word by word. */
static bool unit_step(ptrdiff_t dx, ptrdiff_t dy, ptrdiff_t *ux, ptrdiff_t *uy)
{
    if (dx == 0 || dy == 0 || dx == dy || dx % 8 != 0 || dy % 8 != 0)
        return false;
    if (dy % dx == 0) {
        *ux = 8;
        *uy = dy / dx * 8;
    } else if (dx % dy == 0) {
        *uy = 8;
        *ux = dx / dy * 8;
        if (*ux < 0) {
            *ux = -*ux;
            *uy = -8;
        }
    } else {
        return false;
    }
    return true;
}

static size_t telling_words(const struct followed *x, ptrdiff_t xo, ptrdiff_t dx, size_t n)
{
    size_t ret = 0;
    uint64_t before = 0;

    for (size_t i = 0; i < n; i++) {
        const uint64_t w = word_at(x, xo + (ptrdiff_t)i * dx);

        ret += w != before && !scan_dull_word(w);
        before = w;
    }
    return ret;
}

static void try_line(struct scan *s, const struct track *t)
{
    const struct followed *x = s->x, *y = followed_at(t->block);
    ptrdiff_t dx, dy;

    if (y->death != 0 || !unit_step(t->dx, t->dy, &dx, &dy) ||
        failed_before(s, t->block, dx * 1009 + dy, t->x1))
        return;
    const ptrdiff_t xo = (ptrdiff_t)t->x0, yo = t->y0;
    size_t n = run_of(x, y, xo, yo, dx, dy);
    const size_t back = run_of(x, y, xo - dx, yo - dy, -dx, -dy);
    const ptrdiff_t x_start = xo - (ptrdiff_t)back * dx, y_start = yo - (ptrdiff_t)back * dy;
    size_t total = n += back, end = (size_t)x_start + n * (size_t)dx;

    /* A transposed matrix: the next column begins where this one ended, one row start further. */
    for (ptrdiff_t next = y_start + 8; dx == 8 && dy > 8 && n > 1; next += 8) {
        const size_t more = run_of(x, y, (ptrdiff_t)end, next, dx, dy);

        if (more < n)
            break;
        total += n;
        end += n * 8;
    }
    content.bytes += total * 16;
    if (total * 8 < content.setup.min_block ||
        telling_words(x, x_start, dx, total) * 8 < content.setup.min_block * 3 / 4) {
        note_failed(s, t->block, dx * 1009 + dy, end);
        return;
    }
    const struct equal e = {.x = s->index,
                            .y = t->block,
                            .at = {(size_t)x_start, (size_t)x_start + total * 8},
                            .y_start =
                                (size_t)(dy > 0 ? y_start : y_start + (ptrdiff_t)(n - 1) * dy),
                            .more = NC_MATCH_STRIDED};

    note_failed(s, t->block, dx * 1009 + dy, end);
    if (dx == 8)
        s->covered = end;
    judge(s, &e);
}

static void hit_word(struct scan *s, size_t o, uint32_t block, size_t yo)
{
    struct track *t = NULL;

    for (unsigned i = 0; i < TRACKS && t == NULL; i++)
        if (s->track[i].block == block)
            t = &s->track[i];
    if (t == NULL) {
        t = &s->track[s->next_track++ % TRACKS];
        *t = (struct track){
            .block = block, .x0 = o, .x1 = o, .y0 = (ptrdiff_t)yo, .y1 = (ptrdiff_t)yo, .hits = 1};
        return;
    }
    const ptrdiff_t dx = (ptrdiff_t)(o - t->x1), dy = (ptrdiff_t)yo - t->y1;

    if (dx == 0)
        return;
    if (t->hits >= 2 && (double)dy * (double)t->dx == (double)dx * (double)t->dy) {
        t->hits++;
    } else { /* a new line, from the hit before to this one */
        t->x0 = t->x1;
        t->y0 = t->y1;
        t->hits = 2;
    }
    t->x1 = o;
    t->y1 = (ptrdiff_t)yo;
    t->dx = dx;
    t->dy = dy;
    if (t->hits >= 3)
        try_line(s, t);
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
            mine = how == AGREES_NOT || (y->death != 0 && (s->why == SCAN_STAYS || how != AGREES));
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
            hit_word(s, o, a->block, (size_t)a->at * 4);
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
        content.bytes += done;
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

/* A block that is about to go, against those that stand, at the same offset: most clones are whole,
 * and what they are a clone of may be overwritten before anybody scans it. */
void content_probe(uint32_t index, uint32_t call)
{
    struct followed *f = followed_at(index);
    struct scan s = {.index = index, .x = f, .call = call, .why = SCAN_DYING};
    const uint32_t *list = content_list_of(f);
    size_t probe[PROBES];
    unsigned n = 0, seen = 0;

    for (unsigned i = 0; i < PROBES; i++) {
        size_t o = (f->size / (PROBES + 1) * (i + 1)) & ~(size_t)7;
        const size_t end = o + f->size / (PROBES + 1);

        while (o + SCAN_WINDOW <= end && scan_dull((const unsigned char *)f->at + o))
            o += SCAN_WINDOW;
        if (o + SCAN_WINDOW <= end)
            probe[n++] = o;
    }
    for (uint32_t i = list && n > 0 ? *list : 0; i != 0 && seen < PROBED_BLOCKS;
         i = followed_at(i)->next) {
        const struct followed *y = followed_at(i);

        if (i == index || !followed_readable(y))
            continue;
        seen++;
        for (unsigned k = 0; k < n; k++)
            if (probe[k] >= s.covered && probe[k] + SCAN_WINDOW <= y->size &&
                word_at(f, (ptrdiff_t)probe[k]) == word_at(y, (ptrdiff_t)probe[k]) &&
                comparable(&s, y))
                try_range(&s, probe[k], i, probe[k]);
    }
}

void content_match_start(void)
{
    later = NULL;
    n_later = 0;
    for (unsigned i = 0; i < PAIRS; i++)
        pairs[i] = (struct site_pair){0};
}

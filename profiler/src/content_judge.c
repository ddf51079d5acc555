/* SPDX-License-Identifier: Apache-2.0 */
/* What it means that two ranges are equal: who copied whom, or did both compute the same?
 *
 * Of a pair, `freed` went first and `other` still stood; at the end of a call, when both stand, the
 * names are as good as any. Within a call nothing is told before its end: only then is it known
 * which blocks were scratch and which are handed out. */
#include "content_state.h"

#include "arena.h"

enum {
    WAITING = 16 * 1024,
    PAIRS = 256 /* sites whose order was proven */
};

/* How sure we are: the surest is told first, since a byte is told once. */
enum rank { RANK_PROVEN, RANK_LIKELY, RANK_COMPUTED, RANK_AGAIN, RANKS };

struct pair {
    uint32_t freed, other;
    struct stretch at;  /* of the freed one */
    size_t other_start; /* where it begins in the other */
    size_t bytes;
    uint32_t more;
    int8_t before; /* the other's bytes stood there when the freed one was born: 1, 0, -1 unknown */
    int8_t ahead;  /* the freed one's stood there when the other was born */
    bool apart;    /* the other was born after the freed one was gone */
    bool told;
};

static struct pair *waiting;
static unsigned n_waiting;

static struct site_pair {
    uint32_t freed, other, scope;
    uint32_t verdict; /* NC_MATCH_SOURCE_FREED or _LIVED */
} pairs[PAIRS];

void content_judge_start(void)
{
    waiting = NULL;
    n_waiting = 0;
    for (unsigned i = 0; i < PAIRS; i++)
        pairs[i] = (struct site_pair){0};
}

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

static void prove(const struct followed *freed, const struct followed *other, uint32_t verdict)
{
    *pair_at(freed, other) =
        (struct site_pair){freed->counts, other->counts, freed->scope, verdict};
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

    content.told += bytes;
    content.setup.found(&m);
}

/* Books the bytes on the block that would go, and tells. `flags` has one of SOURCE_LIVED (the
 * charged block is the copy), SOURCE_FREED (it is the source) and COMPUTED (it is the younger). */
static void tell(struct followed *charged, const struct followed *partner, struct stretch at,
                 size_t bytes, uint32_t flags)
{
    struct look *look = followed_look(charged);
    const size_t span = at.end - at.start;

    if (look == NULL || content.setup.min_block > bytes)
        return;
    if (bytes == span) { /* else every so many words: others may lie between */
        if (!charge(look, &at, content.setup.min_block))
            return;
        bytes = at.end - at.start;
    }
    if (look->verdict == 0) {
        look->verdict = flags & ~(uint32_t)NC_MATCH_RETAINED;
        look->partner = partner->counts;
    }
    const bool is_source = (flags & NC_MATCH_SOURCE_FREED) != 0;

    content_tell(is_source ? charged->counts : partner->counts,
                 is_source ? partner->counts : charged->counts, 0,
                 charged->scope ? charged->scope : partner->scope, flags, bytes);
}

static bool same_place(const struct followed *a, const struct followed *b)
{
    return a->counts == b->counts ||
           (content.setup.place != NULL && content.setup.place(a->counts) != 0 &&
            content.setup.place(a->counts) == content.setup.place(b->counts));
}

static bool is_callers(const struct followed *f) { return f->call == 0; }

/* A range that takes in most of the block it lies in. */
static bool is_most_of(const struct followed *f, size_t bytes) { return bytes >= f->size / 8 * 7; }

/* --- verdicts: flags, or 0 for silence, and how sure */

static uint32_t likely(enum rank *ret, uint32_t flags)
{
    *ret = RANK_LIKELY;
    return flags | NC_MATCH_UNSURE;
}

/* Against a block of the caller. */
static uint32_t against_callers(const struct pair *p, const struct followed *freed,
                                const struct followed *other, enum rank *ret)
{
    const uint32_t known = proven(freed, other);
    const bool written = (other->flags & FOLLOWED_WRITTEN) != 0;

    *ret = RANK_PROVEN;
    if (freed->death == 0) /* both stand: it was kept */
        return written || p->before == 0 ? 0 : NC_MATCH_SOURCE_LIVED | NC_MATCH_RETAINED;
    if (p->before == 0) {
        prove(freed, other, NC_MATCH_SOURCE_FREED);
        return NC_MATCH_SOURCE_FREED;
    }
    if (known != 0)
        return known;
    if (p->before == 1 && written)
        return 0; /* an earlier result that came out the same: nobody copied it */
    if (p->before == 1) {
        prove(freed, other, NC_MATCH_SOURCE_LIVED);
        return NC_MATCH_SOURCE_LIVED;
    }
    return written ? likely(ret, NC_MATCH_SOURCE_FREED) : likely(ret, NC_MATCH_SOURCE_LIVED);
}

/* Between two blocks of one call. */
static uint32_t inside_call(const struct pair *p, const struct followed *freed,
                            const struct followed *other, enum rank *ret)
{
    const bool scratch = other->death != 0;
    const bool whole = is_most_of(other, p->bytes) && is_most_of(freed, p->bytes);

    *ret = RANK_COMPUTED;
    if (freed->death == 0)
        return NC_MATCH_COMPUTED | NC_MATCH_RETAINED;
    if (same_place(freed, other))
        return NC_MATCH_COMPUTED;
    if (p->before == 1) /* it was there first: this one was cloned from it, or computed again */
        return scratch ? likely(ret, NC_MATCH_SOURCE_LIVED)
                       : (*ret = RANK_PROVEN, NC_MATCH_SOURCE_LIVED);
    if (!scratch) {
        *ret = RANK_PROVEN;
        return NC_MATCH_SOURCE_FREED;
    }
    if (p->ahead == 1 || !whole)
        return likely(ret, NC_MATCH_SOURCE_FREED);
    return NC_MATCH_COMPUTED; /* both were there before either was filled */
}

/* In a program without scopes. */
static uint32_t outside_calls(const struct pair *p, const struct followed *freed,
                              const struct followed *other, enum rank *ret)
{
    if (freed->death == 0 && (freed->flags & FOLLOWED_DYING) == 0)
        return NC_MATCH_COMPUTED | NC_MATCH_RETAINED;
    *ret = RANK_PROVEN;
    if (p->before == 1)
        return NC_MATCH_SOURCE_LIVED;
    if (p->before == 0)
        return NC_MATCH_SOURCE_FREED;
    /* Not seen which was first: a whole block is a clone, and so is what was gathered out of an
     * older one; a part of a larger one was put there. */
    return other->birth < freed->birth &&
                   (is_most_of(other, p->bytes) || (p->more & NC_MATCH_STRIDED) != 0)
               ? likely(ret, NC_MATCH_SOURCE_LIVED)
               : likely(ret, NC_MATCH_SOURCE_FREED);
}

static uint32_t verdict_of(const struct pair *p, enum rank *ret)
{
    const struct followed *freed = followed_at(p->freed), *other = followed_at(p->other);

    *ret = RANK_AGAIN;
    if (p->apart) { /* made again: or copied again, when the first of them was a copy */
        const uint32_t first = freed->look != NULL ? freed->look->verdict : 0;

        return (first & (NC_MATCH_SOURCE_LIVED | NC_MATCH_SOURCE_FREED)) != 0 ? first
                                                                              : NC_MATCH_COMPUTED;
    }
    if (freed->call == 0 && other->call == 0)
        return outside_calls(p, freed, other, ret);
    return is_callers(other) ? against_callers(p, freed, other, ret)
                             : inside_call(p, freed, other, ret);
}

static void tell_again(const struct pair *p, uint32_t verdict)
{
    struct followed *younger = followed_at(p->other), *older = followed_at(p->freed);
    const size_t span = p->at.end - p->at.start;
    struct stretch at = {p->other_start, p->other_start + span};
    struct look *look = followed_look(younger);

    if (verdict == NC_MATCH_COMPUTED) {
        tell(younger, older, at, p->bytes, verdict);
        return;
    }
    if (look == NULL || !charge(look, &at, content.setup.min_block))
        return;
    const bool is_source = (verdict & NC_MATCH_SOURCE_FREED) != 0;
    const uint32_t partner = older->look->partner;

    if (look->verdict == 0) {
        look->verdict = verdict;
        look->partner = partner;
    }
    content_tell(is_source ? younger->counts : partner, is_source ? partner : younger->counts, 0,
                 younger->scope, verdict, at.end - at.start);
}

/* The first of all that are known to hold the same as this one. */
static uint32_t first_of(uint32_t index)
{
    const struct look *look = followed_at(index)->look;

    while (look != NULL && look->alike != 0) {
        index = look->alike;
        look = followed_at(index)->look;
    }
    return index;
}

/* Of n equals the oldest was needed: each of the others is told once, however many pairs of them
 * are met. */
static void tell_equals(const struct pair *p, uint32_t flags)
{
    uint32_t a = first_of(p->freed), b = first_of(p->other);

    if (a == b || followed_look(followed_at(a)) == NULL || followed_look(followed_at(b)) == NULL)
        return;
    if (followed_at(a)->birth > followed_at(b)->birth) {
        const uint32_t c = a;

        a = b;
        b = c;
    }
    struct followed *younger = followed_at(b);
    const struct stretch whole = {0, p->bytes < younger->size ? p->bytes : younger->size};

    younger->look->alike = a;
    tell(younger, followed_at(a), whole, whole.end, flags);
}

static void settle(const struct pair *p, uint32_t verdict)
{
    struct followed *freed = followed_at(p->freed), *other = followed_at(p->other);
    const struct stretch other_at = {p->other_start, p->other_start + (p->at.end - p->at.start)};

    if (verdict == 0)
        return;
    if ((verdict & NC_MATCH_COMPUTED) != 0 && freed->call != 0 && freed->call == other->call &&
        is_most_of(freed, p->bytes) && is_most_of(other, p->bytes))
        tell_equals(p, verdict | p->more);
    else if (p->apart)
        tell_again(p, verdict);
    else if ((verdict & NC_MATCH_RETAINED) != 0 && !is_callers(other) &&
             freed->birth < other->birth)
        tell(other, freed, other_at, p->bytes, verdict | p->more); /* the younger would go */
    else
        tell(freed, other, p->at, p->bytes, verdict | p->more);
}

void content_judge_call(uint32_t call)
{
    for (enum rank rank = 0; rank < RANKS; rank++)
        for (unsigned i = 0; i < n_waiting; i++) {
            struct pair *p = &waiting[i];
            enum rank own;

            if (p->told ||
                (followed_at(p->freed)->call != call && followed_at(p->other)->call != call))
                continue;
            const uint32_t verdict = verdict_of(p, &own);

            if (own <= rank) { /* surer by now, when another pair has proven the order */
                p->told = true;
                settle(p, verdict);
            }
        }
    unsigned kept = 0;

    for (unsigned i = 0; i < n_waiting; i++)
        if (!waiting[i].told)
            waiting[kept++] = waiting[i];
    n_waiting = kept;
}

/* --- from a scan */

/* Bit i: the word at sample i is what it was when the block was born; UNTOLD << i: but it is one
 * that tells nothing. */
static unsigned still_of(const struct followed *f)
{
    unsigned ret = 0;

    if (f->death != 0)
        return f->look != NULL ? f->look->still : 0;
    for (unsigned i = 0; i < SAMPLES && (f->flags & FOLLOWED_FRESH) == 0; i++) {
        const uint64_t now = scan_load((const unsigned char *)f->at + followed_sample(f, i));

        if (now == f->born_words[i])
            ret |= (scan_dull_word(now) ? (unsigned)UNTOLD : 1u) << i;
    }
    return ret;
}

/* Nobody wrote the bytes of a block that was malloc'd where such bytes lay already. Where a block
 * begins a free has scribbled, so a start that is whole again was written. */
static bool is_stale(const struct followed *f, size_t start, size_t end)
{
    const unsigned still = still_of(f);
    unsigned same = 0;

    if ((f->flags & FOLLOWED_FRESH) != 0)
        return false;
    if (start < SCRIBBLED && (still & (1u | UNTOLD)) == 0)
        return false;
    for (unsigned i = 0; i < SAMPLES; i++) {
        const size_t o = followed_sample(f, i);

        if (o < start || o + 8 > end || (still & (unsigned)UNTOLD << i) != 0)
            continue;
        if ((still & 1u << i) == 0)
            return false;
        same++;
    }
    return same > 0;
}

/* Such bytes lay there already when the block was born: that they stood early says nothing. */
static bool lay_there(const struct followed *f, size_t start, size_t end)
{
    const unsigned still = still_of(f);
    unsigned same = 0;

    for (unsigned i = 1; i < SAMPLES && f->call != 0; i++) {
        const size_t o = followed_sample(f, i);

        if (o >= start && o + 8 <= end)
            same += (still & 1u << i) != 0;
    }
    return same >= 2;
}

void content_note_still(struct followed *f)
{
    if (followed_look(f) != NULL)
        f->look->still = (uint16_t)still_of(f);
}

/* Which of the two goes, or is the lesser one, is `freed`. */
static bool x_is_freed(const struct scan *s, const struct followed *x, const struct followed *y)
{
    if (y->death != 0 || (y->flags & FOLLOWED_DYING) != 0)
        return false;
    if (s->why == SCAN_DYING)
        return true;
    return is_callers(x) == is_callers(y) ? x->birth > y->birth : !is_callers(x);
}

void content_judge(const struct scan *s, const struct equal *e)
{
    struct followed *x = followed_at(e->x), *y = followed_at(e->y);
    const size_t span = e->at.end - e->at.start;
    const bool x_goes = x_is_freed(s, x, y);
    struct followed *freed = x_goes ? x : y, *other = x_goes ? y : x;

    if (is_stale(x, e->at.start, e->at.end) || is_stale(y, e->y_start, e->y_start + span))
        return;
    if (y->death == 0 && (y->flags & FOLLOWED_DYING) == 0 && s->why == SCAN_STAYS)
        return; /* both go on: there will be a better time to tell */
    struct pair p = {
        .freed = x_goes ? e->x : e->y,
        .other = x_goes ? e->y : e->x,
        .at = x_goes ? e->at : (struct stretch){e->y_start, e->y_start + span},
        .other_start = x_goes ? e->y_start : e->at.start,
        .bytes = e->bytes,
        .more = e->more,
        .before = -1,
        .ahead = -1,
        .apart = !lives_overlap(x, y),
    };

    if (other->death == 0 && !lay_there(other, p.other_start, p.other_start + span))
        p.before = (int8_t)witness_stood(other, p.other_start, p.other_start + span, freed->birth);
    if (freed->death == 0 && !lay_there(freed, p.at.start, p.at.end))
        p.ahead = (int8_t)witness_stood(freed, p.at.start, p.at.end, other->birth);
    if (waiting == NULL)
        waiting = arena_alloc(WAITING * sizeof *waiting);
    if (waiting != NULL && n_waiting < WAITING && (freed->call != 0 || other->call != 0)) {
        waiting[n_waiting++] = p;
        return;
    }
    enum rank rank;

    settle(&p, verdict_of(&p, &rank));
}

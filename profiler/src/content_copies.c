/* SPDX-License-Identifier: Apache-2.0 */
/* Hooked copies between followed blocks. What was copied is hashed at once, since either side may
 * be edited later; what it was worth is known when one of them goes, or the call ends. */
#include "content_state.h"

#include "arena.h"

enum {
    RECORDS_PER_PIECE = 256,
    PIECES = 256,
    LOOK_BACK = 64 /* earlier copies of a block that a new one is held against */
};

static struct {
    struct copied *piece[PIECES];
    uint32_t used, unused; /* 0 is never used */
} records;

static struct copied *record_at(uint32_t i)
{
    return &records.piece[i / RECORDS_PER_PIECE][i % RECORDS_PER_PIECE];
}

static uint32_t record_new(void)
{
    uint32_t i = records.unused;

    if (i != 0) {
        records.unused = record_at(i)->into.next;
        return i;
    }
    i = records.used ? records.used : 1;
    if (i / RECORDS_PER_PIECE >= PIECES)
        return 0;
    struct copied **piece = &records.piece[i / RECORDS_PER_PIECE];

    if (*piece == NULL)
        *piece = arena_alloc(RECORDS_PER_PIECE * sizeof(struct copied));
    if (*piece == NULL)
        return 0;
    records.used = i + 1;
    return i;
}

static void unlink_into(struct copied *r)
{
    if (r->into.prev != 0)
        record_at(r->into.prev)->into.next = r->into.next;
    else
        followed_at(r->dst)->look->into = r->into.next;
    if (r->into.next != 0)
        record_at(r->into.next)->into.prev = r->into.prev;
}

static void unlink_from(struct copied *r)
{
    if (r->from.prev != 0)
        record_at(r->from.prev)->from.next = r->from.next;
    else
        followed_at(r->src)->look->from = r->from.next;
    if (r->from.next != 0)
        record_at(r->from.next)->from.prev = r->from.prev;
}

static void record_drop(uint32_t i)
{
    struct copied *r = record_at(i);

    unlink_into(r);
    unlink_from(r);
    *r = (struct copied){.into.next = records.unused};
    records.unused = i;
}

void copies_unlink(uint32_t index)
{
    struct look *look = followed_at(index)->look;

    while (look != NULL && look->into != 0)
        record_drop(look->into);
    while (look != NULL && look->from != 0)
        record_drop(look->from);
}

void copies_start(void)
{
    for (unsigned i = 0; i < PIECES; i++)
        records.piece[i] = NULL;
    records.used = records.unused = 0;
}

static const unsigned char *source_of(const struct copied *r)
{
    return (const unsigned char *)followed_at(r->src)->at + r->src_at;
}

static const unsigned char *destination_of(const struct copied *r)
{
    return (const unsigned char *)followed_at(r->dst)->at + r->dst_at;
}

/* A constant is no evidence of anything. */
static bool tells(const struct copied *r)
{
    const size_t least = content.setup.min_block / 2;

    return scan_telling(destination_of(r), r->size, least) >= least;
}

/* Both sides are as they were when it was made. */
static bool stands(const struct copied *r)
{
    if (r->at_work || !followed_readable(followed_at(r->src)) || !tells(r))
        return false;
    content_looked_at(r->size);
    return scan_equal(source_of(r), destination_of(r), r->size) == r->size &&
           scan_hash(destination_of(r), r->size) == r->hash;
}

static void tell(const struct copied *r, struct followed *charged, struct stretch at,
                 uint32_t flags)
{
    if (charge(charged->look, &at, content.setup.min_block))
        content_tell(followed_at(r->src)->counts, followed_at(r->dst)->counts, r->copy, r->scope,
                     flags, at.end - at.start);
    if (charged->look->verdict == 0) {
        charged->look->verdict = flags & (NC_MATCH_SOURCE_LIVED | NC_MATCH_SOURCE_FREED);
        charged->look->partner =
            followed_at((flags & NC_MATCH_SOURCE_LIVED) != 0 ? r->src : r->dst)->counts;
    }
}

/* The copy goes, or the call ends, and its source still stands: did both stay as they were? An
 * edited copy was needed; so was one of a source that was then edited. Either way the pair is
 * explained and is not looked for again. */
static void settle_into(const struct copied *r, uint32_t more)
{
    struct followed *d = followed_at(r->dst);
    struct stretch at = {r->dst_at, r->dst_at + r->size};

    if (!followed_readable(followed_at(r->src)))
        return;
    if (stands(r) && !(d->call == 0 && content.has_calls)) /* the caller asked to have it there */
        tell(r, d, at, NC_MATCH_SOURCE_LIVED | more);
    else
        charge(d->look, &at, 1);
}

/* The source goes, the copy stands. */
static void settle_from(const struct copied *r)
{
    struct followed *s = followed_at(r->src);
    const struct followed *d = followed_at(r->dst);
    const struct stretch at = {r->src_at, r->src_at + r->size};

    if (!followed_readable(d))
        return;
    content_looked_at(r->size);
    if (scan_hash(destination_of(r), r->size) != r->hash || !tells(r))
        return;
    if (scan_hash(source_of(r), r->size) == r->hash)
        tell(r, s, at, NC_MATCH_SOURCE_FREED);
    else /* written anew since: each such copy is told, the block is charged but once */
        content_tell(s->counts, d->counts, r->copy, r->scope,
                     NC_MATCH_SOURCE_FREED | NC_MATCH_REUSED, r->size);
}

/* What lies there is about to go. A copy that is still whole, and whose source is, was needless;
 * one of a source that moves on, filled again and again, is a buffer at work. True: that one. */
static bool overwrite(const struct look *dst, const struct copied *by)
{
    bool at_work = false;
    uint32_t i = dst->into;

    for (unsigned n = 0; i != 0 && n < LOOK_BACK; n++) {
        const struct copied *r = record_at(i);
        const uint32_t next = r->into.next;

        if (r->dst_at < by->dst_at + by->size && by->dst_at < r->dst_at + r->size) {
            if (r->src == by->src && r->src_at == by->src_at && r->hash != by->hash)
                at_work = true;
            else if (stands(r))
                content_tell(followed_at(r->src)->counts, followed_at(r->dst)->counts, r->copy,
                             r->scope, NC_MATCH_SOURCE_LIVED | NC_MATCH_REUSED, r->size);
            record_drop(i);
        }
        i = next;
    }
    return at_work;
}

/* Copies of what is about to be overwritten: they were needed. */
static void save(const struct look *src, const struct copied *by)
{
    uint32_t i = src->from;

    for (unsigned n = 0; i != 0 && n < LOOK_BACK; n++) {
        const struct copied *r = record_at(i);
        const uint32_t next = r->from.next;

        if (r->src_at < by->dst_at + by->size && by->dst_at < r->src_at + r->size) {
            struct stretch at = {r->dst_at, r->dst_at + r->size};

            charge(followed_at(r->dst)->look, &at, 1);
            record_drop(i);
        }
        i = next;
    }
}

void copies_add(const struct copied *what)
{
    struct followed *d = followed_at(what->dst), *s = followed_at(what->src);
    struct copied by = *what;

    if (followed_look(d) == NULL || followed_look(s) == NULL)
        return;
    by.hash = scan_hash(source_of(&by), by.size);
    content_looked_at(by.size);
    by.at_work = overwrite(d->look, &by);
    save(d->look, &by);
    const uint32_t i = record_new();

    if (i == 0) {
        content.skipped += by.size;
        return;
    }
    by.into = (struct link){.next = d->look->into};
    by.from = (struct link){.next = s->look->from};
    *record_at(i) = by;
    if (by.into.next != 0)
        record_at(by.into.next)->into.prev = i;
    if (by.from.next != 0)
        record_at(by.from.next)->from.prev = i;
    d->look->into = i;
    s->look->from = i;
}

void copies_of_dying(uint32_t index)
{
    const struct look *look = followed_at(index)->look;

    for (uint32_t i = look ? look->into : 0; i != 0; i = record_at(i)->into.next)
        settle_into(record_at(i), 0);
    for (uint32_t i = look ? look->from : 0; i != 0; i = record_at(i)->from.next)
        settle_from(record_at(i));
}

void copies_at_end(uint32_t index)
{
    const struct look *look = followed_at(index)->look;

    for (uint32_t i = look ? look->into : 0; i != 0; i = record_at(i)->into.next)
        settle_into(record_at(i), NC_MATCH_RETAINED);
}

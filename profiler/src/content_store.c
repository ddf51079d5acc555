/* SPDX-License-Identifier: Apache-2.0 */
/* Followed blocks, anchors and witnesses: where the content checks keep what they know. */
#include "content_state.h"

#include "arena.h"
#include "untouched.h"

enum {
    BLOCKS_PER_PIECE = 512,
    PIECES = 8192,
    WAYS = 4, /* anchors that share a cache line */
    SETS_FIRST = 1024,
    SETS_MOST_ON = 128 * 1024,       /* 8 MB */
    SETS_MOST_FULL = 4 * 1024 * 1024 /* 256 MB */
};

static struct {
    struct followed *piece[PIECES];
    uint32_t used; /* indices handed out once; 0 is never used */
    uint32_t unused;
} blocks;

static struct {
    struct anchor *set; /* sets x WAYS */
    size_t sets;
    size_t put; /* anchors put since the table was made: a bound on those that are valid */
} anchors;

struct followed *followed_at(uint32_t index)
{
    return &blocks.piece[index / BLOCKS_PER_PIECE][index % BLOCKS_PER_PIECE];
}

uint32_t followed_new(void)
{
    uint32_t i = blocks.unused;

    if (i != 0) {
        struct followed *f = followed_at(i);

        blocks.unused = f->next;
        f->next = 0;
        return i;
    }
    i = blocks.used ? blocks.used : 1;
    if (i / BLOCKS_PER_PIECE >= PIECES)
        return 0;
    if (blocks.piece[i / BLOCKS_PER_PIECE] == NULL)
        blocks.piece[i / BLOCKS_PER_PIECE] =
            arena_alloc(BLOCKS_PER_PIECE * sizeof(struct followed));
    if (blocks.piece[i / BLOCKS_PER_PIECE] == NULL)
        return 0;
    blocks.used = i + 1;
    return i;
}

void followed_free(uint32_t index)
{
    struct followed *f = followed_at(index);

    copies_unlink(index);
    followed_forget(f);
    *f = (struct followed){.next = blocks.unused};
    blocks.unused = index;
}

static void witness_drop(struct witness *w)
{
    arena_free(w->word, w->room * sizeof *w->word);
    content.memory -= w->room * sizeof *w->word;
    *w = (struct witness){0};
}

static uint32_t generations; /* never reused soon: an anchor of a forgotten look cannot come back */

struct look *followed_look(struct followed *f)
{
    if (f->look == NULL) {
        f->look = arena_alloc(sizeof *f->look);
        if (f->look != NULL) {
            f->look->generation = ++generations;
            content.memory += sizeof *f->look;
        }
    }
    return f->look;
}

void followed_forget(struct followed *f)
{
    struct look *l = f->look;

    if (l == NULL)
        return;
    for (unsigned i = 0; i < WITNESSES; i++)
        witness_drop(&l->seen[i]);
    arena_free(l->chunk, l->chunks * sizeof *l->chunk);
    content.memory -= l->chunks * sizeof *l->chunk + sizeof *l;
    arena_free(l, sizeof *l);
    f->look = NULL;
}

size_t followed_sample(const struct followed *f, unsigned i)
{
    return i * (f->size / SAMPLES & ~(size_t)7);
}

bool followed_readable(const struct followed *f)
{
    if (f->death != 0 || (f->flags & FOLLOWED_MOVING) != 0)
        return false;
    for (unsigned i = 0; i < content.n_shut; i++)
        if (f->at < content.shut[i].end && content.shut[i].start < f->at + f->size)
            return false;
    return true;
}

bool lives_overlap(const struct followed *a, const struct followed *b)
{
    return (a->death == 0 || b->birth < a->death) && (b->death == 0 || a->birth < b->death);
}

void list_add(uint32_t *head, uint32_t index)
{
    struct followed *f = followed_at(index);

    f->prev = 0;
    f->next = *head;
    if (*head != 0)
        followed_at(*head)->prev = index;
    *head = index;
    f->flags |= FOLLOWED_LISTED;
}

void list_remove(uint32_t *head, uint32_t index)
{
    struct followed *f = followed_at(index);

    if ((f->flags & FOLLOWED_LISTED) == 0)
        return;
    if (f->prev != 0)
        followed_at(f->prev)->next = f->next;
    else
        *head = f->next;
    if (f->next != 0)
        followed_at(f->next)->prev = f->prev;
    f->prev = f->next = 0;
    f->flags &= ~(uint32_t)FOLLOWED_LISTED;
}

struct looked_call *content_call(uint32_t serial)
{
    if (serial != 0)
        for (unsigned i = 0; i < MAX_CALLS; i++)
            if (content.calls[i].serial == serial)
                return &content.calls[i];
    return NULL;
}

uint32_t *content_list_of(const struct followed *f)
{
    struct looked_call *call = content_call(f->call);

    if ((f->flags & FOLLOWED_RESULT) != 0)
        return NULL;
    if (f->call != 0)
        return call ? &call->newest : NULL;
    return f->size >= OUTSIDE_LARGE ? &content.large : &content.small;
}

/* Anchors: sets of WAYS, so that nothing is ever moved or searched far; what is void gives way. */

static bool is_valid(const struct anchor *a)
{
    const struct look *l = a->block != 0 ? followed_at(a->block)->look : NULL;

    return l != NULL && l->generation == a->generation;
}

static struct anchor *set_of(uint32_t name)
{
    return anchors.set + (name * 0x85ebca6bu >> 5 & (anchors.sets - 1)) * WAYS;
}

static struct anchor *place_for(uint32_t name)
{
    struct anchor *set = set_of(name), *ret = NULL;

    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].name == name && is_valid(&set[i]))
            return &set[i];
        if (ret == NULL && !is_valid(&set[i]))
            ret = &set[i];
    }
    if (ret == NULL) /* full: one goes, another each time */
        ret = &set[name >> 27 & (WAYS - 1)];
    ret->block = 0;
    return ret;
}

static void grow(void)
{
    const size_t most = content.setup.mode == CONTENT_FULL ? SETS_MOST_FULL : SETS_MOST_ON;
    const size_t sets = anchors.sets == 0 ? SETS_FIRST : anchors.sets * 4;
    struct anchor *old = anchors.set;
    const size_t old_sets = anchors.sets;

    anchors.put = 0;
    for (size_t i = 0; i < old_sets * WAYS; i++)
        anchors.put += is_valid(&old[i]);
    if (sets > most || (old != NULL && anchors.put < old_sets * WAYS / 4))
        return; /* most were void: there is room */
    struct anchor *set = arena_alloc(sets * WAYS * sizeof *set);

    if (set == NULL)
        return;
    anchors.set = set;
    anchors.sets = sets;
    for (size_t i = 0; i < old_sets * WAYS; i++)
        if (is_valid(&old[i]))
            *place_for(old[i].name) = old[i];
    arena_free(old, old_sets * WAYS * sizeof *old);
}

struct anchor *anchor_find(uint32_t name)
{
    if (anchors.put >= anchors.sets * WAYS / 2)
        grow();
    return anchors.set != NULL ? place_for(name) : NULL;
}

void anchor_put(struct anchor *at, uint32_t name, uint32_t block, const struct look *look,
                size_t offset)
{
    *at = (struct anchor){name, block, look->generation, (uint32_t)(offset / 4)};
    anchors.put++;
}

void anchors_drop(void)
{
    /* In a fork's child the old memory belongs to no one: its lists may be half made. */
    anchors.set = NULL;
    anchors.sets = anchors.put = 0;
    for (unsigned i = 0; i < PIECES; i++)
        blocks.piece[i] = NULL;
    blocks.used = blocks.unused = 0;
}

/* Witnesses */

static bool witness_fill(struct followed *f, struct witness *w)
{
    struct untouched_run run[MAX_RUNS];
    size_t stride = f->size / MAX_WITNESS & ~(size_t)7;

    if (stride < 256)
        stride = 256;
    const uint32_t len = (uint32_t)(f->size / stride);

    w->since = w->until = 0;
    if (w->room < len) {
        witness_drop(w);
        w->word = arena_alloc(len * sizeof *w->word);
        if (w->word == NULL)
            return false;
        w->room = len;
        content.memory += len * sizeof *w->word;
    }
    const unsigned runs = untouched_written((const void *)f->at, f->size, run, MAX_RUNS);
    unsigned r = 0;

    for (uint32_t i = 0; i < len; i++) {
        const size_t o = i * stride + 8; /* what an allocator scribbles is at the start */

        while (r < runs && run[r].end <= o)
            r++;
        w->word[i] = /* a page never written is zero; reading it would make it one that was read */
            r < runs && run[r].start <= o ? scan_load((const unsigned char *)f->at + o) : 0;
    }
    w->stride = stride;
    w->len = len;
    w->since = w->until = content.event;
    return true;
}

static bool alike(const struct witness *a, const struct witness *b)
{
    bool same = a->since != 0 && a->len == b->len && a->stride == b->stride;

    for (uint32_t i = 0; same && i < a->len; i++)
        same = a->word[i] == b->word[i];
    return same;
}

static void exchange(struct witness *a, struct witness *b)
{
    const struct witness was = *a;

    *a = *b;
    *b = was;
}

void witness_take(struct followed *f, bool anew)
{
    struct look *look = followed_look(f);

    if (look == NULL)
        return;
    struct witness *seen = look->seen;

    for (unsigned i = 0; anew && i < WITNESSES; i++)
        seen[i].since = 0;
    if (!witness_fill(f, &seen[SPARE]))
        return;
    struct witness *newest = seen[LATEST].since != 0 ? &seen[LATEST] : &seen[FIRST];

    if (newest->since == 0) {
        exchange(newest, &seen[SPARE]);
    } else if (alike(newest, &seen[SPARE])) {
        newest->until = content.event; /* it has stood like this all along */
    } else {
        exchange(&seen[BEFORE], &seen[LATEST]);
        exchange(&seen[LATEST], &seen[SPARE]);
    }
    seen[SPARE].since = 0;
}

int witness_agrees(const struct followed *f, const struct witness *w, size_t start, size_t end)
{
    int ret = -1;

    if (w->since == 0)
        return -1;
    for (size_t i = start / w->stride; i < w->len; i++) {
        const size_t o = i * w->stride + 8;

        if (o + 8 > end)
            break;
        if (o < start)
            continue;
        const uint64_t now = scan_load((const unsigned char *)f->at + o);

        if (now != w->word[i])
            return 0;
        if (!scan_dull_word(now))
            ret = 1;
    }
    return ret;
}

int witness_stood(const struct followed *f, size_t start, size_t end, uint64_t t)
{
    const struct look *look = f->look;

    for (unsigned i = WITNESSES; look != NULL && i-- > 0;) {
        const int agrees = witness_agrees(f, &look->seen[i], start, end);

        if (agrees == 1 && look->seen[i].since <= t)
            return 1;
        if (agrees == 0 && look->seen[i].until >= t)
            return 0;
    }
    return -1;
}

/* Bytes already told of */

bool is_charged(const struct look *look, size_t start, size_t end)
{
    for (unsigned i = 0; look != NULL && i < look->n_charged; i++)
        if (look->charged[i].start <= start && end <= look->charged[i].end)
            return true;
    return false;
}

static void add_charge(struct look *look, struct stretch s)
{
    unsigned n = 0;

    for (unsigned i = 0; i < look->n_charged; i++) { /* take in all that it touches */
        const struct stretch c = look->charged[i];

        if (c.start <= s.end && s.start <= c.end) {
            s.start = c.start < s.start ? c.start : s.start;
            s.end = c.end > s.end ? c.end : s.end;
        } else {
            look->charged[n++] = c;
        }
    }
    if (n == MAX_CHARGED) { /* no room: rather tell too little */
        n--;
        s.start = look->charged[n].start < s.start ? look->charged[n].start : s.start;
        s.end = look->charged[n].end > s.end ? look->charged[n].end : s.end;
    }
    look->charged[n] = s;
    look->n_charged = n + 1;
}

bool charge(struct look *look, struct stretch *s, size_t least)
{
    for (unsigned i = 0; i < look->n_charged; i++) {
        const struct stretch c = look->charged[i];

        if (c.end <= s->start || s->end <= c.start)
            continue;
        const size_t before = c.start > s->start ? c.start - s->start : 0;
        const size_t after = s->end > c.end ? s->end - c.end : 0;

        if (before >= after)
            s->end = s->start + before;
        else
            s->start = s->end - after;
    }
    if (s->end - s->start < least || s->end <= s->start)
        return false;
    add_charge(look, *s);
    return true;
}

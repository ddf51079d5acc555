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
    arena_free(w->stand, w->room * sizeof *w->stand);
    content.memory -= w->room * sizeof *w->stand;
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
    witness_drop(&l->seen);
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

static bool witness_room(const struct followed *f, struct witness *w)
{
    size_t stride = f->size / MAX_WITNESS & ~(size_t)7;

    if (stride < 256)
        stride = 256;
    const uint32_t len = (uint32_t)(f->size / stride);

    if (w->room < len) {
        witness_drop(w);
        w->stand = arena_alloc(len * sizeof *w->stand);
        if (w->stand == NULL)
            return false;
        w->room = len;
        content.memory += len * sizeof *w->stand;
    }
    if (w->len != len || w->stride != stride)
        w->looked = 0;
    w->stride = stride;
    w->len = len;
    return true;
}

/* What an allocator scribbles is at the start. */
static size_t stand_at(const struct witness *w, size_t i) { return i * w->stride + 8; }

static void stand_note(struct stand *s, uint64_t now, uint64_t looked)
{
    if (looked != 0 && s->word == now)
        return;
    *s = (struct stand){.word = now, .since = content.event, .unlike = looked};
}

void witness_take(struct followed *f, bool anew)
{
    struct look *look = followed_look(f);
    struct untouched_run run[MAX_RUNS];

    if (look == NULL)
        return;
    struct witness *w = &look->seen;

    if (anew)
        w->looked = 0;
    if (!witness_room(f, w))
        return;
    const unsigned runs = untouched_written((const void *)f->at, f->size, run, MAX_RUNS);
    unsigned r = 0;

    for (uint32_t i = 0; i < w->len; i++) {
        const size_t o = stand_at(w, i);

        while (r < runs && run[r].end <= o)
            r++;
        /* A page never written is zero; reading it would make it one that was read. */
        const bool written = r < runs && run[r].start <= o;

        stand_note(&w->stand[i], written ? scan_load((const unsigned char *)f->at + o) : 0,
                   w->looked);
    }
    w->looked = content.event;
    content.work += w->len * sizeof(uint64_t[8]);
}

int witness_agrees(const struct followed *f)
{
    struct witness *w = &f->look->seen;
    int ret = -1;

    for (size_t i = 0; w->looked != 0 && i < w->len; i++) {
        const uint64_t now = scan_load((const unsigned char *)f->at + stand_at(w, i));

        if (now != w->stand[i].word)
            return 0;
        if (!scan_dull_word(now))
            ret = 1;
    }
    if (w->looked != 0)
        w->looked = content.event;
    return ret;
}

/* One word of it: 1 it stood there before t, 0 it did not, -1 cannot tell. */
static int stood(const struct stand *s, uint64_t now, uint64_t looked, uint64_t t)
{
    if (now != s->word)
        return looked >= t ? 0 : -1;
    if (s->unlike >= t)
        return 0;
    return s->since <= t && !scan_dull_word(now) ? 1 : -1;
}

int witness_stood(const struct followed *f, size_t start, size_t end, uint64_t t)
{
    const struct look *look = f->look;
    unsigned yes = 0, unknown = 0;

    if (look == NULL || look->seen.looked == 0)
        return -1;
    const struct witness *w = &look->seen;

    for (size_t i = start / w->stride; i < w->len && stand_at(w, i) + 8 <= end; i++) {
        if (stand_at(w, i) < start)
            continue;
        const uint64_t now = scan_load((const unsigned char *)f->at + stand_at(w, i));
        const int how = stood(&w->stand[i], now, w->looked, t);

        if (how == 0)
            return 0;
        yes += how == 1;
        unknown += how < 0 && !scan_dull_word(now);
    }
    return yes > 0 && unknown == 0 ? 1 : -1;
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

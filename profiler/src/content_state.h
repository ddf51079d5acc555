/* SPDX-License-Identifier: Apache-2.0 */
/* What the content checks keep; shared by content*.c only. All of it belongs to the holder of
 * content.lock. */
#ifndef SHIM_CONTENT_STATE_H
#define SHIM_CONTENT_STATE_H

#include "content.h"
#include "content_scan.h"
#include "lock.h"

enum followed_flags {
    FOLLOWED_RESULT = 1u << 0,  /* its call is over, it lived on */
    FOLLOWED_WRITTEN = 1u << 1, /* of the caller: some call wrote into it, so it is no input */
    FOLLOWED_FRESH = 1u << 2,   /* nothing stale in it */
    FOLLOWED_MOVING = 1u << 3,  /* a realloc is on: not to be read */
    FOLLOWED_LISTED = 1u << 4,  /* in a list: prev and next hold */
    FOLLOWED_DYING = 1u << 5    /* about to go, still readable */
};

enum {
    SAMPLES = 8,
    UNTOLD = 1 << SAMPLES,
    MAX_CHARGED = 6,
    MAX_WITNESS = 2048,
    MAX_CALLS = 16,
    MAX_RUNS = 32
};
enum {
    SCRIBBLED = 32
}; /* bytes at the start of a block that an allocator writes to after a free */
enum { OUTSIDE_LARGE = 64 * 1024, DEAD = 2048, MAX_SHUT = 32 };

/* Words of a block, every `stride` bytes: how each stood when it was last looked at, and since
 * when. */
struct witness {
    uint64_t looked; /* event of the last look; 0: none yet */
    size_t stride;
    uint32_t len, room;
    struct stand {
        uint64_t word;
        uint64_t since;  /* first look that saw it so, and each look after it */
        uint64_t unlike; /* last look that saw another; 0: none did */
    } * stand;
};

struct stretch {
    size_t start, end;
};

/* What is kept of a block once it has been looked at. */
struct look {
    uint32_t generation; /* anchors that carry another are void */
    uint64_t scanned;    /* event of the last scan; 0: never */
    struct witness seen;
    uint32_t *chunk; /* of a dead block: hashes of its SCAN_CHUNK pieces, 0: unknown */
    size_t chunks;
    struct stretch charged[MAX_CHARGED]; /* bytes already told of, disjoint */
    unsigned n_charged;
    uint32_t verdict; /* flags and partner of the first match told */
    uint32_t partner;
    uint16_t still;      /* which born_words stood unchanged when it died: content_judge.c */
    uint32_t alike;      /* an older block known to hold the same; 0: none */
    size_t credit;       /* bytes freed in its call since it was scanned */
    uint32_t into, from; /* first hooked copy into it and out of it; 0: none */
};

/* A block we follow, alive or, until its call ends, dead. */
struct followed {
    uintptr_t at;
    size_t size;
    uint64_t birth, death; /* event numbers; death 0: alive */
    uint64_t born_words[SAMPLES];
    uint32_t counts, scope, call, flags;
    uint32_t prev, next; /* of its list; next: of the free list */
    struct look *look;
};

/* One open outermost call that is looked at. */
struct looked_call {
    uint32_t serial; /* 0: slot is free */
    bool looked;
    bool started; /* the caller's blocks were witnessed */
    uint64_t begin;
    uint32_t newest; /* its blocks, dead ones too, by next */
    uint32_t blocks;
    uint32_t births;
};

struct link {
    uint32_t prev, next;
};

/* A hooked copy from one followed block into another, as long as both are known. */
struct copied {
    uint32_t src, dst; /* followed */
    size_t src_at, dst_at, size;
    uint64_t hash; /* of what was copied */
    uint32_t copy, scope;
    bool at_work; /* its destination was filled from the same place before, with other bytes */
    struct link into, from; /* copies into the same block; out of the same block */
};

struct content {
    struct lock lock;
    struct content_setup setup;
    bool ended;
    bool expects_calls; /* there are functions whose calls are scopes */
    bool has_calls;     /* some scope was met: what happens outside is not compared any more */
    uint64_t event;
    uint64_t ticks_spent, ticks_start, ticks_asked, ns_start, cpu_start;
    uint64_t ticks_ask;          /* from one time the clock is asked to the next */
    uint64_t ticks_allowed;      /* may have been spent by now, as of ticks_asked */
    _Atomic uint64_t shut_until; /* tick before which no optional block is taken */
    uint64_t bytes, told;        /* looked at; found to be waste */
    _Atomic uint64_t skipped;
    uint64_t work; /* bytes read for any reason: what time they took at most */
    double rate;   /* ticks a nanosecond, as of the last time the clock was asked */
    size_t freed;  /* bytes since the blocks outside calls were last looked at for it */
    struct looked_call calls[MAX_CALLS];
    uint32_t dead[DEAD]; /* of programs without calls: the last blocks that went */
    uint32_t n_dead;
    struct {
        uintptr_t start, end;
    } shut[MAX_SHUT]; /* made unreadable by the program */
    unsigned n_shut;
    uint32_t large, small; /* the caller's live blocks, newest first: from 64 KiB on, and below */
    size_t memory;         /* of looks: bytes taken, bounded */
};
extern struct content content __attribute__((visibility("hidden")));

/* content_store.c: followed blocks and anchors */
struct followed *followed_at(uint32_t index);
uint32_t followed_new(void);
void followed_free(uint32_t index);
struct look *followed_look(struct followed *f); /* null when memory is out */
void followed_forget(struct followed *f);       /* drops its look and so its anchors */
void list_add(uint32_t *head, uint32_t index);
void list_remove(uint32_t *head, uint32_t index);
uint32_t *content_list_of(const struct followed *f);          /* null: in none */
struct looked_call *content_call(uint32_t serial);            /* null: not followed */
size_t followed_sample(const struct followed *f, unsigned i); /* offset of born_words[i] */
bool followed_readable(const struct followed *f);
bool lives_overlap(const struct followed *a, const struct followed *b);

/* Where a name was seen; at is in units of 4 bytes. */
struct anchor {
    uint32_t name, block, generation, at;
};
/* The valid anchor of that name, or a place to put one (its block is 0); null when the table could
 * not be had. */
struct anchor *anchor_find(uint32_t name);
void anchor_put(struct anchor *at, uint32_t name, uint32_t block, const struct look *look,
                size_t offset);
void anchors_drop(void);

/* Note how the block stands now; `anew`: and forget how it stood before. */
void witness_take(struct followed *f, bool anew);
/* Do the words of the last look stand as they did? -1: none to tell by. */
int witness_agrees(const struct followed *f);
/* Was what now stands in [start, end) there before event `t`? 1 yes, 0 no, -1 cannot tell. */
int witness_stood(const struct followed *f, size_t start, size_t end, uint64_t t);

bool charge(struct look *look, struct stretch *s, size_t least); /* cuts off what was told; false:
                                                                    nothing of `least` is left */
bool is_charged(const struct look *look, size_t start, size_t end);

/* Two ranges that are equal, byte by byte or, when more has NC_MATCH_STRIDED, word by word. */
struct equal {
    uint32_t x, y;     /* followed: x is being scanned */
    struct stretch at; /* of x */
    size_t y_start;    /* where it begins in y */
    size_t bytes;      /* equal ones: less than `at` spans when x is the strided side */
    uint32_t more;
};

/* Why a block is scanned: it is about to go; it was written and stays; its call ends. */
enum scan_why { SCAN_DYING, SCAN_STAYS, SCAN_LAST };

enum { SCAN_FAILED = 4, SCAN_TRACKS = 8 };

/* One scan under way. */
struct scan {
    uint32_t index, call; /* on whose behalf; 0: none */
    struct followed *x;
    enum scan_why why;
    size_t covered; /* of x: told of, or known to need no telling */
    size_t told;    /* bytes of x in ranges that were judged */
    struct {
        uint32_t block;
        ptrdiff_t diagonal;
        size_t until; /* of x */
    } failed[SCAN_FAILED];
    unsigned n_failed;
    struct track {
        uint32_t block;
        size_t x0, x1;    /* first and last hit, in x */
        ptrdiff_t y0, y1; /* and in the block */
        ptrdiff_t dx, dy; /* between the last two */
        unsigned hits;
    } track[SCAN_TRACKS];
    unsigned next_track;
};

/* content_lines.c: a word of x that stands elsewhere as well */
void content_line_hit(struct scan *s, size_t o, uint32_t block, size_t yo);

/* content_judge.c */
void content_judge(const struct scan *s, const struct equal *e);
void content_judge_call(uint32_t call); /* what waited for the end of the call */
void content_judge_start(void);
void content_note_still(struct followed *f); /* before it dies */
void content_tell(uint32_t source, uint32_t destination, uint32_t copy, uint32_t scope,
                  uint32_t flags, size_t bytes);

/* content_match.c */
bool scan_failed_before(const struct scan *s, uint32_t block, ptrdiff_t diagonal, size_t o);
void scan_note_failed(struct scan *s, uint32_t block, ptrdiff_t diagonal, size_t until);
void content_scan(uint32_t index, uint32_t call, enum scan_why why);
bool content_probe(uint32_t index, uint32_t call); /* true: all of it was told */
void expected_drop(void);

/* content.c */
bool content_may_spend(size_t bytes);
static inline void content_looked_at(size_t bytes)
{
    content.bytes += bytes;
    content.work += bytes;
}

/* content_copies.c */
void copies_start(void);
/* A copy that is about to be made: hash, links and at_work are filled in here. */
void copies_add(const struct copied *what);
void copies_of_dying(uint32_t index);
void copies_at_end(uint32_t index);
void copies_unlink(uint32_t index);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* When content checks look at what: births, ends, calls, and the time they may take. */
#include "content.h"

#include "clock.h"
#include "content_state.h"
#include "untouched.h"

enum {
    CALLERS_BLOCKS = 256,  /* of either list, that one call is held against */
    WITNESSED_BLOCKS = 32, /* at a birth */
    WITNESSED_WORDS_ON = 2048,
    WITNESSED_WORDS_FULL = 16384,
    CALL_BLOCKS = 256 * 1024, /* kept of one call, dead ones included */
    GRACE_NS = 3000000,       /* what a run may spend before it has run for long, */
    SCOUT_GRACE_NS = 1000000, /* as long as waste is not expected */
    SCOUT_SHARE = 3,          /* the part of the budget that is spent then: one in so many */
    WORTHWHILE = 8,           /* waste found in one of so many bytes looked at is worth all of it */
    ASK_TICKS = 2000000,      /* how often the clock is asked: about each millisecond, */
    ASK_PART = 128,           /* or when the run is so many times as long */
    FREED_LEAST = 4096,       /* bytes freed outside calls that are worth a look around */
    HEAVY = 32 * 1024,        /* of a block: then asking the clock twice is nothing beside it */
    EVENT_TICKS = 10000,      /* that a lighter event takes at most, and ... */
    BYTE_TICKS = 8            /* ... that reading a byte does, page faults and all */
};

struct content content;
size_t content_floor = SIZE_MAX;

static uint64_t ticks(void) { return __builtin_ia32_rdtsc(); }

static double ticks_per_ns(uint64_t now)
{
    const uint64_t ns = clock_ns() - content.ns_start;

    if (ns > 0)
        content.rate = (double)(now - content.ticks_start) / (double)ns;
    return content.rate;
}

/* In a program without scopes nobody asked for the checks in particular, and in most they find
 * next to nothing: they get a part of the budget, and more of it the more they find. */
static double share(void)
{
    const double worth =
        content.bytes == 0 ? 0 : (double)content.told * WORTHWHILE / (double)content.bytes;

    if (content.expects_calls || content.has_calls || worth >= 1)
        return 1;
    return (1 + worth * (SCOUT_SHARE - 1)) / SCOUT_SHARE;
}

static double budget_percent(void) { return content.setup.budget_percent * share(); }

static double grace_ns(void)
{
    return content.expects_calls || content.has_calls ? GRACE_NS : SCOUT_GRACE_NS;
}

bool content_may_spend(size_t bytes)
{
    if (content.setup.mode == CONTENT_FULL)
        return true;
    const uint64_t now = ticks();

    if (content.ticks_asked == 0 || now - content.ticks_asked > content.ticks_ask) {
        const double rate = ticks_per_ns(now);
        const double cpu =
            (double)(clock_cpu_ns(CLOCK_PROCESS_CPUTIME_ID) - content.cpu_start) * rate;
        const double own = (double)content.ticks_spent;

        content.ticks_asked = now;
        content.ticks_ask = (now - content.ticks_start) / ASK_PART;
        if (content.ticks_ask < ASK_TICKS)
            content.ticks_ask = ASK_TICKS;
        content.ticks_allowed =
            (uint64_t)((cpu > own ? cpu - own : 0) * budget_percent() / 100.0 + grace_ns() * rate);
    }
    /* About two bytes a tick at worst, all tables cold. */
    if (content.ticks_spent + bytes / 2 <= content.ticks_allowed)
        return true;
    content.skipped += bytes;
    return false;
}

void content_start(const struct content_setup *setup)
{
    content = (struct content){.setup = *setup, .rate = 2};
    lock_init(&content.lock);
    anchors_drop();
    copies_start();
    content_judge_start();
    expected_drop();
    content.ticks_start = ticks();
    content.ns_start = clock_ns();
    content.cpu_start = clock_cpu_ns(CLOCK_PROCESS_CPUTIME_ID);
    content_floor = setup->mode == CONTENT_OFF           ? SIZE_MAX
                    : setup->min_block < SCAN_WINDOW * 2 ? SCAN_WINDOW * 2
                                                         : setup->min_block;
    content.setup.min_block = content_floor;
}

/* --- the caller's blocks */

/* Looks again at a block of the caller if it is not as it was. True when it is. */
static bool refresh(uint32_t index, uint32_t call, bool at_end)
{
    struct followed *f = followed_at(index);
    struct look *look = followed_look(f);

    if (look == NULL)
        return true;
    const bool known = look->scanned != 0;

    if (known && witness_agrees(f) != 0)
        return true;
    if (!content_may_spend(f->size))
        return !known;
    content_scan(index, call, at_end ? SCAN_LAST : SCAN_STAYS);
    witness_take(f, true);
    return !known;
}

static void refresh_list(uint32_t head, const struct looked_call *call, bool at_end)
{
    unsigned n = 0;

    for (uint32_t i = head; i != 0 && n < CALLERS_BLOCKS; i = followed_at(i)->next, n++) {
        struct followed *f = followed_at(i);

        if (!followed_readable(f))
            continue;
        if (!refresh(i, call->serial, at_end)) {
            if (at_end)
                f->flags |= FOLLOWED_WRITTEN;
            else
                f->flags &= ~(uint32_t)FOLLOWED_WRITTEN; /* the caller put something else there */
        }
    }
}

/* --- calls */

static struct looked_call *call_of(uint32_t serial)
{
    struct looked_call *ret = content_call(serial);

    content.has_calls = true;
    for (unsigned i = 0; i < MAX_CALLS && ret == NULL; i++)
        if (content.calls[i].serial == 0) {
            ret = &content.calls[i];
            *ret = (struct looked_call){.serial = serial, .begin = content.event};
            ret->looked = content_may_spend(content_floor);
        }
    return ret;
}

/* How the blocks stand now, so that what is put into them later can be told from what was there. */
static void witness_list(uint32_t head, uint32_t but, size_t *words)
{
    unsigned n = 0;

    for (uint32_t i = head; i != 0 && n < WITNESSED_BLOCKS; i = followed_at(i)->next) {
        struct followed *f = followed_at(i);
        const size_t cost = f->size / 256 < MAX_WITNESS ? f->size / 256 : MAX_WITNESS;

        if (i == but || !followed_readable(f))
            continue;
        n++;
        if (cost > *words)
            return;
        *words -= cost;
        witness_take(f, false);
    }
}

static void born_in(struct looked_call *call, uint32_t index)
{
    size_t words = content.setup.mode == CONTENT_FULL ? WITNESSED_WORDS_FULL : WITNESSED_WORDS_ON;

    if (!call->started) {
        call->started = true;
        refresh_list(content.large, call, false);
        refresh_list(content.small, call, false);
    }
    call->births++;
    call->blocks++;
    if (content.setup.mode == CONTENT_ON &&
        ((call->births > 8 && (call->births & (call->births - 1)) != 0) ||
         !content_may_spend(4096)))
        return;
    witness_list(call->newest, index, &words);
    if (call->births > 1)
        witness_list(content.large, index, &words);
}

/* How the large blocks stand as another comes to be: only where time does not matter. */
static void born_outside(uint32_t index)
{
    size_t words = WITNESSED_WORDS_FULL;

    if (content.setup.mode == CONTENT_FULL)
        witness_list(content.large, index, &words);
}

static void end_block(uint32_t index, const struct looked_call *call)
{
    struct followed *f = followed_at(index);

    if (!followed_readable(f) || !content_may_spend(f->size))
        return;
    copies_at_end(index);
    if (!is_charged(f->look, 0, f->size))
        content_scan(index, call->serial, SCAN_LAST);
}

static void end_call(struct looked_call *call)
{
    uint32_t oldest = call->newest;

    if (call->looked && call->started) {
        refresh_list(content.large, call, true);
        refresh_list(content.small, call, true);
    }
    while (oldest != 0 && followed_at(oldest)->next != 0)
        oldest = followed_at(oldest)->next;
    for (uint32_t i = oldest; i != 0; i = followed_at(i)->prev)
        end_block(i, call);
    content_judge_call(call->serial);
    for (uint32_t i = call->newest, next; i != 0; i = next) {
        struct followed *f = followed_at(i);

        next = f->next;
        if (f->death != 0) {
            followed_free(i);
            continue;
        }
        copies_unlink(i);
        followed_forget(f);
        f->prev = f->next = 0;
        f->flags = (f->flags | FOLLOWED_RESULT) & ~(uint32_t)FOLLOWED_LISTED;
    }
    *call = (struct looked_call){0};
}

/* --- births and ends */

static void keep_dead(uint32_t index)
{
    const unsigned slot = content.n_dead++ % DEAD;

    if (content.dead[slot] != 0)
        followed_free(content.dead[slot]);
    content.dead[slot] = index;
}

/* Blocks of the same call that were written since they were last looked at: they get their turn as
 * often as bytes enough were freed beside them, so that all looking stays in proportion. */
static void look_around(uint32_t head, uint32_t call, uint32_t but, size_t freed)
{
    uint32_t best = 0;
    unsigned n = 0;

    for (uint32_t i = head; i != 0 && n < WITNESSED_BLOCKS; i = followed_at(i)->next) {
        struct followed *f = followed_at(i);

        if (i == but || !followed_readable(f))
            continue;
        n++;
        struct look *look = followed_look(f);

        if (look == NULL)
            return;
        look->credit += freed;
        /* The first time comes sooner: what stands and is not known cannot be met at all. */
        const bool is_new = look->scanned == 0;
        const struct look *other = best != 0 ? followed_at(best)->look : NULL;

        if (look->credit >= (is_new ? f->size / 16 : f->size) &&
            (other == NULL || (is_new && other->scanned != 0) ||
             (is_new == (other->scanned == 0) && look->credit > other->credit)))
            best = i;
    }
    if (best == 0 || !content_may_spend(followed_at(best)->size))
        return;
    content_scan(best, call, SCAN_STAYS);
    witness_take(followed_at(best),
                 false); /* who is born from now on and holds the same came after */
}

/* False: all of it is known from elsewhere, and it needed no scan. */
static bool look_at_dying(uint32_t index, uint32_t call)
{
    struct followed *f = followed_at(index);

    if (!content_may_spend(f->size))
        return true;
    copies_of_dying(index);
    if (is_charged(f->look, 0, f->size) || content_probe(index, call))
        return false;
    content_scan(index, call, SCAN_DYING);
    return true;
}

/* A free writes here anyway, or may: what is whole again later was written again. */
static void scribble(const struct followed *f)
{
    typedef uint64_t word __attribute__((may_alias));

    for (size_t i = 0; f->at % sizeof(word) == 0 && i < SCRIBBLED / sizeof(word); i++)
        ((word *)f->at)[i] = 0x796465726620736au; /* no number that computing gives */
}

static void forget_block(uint32_t index)
{
    uint32_t *list = content_list_of(followed_at(index));

    if (list != NULL)
        list_remove(list, index);
    followed_free(index);
}

/* The same outside calls, where small blocks come and go by the million: their sizes add up until
 * there is time, and enough of them to be worth it. */
static void look_around_outside(uint32_t but, size_t freed)
{
    content.freed += freed;
    if (content.freed < FREED_LEAST || !content_may_spend(0))
        return;
    look_around(content.large, 0, but, content.freed);
    content.freed = 0;
}

/* Without calls nobody has looked at the large blocks that stand when the first beside them goes:
 * in time for that one, where time does not matter. */
static void meet_large(uint32_t but, size_t freed)
{
    unsigned n = 0;

    if (content.setup.mode != CONTENT_FULL || freed < OUTSIDE_LARGE)
        return;
    for (uint32_t i = content.large; i != 0 && n < WITNESSED_BLOCKS; i = followed_at(i)->next) {
        struct followed *f = followed_at(i);

        if (i == but || !followed_readable(f) || followed_look(f) == NULL)
            continue;
        n++;
        if (f->look->scanned != 0)
            continue;
        content_scan(i, 0, SCAN_STAYS);
        witness_take(f, false);
    }
}

static void freeing(uint32_t index)
{
    struct followed *f = followed_at(index);
    struct looked_call *call = (f->flags & FOLLOWED_RESULT) ? NULL : content_call(f->call);

    if (!followed_readable(f) || (f->call != 0 && call == NULL) ||
        (f->call == 0 && content.has_calls)) {
        forget_block(index);
        return;
    }
    content.event++; /* what is witnessed now is later than every birth */
    f->flags |= FOLLOWED_DYING;
    if (call == NULL)
        meet_large(index, f->size);
    if (look_at_dying(index, f->call)) { /* else it cost next to nothing */
        if (call != NULL)
            look_around(call->newest, f->call, index, f->size);
        else
            look_around_outside(index, f->size);
    }
    content_note_still(f);
    scribble(f);
    f->death = ++content.event;
    if (call == NULL) {
        list_remove(content_list_of(f), index);
        keep_dead(index);
    } else if (call->blocks >= CALL_BLOCKS) {
        forget_block(index);
        call->blocks--;
    }
}

static void sample(struct followed *f)
{
    for (unsigned i = 0; i < SAMPLES; i++)
        f->born_words[i] = scan_load((const unsigned char *)f->at + followed_sample(f, i));
}

/* To keep track of one costs more than to look at it. */
static bool is_optional(const struct content_birth *b)
{
    return b->optional && b->size < OUTSIDE_LARGE && content.setup.mode == CONTENT_ON;
}

static uint32_t born(const struct content_birth *b)
{
    struct looked_call *call = NULL;

    content.event++;
    content.expects_calls |= !b->optional;
    if (b->call != 0) {
        call = call_of(b->call);
        if (call == NULL || !call->looked) {
            content.skipped += b->size;
            return 0;
        }
    }
    if (is_optional(b) && !content_may_spend(b->size)) {
        content.shut_until = content.ticks_asked + content.ticks_ask;
        return 0;
    }
    const uint32_t i = followed_new();

    if (i == 0)
        return 0;
    struct followed *f = followed_at(i);

    *f = (struct followed){.at = (uintptr_t)b->at,
                           .size = b->size,
                           .birth = content.event,
                           .counts = b->counts,
                           .scope = b->scope,
                           .call = b->call,
                           .flags = b->fresh || b->zeroed ? FOLLOWED_FRESH : 0};
    if (!followed_readable(f)) {
        followed_free(i);
        return 0;
    }
    if ((f->flags & FOLLOWED_FRESH) == 0)
        sample(f);
    list_add(content_list_of(f), i);
    if (call != NULL)
        born_in(call, i);
    else if (!content.has_calls && b->size >= OUTSIDE_LARGE)
        born_outside(i);
    return i;
}

/* --- the doors */

/* What is spent under the lock. On a busy machine others run meanwhile: their time is not ours. */
struct spell {
    uint64_t since, work;
    uint64_t cpu_ns; /* of the thread, when the event is a heavy one; else 0 */
};

static bool enter(bool wait, struct spell *ret)
{
    for (unsigned spins = 0; !lock_try(&content.lock); spins++) {
        if (spins > 2000 && !wait)
            return false;
        if (spins % 64 == 63)
            sys_yield();
        else
            __builtin_ia32_pause();
    }
    *ret = (struct spell){.since = ticks(), .work = content.work};
    return true;
}

/* A block of that size is about to be looked at. */
static void brace(struct spell *spell, size_t size)
{
    if (size >= HEAVY)
        spell->cpu_ns = clock_cpu_ns(CLOCK_THREAD_CPUTIME_ID);
}

static void leave(const struct spell *spell)
{
    const uint64_t most = EVENT_TICKS + (content.work - spell->work) * BYTE_TICKS;
    uint64_t took = ticks() - spell->since;

    if (spell->cpu_ns != 0 && took > EVENT_TICKS)
        took = (uint64_t)((double)(clock_cpu_ns(CLOCK_THREAD_CPUTIME_ID) - spell->cpu_ns) *
                          content.rate);
    else if (took > most)
        took = most;
    content.ticks_spent += took;
    lock_drop(&content.lock);
}

uint32_t content_born(const struct content_birth *birth)
{
    struct spell spell;

    if (birth->size < content_floor)
        return 0;
    if (is_optional(birth) && ticks() < content.shut_until) {
        content.skipped += birth->size;
        return 0;
    }
    if (!enter(content.setup.mode == CONTENT_FULL, &spell))
        return 0;
    brace(&spell, birth->size);
    const uint32_t ret = content.ended ? 0 : born(birth);

    leave(&spell);
    return ret;
}

void content_freeing(uint32_t handle)
{
    struct spell spell;

    if (handle == 0 || !enter(true, &spell))
        return;
    brace(&spell, followed_at(handle)->size);
    if (content.ended)
        forget_block(handle);
    else
        freeing(handle);
    leave(&spell);
}

void content_moving(uint32_t handle)
{
    struct spell spell;

    if (handle == 0 || !enter(true, &spell))
        return;
    followed_at(handle)->flags |= FOLLOWED_MOVING;
    leave(&spell);
}

uint32_t content_moved(uint32_t handle, const struct content_birth *now)
{
    struct spell spell;

    if (handle == 0 || !enter(true, &spell))
        return 0;
    struct followed *f = followed_at(handle);

    if (now->size < content_floor || content.ended) {
        forget_block(handle);
        handle = 0;
    } else {
        uint32_t *list = content_list_of(f);

        if (list != NULL && (f->flags & FOLLOWED_LISTED) != 0)
            list_remove(list, handle);
        if (now->size < f->size) { /* what was known of its end is void */
            copies_unlink(handle);
            followed_forget(f);
        }
        f->at = (uintptr_t)now->at;
        f->size = now->size;
        f->counts = now->counts;
        f->flags = (f->flags | FOLLOWED_FRESH) & ~(uint32_t)FOLLOWED_MOVING;
        list = content_list_of(f);
        if (list != NULL)
            list_add(list, handle);
    }
    leave(&spell);
    return handle;
}

void content_copying(uint32_t dst_handle, const void *dst, uint32_t src_handle, const void *src,
                     size_t size, uint32_t copy, uint32_t scope, uint32_t call)
{
    struct spell spell;

    if (size < content_floor || dst_handle == 0 || src_handle == 0 || dst_handle == src_handle ||
        !enter(content.setup.mode == CONTENT_FULL, &spell))
        return;
    const struct followed *d = followed_at(dst_handle), *s = followed_at(src_handle);

    brace(&spell, size);
    content.event++;
    if (!content.ended && (call != 0 || !content.has_calls) && followed_readable(s) &&
        followed_readable(d) && (uintptr_t)dst >= d->at && (uintptr_t)src >= s->at &&
        (uintptr_t)dst + size <= d->at + d->size && (uintptr_t)src + size <= s->at + s->size &&
        content_may_spend(size))
        copies_add(&(struct copied){.src = src_handle,
                                    .dst = dst_handle,
                                    .src_at = (uintptr_t)src - s->at,
                                    .dst_at = (uintptr_t)dst - d->at,
                                    .size = size,
                                    .copy = copy,
                                    .scope = scope});
    leave(&spell);
}

void content_call_ended(uint32_t call)
{
    struct spell spell;

    if (content_floor == SIZE_MAX || !enter(true, &spell))
        return;
    struct looked_call *c = content_call(call);

    if (c != NULL)
        brace(&spell, SIZE_MAX);
    content.event++;
    if (c != NULL && !content.ended)
        end_call(c);
    leave(&spell);
}

static void open_range(uintptr_t start, uintptr_t end)
{
    for (unsigned i = 0; i < content.n_shut; i++)
        if (start <= content.shut[i].start && content.shut[i].end <= end)
            content.shut[i--] = content.shut[--content.n_shut];
}

void content_protected(const void *at, size_t size, bool readable)
{
    struct spell spell;
    const uintptr_t start = (uintptr_t)at, end = start + size;

    if (!enter(true, &spell))
        return;
    open_range(start, end); /* one that is opened in part stays shut: rather read too little */
    if (!readable) {
        if (content.n_shut == MAX_SHUT - 1)
            content.ended = true; /* too many to keep in mind: read nothing any more */
        if (content.n_shut < MAX_SHUT) {
            content.shut[content.n_shut].start = start;
            content.shut[content.n_shut++].end = end;
        }
    }
    leave(&spell);
}

bool content_may_read(const void *at, size_t size)
{
    struct spell spell;
    const struct followed f = {.at = (uintptr_t)at, .size = size};

    if (__atomic_load_n(&content.n_shut, __ATOMIC_RELAXED) == 0)
        return true;
    if (!enter(true, &spell))
        return false;
    const bool ret = content.n_shut < MAX_SHUT && followed_readable(&f);

    leave(&spell);
    return ret;
}

static void end_list(uint32_t head)
{
    uint32_t oldest = head;

    while (oldest != 0 && followed_at(oldest)->next != 0)
        oldest = followed_at(oldest)->next;
    for (uint32_t i = oldest; i != 0; i = followed_at(i)->prev) {
        struct followed *f = followed_at(i);

        if (!followed_readable(f) || !content_may_spend(f->size))
            continue;
        copies_at_end(i);
        if (!is_charged(f->look, 0, f->size))
            content_scan(i, 0, SCAN_LAST);
    }
}

void content_end(void)
{
    struct spell spell;

    if (content_floor == SIZE_MAX || !enter(true, &spell))
        return;
    brace(&spell, SIZE_MAX);
    content.event++;
    for (unsigned i = 0; i < MAX_CALLS && !content.ended; i++)
        if (content.calls[i].serial != 0)
            end_call(&content.calls[i]);
    if (!content.has_calls && !content.ended) {
        end_list(content.large);
        end_list(content.small);
    }
    content.ended = true;
    leave(&spell);
}

void content_figures(struct content_figures *ret)
{
    const uint64_t now = ticks();

    *ret = (struct content_figures){
        .ns = (uint64_t)((double)content.ticks_spent / ticks_per_ns(now)),
        .bytes = content.bytes,
        .skipped_bytes = content.skipped,
    };
}

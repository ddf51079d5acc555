/* SPDX-License-Identifier: Apache-2.0 */
#include "unwind_walk.h"

#include <string.h>

/* Offsets in the ucontext that the kernel leaves at rsp of a signal frame (x86-64 ABI): the saved
 * rbp, rsp, rip. */
enum { UC_BP = 120, UC_SP = 160, UC_IP = 168 };

/* A guessed frame pointer farther away than this is some other number. */
#define GUESS_REACH (UINT64_C(1) << 20)

/* Rule of code without unwind information: what a frame pointer would say. */
#define GUESS_CFA 16
#define GUESS_RBP (-16)

/* Little reuse this often in a row (a good walk takes back several): step only, and look again
 * after so many walks. */
enum { LOW_ENOUGH = 16, LOW_BACK = 4, PLAIN_RUN = 62 };

static uint64_t powers[WALK_DEPTH_MAX + 1]; /* of TREE_STEP */

void walk_setup(void)
{
    powers[0] = 1;
    for (uint32_t i = 1; i <= WALK_DEPTH_MAX; i++)
        powers[i] = powers[i - 1] * TREE_STEP;
}

size_t walk_size(uint32_t depth)
{
    return sizeof(struct walk) + depth * (6 * sizeof(struct frame) + 12 * sizeof(struct check));
}

struct walk *walk_init(void *memory, uint32_t depth)
{
    struct walk *w = memory;

    w->depth = depth;
    w->room = 4 * depth;
    w->frames = (struct frame *)(w + 1);
    w->fresh = w->frames + w->room;
    w->checks = (struct check *)(w->fresh + 2 * depth);
    return w;
}

static inline uint64_t word(uint64_t at) { return *(const uint64_t *)(uintptr_t)at; }

static inline uint64_t pc_of(uint64_t ip)
{
    return ip & FRAME_EXACT ? FRAME_IP(ip) : FRAME_IP(ip) - 1;
}

enum step { STEP_ON, STEP_OUTERMOST, STEP_LOST, STEP_ODD };

static enum step step_signal(struct walk *w, struct regs *r)
{
    const uint64_t sp = r->sp;

    if (!spans_hold(&w->spans, sp + UC_BP) || !spans_hold(&w->spans, sp + UC_IP) ||
        !spans_hold(&w->spans, sp + UC_SP))
        return STEP_LOST;
    *r = (struct regs){word(sp + UC_IP), word(sp + UC_SP), word(sp + UC_BP)};
    if (r->ip == 0)
        return STEP_OUTERMOST;
    if (r->ip >> 47)
        return STEP_LOST;
    r->ip |= FRAME_EXACT;
    return STEP_ON;
}

static enum step step_guess(struct walk *w, struct regs *r)
{
    const uint64_t bp = r->bp;
    uint64_t ip, outer;

    if (bp < r->sp || bp - r->sp > GUESS_REACH || bp % 8 != 0)
        return STEP_LOST;
    if (!spans_hold(&w->spans, bp) || !spans_hold(&w->spans, bp + 8))
        return STEP_LOST;
    ip = word(bp + 8);
    outer = word(bp);
    if (ip == 0)
        return STEP_OUTERMOST;
    if (ip < 4096 || ip >> 47)
        return STEP_LOST;
    *r = (struct regs){ip | FRAME_GUESSED, bp + 16, outer};
    return STEP_ON;
}

/* Where the saved rbp is read through rbp, or the CFA from memory: realigned stacks. */
static enum step step_realigned(struct walk *w, uint64_t rule, struct regs *r)
{
    uint64_t cfa = rule_kind(rule) == CFI_RSP ? r->sp : r->bp, ip, bp = r->bp;

    cfa += (uint64_t)rule_cfa(rule);
    if (rule_kind(rule) == CFI_RBP_DEREF) {
        if (!spans_hold(&w->spans, cfa))
            return STEP_LOST;
        cfa = word(cfa);
    }
    if (cfa <= r->sp || !spans_hold(&w->spans, cfa - 8))
        return STEP_LOST;
    ip = word(cfa - 8);
    if (rule_saved(rule) != CFI_RBP_SAME) {
        const uint64_t base = rule_saved(rule) == CFI_RBP_AT_CFA ? cfa : r->bp;

        if (!spans_hold(&w->spans, base + (uint64_t)rule_rbp(rule)))
            return STEP_LOST;
        bp = word(base + (uint64_t)rule_rbp(rule));
    }
    if (ip == 0)
        return STEP_OUTERMOST;
    if (ip >> 47)
        return STEP_LOST;
    *r = (struct regs){ip, cfa, bp};
    return STEP_ON;
}

__attribute__((noinline)) static enum step step_rare(struct walk *w, uint64_t rule, struct regs *r)
{
    switch (rule_kind(rule)) {
    case CFI_SIGNAL:
        return step_signal(w, r);
    case CFI_END:
        return STEP_OUTERMOST;
    case CFI_NONE:
        return step_guess(w, r);
    case CFI_ODD:
        return STEP_ODD;
    default:
        return step_realigned(w, rule, r);
    }
}

/* From a frame to the one outside it, by the frame's rule. Which of the common rules a frame has is
 * as good as random, so they are told apart without a jump. */
__attribute__((always_inline)) static inline enum step step(struct walk *w, uint64_t rule,
                                                            struct regs *r)
{
    const bool by_bp = rule_kind(rule) == CFI_RBP, saved = rule_saved(rule) == CFI_RBP_AT_CFA;
    uint64_t cfa, slot, ip, bp;

    if (__builtin_expect(!rule_is_common(rule), 0))
        return step_rare(w, rule, r);
    cfa = (by_bp ? r->bp : r->sp) + (uint64_t)rule_cfa(rule);
    if (__builtin_expect(cfa <= r->sp || !spans_hold(&w->spans, cfa - 8), 0))
        return STEP_LOST;
    slot = cfa + (uint64_t)(saved ? rule_rbp(rule) : -8);
    if (__builtin_expect(slot - r->sp >= cfa - r->sp && !spans_hold(&w->spans, slot), 0))
        return STEP_LOST;
    ip = word(cfa - 8);
    bp = word(slot);
    if (__builtin_expect(ip == 0 || ip >> 47, 0))
        return ip == 0 ? STEP_OUTERMOST : STEP_LOST;
    r->bp = saved ? bp : r->bp;
    r->ip = ip;
    r->sp = cfa;
    return STEP_ON;
}

static enum walk_end end_of(enum step how)
{
    switch (how) {
    case STEP_ON:
        return WALK_DEPTH;
    case STEP_OUTERMOST:
        return WALK_OUTERMOST;
    case STEP_ODD:
        return WALK_ODD;
    default:
        return WALK_LOST;
    }
}

/* --- Stepping only --- */

void walk_take_plain(struct walk *w, struct regs r)
{
    const struct rules rules = rules_now();
    struct frame *out = w->fresh;
    uint64_t hash = 0;

    w->plain = true;
    w->len = 0;
    w->end = WALK_DEPTH;
    for (uint32_t i = 0; i < w->depth; i++, out++) {
        enum step how;

        regs_set(&out->at, &r);
        hash += tree_word(r.ip) * powers[i];
        how = step(w, rules_get(&rules, pc_of(r.ip)), &r);
        if (how != STEP_ON) {
            w->end = end_of(how);
            out++;
            break;
        }
    }
    w->fresh_len = (uint32_t)(out - w->fresh);
    w->plain_hash = hash;
}

void walk_take_fp(struct walk *w, struct regs r)
{
    uint64_t hash = 0;
    uint32_t i = 0;

    w->plain = true;
    w->len = 0;
    w->end = WALK_DEPTH;
    while (i < w->depth) {
        const uint64_t bp = r.bp;

        w->fresh[i].at = r;
        hash += tree_word(r.ip) * powers[i++];
        if (bp == 0) { /* as the ABI has the outermost frame */
            w->end = WALK_OUTERMOST;
            break;
        }
        if (bp < r.sp || bp % 8 != 0 || !spans_hold(&w->spans, bp) ||
            !spans_hold(&w->spans, bp + 8) || word(bp + 8) < 4096 || word(bp + 8) >> 47) {
            w->end = WALK_LOST;
            break;
        }
        r = (struct regs){word(bp + 8), bp + 16, word(bp)};
    }
    w->fresh_len = i;
    w->plain_hash = hash;
}

/* --- The cache --- */

static inline bool uses_bp(uint64_t rule)
{
    return rule_kind(rule) == CFI_RBP || rule_kind(rule) == CFI_RBP_DEREF ||
           rule_kind(rule) == CFI_NONE;
}

/* True when the caller's rbp is in the register or found through it. */
static inline bool passes_bp(uint64_t rule)
{
    return rule_kind(rule) != CFI_SIGNAL && rule_kind(rule) != CFI_NONE &&
           rule_saved(rule) != CFI_RBP_AT_CFA;
}

static inline void note(struct walk *w, uint32_t *len, uint64_t at, uint64_t value)
{
    w->checks[(*len)++] = (struct check){(const uint64_t *)(uintptr_t)at, value};
}

/* The words on which the step from `f` to `outer` stands, the first to be compared last. */
static uint32_t note_step(struct walk *w, uint32_t len, const struct frame *f,
                          const struct frame *outer)
{
    const struct regs *r = &f->at;
    const uint64_t rule = f->rule, cfa = outer->at.sp;

    switch (rule_kind(rule)) {
    case CFI_SIGNAL:
        if (outer->needs_bp)
            note(w, &len, r->sp + UC_BP, outer->at.bp);
        note(w, &len, r->sp + UC_SP, outer->at.sp);
        note(w, &len, r->sp + UC_IP, FRAME_IP(outer->at.ip));
        return len;
    case CFI_NONE:
        if (outer->needs_bp)
            note(w, &len, r->bp, outer->at.bp);
        note(w, &len, r->bp + 8, FRAME_IP(outer->at.ip));
        return len;
    default:
        break;
    }
    if (outer->needs_bp && rule_saved(rule) != CFI_RBP_SAME)
        note(w, &len, (rule_saved(rule) == CFI_RBP_AT_CFA ? cfa : r->bp) + (uint64_t)rule_rbp(rule),
             outer->at.bp);
    note(w, &len, cfa - 8, FRAME_IP(outer->at.ip));
    if (rule_kind(rule) == CFI_RBP_DEREF)
        note(w, &len, r->bp + (uint64_t)rule_cfa(rule), cfa);
    return len;
}

/* Put `f` (at and rule set) on top. */
static inline void push(struct walk *w, const struct frame *f)
{
    struct frame *to = &w->frames[w->len];
    const struct frame *outer = to - 1;

    regs_set(&to->at, &f->at);
    to->rule = f->rule;
    if (w->len == 0) {
        to->hash = tree_word(f->at.ip);
        to->checks = 0;
        to->needs_bp = uses_bp(f->rule);
    } else {
        to->hash = outer->hash * TREE_STEP + tree_word(f->at.ip);
        to->checks = note_step(w, outer->checks, f, outer);
        to->needs_bp = uses_bp(f->rule) || (outer->needs_bp && passes_bp(f->rule));
    }
    w->len++;
}

/* Forget all but the inner `keep` frames. */
static void drop_outer(struct walk *w, uint32_t keep)
{
    const uint32_t gone = w->len - keep;
    const uint32_t cut = w->frames[gone].checks; /* also words that led out of the new outermost */

    memmove(w->checks, w->checks + cut, (w->frames[w->len - 1].checks - cut) * sizeof *w->checks);
    memmove(w->frames, w->frames + gone, keep * sizeof *w->frames);
    for (uint32_t i = 0; i < keep; i++)
        w->frames[i].checks -= cut;
    w->len = keep;
    w->end = WALK_DEPTH;
}

enum { MATCHED = -1, AT_THE_END = -2 };

/* Compare the words that the cached frames from the top outwards stand on, as far as `need` frames.
 * MATCHED, AT_THE_END (all equal, but what is outside the outermost was not looked at), or the
 * index of the frame from which the real walk has to go on. */
static int verify(const struct walk *w, uint32_t need)
{
    const uint32_t top = w->len - 1;
    const bool deep = w->len > need; /* more frames than wanted: the outer ones do not matter */
    const uint32_t last = deep ? w->len - need : 0;
    const struct check *floor = w->checks + (last > 0 ? w->frames[last - 1].checks : 0);
    const struct check *c = w->checks + w->frames[top].checks;
    uint32_t k, j = top;

    c = checks_stand(c, floor);
    if (c == floor)
        return deep ? MATCHED : AT_THE_END;
    k = (uint32_t)(c - w->checks);
    while (j > 0 && w->frames[j - 1].checks >= k)
        j--;
    return (int)j;
}

/* The real rbp in frame j, when frame top has `bp`: cached values of frames that did not need it
 * may be old. Also sets those. */
static uint64_t carry_bp(struct walk *w, uint32_t j, uint64_t bp)
{
    for (uint32_t i = w->len - 1; i > j; i--) {
        struct frame *f = &w->frames[i];

        f->at.bp = bp;
        switch (rule_kind(f->rule)) {
        case CFI_SIGNAL:
            bp = word(f->at.sp + UC_BP);
            break;
        case CFI_NONE:
            bp = word(bp);
            break;
        default:
            if (rule_saved(f->rule) != CFI_RBP_SAME)
                bp = word((rule_saved(f->rule) == CFI_RBP_AT_CFA ? w->frames[i - 1].at.sp : bp) +
                          (uint64_t)rule_rbp(f->rule));
        }
    }
    w->frames[j].at.bp = bp;
    return bp;
}

/* Take the frames inside of j off the cache, as walked just now, and frame j too: *r becomes it. */
static void take_back(struct walk *w, uint32_t j, struct regs *r)
{
    carry_bp(w, j, r->bp);
    for (uint32_t i = w->len - 1; i > j; i--) {
        w->fresh[w->fresh_len].at = w->frames[i].at;
        w->fresh[w->fresh_len++].rule = w->frames[i].rule;
    }
    *r = w->frames[j].at;
    w->len = j;
}

/* All but what is outside the outermost cached frame was compared. A frame that the rules call
 * outermost is; where the walk ended by what it read, it is done once more. */
static bool still_the_end(struct walk *w, uint64_t bp)
{
    struct regs r;

    if (rule_kind(w->frames[0].rule) == CFI_END)
        return true;
    if (w->end == WALK_DEPTH)
        return false;
    carry_bp(w, 0, bp);
    r = w->frames[0].at;
    return end_of(step(w, w->frames[0].rule, &r)) == w->end;
}

static inline bool same_frame(const struct frame *f, const struct regs *r)
{
    return f->at.ip == r->ip && (!f->needs_bp || f->at.bp == r->bp);
}

/* Step outwards from `r` to a frame that is known and stands, or to the end. fresh gets the frames
 * inside of it; frames is left with it and all outside it. */
static void walk_out(struct walk *w, const struct rules *rules, struct regs r)
{
    w->fresh_len = 0;
    for (;;) {
        struct frame *out;
        enum step how;

        while (w->len > 0 && w->frames[w->len - 1].at.sp < r.sp)
            w->len--;
        if (w->len > 0 && w->frames[w->len - 1].at.sp == r.sp) {
            if (same_frame(&w->frames[w->len - 1], &r)) {
                const uint32_t need = w->depth > w->fresh_len ? w->depth - w->fresh_len : 1;
                int j = verify(w, need);

                if (j == MATCHED || (j == AT_THE_END && still_the_end(w, r.bp)))
                    return;
                j = j == AT_THE_END ? 0 : j;
                if (w->fresh_len + (w->len - (uint32_t)j) < 2 * w->depth)
                    take_back(w, (uint32_t)j, &r);
                else
                    w->len = 0; /* deeper than is kept: walk it anew */
            } else {
                w->len--;
            }
        }
        out = &w->fresh[w->fresh_len++];
        regs_set(&out->at, &r);
        out->rule = rules_get(rules, pc_of(r.ip));
        if (w->fresh_len == 2 * w->depth) {
            how = STEP_ON;
            w->end = WALK_DEPTH;
        } else {
            how = step(w, out->rule, &r);
            if (how == STEP_ON)
                continue;
            w->end = end_of(how);
        }
        w->len = 0;
        return;
    }
}

/* Keep count of how much was reused, and change over to stepping only when it is little. */
static void judge(struct walk *w, uint32_t reused, uint32_t total)
{
    if (reused * 10 >= total * 3 || total < 4) {
        w->low = w->low > LOW_BACK ? w->low - LOW_BACK : 0;
    } else if (++w->low >= LOW_ENOUGH) {
        w->low = LOW_ENOUGH - 1; /* one more like these after the next look and it is plain again */
        w->plain_left = PLAIN_RUN;
    }
}

void walk_take(struct walk *w, const struct regs *start)
{
    struct rules rules;
    bool fair;
    uint32_t reused;

    if (w->plain_left > 0) {
        w->plain_left--;
        walk_take_plain(w, *start);
        return;
    }
    rules = rules_now();
    if (__builtin_expect(w->generation != rules.generation || w->plain || !rules.generation, 0)) {
        w->generation = rules.generation;
        w->plain = false;
        w->len = 0;
    }
    fair = w->len > 0; /* there was something to be reused */
    walk_out(w, &rules, (struct regs){start->ip, start->sp, start->bp});
    reused = w->len;
    if (w->fresh_len == 0) {
        w->low = 0;
        return;
    }
    if (w->len + w->fresh_len > w->room)
        drop_outer(w, w->depth);
    for (uint32_t i = w->fresh_len; i-- > 0;)
        push(w, &w->fresh[i]);
    if (fair)
        judge(w, reused, w->len);
}

void walk_hash_all(struct walk *w)
{
    uint64_t hash = 0;

    for (uint32_t i = w->plain ? w->fresh_len : 0; i-- > 0;)
        w->fresh[i].hash = hash = tree_mix(hash, w->fresh[i].at.ip);
}

uint64_t walk_hash(const struct walk *w, uint32_t i, uint64_t seed)
{
    const uint32_t len = walk_len(w);
    uint64_t hash = 0, outermost;

    if (!w->plain) {
        hash = w->frames[w->len - 1 - i].hash;
        if (w->len > len)
            hash -= powers[len - i] * w->frames[w->len - 1 - len].hash;
    } else if (i == 0) {
        hash = w->plain_hash;
    } else {
        hash = w->fresh[i].hash;
    }
    if (walk_cut(w)) { /* the outermost is another node than it were with nothing outside */
        outermost = walk_at(w, len - 1)->at.ip;
        hash += powers[len - 1 - i] *
                (tree_word(outermost | tree_tag(0, NC_NODE_CUT)) - tree_word(outermost));
    }
    return hash + powers[len - i] * seed;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The walker on real stacks, against libunwind and glibc, and on senseless ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arena.h"
#include "edges.h"
#include "recall.h"
#include "unwind_check.h"
#include "unwind_libunwind.h"
#include "unwind_walk.h"

enum { DEPTH = 64, ROOM = 128, SEED = 77 };

static struct {
    unsigned long events, plain_differs, backtrace_differs, recalled, recall_differs;
    uint32_t depth;
    bool with_libunwind, with_backtrace;
} seen;

static __thread struct {
    bool busy; /* an event in a signal handler during an event is none */
    struct walk *walk, *plain;
    struct recall *recall;
    uint64_t generation; /* of the rules by which it was filled */
    struct libunwind_room room;
    struct regs theirs[ROOM];
    void *ips[ROOM];
} self;

static void compare_plain(struct regs start)
{
    walk_take_plain(self.plain, start);
    walk_hash_all(self.walk);
    walk_hash_all(self.plain);
    bool same =
        walk_len(self.plain) == walk_len(self.walk) && walk_cut(self.plain) == walk_cut(self.walk);

    for (uint32_t i = 0; same && i < walk_len(self.walk); i++)
        same = walk_at(self.walk, i)->at.ip == walk_at(self.plain, i)->at.ip &&
               walk_at(self.walk, i)->at.sp == walk_at(self.plain, i)->at.sp &&
               walk_hash(self.walk, i, SEED) == walk_hash(self.plain, i, SEED);
    if (!same)
        __atomic_fetch_add(&seen.plain_differs, 1, __ATOMIC_RELAXED);
}

static void compare_backtrace(struct regs start)
{
    const int all = backtrace(self.ips, ROOM);
    int first = 0, len;
    uint32_t i = 0;

    while (first < all && (uint64_t)(uintptr_t)self.ips[first] != start.ip)
        first++;
    len = all - first;
    while (i < walk_len(self.walk) && (int)i < len &&
           FRAME_IP(walk_at(self.walk, i)->at.ip) == (uint64_t)(uintptr_t)self.ips[first + (int)i])
        i++;
    if (i == walk_len(self.walk) && ((int)i == len || walk_cut(self.walk)))
        return;
    if (i == walk_len(self.walk) && (int)i + 1 == len && self.ips[all - 1] == NULL)
        return; /* a final null is glibc's way to say that nothing is outside */
    __atomic_fetch_add(&seen.backtrace_differs, 1, __ATOMIC_RELAXED);
}

/* Each stack is asked for, and kept when it is not known. */
static void compare_recall(struct regs start)
{
    const uint64_t name = recall_name(self.plain, &start);
    const uint64_t hash = walk_hash(self.walk, 0, SEED);

    if (self.generation != rules_now().generation)
        recall_clear(self.recall);
    self.generation = rules_now().generation;
    const struct stack_seen *known = recall_find(self.recall, name, &start, 0);

    if (known == NULL) {
        recall_keep(self.recall, name, self.walk, &start, 0, &(struct stack_seen){.hash = hash});
        return;
    }
    __atomic_fetch_add(&seen.recalled, 1, __ATOMIC_RELAXED);
    if (known->hash != hash)
        __atomic_fetch_add(&seen.recall_differs, 1, __ATOMIC_RELAXED);
}

__attribute__((noinline)) void edge_event(void)
{
    const uint64_t *frame = __builtin_frame_address(0);
    const struct regs start = {frame[1], (uint64_t)(uintptr_t)(frame + 2), frame[0]};
    size_t len;
    bool ended;

    if (self.busy)
        return;
    self.busy = true;
    if (!self.walk) {
        self.walk = walk_init(arena_alloc(walk_size(seen.depth)), seen.depth);
        self.plain = walk_init(arena_alloc(walk_size(seen.depth)), seen.depth);
        self.recall = arena_alloc(recall_size());
        recall_init(self.recall);
    }
    __atomic_fetch_add(&seen.events, 1, __ATOMIC_RELAXED);
    if (!walk_again(self.walk, &start, rules_now().generation))
        walk_take(self.walk, &start);
    compare_plain(start);
    compare_recall(start);
    if (seen.with_libunwind) {
        len = libunwind_step(&self.room, start, self.theirs, ROOM, &ended);
        check_compare(self.walk, self.theirs, len < seen.depth ? len : seen.depth,
                      ended || len >= seen.depth);
    }
    if (seen.with_backtrace)
        compare_backtrace(start);
    self.busy = false;
}

static void start_over(uint32_t depth)
{
    memset(&seen, 0, sizeof seen);
    seen.depth = depth;
    self.walk = self.plain = NULL;
    self.recall = NULL;
    check_after_fork();
}

static void the_walk_agrees_with_libunwind_on_every_kind_of_stack(void **state)
{
    start_over(DEPTH);
    seen.with_libunwind = true;
    if (!libunwind_open(dlopen))
        skip();
    edges_run();
    edges_storm();
    print_message("# %lu stacks, %lu compared; %s\n", seen.events, (unsigned long)check_count(),
                  check_first());
    assert_true(seen.events > 10000);
    assert_true(check_count() > 10000);
    assert_int_equal(check_differences(), 0);
    assert_int_equal(seen.plain_differs, 0);
    assert_int_equal(seen.recall_differs, 0);
}

static void the_walk_agrees_with_glibc_backtrace(void **state)
{
    start_over(DEPTH);
    seen.with_backtrace = true;
    backtrace(self.ips, 1); /* it loads a library at its first call */
    edges_run();
    edges_storm();
    assert_true(seen.events > 10000);
    assert_int_equal(seen.backtrace_differs, 0);
    assert_int_equal(seen.plain_differs, 0);
    assert_int_equal(seen.recall_differs, 0);
}

static void a_walk_cut_at_any_depth_is_the_inner_part_of_the_whole(void **state)
{
    static const uint32_t depths[] = {1, 2, 3, 7, 16};

    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
        start_over(depths[i]);
        seen.with_backtrace = true;
        edges_run();
        assert_int_equal(seen.backtrace_differs, 0);
        assert_int_equal(seen.plain_differs, 0);
        assert_int_equal(seen.recall_differs, 0);
    }
}

static void a_stack_that_came_before_is_recalled_and_no_other(void **state)
{
    start_over(DEPTH);
    edges_run();
    edges_run();
    print_message("# %lu stacks, %lu recalled\n", seen.events, seen.recalled);
    assert_true(seen.recalled > 1000);
    assert_int_equal(seen.recall_differs, 0);
}

/* --- Code unloaded, other code loaded in its place --- */

static void through_plugin(const char *path, void **ret_at)
{
    void *plugin = dlopen(path, RTLD_NOW);
    void (*call)(void (*)(void));

    assert_non_null(plugin);
    call = (void (*)(void (*)(void)))(uintptr_t)dlsym(plugin, "plugin_call");
    assert_non_null(call);
    *ret_at = (void *)(uintptr_t)call;
    call(edge_event);
    call(edge_event);
    rules_unload_begin();
    dlclose(plugin);
    rules_unload_end();
}

static void other_code_at_the_same_address_has_rules_of_its_own(void **state)
{
    void *a = NULL, *b = NULL;
    unsigned same = 0;

    start_over(DEPTH);
    seen.with_backtrace = true;
    for (int i = 0; i < 4; i++) {
        through_plugin(PLUGIN_SMALL, &a);
        through_plugin(PLUGIN_LARGE, &b);
        same += a == b;
    }
    assert_int_equal(seen.events, 16);
    assert_int_equal(seen.backtrace_differs, 0);
    if (!same) /* then this showed nothing */
        skip();
}

/* --- Senseless stacks --- */

static uint64_t dice(void)
{
    static uint64_t state = 1;

    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 20;
}

/* An address in code that has rules of all kinds. */
static uint64_t some_code(void)
{
    static const char *const names[] = {"qsort", "printf", "malloc", "getaddrinfo", "regcomp"};
    void *at = dlsym(RTLD_DEFAULT, names[dice() % 5]);

    return (uint64_t)(uintptr_t)at + dice() % 2000;
}

static void a_walk_never_reads_what_is_not_there(void **state)
{
    const size_t size = 64 * 1024;
    uint64_t *room = mmap(NULL, size * 3, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct walk *w = walk_init(arena_alloc(walk_size(DEPTH)), DEPTH);

    assert_true(room != MAP_FAILED);
    room += size / sizeof *room;
    for (unsigned round = 0; round < 20000; round++) {
        const uint64_t base = (uint64_t)(uintptr_t)room;
        struct regs r;

        assert_int_equal(mprotect(room, size, PROT_READ | PROT_WRITE), 0);
        if (round % 16 == 0)
            for (size_t i = 0; i < size / sizeof *room; i++)
                room[i] = dice() % 3 ? base - 4096 + dice() % (size + 8192) : some_code();
        r = (struct regs){some_code(), base + dice() % size, base + dice() % (size + 4096)};
        if (round % 5 == 0)
            r.sp = dice() << 7;
        if (round % 7 == 0)
            r.bp = dice() << 5;
        walk_take(w, &r);
        walk_take(w, &r);
        walk_take_plain(w, r);
        walk_take_fp(w, r);
        assert_in_range(walk_len(w), 1, DEPTH);
    }
    munmap(room - size / sizeof *room, size * 3);
}

static void a_frame_pointer_walk_finds_the_callers(void **state)
{
    const uint64_t *frame = __builtin_frame_address(0);
    struct walk *w = walk_init(arena_alloc(walk_size(DEPTH)), DEPTH);

    walk_take_fp(w, (struct regs){frame[1], (uint64_t)(uintptr_t)(frame + 2), frame[0]});
    assert_in_range(walk_len(w), 1, DEPTH);
    assert_int_equal(walk_at(w, 0)->at.ip, frame[1]);
}

static int setup(void **state)
{
    walk_setup();
    return rules_init() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_walk_agrees_with_libunwind_on_every_kind_of_stack),
        cmocka_unit_test(the_walk_agrees_with_glibc_backtrace),
        cmocka_unit_test(a_walk_cut_at_any_depth_is_the_inner_part_of_the_whole),
        cmocka_unit_test(a_stack_that_came_before_is_recalled_and_no_other),
        cmocka_unit_test(other_code_at_the_same_address_has_rules_of_its_own),
        cmocka_unit_test(a_walk_never_reads_what_is_not_there),
        cmocka_unit_test(a_frame_pointer_walk_finds_the_callers),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "calls.h"
#include "clock.h"
#include "evidence.h"
#include "follow.h"
#include "guard.h"
#include "lane.h"
#include "live.h"
#include "lock.h"
#include "lookup.h"
#include "modules.h"
#include "options.h"
#include "output.h"
#include "peak.h"
#include "profile.h"
#include "real.h"
#include "record.h"
#include "sample.h"
#include "sealed.h"
#include "stack.h"
#include "tree.h"

__thread struct shim_thread shim_self __attribute__((tls_model("initial-exec")));
union shim_gate_page shim_gate __attribute__((aligned(4096)));

enum state { ASLEEP, UP, IDLE };

static struct {
    struct lock lock;
    enum state state;
    int pid; /* of the process that woke us */
    bool once;
    bool paused;
    pthread_key_t key; /* its destructor tells us of a thread's end */
    struct options options;
} shim;

static void thread_ends(void *lane)
{
    const uint32_t busy = shim_self.busy;

    shim_self.busy = SHIM_INSIDE;
    if (shim_gate.is.open && shim_self.lane != NULL) {
        calls_thread_done(shim_self.lane);
        stack_thread_done();
        lane_give_back();
    }
    (void)lane;
    shim_self.busy = busy;
}

static void open_gate(void)
{
    const bool recording = !shim.paused;

    shim_gate.is.copies = recording && shim.options.copies;
    shim_gate.is.recording = recording;
    shim_gate.is.open = 1;
}

static void shut_gate(void) { memset(&shim_gate.is, 0, sizeof shim_gate.is); }

/* A sanitizer has the allocator for itself and reads our hooks as its own. */
static bool is_sanitized(void)
{
    static const char *const names[] = {"__asan_init",   "__tsan_init", "__msan_init",
                                        "__hwasan_init", "__lsan_init", NULL};

    for (size_t i = 0; names[i] != NULL; i++)
        if (lookup_any(names[i]) != NULL)
            return true;
    /* Linked into the program and not exported: known by what it would call if it were there. */
    return lookup_program_asks("__sanitizer_malloc_hook");
}

/* glibc's malloc gives every block 32 bytes or more; another one may not. */
static bool is_libcs(const void *function)
{
    Dl_info its, libcs;

    return dladdr(function, &its) != 0 && dladdr((void *)(uintptr_t)clock_gettime, &libcs) != 0 &&
           its.dli_fbase == libcs.dli_fbase;
}

static int open_profile(bool forked)
{
    char path[OUTPUT_PATH];
    char *facts = arena_alloc(OUTPUT_FACTS);
    struct timespec now;
    int r = output_path(path, sizeof path, &shim.options, forked);

    if (facts == NULL || r < 0)
        return facts == NULL ? -ENOMEM : r;
    const size_t size = output_facts(facts, OUTPUT_FACTS, &shim.options);

    r = profile_open(path, facts, size);
    arena_free(facts, OUTPUT_FACTS);
    if (r < 0)
        return r;
    struct nc_header *h = profile.header;

    clock_gettime(CLOCK_REALTIME, &now);
    h->start_realtime_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    h->start_ns = h->end_ns = clock_ns();
    h->pid = sys_getpid();
    h->parent_pid = (int)sys_call3(SYS_getppid, 0, 0, 0);
    h->sample_bytes = sample_bytes = shim.options.sample_bytes;
    h->flags = (forked ? NC_FORKED : 0) | (sample_bytes != 0 ? NC_SAMPLED : 0) |
               (shim.options.copies ? NC_COPIES : 0);
    return 0;
}

static bool bring_up(bool forked)
{
    if (shim.options.run != NULL && !shim.options.follow)
        return false;
    if (tree_init() < 0)
        return false;
    if (modules_init(shim.options.scope) < 0)
        shim.options.problem = "NOCOPY_SCOPE";
    if (open_profile(forked) < 0)
        return false;
    lane_init();
    calls_init();
    record_init();
    evidence_start(&shim.options);
    modules_meet_program();
    stack_init(&shim.options.stack);
    shim.paused = shim.options.paused;
    return true;
}

/* Only stores: it may come at any moment. */
static void on_toggle(int number)
{
    (void)number;
    shim.paused = !shim.paused;
    if (shim_gate.is.open)
        open_gate();
}

/* A signal that the program has other plans for is left to it. */
static void watch_signal(int number)
{
    struct sigaction act = {.sa_handler = on_toggle, .sa_flags = SA_RESTART}, was;

    if (number != 0 && sigaction(number, NULL, &was) == 0 && was.sa_handler == SIG_DFL)
        sigaction(number, &act, NULL);
}

static void at_exit(int status, void *unused)
{
    const uint32_t busy = shim_self.busy;

    (void)unused;
    shim_self.busy = SHIM_INSIDE;
    if (shim_is_ours())
        shim_end(status, false);
    shim_self.busy = busy;
}

static void in_child(void)
{
    if (shim.state != UP)
        return;
    shut_gate();
    lock_init(&shim.lock);
    shim.state = ASLEEP; /* the profile is opened with the child's first event */
}

/* What a process does once, and its fork's children inherit. */
static void once(void)
{
    if (shim.once)
        return;
    shim.once = true;
    sys_madvise(&shim_gate, sizeof shim_gate, MADV_WIPEONFORK);
    options_read(&shim.options);
    follow_init(shim.options.run);
    live_init(is_libcs((const void *)(uintptr_t)real.malloc));
    pthread_atfork(NULL, NULL, in_child);
    on_exit(at_exit, NULL);
    pthread_key_create(&shim.key, thread_ends);
    watch_signal(shim.options.toggle_signal);
}

static void forget_parent(void)
{
    shim_self.lane = NULL;
    shim_self.stack = NULL;
    shim_self.base = 0;
    arena_after_fork();
    profile_after_fork();
    live_after_fork();
}

static void wake_locked(void)
{
    const int pid = sys_getpid();
    const bool forked = shim.pid != 0 && shim.pid != pid;

    if (shim.state == UP && !forked)
        return;
    if (forked) {
        forget_parent();
        shim.pid = pid;
        shim.state = IDLE;
        if (!shim.options.follow)
            return;
    } else {
        shim.pid = pid;
        shim.state = IDLE;
        if (getauxval(AT_SECURE) != 0 || is_sanitized())
            return;
        once();
    }
    if (bring_up(forked)) {
        shim.state = UP;
        open_gate();
    }
}

bool shim_wake(void)
{
    static atomic_int owner;
    const int saved = errno;

    if (shim_gate.is.open)
        return true; /* paused */
    if (sealed || (shim.state == IDLE && shim.pid == sys_getpid()))
        return false;
    const int tid = sys_gettid();

    real_ready();
    if (atomic_load(&owner) == tid || real.malloc == NULL)
        return false;
    lock_take(&shim.lock);
    atomic_store(&owner, tid);
    shim_self.busy = SHIM_INSIDE;
    wake_locked();
    shim_self.busy = 0;
    atomic_store(&owner, 0);
    lock_drop(&shim.lock);
    errno = saved;
    return shim_gate.is.open;
}

bool shim_met(void) { return shim.once; }

bool shim_is_ours(void)
{
    return shim_gate.is.open && profile.header != NULL &&
           (sealed || profile.header->pid == sys_getpid());
}

void shim_seal(bool clock_stops)
{
    if (!sealed && shim_enter_end()) {
        profile_make_room();
        evidence_process_ends();
        peak_seal();
        sealed = true;
        shim_leave();
    }
    sealed = true;
    if (clock_stops && sealed_ns == 0)
        sealed_ns = clock_ns();
}

void shim_watch_thread(void *lane) { pthread_setspecific(shim.key, lane); }

void shim_recording(bool on)
{
    shim.paused = !on;
    if (shim_gate.is.open)
        open_gate();
}

void shim_end(int status, bool execed)
{
    struct nc_header *h = profile.header;
    struct stack_figures f;

    lane_fold_all();
    peak_sum_blocks();
    stack_figures(&f);
    h->unwound = f.unwound;
    h->checked = f.checked;
    if (f.differences > 0 && h->check_differences == 0)
        profile_add_fact("self-check", stack_first_difference());
    h->check_differences = f.differences;
    h->end_ns = clock_ns();
    if (!execed) {
        calls_process_done();
        evidence_process_ends();
        h->exit_status = status;
    }
    __atomic_fetch_or(&h->flags, NC_COMPLETE | (execed ? NC_EXECED : 0), __ATOMIC_RELEASE);
}

void shim_end_undone(void)
{
    __atomic_fetch_and(&profile.header->flags, ~(uint32_t)(NC_COMPLETE | NC_EXECED),
                       __ATOMIC_RELEASE);
}

__attribute__((constructor)) static void start(void)
{
    real_ready();
    if (!shim_self.busy && !shim_gate.is.open && !real_attachable)
        shim_wake();
}

/* The last word: what libraries' destructors and the handlers before them still did. */
__attribute__((destructor)) static void stop(void)
{
    const uint32_t busy = shim_self.busy;

    shim_self.busy = SHIM_INSIDE;
    if (shim_is_ours()) {
        lane_fold_all();
        profile.header->end_ns = clock_ns();
    }
    shim_self.busy = busy;
}

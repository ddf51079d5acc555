/* SPDX-License-Identifier: Apache-2.0 */
/* Threads: counts, frees by others, small stacks, many of them. */
#include "victim.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

enum { THREADS = 8, ROUNDS = 20000, KEPT = 100 };

static pthread_barrier_t barrier;

NOINLINE void *in_thread(size_t size) { return keep(malloc(size)); }

static void *churn(void *arg)
{
    void *kept[KEPT];

    for (int i = 0; i < ROUNDS; i++) {
        void *p = in_thread(48);

        free(in_thread(32));
        free(p);
    }
    for (int i = 0; i < KEPT; i++)
        kept[i] = in_thread(1000);
    pthread_barrier_wait(&barrier); /* the peak: all of them at once */
    for (int i = 0; i < KEPT; i++)
        free(kept[i]);
    return arg;
}

static int eight(int argc, char **argv)
{
    pthread_t t[THREADS];

    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&t[i], NULL, churn, NULL) != 0)
            return 1;
    for (int i = 0; i < THREADS; i++)
        pthread_join(t[i], NULL);
    return 0;
}

NOINLINE void *on_the_left(size_t size) { return keep(malloc(size)); }
NOINLINE void *on_the_right(size_t size) { return keep(malloc(size)); }

enum { AGAIN = 20000, PHASES = 5 };
static const size_t left_size[PHASES] = {5000, 0, 5000, 7000, 9000};
static const size_t right_size[PHASES] = {0, 3000, 3000, 4000, 0};

static void *left(void *arg)
{
    for (int phase = 0; phase < PHASES; phase++) {
        const bool alone = right_size[phase] == 0;
        void *held = left_size[phase] == 0 || alone ? NULL : on_the_left(left_size[phase]);

        pthread_barrier_wait(&barrier);
        for (int i = 0; i < AGAIN && alone; i++)
            free(on_the_left(left_size[phase]));
        pthread_barrier_wait(&barrier);
        free(held);
    }
    return arg;
}

static void *right(void *arg)
{
    for (int phase = 0; phase < PHASES; phase++) {
        pthread_barrier_wait(&barrier);
        for (int i = 0; i < AGAIN && right_size[phase] != 0; i++)
            free(on_the_right(right_size[phase]));
        pthread_barrier_wait(&barrier);
    }
    return arg;
}

/* Two that take and give the same again and again, each alone, then at the same time, then more
 * than ever: the peak is in the fourth phase. */
static int turns(int argc, char **argv)
{
    pthread_t t[2];

    pthread_barrier_init(&barrier, NULL, 2);
    if (pthread_create(&t[0], NULL, left, NULL) != 0 ||
        pthread_create(&t[1], NULL, right, NULL) != 0)
        return 1;
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    return 0;
}

enum { PASSED = 10000 };
static void *_Atomic slots[64];

static void *consumer(void *arg)
{
    int n = 0;

    while (n < PASSED * THREADS / 2)
        for (int i = 0; i < 64; i++) {
            void *p = __atomic_exchange_n((void **)(uintptr_t)&slots[i], NULL, __ATOMIC_ACQ_REL);

            if (p != NULL) {
                free(p);
                n++;
            }
        }
    return arg;
}

static void *producer(void *arg)
{
    for (int i = 0; i < PASSED; i++) {
        void *p = in_thread(24 + (size_t)i % 200), *empty = NULL;

        for (unsigned k = (unsigned)i;; k++, empty = NULL) {
            if (__atomic_compare_exchange_n((void **)(uintptr_t)&slots[k % 64], &empty, p, 0,
                                            __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
                break;
            if (k % 64 == 0)
                sched_yield();
        }
    }
    return arg;
}

/* Four threads allocate, one frees all of it. */
static int passed(int argc, char **argv)
{
    pthread_t t[THREADS / 2 + 1];

    pthread_create(&t[0], NULL, consumer, NULL);
    for (int i = 1; i <= THREADS / 2; i++)
        pthread_create(&t[i], NULL, producer, NULL);
    for (int i = 0; i <= THREADS / 2; i++)
        pthread_join(t[i], NULL);
    return 0;
}

static void *tiny(void *arg)
{
    for (int i = 0; i < 100; i++)
        free(in_thread(100));
    return arg;
}

/* 200 threads one after another on stacks of 16 KiB. */
static int small_stacks(int argc, char **argv)
{
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    if (pthread_attr_setstacksize(&attr, 16384) != 0)
        return 1;
    for (int i = 0; i < 200; i++) {
        pthread_t t;

        if (pthread_create(&t, &attr, tiny, NULL) != 0)
            return 2;
        pthread_join(t, NULL);
    }
    return 0;
}

static void *one_block(void *arg)
{
    void *p = in_thread(100);

    pthread_barrier_wait(&barrier);
    free(p);
    return arg;
}

static int thousand(int argc, char **argv)
{
    static pthread_t t[1000];
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 65536);
    pthread_barrier_init(&barrier, NULL, 1000);
    for (int i = 0; i < 1000; i++)
        if (pthread_create(&t[i], &attr, one_block, NULL) != 0)
            return 1;
    for (int i = 0; i < 1000; i++)
        pthread_join(t[i], NULL);
    return 0;
}

static pthread_key_t key;
static void last(void *p)
{
    free(p);
    free(in_thread(77)); /* after the shim's own destructor, or before it */
}

static void *with_key(void *arg)
{
    pthread_setspecific(key, in_thread(55));
    if (arg != NULL)
        pthread_exit(arg);
    return arg;
}

/* Thread-specific data freed by a destructor that allocates; half of the threads exit. */
static int destructors(int argc, char **argv)
{
    pthread_key_create(&key, last);
    for (uintptr_t i = 0; i < 50; i++) {
        pthread_t t;

        pthread_create(&t, NULL, with_key, (void *)(i % 2));
        pthread_join(t, NULL);
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct victim_case cases[] = {
        {"eight", eight},       {"turns", turns},
        {"passed", passed},     {"small-stacks", small_stacks},
        {"thousand", thousand}, {"destructors", destructors},
        {NULL, NULL},
    };

    return victim_main(cases, argc, argv);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that look like an indicator's, and the marks of mark.h. */
#include "victim.h"

#include <nocopy/mark.h>
#include <pthread.h>

/* What a single call hands out, and what it needs meanwhile. */
NOINLINE void *ind_demo_new(size_t bars)
{
    char *scratch = keep(malloc(bars)), *out = keep(malloc(bars * 8));

    memset(scratch, 1, bars);
    memset(out, 1, bars * 8);
    free(scratch);
    return out;
}

/* A temporary of 2000 bytes for each combination, copied into the result. */
NOINLINE void *ind_demo_batch(size_t combos)
{
    char *out = keep(malloc(combos * 2000));

    for (size_t c = 0; c < combos; c++) {
        char *row = keep(malloc(2000));

        memset(row, (int)c, 2000);
        memcpy(out + c * 2000, row, 2000);
        free(row);
    }
    return out;
}

NOINLINE void *ind_demo(size_t bars) { return ind_demo_new(bars); }
NOINLINE void *ind_helper(size_t size) { return keep(malloc(size)); } /* no indicator: no batch */
NOINLINE void *outside(size_t size) { return keep(malloc(size)); }

/* Three single calls with something between them, two batch calls; all results freed at the end. */
static int functions(int argc, char **argv)
{
    void *p[5];

    for (int i = 0; i < 3; i++) {
        p[i] = ind_demo(1000);
        free(outside(10));
    }
    p[3] = ind_demo_batch(10);
    free(outside(10));
    p[4] = ind_demo_batch(20);
    free(ind_helper(30));
    for (int i = 0; i < 5; i++)
        free(p[i]);
    return 0;
}

#ifdef __clang__ /* which jumps to what is called last without being asked */
#define LAST_CALL_JUMPS
#else
#define LAST_CALL_JUMPS __attribute__((optimize("optimize-sibling-calls")))
#endif

/* Nothing comes after its free: the compiler jumps there, and no frame of it is left. */
NOINLINE LAST_CALL_JUMPS void ind_ends_batch(char *out, size_t combos)
{
    char *scratch = keep(malloc(combos));

    memset(scratch, 1, combos);
    memcpy(out, scratch, combos);
    free(scratch);
}

static int ends(int argc, char **argv)
{
    char *out = outside(3000);

    for (int i = 0; i < 3; i++) {
        ind_ends_batch(out, 3000);
        free(outside(10));
    }
    free(out);
    return 0;
}

/* The same call five times from one place, its result freed each time. */
static int loop(int argc, char **argv)
{
    for (int i = 0; i < 5; i++)
        free(ind_demo_batch(10));
    return 0;
}

static void print(const struct nc_seen *s)
{
    printf("%llu %llu %llu %llu %llu %llu %llu %llu %llu\n", (unsigned long long)s->allocations,
           (unsigned long long)s->allocated_bytes, (unsigned long long)s->temporary_blocks,
           (unsigned long long)s->temporary_bytes, (unsigned long long)s->retained_blocks,
           (unsigned long long)s->retained_bytes, (unsigned long long)s->peak_bytes,
           (unsigned long long)s->copies, (unsigned long long)s->copied_bytes);
}

/* The same under marks, twice in a row: what is seen is printed. */
static int marks(int argc, char **argv)
{
    struct nc_seen seen;
    void *before = outside(500);

    for (int i = 0; i < 2; i++) {
        nc_scope_begin("demo", NC_BATCH, 10);
        void *p = ind_demo_batch(10);

        free(before); /* born outside: no temporary of the call */
        before = NULL;
        if (nc_scope_end(&seen) != 0)
            return 1;
        print(&seen);
        free(p);
    }
    if (nc_scope_end(&seen) != -1)
        return 2;
    nc_scope_begin("outer", NC_SINGLE, 1);
    void *q = outside(100);

    nc_scope_begin("inner", NC_SINGLE, 1);
    free(outside(300));
    if (nc_scope_end(&seen) != 0)
        return 3;
    print(&seen);
    free(q);
    if (nc_scope_end(&seen) != 0)
        return 4;
    print(&seen);
    return 0;
}

static void *worker(void *arg)
{
    free(outside(1000));
    return outside(50);
}

/* Threads made inside a call work inside it. */
NOINLINE void *ind_pool_batch(size_t combos)
{
    pthread_t t[4];
    void *p, *out = keep(malloc(combos));

    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, worker, NULL);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], &p);
        free(p);
    }
    return out;
}

NOINLINE void *ind_pool(size_t size) { return keep(malloc(size)); }

static int pool(int argc, char **argv)
{
    free(ind_pool_batch(4000));
    free(outside(1));
    free(ind_pool(10));
    return 0;
}

/* Recording off for a while: what was born before still ends, what is born meanwhile never was. */
static int pauses(int argc, char **argv)
{
    void *a = outside(100), *b = outside(200);

    nc_recording(0);
    free(a);
    void *c = outside(400);
    void *d = realloc(b, 5000);

    nc_recording(1);
    free(c);
    free(d);
    free(outside(10));
    return 0;
}

static int present(int argc, char **argv) { return nc_present() ? 1 : 0; }

int main(int argc, char **argv)
{
    static const struct victim_case cases[] = {
        {"functions", functions}, {"loop", loop},       {"marks", marks}, {"pool", pool},
        {"pauses", pauses},       {"present", present}, {"ends", ends},   {NULL, NULL},
    };

    return victim_main(cases, argc, argv);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The whole malloc family in two threads, for hosts that have it from another library: 16,000
 * blocks of 96 to 4,095 bytes, each written and checked. */
#include "victim.h"

#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 1000 };

NOINLINE void *family_get(int how, size_t size)
{
    void *p = NULL;

    switch (how) {
    case 0:
        return keep(malloc(size));
    case 1:
        return keep(calloc(1, size));
    case 2:
        return keep(realloc(NULL, size));
    case 3:
        return keep(reallocarray(NULL, 1, size));
    case 4:
        return posix_memalign(&p, 256, size) == 0 ? keep(p) : NULL;
    case 5:
        return keep(aligned_alloc(64, size));
    case 6:
        return keep(memalign(32, size));
    default:
        return keep(valloc(size));
    }
}

static int wrong;

static void *work(void *arg)
{
    char *kept[64] = {NULL};

    for (int i = 0; i < ROUNDS; i++)
        for (int how = 0; how < 8; how++) {
            const size_t size = 96 + (size_t)(i * 7 + how) % 4000;
            char *p = family_get(how, size), **place = &kept[(i + how * 9) % 64];

            if (malloc_usable_size(p) < size || (how == 1 && p[size - 1] != 0))
                wrong++;
            memset(p, how + 1, size);
            p = reallocarray(p, 1, size + 1); /* not counted by name: another function */
            wrong += p[size - 1] != how + 1;
            free(*place);
            *place = p;
        }
    for (int k = 0; k < 64; k++)
        free(kept[k]);
    free(strdup("what libc allocates is freed by us"));
    return arg;
}

int main(void)
{
    pthread_t t[2];
    int status = 1;

    for (int i = 0; i < 2; i++)
        pthread_create(&t[i], NULL, work, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(t[i], NULL);
    printf("%d wrong\n", wrong);
    fflush(stdout);
    const pid_t pid = fork();

    if (pid == 0) {
        work(NULL);
        printf("%d wrong in the child\n", wrong);
        exit(4);
    }
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded beside us: a dlsym() that allocates, as one that loads plugins or keeps a log does. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

void *dlsym(void *restrict handle, const char *restrict name)
{
    void *(*real)(void *, const char *) = NULL;
    char *copy = calloc(1, strlen(name) + 1);

    *(void **)(void *)&real = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
    strcpy(copy, name);
    free(copy);
    return handle == RTLD_NEXT ? real(RTLD_DEFAULT, name) : real(handle, name);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Calls made inside another process, by ptrace(2). */
#ifndef NOCOPY_INJECT_H
#define NOCOPY_INJECT_H

#include <stdint.h>
#include <sys/types.h>

struct injection {
    pid_t pid;
    const char *library; /* absolute path of what is to be loaded */
    const char *entry;   /* function int (const char *) in it */
    const char *argument;
    int patience_ms; /* how long to look for a safe moment */
};

/* Load the library into the process and call its entry. A thread is borrowed for it that waits in
 * the kernel or computes in the program's own code, outside of libc, the loader and any signal
 * handler, with room on its stack; its registers are put back afterwards. Returns 0 with what the
 * entry returned in *ret_result; or -1 with a sentence in *ret_why (owned by the caller). */
int inject(const struct injection *injection, int *ret_result, char **ret_why);

#endif

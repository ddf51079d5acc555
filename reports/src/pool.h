/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is given back all at once, and strings that are kept once. */
#ifndef NOCOPY_POOL_H
#define NOCOPY_POOL_H

#include <stddef.h>
#include <stdint.h>

struct pool;

/* Null when memory is out. */
struct pool *pool_new(void);
void pool_free(struct pool *pool);

/* Zeroed, aligned for anything. Null when memory is out; a later pool_failed() says so too, so that
 * a builder may check once at its end. */
void *pool_alloc(struct pool *pool, size_t size);
void *pool_calloc(struct pool *pool, size_t n, size_t size);
void *pool_copy(struct pool *pool, const void *from, size_t size);

/* The one copy of a string: equal strings give equal pointers. Never null: "" when memory is out.
 */
const char *pool_intern(struct pool *pool, const char *string);
const char *pool_intern_n(struct pool *pool, const char *string, size_t len);
/* Not interned; "" when memory is out. */
const char *pool_printf(struct pool *pool, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

int pool_failed(const struct pool *pool);

#endif

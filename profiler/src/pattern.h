/* SPDX-License-Identifier: Apache-2.0 */
/* Names of functions against the scope patterns. */
#ifndef SHIM_PATTERN_H
#define SHIM_PATTERN_H

#include <nocopy/profile_format.h>
#include <stdbool.h>
#include <stddef.h>

struct scope_match {
    const char *name; /* the indicator; not closed by NUL; valid until the next match */
    size_t name_len;
    enum nc_mode mode;
    bool outlined; /* split off by the compiler: "._omp_fn" and kin */
};

/* Whether the object at hand has a function of that name. */
typedef bool pattern_has(void *context, const char *name, size_t len);

/* `patterns`: PCRE2, one a line; null: the indicator API. 0, or -EINVAL when one of them does not
 * compile. */
int pattern_init(const char *patterns);

/* Does the function with this linkage name begin a scope? */
bool pattern_match(struct scope_match *ret, const char *function, pattern_has *has, void *context);

#endif

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# no_allocator.sh ARCHIVE...: only owned.c may ask for memory, and only entries' data may be written to.
found=$(nm -A -u "$@" 2>/dev/null |
    grep -E ' (malloc|calloc|realloc|reallocarray|free|aligned_alloc|posix_memalign|memalign|valloc|mmap|mmap64|strdup)$' |
    grep -v 'owned\.c')
[ -n "$(nm -A -u "$@" 2>/dev/null)" ] || { echo "no objects to look at"; exit 1; }
[ -z "$found" ] || { echo "an allocator is called outside owned.c:"; echo "$found"; exit 1; }

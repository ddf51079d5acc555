#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# with_node.sh ARG...: run Node with these arguments. Exit status 77 (skipped) without Node 20; 1
# instead where NOCOPY_REQUIRE_BROWSER=1 asks for it.
major=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p')
if [ "${major:-0}" -lt 20 ]; then
    echo "skipped: needs Node 20 or later (found: ${major:-none})"
    [ "$NOCOPY_REQUIRE_BROWSER" = 1 ] && exit 1
    exit 77
fi
exec node "$@"

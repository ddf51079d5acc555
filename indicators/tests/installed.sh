#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# installed.sh BUILD_FOLDER: what an installation gives to a program of somebody else's: pkg-config finds the library, C and C++
# compile against it alone, shared and static, and the library exports what its header declares and nothing besides.
build=$1
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
n=0
failed=0

tell() { # tell STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
        sed 's/^/# /' "$room/log"
        failed=1
    fi
}

for tool in meson pkg-config cc c++ nm; do
    command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool here"; exit 0; }
done
echo 1..6
meson install -C "$build" --no-rebuild --destdir "$room/root" --tags runtime,devel >"$room/log" 2>&1 || cat "$room/log" >&2
export PKG_CONFIG_SYSROOT_DIR="$room/root"
pc=$(find "$room/root" -name indicators.pc)
export PKG_CONFIG_PATH="${pc%/*}"
library=$(find "$room/root" -name 'libindicators.so')
flags=$(pkg-config --cflags indicators 2>"$room/log") && [ -n "$flags" ] && [ "$(pkg-config --modversion indicators)" ]
tell $? "pkg-config knows where the library is, and its version"

cat >"$room/user.c" <<'END'
#include <nocopy/indicators.h>
#include <stdio.h>
int main(void)
{
    double x[8] = {1, 2, 3, 4, 5, 6, 7, 8}, y[8];
    const double params[] = {4};
    struct ind_job job = {{0}, 0, 0, 0, 0, {{0, 0, 0, 0}}, 0, 0, 0};
    job.in[0] = x;
    job.len = 8;
    job.params = params;
    job.out[0].at = y;
    job.out[0].rows = 1;
    job.out[0].cols = job.out[0].stride = 8;
    if (ind_sma(&job) != IND_OK || y[7] != 6.5)
        return 1;
    puts(ind_version());
    return 0;
}
END
cp "$room/user.c" "$room/user.cc"
version=$(pkg-config --modversion indicators)

try() { # try COMPILER... : build user as shared, run it, and see that it is this version
    "$@" $flags -o "$room/user" $(pkg-config --libs indicators) >"$room/log" 2>&1 &&
        [ "$(LD_LIBRARY_PATH=${library%/*} "$room/user" 2>>"$room/log")" = "$version" ]
}
strict="-Wall -Wextra -Wpedantic -Werror"
(cd "$room" && try cc -std=c11 $strict user.c)
tell $? "a C program compiles, links and runs"
(cd "$room" && try c++ -std=c++17 $strict -Wno-missing-field-initializers user.cc)
tell $? "a C++ program compiles, links and runs"

static=$(find "$room/root" -name 'libindicators.a')
cc -std=c11 $strict $flags "$room/user.c" "$static" $(pkg-config --static --libs-only-l indicators | sed 's/-lindicators//') \
    -o "$room/user" >"$room/log" 2>&1 && [ "$("$room/user")" = "$version" ]
tell $? "a program links the static library and needs no other of ours"

nm -D --defined-only "$library" | sed 's/.* //; s/@.*//' | sort >"$room/exported"
echo '#include <nocopy/indicators.h>' | cc -E -P $flags - | tr -d '\n' | tr ';}' '\n\n' | grep 'visibility' |
    grep -o 'ind_[a-z0-9_]*(' | tr -d '(' | sort -u >"$room/declared"
diff "$room/declared" "$room/exported" >"$room/log" && [ -s "$room/exported" ]
tell $? "what the header declares is exported, and nothing else"

readelf -d "$library" >"$room/log" && grep -q "soname: \[libindicators.so.${version%%.*}\]" "$room/log"
tell $? "the shared library carries its major version"
exit $failed

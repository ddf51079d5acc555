#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Debian packages of HEAD: built, installed in a clean system of their own, used there, removed. Root; minutes; the network
# for debootstrap. packaging/check.sh [--like-dev] [SUITE [MIRROR]], by default what this machine runs, from where debootstrap looks. --like-dev compiles with the
# flags of ./dev build rather than Debian's, so that ccache, where it is installed, has most of it: for trying the packaging itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
like_dev=
[ "${1:-}" != --like-dev ] || { like_dev=1; shift; }
suite=${1:-$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)}
mirror=${2:-}

say() { printf 'check: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

[ "$(id -u)" = 0 ] || die "run it as root: it installs packages in a chroot"
for tool in debootstrap dpkg-buildpackage dh; do
    command -v $tool >/dev/null || die "no $tool: apt-get install debootstrap dpkg-dev debhelper"
done

top=$(mktemp -d)
root=$top/root
tidy() {
    mountpoint -q "$root/proc" && umount "$root/proc"
    mountpoint -q "$root/dev" && umount "$root/dev"
    rm -rf --one-file-system "$top"
}
trap tidy EXIT

mkdir "$top/src"
git archive HEAD | tar x -C "$top/src"
cp -r packaging/debian "$top/src/debian"
if [ -n "$like_dev" ]; then
    export DEB_CFLAGS_SET='' DEB_CPPFLAGS_SET='' DEB_LDFLAGS_SET='' NOCOPY_MESON_ARGS=--buildtype=debugoptimized
    export PATH=/usr/lib/ccache:$PATH
fi
say "building the packages${like_dev:+ (flags of ./dev build)}"
(cd "$top/src" && DEB_BUILD_OPTIONS="parallel=$(nproc)" dpkg-buildpackage -b -us -uc) >"$top/build.log" 2>&1 ||
    { tail -40 "$top/build.log" >&2; die "the packages do not build"; }
ls -l "$top"/*.deb >&2

say "making a clean $suite"
debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"} >"$top/debootstrap.log" 2>&1 ||
    { tail -20 "$top/debootstrap.log" >&2; die "debootstrap failed"; }
cp "$top"/*.deb "$root/tmp/"
cp /etc/resolv.conf "$root/etc/resolv.conf"
for conf in /etc/apt/apt.conf.d/*proxy*; do
    [ ! -f "$conf" ] || cp "$conf" "$root/etc/apt/apt.conf.d/"
done
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" bash -euo pipefail -c "$1"; }

say "installing nocopy alone"
inside 'apt-get update -qq && apt-get install -y -qq --no-install-recommends /tmp/libindicators0_*.deb /tmp/nocopy_*.deb' >"$top/install.log" 2>&1 ||
    { tail -20 "$top/install.log" >&2; die "the packages do not install"; }
inside 'nocopy --version'
inside 'nocopy doctor'
say "using it"
inside 'cd /tmp && nocopy run --quiet -o ls.prof -- ls -l /usr && nocopy report ls.prof && nocopy report -o ls.html ls.prof && test -s ls.html' \
    >"$top/use.log" || { cat "$top/use.log" >&2; die "it does not record"; }
inside 'cd /tmp && nocopy analyze -- --bars 1000 >analyze.txt && grep -q "^SMA .*OK" analyze.txt' ||
    { tail -5 "$root/tmp/analyze.txt" >&2; die "the drivers do not run"; }
inside 'test -s /usr/share/man/man1/nocopy.1.gz && test -s /usr/share/bash-completion/completions/nocopy'

say "installing libindicators-dev, building against it"
inside 'apt-get install -y -qq --no-install-recommends /tmp/libindicators-dev_*.deb gcc libc6-dev pkg-config' >"$top/install.log" 2>&1 ||
    { tail -20 "$top/install.log" >&2; die "libindicators-dev does not install"; }
cat >"$root/tmp/own.c" <<'EOF'
#include <nocopy/indicators.h>
#include <nocopy/mark.h>
#include <stdlib.h>
int main(void)
{
    char *kept = malloc(1000);
    kept[0] = 1;
    struct nc_seen seen;
    nc_scope_begin("own", NC_SINGLE, 1);
    free(malloc(12345));
    nc_scope_end(&seen);
    return ind_count() == 0 || kept[0] != 1;
}
EOF
# shellcheck disable=SC2016 # the chroot's shell expands it
inside 'cd /tmp && pc=$(basename -s .pc $(dpkg -L libindicators-dev | grep "\.pc$" | head -1)) && gcc -g -o own own.c $(pkg-config --cflags --libs "$pc") &&
    nocopy run --quiet -o own.prof -- ./own && nocopy report own.prof >own.txt && grep -q own.c own.txt' ||
    die "a program built against libindicators-dev is not seen with its lines"

say "removing them"
inside 'apt-get purge -y -qq nocopy libindicators0 libindicators-dev >/dev/null 2>&1 && ! command -v nocopy && test ! -e /usr/lib/*/nocopy'
say "all well: built, installed, used and removed in a clean $suite"

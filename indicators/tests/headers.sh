#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# headers.sh INCLUDE_FOLDER...: every public header compiles alone, as C and as C++, without a warning.
flags=
for folder in "$@"; do flags="$flags -I$folder"; done
for header in nocopy/indicators.h nocopy/indicators_list.h; do
    for try in "cc -x c -std=c99" "cc -x c -std=c11" "c++ -x c++ -std=c++11" "c++ -x c++ -std=c++20"; do
        command -v "${try%% *}" >/dev/null || { echo "no ${try%% *} here"; exit 77; }
        printf '#include <%s>\nextern int something;\n' "$header" | $try $flags -fsyntax-only -Wall -Wextra -Wpedantic -Werror - || {
            echo "$header does not compile alone: $try"
            exit 1
        }
    done
done

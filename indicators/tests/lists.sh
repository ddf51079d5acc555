#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lists.sh FOLDER NAME...: every kernel file is in the list, once sorted, and every name has its file.
folder=$1
shift
status=0
listed=$(printf '%s\n' "$@" | sed 's/.* in //' | LC_ALL=C sort -u)
present=$(cd "$folder" && ls -- *.c | sed 's/\.c$//' | LC_ALL=C sort)
for file in $present; do
    echo "$listed" | grep -qx "$file" || { echo "kernels/$file.c is in no list"; status=1; }
done
twice=$(printf '%s\n' "$@" | sed 's/ in .*//' | LC_ALL=C sort | uniq -d)
[ -z "$twice" ] || { echo "twice in the list:" $twice; status=1; }
printf '%s\n' "$@" | sed 's/ in .*//' | LC_ALL=C sort -c || { echo "the list is not sorted"; status=1; }
exit $status

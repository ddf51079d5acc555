# SPDX-License-Identifier: Apache-2.0
"""Totals beside those of two other tools, on programs that do the same each time.

valgrind's memcheck counts as we do, to the byte. Only frees differ: at the exit it has libc give
back what libc would keep, so it sees as many more as we call leaked, at most.

heaptrack counts one call more: the pool that the C++ runtime it brings along sets aside."""
import json
import re
import shutil
import sys

from e2e import *  # noqa: F403
from e2e import Skip, equal, run_tests

SQL = ("create table t(a, b); with recursive c(x) as (select 1 union all select x + 1 from c "
       "where x < 2000) insert into t select x, x * x from c; select sum(a), avg(b) from t;")

VICTIM = r"""
#include <stdlib.h>
#include <string.h>
int main(void)
{
    void *kept[10];
    for (int i = 0; i < 100; i++)
        free(realloc(malloc((size_t)i), 1000));
    for (int i = 0; i < 10; i++)
        kept[i] = strdup("nine char");
    for (int i = 0; i < 7; i++)
        free(kept[i]);
    free(calloc(7, 11));
    return 0;
}
"""


def _need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise Skip(f"no {tool} on this machine")


def _victim(place):
    return [place.compile("victim", VICTIM, "-O0", "-fno-builtin")]


def _ours(place, argv):
    equal(place.nocopy("run", "--quiet", "-o", "x.prof", "--", *argv).status, 0)
    return json.loads(place.nocopy("report", "--format", "json", "x.prof").out)["totals"]


def _agrees_with_valgrind(place, argv):
    totals = _ours(place, argv)
    done = place.run("valgrind", "--tool=memcheck", "--leak-check=no", *argv, timeout=300)
    line = re.search(r"total heap usage: ([\d,]+) allocs, ([\d,]+) frees, ([\d,]+) bytes", done.err)
    allocs, frees, size = (int(n.replace(",", "")) for n in line.groups())
    equal((totals["allocations"], totals["allocated_bytes"]), (allocs, size))
    if not totals["frees"] <= frees <= totals["frees"] + totals["leaked_blocks"]:
        raise AssertionError(f"{totals['frees']} frees, {totals['leaked_blocks']} leaked; valgrind: {frees}")


def _agrees_with_heaptrack(place, argv):
    totals = _ours(place, argv)
    equal(place.run("heaptrack", "-o", place.path("track"), *argv).status, 0)
    done = place.run("heaptrack_print", place.path("track.zst"))
    calls = int(re.search(r"calls to allocation functions: (\d+)", done.out).group(1))
    equal(calls, totals["allocations"] + 1, done)


def totals_of_a_program_known_by_heart_are_those_of_valgrind(place):
    _need("valgrind")
    argv = _victim(place)
    totals = _ours(place, argv)
    equal((totals["allocations"], totals["frees"], totals["leaked_blocks"], totals["leaked_bytes"]),
          (211, 208, 3, 30))
    equal(totals["allocated_bytes"], 99 * 100 // 2 + 100 * 1000 + 10 * 10 + 77)
    _agrees_with_valgrind(place, argv)


def totals_of_sqlite_are_those_of_valgrind(place):
    _need("valgrind", "sqlite3")
    _agrees_with_valgrind(place, ["sqlite3", ":memory:", SQL])


def calls_of_a_program_known_by_heart_are_heaptrack_s(place):
    _need("heaptrack", "heaptrack_print")
    _agrees_with_heaptrack(place, _victim(place))


def calls_of_sqlite_are_heaptrack_s(place):
    _need("heaptrack", "heaptrack_print", "sqlite3")
    _agrees_with_heaptrack(place, ["sqlite3", ":memory:", SQL])


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules["__main__"]))

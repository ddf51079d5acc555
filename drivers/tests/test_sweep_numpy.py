#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The numpy example, proven by the profiler: its sweep allocates its result and copies nothing.

usage: test_sweep_numpy.py PYTHON_WITH_NUMPY NOCOPY EXAMPLE LIBRARY
"""
import json
import os
import subprocess
import sys
import tempfile

ROWS, BARS = 239, 10_000  # of the example
OWN = 32 * 1024  # what the work of two threads and Python's objects may take


def profile():
    python, nocopy, example, library = sys.argv[1:5]
    with tempfile.TemporaryDirectory(prefix="nocopy-test-") as room:
        path = os.path.join(room, "sweep.prof")
        environment = {k: v for k, v in os.environ.items() if k != "MALLOC_PERTURB_"}
        subprocess.run([nocopy, "run", "--content=full", "-o", path, "--", python, example, library], check=True,
                       env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        done = subprocess.run([nocopy, "report", "--format=json", path], check=True, stdout=subprocess.PIPE,
                              env=environment)
    return json.loads(done.stdout)


def the_sweep_is_a_scope_of_its_own():
    assert len(scopes) == 1, scopes
    assert scopes[0]["mode"] == "batch" and scopes[0]["combos"] == ROWS, scopes


def no_byte_of_the_sweep_is_needless():
    assert scopes[0]["needless_bytes"] == 0, scopes
    assert not about, about


def the_sweep_allocates_its_result_and_little_else():
    result = ROWS * BARS * 8
    assert result <= scopes[0]["allocated_bytes"] <= result + OWN, scopes
    assert scopes[0]["temporary_bytes"] <= OWN, scopes


def the_sweep_copies_no_series():
    assert scopes[0]["copied_bytes"] <= OWN, scopes


report = profile()
scopes = [scope for scope in report["scopes"] if scope["name"] == "sma"]
about = [finding for finding in report["findings"] if finding["scope"] == "sma"]
tests = [the_sweep_is_a_scope_of_its_own, no_byte_of_the_sweep_is_needless,
         the_sweep_allocates_its_result_and_little_else, the_sweep_copies_no_series]
print(f"1..{len(tests)}")
for number, test in enumerate(tests, 1):
    try:
        test()
        print(f"ok {number} - {test.__name__}")
    except AssertionError as why:
        print(f"not ok {number} - {test.__name__}\n# {why}")

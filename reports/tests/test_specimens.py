#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Recall and precision on the specimens: planted waste whose kind, function, line and bytes are known.

usage: test_specimens.py NOCOPY SHIM SPECIMENS [--batch-only] [-v]

Prints TAP: one test a twin. A wasteful twin passes when each planted finding is there with kind (or its
equal), function, line and bytes within 2 %; a clean twin when nothing of moderate severity or more is said.
"""
import json
import os
import subprocess
import sys
import tempfile


def run(command, **environment):
    return subprocess.run(command, env={**os.environ, **environment}, check=True, capture_output=True).stdout


def near(a, b):
    return abs(a - b) <= 0.02 * b


def matches(finding, want, size):
    where = finding["where"]
    return (finding["kind"] in (want["kind"], want.get("also")) and where["line"] == want["line"]
            and where["function"] == want["function"] and os.path.basename(where.get("file", "")) == want["file"]
            and near(finding["bytes"], size))


def brief(finding):
    where = finding["where"]
    return "%s %s:%d %d B x%d %s" % (finding["kind"], where["function"], where["line"], finding["bytes"],
                                     finding["count"], finding["severity"])


def main():
    nocopy, shim, specimens = sys.argv[1:4]
    verbose = "-v" in sys.argv
    truth = json.loads(run([specimens, "--list", "--json"]))["specimens"]
    number = planted = found = said = right = 0
    print("1..%d" % (2 * len(truth)))
    with tempfile.TemporaryDirectory() as folder:
        for spec in truth:
            for twin in ("wasteful", "clean"):
                profile = os.path.join(folder, spec["name"] + twin)
                exact = any(want["exact"] for want in spec["findings"])
                seen = json.loads(run([specimens, "--run", spec["name"], "--twin", twin, "--json"],
                                      LD_PRELOAD=shim, NOCOPY_OUTPUT=profile, NOCOPY_CONTENT="full",
                                      NOCOPY_UNTOUCHED="exact" if exact else "on"))["specimens"][0]
                report = json.loads(run([nocopy, "report", "--format", "json", profile]))
                findings = [f for f in report["findings"] if f["scope"] and f["mode"] == "batch"]
                wants = seen["findings"] if twin == "wasteful" else []
                missing, taken = [], []
                for want in wants:
                    size = want["bytes"] + want["bytes_batch1"]
                    hit = [f for f in findings if matches(f, {**want, "file": want.get("file", spec["file"])}, size)]
                    planted += 1
                    found += bool(hit)
                    taken += hit
                    if not hit:
                        missing.append("%s %s:%d %d B" % (want["kind"], want["function"], want["line"], size))
                extra = [f for f in findings if f not in taken and f["severity"] != "low"]
                said += len(taken) + len(extra)
                right += len(taken)
                number += 1
                good = not missing and not extra
                print("%s %d - %s_%s_%s" % ("ok" if good else "not ok", number, twin, spec["name"],
                                            "is_told" if twin == "wasteful" else "is_not_blamed"))
                for line in missing:
                    print("#   missing", line)
                for f in extra:
                    print("#   wrong  ", brief(f))
                if verbose or not good:
                    for f in findings:
                        if f not in extra and f not in taken:
                            print("#   low    ", brief(f))
    print("# recall %d of %d, precision %d of %d" % (found, planted, right, said))


main()

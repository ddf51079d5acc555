#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Score the profiler on programs made up at random, whose waste is known.

usage: random_score.py NOCOPY RANDOM_WASTE [--seeds FIRST:END] [--verbose]

Each seed is a program (random_waste.c) that runs under the profiler with scopes by marks, by names
and with threads; what it says of itself is held against the JSON report. Prints TAP:
- recall: bytes wasted that a finding of that kind names, in that function and scope;
- precision: no finding above `low` but of what was wasted, within two per cent;
- no scope is charged more needless bytes than it allocated and copied, whatever was looked at.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

TOLERANCE = 0.02
NAMES = r"^(?<name>random_waste)_(?<mode>batch)$"


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def report(args, seed, scopes, threads, content):
    profile = os.path.join(args.scratch, f"{seed}.{scopes}.{threads}.{content}.prof")
    told = run([args.nocopy, "run", "--quiet", f"--content={content}", f"--scope={NAMES}", "-o", profile,
                "--", args.program, str(seed), scopes, str(threads)])
    seen = json.loads(run([args.nocopy, "report", "--format", "json", profile]))
    os.unlink(profile)
    return json.loads(told)["wasted"], seen


def overcharged(seen):
    return [f"{s['name']}: {s['needless_bytes']} needless of {s['allocated_bytes']} allocated and "
            f"{s['copied_bytes']} copied" for s in seen["scopes"]
            if s["needless_bytes"] > s["allocated_bytes"] + s["copied_bytes"]]


class Score:
    def __init__(self):
        self.wasted = self.found = self.told = self.false = 0
        self.notes = []

    def add(self, what, wasted, findings):
        truth, told = {}, {}
        for w in wasted:
            key = (w["scope"], w["function"], w["kind"])
            truth[key] = truth.get(key, 0) + w["bytes"]
        for f in findings:
            key = (f["scope"], f["where"].get("function", ""), f["kind"])
            sure = not f["evidence"].startswith("Likely")
            bytes_, loud = told.get(key, (0, False))
            told[key] = (bytes_ + (f["bytes"] if sure else 0), loud or f["severity"] != "low")
        for key, want in sorted(truth.items()):
            got = told.get(key, (0, False))[0]
            self.wasted += want
            self.found += min(got, want)
            if got < want * (1 - TOLERANCE):
                self.notes.append(f"{what}: {' '.join(key)}: {got} of {want} bytes")
        for key, (got, loud) in sorted(told.items()):
            if not loud:
                continue
            more = got - truth.get(key, 0)
            self.told += got
            if more > truth.get(key, 0) * TOLERANCE:
                self.false += more
                self.notes.append(f"{what}: false: {' '.join(key)}: {got} for {truth.get(key, 0)} bytes")

    def recall(self):
        return 100.0 * self.found / self.wasted if self.wasted else 100.0

    def precision(self):
        return 100.0 * (self.told - self.false) / self.told if self.told else 100.0


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parse.add_argument("nocopy")
    parse.add_argument("program")
    parse.add_argument("--seeds", default="97:105")
    parse.add_argument("--verbose", action="store_true")
    args = parse.parse_args()
    os.environ.pop("MALLOC_PERTURB_", None)  # where malloc fills its blocks, all of them are written
    first, end = (int(x) for x in args.seeds.split(":"))
    with tempfile.TemporaryDirectory() as scratch:
        args.scratch = scratch
        sys.exit(score(args, range(first, end)))


# How a seed is run, and what is demanded of it: recall and precision in per cent. Within a budget what was looked at depends
# on time; and that a row was computed again, not copied by a loop from the equal one that lives, only `full` can tell.
WAYS = [("marks", 1, "full", 99.0, 100.0),
        ("names", 1, "full", 99.0, 100.0),
        ("marks", 3, "full", 95.0, 100.0),
        ("marks", 1, "on", 0.0, 98.0),
        ("names", 1, "off", 0.0, 0.0)]


def score(args, seeds):
    print(f"1..{3 * len(WAYS)}", flush=True)
    bad = n = 0
    for scopes, threads, content, least_recall, least_precision in WAYS:
        total, over = Score(), []
        for seed in seeds:
            wasted, seen = report(args, seed, scopes, threads, content)
            total.add(f"seed {seed}", wasted, seen["findings"])
            over += [f"seed {seed}: {o}" for o in overcharged(seen)]
        way = f"--content={content}, scopes by {scopes}, {threads} threads"
        print(f"# {way}: recall {total.recall():.2f} % of {total.wasted} bytes, "
              f"precision {total.precision():.2f} % of {total.told}")
        if args.verbose or total.recall() < least_recall or total.precision() < least_precision:
            for note in total.notes + over:
                print(f"# {note}")
        for good, name in [(total.recall() >= least_recall, f"recall is at least {least_recall:.0f} per cent"),
                           (total.precision() >= least_precision,
                            f"precision is at least {least_precision:.0f} per cent"),
                           (not over, "no scope is charged more than it allocated and copied")]:
            n += 1
            bad += not good
            print(f"{'ok' if good else 'not ok'} {n} {way}: {name}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Score the profiler on the specimens: what is planted must be found, and nothing else.

usage: score.py NOCOPY SPECIMENS... [--only NAME] [--calls CALLS] [--content MODE] [--keep FOLDER]

Each twin of each specimen runs in a process of its own under `nocopy run --content=full`, or as
MODE says (`on`: by the default time budget, where what only `exact` sees is not demanded); the JSON
report is held against what the specimens say by heart. A finding counts as true when kind (or the
other kind that is as true), function, file and line are those planted and its bytes are within two
per cent. Findings of `low` severity are remarks: neither demanded nor held against anybody.

Prints TAP: one line a twin, recall and precision at the end; exit status 1 unless both are 100 %.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

TOLERANCE = 0.02


def run(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def report(args, program, name, twin):
    profile = os.path.join(args.keep, f"{name}.{twin}.prof")
    told = run([args.nocopy, "run", "--quiet", f"--content={args.content}", "-o", profile, "--", program, "--json",
                "--run", name, "--twin", twin, "--calls", args.calls])
    seen = run([args.nocopy, "report", "--format", "json", profile])
    with open(os.path.join(args.keep, f"{name}.{twin}.json"), "w", encoding="utf-8") as f:
        f.write(seen)
    planted = [s for s in json.loads(told)["specimens"] if s["name"] == name][0]["findings"]
    return planted, json.loads(seen)["findings"]


def expected_bytes(args, planted):
    calls = args.calls.split(",")
    return (planted["bytes"] if "batch" in calls else 0) + \
           (planted["bytes_batch1"] if "batch1" in calls else 0)


def same_function(told, planted):
    """A C++ name may carry its namespace and its parameters."""
    return told == planted or f"::{planted}(" in told or told.startswith(f"{planted}(")


def fault(args, finding, planted):
    """What is wrong with a finding, held against what is planted; empty: nothing."""
    where, want = finding["where"], expected_bytes(args, planted)
    faults = []
    if finding["kind"] not in (planted["kind"], planted.get("also")):
        faults.append(f"kind {finding['kind']} for {planted['kind']}")
    if not same_function(where.get("function", ""), planted["function"]):
        faults.append(f"function {where.get('function')} for {planted['function']}")
    if os.path.basename(where.get("file") or "") != planted["file"]:
        faults.append(f"file {where.get('file')} for {planted['file']}")
    if where.get("line") != planted["line"]:
        faults.append(f"line {where.get('line')} for {planted['line']}")
    if abs(finding["bytes"] - want) > TOLERANCE * want:
        faults.append(f"{finding['bytes']} bytes for {want}")
    return faults


def brief(finding):
    w = finding["where"]
    return (f"{finding['severity']} {finding['kind']} {w.get('function')} "
            f"{os.path.basename(w.get('file') or '?')}:{w.get('line')} {finding['bytes']} bytes")


def judge(args, planted, findings):
    """How many planted are found, how many findings are true, how many false, and the notes."""
    loud = [f for f in findings if f["severity"] != "low"]
    planted = [p for p in planted if expected_bytes(args, p) > 0]
    left, found, notes = list(loud), 0, []
    for p in planted:
        hits = [f for f in left if not fault(args, f, p)]
        quiet = [f for f in findings if f not in loud and not fault(args, f, p)]
        if hits:
            left.remove(hits[0])
            found += 1
        elif p["exact"] and args.content != "full":
            planted = [q for q in planted if q is not p]  # may be found, need not be
        elif quiet and expected_bytes(args, p) < 65536:
            found += 1  # small waste is told in a low voice
        else:
            near = sorted(left, key=lambda f: len(fault(args, f, p)))[:1]
            notes.append(f"missed: {p['kind']} {p['function']} {p['file']}:{p['line']} "
                         f"{expected_bytes(args, p)} bytes" +
                         "".join(f"; nearest: {', '.join(fault(args, f, p))}" for f in near))
    # The second name of a thing that is found under the first is no falsehood.
    for f in list(left):
        if any(p.get("also") == f["kind"] and f["where"].get("line") == p["line"] for p in planted):
            left.remove(f)
    notes += [f"false: {brief(f)}" for f in left]
    return len(planted), found, len(left), notes


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parse.add_argument("nocopy")
    parse.add_argument("specimens", nargs="+")
    parse.add_argument("--only", action="append")
    parse.add_argument("--calls", default="single,batch1,batch")
    parse.add_argument("--content", default="full", choices=["full", "on"])
    parse.add_argument("--keep", help="folder to leave profiles and reports in")
    args = parse.parse_args()
    # meson has malloc fill every block: then none of them has a byte that was never written.
    os.environ.pop("MALLOC_PERTURB_", None)
    with tempfile.TemporaryDirectory() as scratch:
        args.keep = args.keep or scratch
        os.makedirs(args.keep, exist_ok=True)
        sys.exit(score(args))


def score(args):
    todo = []
    for program in args.specimens:
        for s in json.loads(run([program, "--list", "--json"]))["specimens"]:
            if not args.only or s["name"] in args.only:
                todo += [(program, s["name"], twin) for twin in ("wasteful", "clean")]
    print(f"1..{len(todo) + 2}", flush=True)
    planted = found = false = n = 0
    for program, name, twin in todo:
        n += 1
        try:
            wants, findings = report(args, program, name, twin)
            counts = judge(args, wants if twin == "wasteful" else [], findings)
        except (RuntimeError, ValueError, KeyError) as e:
            counts = (1, 0, 0, [f"{type(e).__name__}: {e}"])
        planted, found, false = planted + counts[0], found + counts[1], false + counts[2]
        ok = "ok" if counts[0] == counts[1] and counts[2] == 0 else "not ok"
        what = "what is planted is found" if twin == "wasteful" else "nothing is found in the clean twin"
        print(f"{ok} {n} {name}: {what}", flush=True)
        for note in counts[3]:
            print(f"# {note}", flush=True)
    recall = 100.0 * found / planted if planted else 100.0
    precision = 100.0 * found / (found + false) if found + false else 100.0
    print(f"# recall {recall:.1f} % ({found} of {planted}), precision {precision:.1f} % ({false} false)")
    print(f"{'ok' if found == planted else 'not ok'} {n + 1} recall is 100 per cent")
    print(f"{'ok' if false == 0 else 'not ok'} {n + 2} precision is 100 per cent")
    return 0 if found == planted and false == 0 else 1


if __name__ == "__main__":
    main()

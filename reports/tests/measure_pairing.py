#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many call sites of a real history `nocopy diff` pairs right.

usage: measure_pairing.py REPOSITORY [--commits N] [--span N] [--from REV] [--config DIR] [--cflags FLAGS]
                          [--nocopy FILE]

For each of the newest N commits (merges apart) that touch C files with call sites in them, and what stood --span commits
before it (1): the files that differ are compiled before and after (-g -O1, each alone, nothing is linked), their calls of malloc, calloc, realloc, free-standing copies and
the project's own wrappers are read from the objects' relocations, and each is named by the debug information: function,
inlined callers, file, line. These are the sites that a profile of that code would hold. Both sets are
written as saved reports without sizes or counts (no run gave any), and `nocopy diff` pairs them: in the repository
(git's lines at hand) and outside it (by functions alone).

The truth comes from another algorithm of git's than the one nocopy asks: `git blame` of the later file against the earlier
commit says of each line whether it was there before, and where. A site whose line blame
calls old must be paired with the site of that line; any other partner, or none, is wrong. What is on lines that the commit
wrote has no truth, and is counted apart.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

CALLS = ("malloc calloc realloc reallocarray strdup strndup memcpy memmove mempcpy memset strcpy strncpy strcat "
         "posix_memalign aligned_alloc").split()


def git(repository, *words, check=True):
    return subprocess.run(["git", "-C", repository, *words], check=check, capture_output=True).stdout.decode(
        "utf-8", "replace")


def commits(repository, start, span):
    """(commit, base, files changed) of those that change C files in place; base is `span` first parents before."""
    line = git(repository, "log", "--first-parent" if span > 1 else "--no-merges", "--format=%H %P", start)
    line = [row.split() for row in line.splitlines()]
    for i in range(0, len(line), span):
        commit = line[i][0]
        if len(line[i]) < 2 or i + span >= len(line):
            continue
        base = line[i][1] if span == 1 else line[i + span][0]
        files = []
        for row in git(repository, "diff", "--name-status", "-M", base, commit, "--", "*.c").splitlines():
            kind, *names = row.split("\t")
            if kind[0] in "MR":
                files.append((names[0], names[-1]))
        if files:
            yield commit, base, files


def compiled(folder, source, flags, out):
    done = subprocess.run(["cc", "-g", "-O1", "-w", "-fno-builtin", "-ffunction-sections", "-I.", *flags, "-c", source,
                           "-o", out], cwd=folder, capture_output=True, check=False)
    return done.returncode == 0


def sites(objfile, file, folder, calls):
    """Counter of (function path, line, call) of the calls in one object."""
    text = subprocess.run(["objdump", "-dr", "--no-show-raw-insn", objfile], capture_output=True, check=True,
                          text=True).stdout
    section, wanted = None, []
    for line in text.splitlines():
        m = re.match(r"Disassembly of section (\S+):", line)
        if m:
            section = m[1]
        m = re.match(r"\s+([0-9a-f]+): R_X86_64_(?:PLT32|PC32|GOTPCREL\w*)\s+(\w+)-0x", line)
        if m and m[2] in calls:
            wanted.append((section, int(m[1], 16), m[2]))
    found = collections.Counter()
    by_section = collections.defaultdict(list)
    for section, address, call in wanted:
        by_section[section].append((address, call))
    for section, calls_here in by_section.items():
        out = subprocess.run(["addr2line", "-i", "-f", "-a", "-j", section, "-e", objfile,
                              *(hex(a) for a, _ in calls_here)], capture_output=True, check=True, text=True).stdout
        for (_, call), block in zip(calls_here, re.split(r"^0x[0-9a-f]+\n", out, flags=re.M)[1:]):
            lines = block.splitlines()
            frames = [(lines[i], lines[i + 1]) for i in range(0, len(lines) - 1, 2)]
            if not frames:
                continue
            where, number = frames[0][1].rsplit(":", 1)
            number = re.match(r"\d+", number)
            where = os.path.relpath(os.path.join(folder, where), folder) if where != "??" else "??"
            if where != file or not number or number[0] == "0":
                continue  # in a header: another file's business
            path = ";".join(f[0] for f in reversed(frames)) + ";" + call
            found[(frames[0][0], path, int(number[0]), call)] += 1
    return found


def report(commit, places):
    rows = []
    for file, function, path, line, call in places:
        rows.append({"function": function, "file": file, "line": line, "module": "app", "call": call, "scope": "",
                     "path": path, "role": "program",
                     "copying": call.startswith(("mem", "str")) and "dup" not in call})
    return {"format": "nocopy-report", "version": 1, "run": {"commit": commit}, "places": rows}


def blame(repository, parent, commit, file):
    """Line of `file` at `commit` -> (file, line) at `parent`, for lines that were there."""
    ret = {}
    text = git(repository, "blame", "--first-parent", "-w", "-M", "--porcelain", f"{parent}..{commit}", "--", file, check=False)
    names, current = {}, None
    for row in text.split("\n"):
        m = re.match(r"([0-9a-f]{40}) (\d+) (\d+)", row)
        if m:
            current = m.groups()
        elif row.startswith("filename ") and current:
            names[current[0]] = row[9:]
        elif row.startswith("\t") and current and current[0] == parent:
            ret[int(current[2])] = (names.get(parent, file), int(current[1]))
    return ret


def pairs(nocopy, folder, base, head):
    """{head site: base site or None} as the diff says."""
    done = subprocess.run([nocopy, "diff", "--format", "json", base, head], cwd=folder, capture_output=True, check=True)
    ret = {}
    for p in json.loads(done.stdout)["places"]:
        def key(side):
            return side and (side["file"], side["line"], side["function"], p["call"])
        if p["head"]:
            ret[key(p["head"])] = (key(p["base"]), p["matched_by"])
        else:
            ret[("gone", *key(p["base"]))] = (key(p["base"]), p["matched_by"])
    return ret


def main():
    args = argparse.ArgumentParser()
    args.add_argument("repository")
    args.add_argument("--commits", type=int, default=50)
    args.add_argument("--span", type=int, default=1)
    args.add_argument("--from", dest="start", default="HEAD")
    args.add_argument("--config", help="folder of headers that ./configure would have made")
    args.add_argument("--cflags", default="")
    args.add_argument("--calls", default="", help="further functions that allocate or copy")
    args.add_argument("--nocopy", default="build/reports/nocopy")
    args = args.parse_args()
    nocopy, repository = os.path.abspath(args.nocopy), os.path.abspath(args.repository)
    flags = args.cflags.split() + ([f"-I{os.path.abspath(args.config)}"] if args.config else [])
    calls = set(CALLS) | set(args.calls.split())
    scratch = tempfile.mkdtemp(prefix="nocopy-pairing-")
    trees = [os.path.join(scratch, side) for side in ("base", "head")]
    for tree in trees:
        git(repository, "worktree", "add", "-q", "--detach", tree, args.start)
    sums = collections.Counter()
    used = uncompiled = 0
    try:
        for commit, parent, files in commits(repository, args.start, args.span):
            if used == args.commits:
                break
            for tree, id_ in zip(trees, (parent, commit)):
                git(tree, "checkout", "-q", "--detach", "-f", id_)
            places, truth, complete = ([], []), {}, True
            for names in files:
                both = []
                for side in (0, 1):
                    objfile = os.path.join(scratch, "o.o")
                    if not compiled(trees[side], names[side], flags, objfile):
                        break
                    both.append(sites(objfile, names[side], trees[side], calls))
                if len(both) < 2:
                    complete = False
                    continue
                for side in (0, 1):
                    places[side].extend((names[side], f, p, line, call) for (f, p, line, call) in both[side])
                for line, was in blame(repository, parent, commit, names[1]).items():
                    truth[(names[1], line)] = was
            uncompiled += not complete
            if not places[1] or not places[0]:
                continue
            files_written = []
            for side, id_ in enumerate((parent, commit)):
                name = os.path.join(scratch, f"{side}.json")
                with open(name, "w", encoding="utf-8") as out:
                    json.dump(report(id_, sorted(set(places[side]))), out)
                files_written.append(name)
            used += 1
            lines_at_base = {(f, line, call) for f, _, _, line, call in places[0]}
            for way, folder in (("git", trees[1]), ("functions", scratch)):
                for head, (base, how) in pairs(nocopy, folder, *files_written).items():
                    if head[0] == "gone":
                        continue
                    was = truth.get(head[:2])
                    if was and (*was, head[3]) in lines_at_base:
                        right = base is not None and base[:2] == was
                        sums[way, "old"] += 1
                        sums[way, "right"] += right
                        moved = was != head[:2]
                        sums[way, "moved"] += moved
                        sums[way, "moved right"] += moved and right
                        if not right:
                            sums[way, "none" if base is None else "other"] += 1
                            print(f"  {way} {commit[:10]} {head} was {was}, paired with {base} ({how})",
                                  file=sys.stderr)
                    elif not was:
                        sums[way, "new lines"] += 1
                        sums[way, "new lines paired"] += base is not None
                    else:
                        sums[way, "old line, new call"] += 1
    except KeyboardInterrupt:
        print("interrupted: the figures are of what was done", file=sys.stderr)
    finally:
        for tree in trees:
            git(repository, "worktree", "remove", "--force", tree, check=False)
        subprocess.run(["rm", "-rf", scratch], check=False)
    print(f"{used} commits ({uncompiled} looked at had a file that does not compile alone)")
    for way in ("git", "functions"):
        n, right = sums[way, "old"], sums[way, "right"]
        m, moved_right = sums[way, "moved"], sums[way, "moved right"]
        print(f"{way:9}: {right} of {n} sites on lines that stayed paired right ({100 * right / max(n, 1):.2f} %); "
              f"of those that moved {moved_right} of {m} ({100 * moved_right / max(m, 1):.2f} %); wrong: "
              f"{sums[way, 'other']} with another, {sums[way, 'none']} with none; on changed lines: "
              f"{sums[way, 'new lines']}, {sums[way, 'new lines paired']} paired")


if __name__ == "__main__":
    main()

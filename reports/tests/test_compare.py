# SPDX-License-Identifier: Apache-2.0
"""nocopy compare and bisect on scratch repositories with a planted row copy."""
import json
import os
import signal
import sys
import time

from e2e import *  # noqa: F403
from e2e import (BUILD, NOCOPY, ROW_COPY, ROW_IN_PLACE, SCOPE, contains, driver, equal, repository,
                 run_tests, stop_group, tree_of, unchanged, wait_for)

GOOD, BAD = driver(ROW_IN_PLACE), driver(ROW_COPY)
DRIVER = ("--build", BUILD, SCOPE, "--", "build/driver")


def _compare(place, folder, *words, **more):
    return place.nocopy("compare", *words, *DRIVER, cwd=folder, **more)


def _worktrees(place, folder):
    return place.git("worktree", "list", "--porcelain", cwd=folder).count("worktree ")


def a_planted_row_copy_turns_ok_into_high_with_its_line(place):
    folder, ids = repository(place, [{"driver.c": GOOD}, {"driver.c": BAD}])
    done = _compare(place, folder, "HEAD~1", "HEAD", "--format", "json")
    equal(done.status, 0, done)
    text = _compare(place, folder, "HEAD~1", "HEAD", "--color=never")
    equal(text.status, 0, text)
    contains(text.out, "xxx")
    contains(text.out, "HIGH")
    line = 1 + BAD.splitlines().index("        double *row = malloc(BARS * sizeof *row);")
    contains(done.out, "driver.c")
    assert str(line) in done.out, done.out[:3000]
    json.loads(done.out)
    assert ids[0] != ids[1]


def sites_are_paired_by_git_s_lines_and_the_change_is_counted(place):
    # The row's function gets another name and moves down: only git can know that it is the same line.
    moved = BAD.replace("xxx_batch", "yyy_batch")
    lines = moved.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if "malloc(BARS * sizeof *row)" in line)
    folder, ids = repository(place, [{"driver.c": BAD}, {"driver.c": "/* one */\n" * 7 + BAD},
                                     {"driver.c": "/* one */\n" * 7 + moved}])
    assert at > 0 and moved != BAD
    done = _compare(place, folder, "HEAD~2", "HEAD", "--format", "json")
    equal(done.status, 0, done)
    diff = json.loads(done.out)
    equal((diff["commits"], diff["files"]), (2, 1))
    rows = [p for p in diff["places"] if p["base"] and p["base"]["line"] == at + 1]
    assert rows, done.out[:3000]
    for row in rows:
        equal(row["head"]["line"], at + 8)
        equal((row["matched_by"], row["lines"]), ("same line by git", 7))
    page = _compare(place, folder, "HEAD~2", "HEAD", "--format", "html")
    contains(page.out, "2 commits, 1 file")


def times_are_compared_when_runs_are_asked_for(place):
    slow = GOOD.replace("    double sum = 0;\n", "    double sum = 0;\n    for (volatile int i = 0; i < 2000000; i++)\n"
                                                "        ;\n")
    assert slow != GOOD
    folder, _ = repository(place, [{"driver.c": GOOD}, {"driver.c": slow}])
    done = _compare(place, folder, "HEAD~1", "HEAD", "--runs", "10", "--format", "json")
    equal(done.status, 0, done)
    time_of = json.loads(done.out)["rows"][0]["time"]
    equal((time_of["verdict"], time_of["base_runs"], time_of["head_runs"]), ("slower", 10, 10))
    assert time_of["p"] < 0.01 and time_of["head_ns"] > time_of["base_ns"], time_of
    without = _compare(place, folder, "HEAD~1", "HEAD", "--format", "json")
    equal(json.loads(without.out)["rows"][0]["time"], None)
    for runs in ("many", "-1", "2000"):
        equal(_compare(place, folder, "HEAD~1", "HEAD", "--runs", runs).status, 2)


def runs_kept_as_files_give_the_times_too(place):
    program = place.compile("driver", GOOD, "-rdynamic")
    for i in range(10):
        equal(place.nocopy("run", "--quiet", SCOPE, "-o", f"{i}.prof", "--", program).status, 0)
    more = [word for i in range(1, 10) for word in (f"--base-run={i}.prof", f"--head-run={i}.prof")]
    done = place.nocopy("diff", "--format", "json", *more, "0.prof", "0.prof")
    equal(done.status, 0, done)
    equal(json.loads(done.out)["rows"][0]["time"]["verdict"], "no difference")
    # All runs merged into one report hold the same.
    equal(place.nocopy("report", "-o", "all.json", *(f"{i}.prof" for i in range(10))).status, 0)
    done = place.nocopy("diff", "--format", "json", "all.json", "all.json")
    equal(json.loads(done.out)["rows"][0]["time"]["base_runs"], 10)
    for form in ("text", "markdown", "html"):
        text = place.nocopy("diff", "--format", form, "all.json", "all.json").out
        assert "time" in text.lower(), text[:2000]


def a_regression_fails_only_when_asked(place):
    folder, _ = repository(place, [{"driver.c": GOOD}, {"driver.c": BAD}])
    equal(_compare(place, folder, "HEAD~1", "HEAD").status, 0)
    done = _compare(place, folder, "HEAD~1", "HEAD", "--fail-on-regression")
    equal(done.status, 1, done)
    contains(done.err, "violated: verdict-worse xxx HIGH OK")
    equal(_compare(place, folder, "HEAD", "HEAD~1", "--fail-on-regression").status, 0)
    equal(_compare(place, folder, "HEAD", "HEAD", "--fail-on-regression").status, 0)


def checkout_index_stash_and_repository_are_left_as_they_were(place):
    folder, _ = repository(place, [{"driver.c": GOOD, "note": "one\n"}, {"driver.c": BAD}])
    place.write("repo/note", "stashed\n")
    place.git("stash", cwd=folder)
    place.write("repo/note", "staged\n")
    place.git("add", "note", cwd=folder)
    place.write("repo/note", "not staged\n")
    place.write("repo/untracked", "mine\n")
    before = tree_of(folder)
    equal(_compare(place, folder, "HEAD~1", "HEAD").status, 0)
    unchanged(folder, before)
    equal(_worktrees(place, folder), 1)


def the_second_time_nothing_is_built(place):
    folder, _ = repository(place, [{"driver.c": GOOD}, {"driver.c": BAD}])
    first = _compare(place, folder, "HEAD~1", "HEAD")
    contains(first.err, "building HEAD~1")
    second = _compare(place, folder, "HEAD~1", "HEAD")
    assert "building" not in second.err, second
    equal(first.out, second.out)


def a_commit_that_does_not_build_is_named_with_the_compiler_s_words(place):
    folder, _ = repository(place, [{"driver.c": GOOD}, {"driver.c": "int main(void) { return oops; }\n"}])
    done = _compare(place, folder, "HEAD~1", "HEAD")
    equal(done.status, 3, done)
    contains(done.err, "does not build")
    contains(done.err, "oops")
    equal(_worktrees(place, folder), 1)


def a_driver_that_is_not_built_is_named(place):
    folder, _ = repository(place, [{"driver.c": GOOD}, {"driver.c": BAD}])
    done = place.nocopy("compare", "HEAD~1", "HEAD", "--build", BUILD, "--", "build/other", cwd=folder)
    equal(done.status, 3, done)
    contains(done.err, "no program 'build/other'")


def bad_use_gives_2(place):
    folder, _ = repository(place, [{"driver.c": GOOD}])
    for words in (["HEAD"], ["HEAD", "nothing", *DRIVER], ["HEAD", "HEAD"], ["HEAD", "HEAD", "--"]):
        done = place.nocopy("compare", *words, cwd=folder)
        equal(done.status, 2, done)
        contains(done.err, "nocopy: ")
    done = place.nocopy("compare", "A", "B", "--", "x")
    equal(done.status, 2, done)
    contains(done.err, "no git repository")
    done = place.nocopy("compare", "HEAD", "HEAD", "--", "build/driver", cwd=folder)
    equal(done.status, 3, done)
    contains(done.err, "--build")


def _leftovers(place):
    found = []
    for base, folders, files in os.walk(place.path("home", "cache")):
        found += [os.path.join(base, f) for f in files]
    return found + os.listdir(place.tmp)


def an_interrupt_leaves_nothing_behind(place):
    folder, _ = repository(place, [{"driver.c": GOOD}, {"driver.c": BAD}])
    before = tree_of(folder)
    run = place.start(NOCOPY, "compare", "HEAD~1", "HEAD", "--build",
                      "touch started; sleep 60 & sleep 60", "--", "build/driver", cwd=folder)
    wait_for(lambda: any(f.endswith("started") for f in _leftovers(place)))
    stop_group(run)
    run.communicate(timeout=60)
    equal(run.returncode, -signal.SIGINT)
    equal(_leftovers(place), [])
    unchanged(folder, before)
    equal(_worktrees(place, folder), 1)


def what_a_killed_run_left_is_cleared_by_the_next(place):
    folder, _ = repository(place, [{"driver.c": GOOD}, {"driver.c": BAD}])
    run = place.start(NOCOPY, "compare", "HEAD~1", "HEAD", "--build", "touch started; sleep 3",
                      "--", "build/driver", cwd=folder)
    wait_for(lambda: any(f.endswith("started") for f in _leftovers(place)))
    stop_group(run, signal.SIGKILL)
    run.communicate(timeout=60)
    time.sleep(3.5)  # the build's own group outlives it, and holds the lock's descriptor no more
    equal(_worktrees(place, folder), 2)
    equal(_compare(place, folder, "HEAD~1", "HEAD").status, 0)
    equal(_worktrees(place, folder), 1)


def two_at_once_share_the_builds(place):
    folder, _ = repository(place, [{"driver.c": GOOD}, {"driver.c": BAD}])
    words = ("compare", "HEAD~1", "HEAD", "--build", "sleep 1; " + BUILD, SCOPE, "--", "build/driver")
    runs = [place.start(NOCOPY, *words, cwd=folder) for _ in range(2)]
    outs = [run.communicate(timeout=120) for run in runs]
    for run, out in zip(runs, outs):
        equal(run.returncode, 0, out[1])
    equal(outs[0][0], outs[1][0])
    equal(sum(out[1].count("building HEAD~1 (") for out in outs), 1, str(outs))


def the_driver_gets_files_of_the_user_s_folder(place):
    code = ("#include <stdio.h>\n#include <stdlib.h>\nint main(int argc, char **argv)\n"
            "{ free(malloc(9)); return argc < 2 || !fopen(argv[1], \"r\"); }\n")
    folder, _ = repository(place, [{"driver.c": code}])
    place.write("repo/own.csv", "1\n")
    done = place.nocopy("compare", "HEAD", "HEAD", "--build", BUILD, "--", "build/driver", "own.csv",
                        cwd=folder)
    equal(done.status, 0, done)
    assert "exited with" not in done.err, done


def bisect_finds_the_planted_commit_among_64(place):
    commits = [{"driver.c": GOOD, "note": "0\n"}]
    for number in range(1, 65):
        text = BAD if number >= 41 else GOOD
        commits.append({"driver.c": text + f"/* {number} */\n", "note": f"{number}\n"})
    commits[20]["driver.c"] = "this does not compile\n"
    folder, ids = repository(place, commits)
    before = tree_of(folder)
    done = place.nocopy("bisect", ids[0], "HEAD", *DRIVER, cwd=folder, timeout=300)
    equal(done.status, 0, done)
    contains(done.out, f"first bad commit: {ids[41]} change 41")
    contains(done.out, "violated: verdict-worse xxx HIGH OK")
    unchanged(folder, before)
    equal(_worktrees(place, folder), 1)


def bisect_says_when_there_is_nothing_to_find(place):
    folder, ids = repository(place, [{"driver.c": GOOD}, {"driver.c": GOOD + "\n"}])
    done = place.nocopy("bisect", ids[0], ids[1], *DRIVER, cwd=folder)
    equal(done.status, 1, done)
    contains(done.err, "nothing to find")


def bisect_stops_at_an_interrupt_and_clears_up(place):
    commits = [{"driver.c": (BAD if n >= 5 else GOOD) + f"/* {n} */\n"} for n in range(9)]
    folder, ids = repository(place, commits)
    before = tree_of(folder)
    run = place.start(NOCOPY, "bisect", ids[0], "HEAD", "--build", "sleep 0.4; " + BUILD, SCOPE, "--",
                      "build/driver", cwd=folder)
    while "Bisecting" not in run.stderr.readline():
        pass
    time.sleep(0.3)
    stop_group(run)
    run.communicate(timeout=60)
    equal(run.returncode, -signal.SIGINT)
    unchanged(folder, before)
    equal(_worktrees(place, folder), 1)
    equal(os.listdir(place.tmp), [])


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules["__main__"]))

# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: running nocopy, small programs, scratch repositories, TAP.

A test is a function whose name is a true sentence; run_tests() calls all of a module in order. A
test that cannot run here raises Skip with the reason."""
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

NOCOPY = os.path.abspath(os.environ.get("NOCOPY", "build/reports/nocopy"))
SOURCE = os.path.abspath(os.environ.get("NOCOPY_SOURCE", "."))
CC = os.environ.get("CC", "cc").split()


class Skip(Exception):
    """Cannot be tested on this machine; the message says why."""


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __repr__(self):
        return f"status {self.status}\n--- out\n{self.out}\n--- err\n{self.err}"


def clean_environment(home, **more):
    """No setting of the user's own reaches a test."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(("NOCOPY_", "GIT_", "PG", "LD_PRELOAD", "XDG_"))}
    env.update(HOME=home, XDG_CACHE_HOME=os.path.join(home, "cache"), LC_ALL="C.UTF-8",
               GIT_CONFIG_NOSYSTEM="1", GIT_AUTHOR_NAME="A", GIT_AUTHOR_EMAIL="a@example.org",
               GIT_COMMITTER_NAME="A", GIT_COMMITTER_EMAIL="a@example.org", NO_COLOR="1")
    for name in ("DEBUGINFOD_URLS", "MALLOC_PERTURB_"):
        env.pop(name, None)
    env.update(more)
    return env


class Place:
    """A scratch folder with a home of its own; gone at the end."""

    def __init__(self):
        self.top = tempfile.mkdtemp(prefix="nocopy-test-")
        self.home = os.path.join(self.top, "home")
        self.tmp = os.path.join(self.top, "tmp")
        os.mkdir(self.home)
        os.mkdir(self.tmp)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        shutil.rmtree(self.top, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.top, *parts)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as out:
            out.write(text)
        os.chmod(path, mode)
        return path

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as text:
            return text.read()

    def environment(self, **more):
        return clean_environment(self.home, TMPDIR=self.tmp, **more)

    def run(self, *argv, cwd=None, timeout=120, stdin=None, **more):
        done = subprocess.run(argv, cwd=cwd or self.top, env=self.environment(**more), timeout=timeout,
                              stdin=subprocess.DEVNULL if stdin is None else stdin,
                              capture_output=True, text=True, errors="replace", check=False)
        return Result(done.returncode, done.stdout, done.stderr)

    def nocopy(self, *argv, **more):
        return self.run(NOCOPY, *argv, **more)

    def start(self, *argv, cwd=None, **more):
        return subprocess.Popen(argv, cwd=cwd or self.top, env=self.environment(**more),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, start_new_session=True)

    def compile(self, name, text, *flags):
        source = self.write(name + ".c", text)
        program = self.path(name)
        done = subprocess.run([*CC, "-g", "-O1", "-fno-builtin", "-o", program, source, *flags],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Skip(f"cannot compile {name}: {done.stderr.strip().splitlines()[-1:]}")
        return program

    def git(self, *argv, cwd):
        done = self.run("git", *argv, cwd=cwd)
        assert done.status == 0, f"git {argv}: {done}"
        return done.out.strip()


def equal(had, wanted, about=""):
    assert had == wanted, f"had {had!r}, wanted {wanted!r}\n{about}"


def contains(text, part):
    assert part in text, f"{part!r} is not in:\n{text}"


# A driver with one indicator, as small as they come. ROW_COPY plants the copy.
DRIVER_C = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BARS = 4096 };

static void mean(const double *in, double *out, int period)
{
    double sum = 0;
    for (int t = 0; t < BARS; t++) {
        sum += in[t] - (t >= period ? in[t - period] : 0);
        out[t] = sum / period;
    }
}

__attribute__((noinline)) double *xxx(const double *in, int period)
{
    double *out = malloc(BARS * sizeof *out);
    mean(in, out, period);
    return out;
}

__attribute__((noinline)) double *xxx_batch(const double *in, int first, int rows)
{
    double *out = malloc((size_t)rows * BARS * sizeof *out);
    for (int r = 0; r < rows; r++) {
@ROW@
    }
    return out;
}

int main(void)
{
    static double in[BARS];
    for (int t = 0; t < BARS; t++)
        in[t] = (t * 7919 % 1009) * 0.25 + t * 0.001;
    double *one = xxx(in, 14), *batch1 = xxx_batch(in, 14, 1), *batch = xxx_batch(in, 2, 16);
    printf("%g\n", one[99] + batch1[99] + batch[99]);
    free(one);
    free(batch1);
    free(batch);
    return 0;
}
"""
ROW_IN_PLACE = "        mean(in, out + (size_t)r * BARS, first + r);"
ROW_COPY = """        double *row = malloc(BARS * sizeof *row);
        mean(in, row, first + r);
        memcpy(out + (size_t)r * BARS, row, BARS * sizeof *row); /* planted */
        free(row);"""
SCOPE = r"--scope=^(?<name>xxx)(?<mode>_batch)?$"
BUILD = "mkdir -p build && cc -g -O1 -fno-builtin -rdynamic -o build/driver driver.c"


def driver(row):
    return DRIVER_C.replace("@ROW@", row)


def repository(place, commits):
    """A repository with one commit for each dict of file name to text; returns (folder, ids)."""
    folder = place.path("repo")
    os.mkdir(folder)
    place.git("init", "-q", "-b", "main", cwd=folder)
    ids = []
    for number, files in enumerate(commits):
        for name, text in files.items():
            place.write(os.path.join("repo", name), text)
        place.git("add", "-A", cwd=folder)
        place.git("commit", "-q", "--allow-empty", "-m", f"change {number}", cwd=folder)
        ids.append(place.git("rev-parse", "HEAD", cwd=folder))
    return folder, ids


def tree_of(folder):
    """Every file below with its content, for 'left as it was'."""
    found = {}
    for base, folders, files in os.walk(folder):
        folders.sort()
        for name in files:
            path = os.path.join(base, name)
            with open(path, "rb") as data:
                found[os.path.relpath(path, folder)] = data.read()
    return found


def unchanged(folder, before):
    """The folder holds what tree_of() found before; but git may have packed its refs (and did, to no
    effect, when a bisection deletes its own)."""
    after = tree_of(folder)
    for files in (before, after):
        files.pop(".git/packed-refs", None)
    names = sorted(name for name in set(before) | set(after) if before.get(name) != after.get(name))
    assert not names, f"changed: {names}"


def run_tests(module):
    tests = [(name, test) for name, test in vars(module).items()
             if callable(test) and not name.startswith("_")
             and getattr(test, "__module__", None) == module.__name__ and not isinstance(test, type)]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        sentence = name.replace("_", " ")
        try:
            with Place() as place:
                test(place)
            print(f"ok {number} - {sentence}")
        except Skip as why:
            print(f"ok {number} - {sentence} # SKIP {why}")
        except Exception:  # a test may fail in any way
            failed += 1
            print(f"not ok {number} - {sentence}")
            for line in traceback.format_exc().splitlines()[:120]:
                print("# " + line[:500])
        sys.stdout.flush()
    return 1 if failed else 0


def stop_group(process, number=signal.SIGINT):
    os.killpg(process.pid, number)


def children_of(pid):
    """The names of the programs that process `pid` has started and not waited for."""
    names = set()
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat, encoding="utf-8", errors="replace") as text:
                name, rest = text.read().split("(", 1)[1].rsplit(")", 1)
        except OSError:  # it has ended meanwhile
            continue
        if int(rest.split()[1]) == pid:
            names.add(name)
    return names


def wait_for(holds, seconds=60):
    """What holds() gives, once that is true."""
    end = time.monotonic() + seconds
    while not (ret := holds()):
        assert time.monotonic() < end, f"not so within {seconds} s"
        time.sleep(0.02)
    return ret

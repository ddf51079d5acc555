# SPDX-License-Identifier: Apache-2.0
"""nocopy history, on SQLite and on a PostgreSQL server of the test's own."""
import glob
import json
import os
import shutil
import sqlite3
import subprocess
import sys

from e2e import *  # noqa: F403
from e2e import (NOCOPY, ROW_COPY, ROW_IN_PLACE, SCOPE, Skip, contains, driver, equal, repository,
                 run_tests)


def _profiles(place):
    """A repository of two commits and a profile of each."""
    folder, ids = repository(place, [{"driver.c": driver(ROW_IN_PLACE)}, {"driver.c": driver(ROW_COPY)}])
    for name, row in (("good", ROW_IN_PLACE), ("bad", ROW_COPY)):
        program = place.compile(name, driver(row), "-rdynamic")
        done = place.nocopy("run", "-q", "-o", name + ".prof", SCOPE, "--", program)
        equal(done.status, 0, done)
    return folder, ids


def _fill(place, folder, *store):
    for name, revision in (("good", "HEAD~1"), ("bad", "HEAD")):
        done = place.nocopy("history", "add", *store, "--commit", revision, place.path(name + ".prof"),
                            cwd=folder)
        equal(done.status, 0, done)


def _check_filled(place, folder, ids, *store):
    listed = json.loads(place.nocopy("history", "list", "--format=json", *store, cwd=folder).out)
    equal([entry["commit"] for entry in listed], ids)
    equal([entry["high"] for entry in listed], [0, 1])
    trend = json.loads(place.nocopy("history", "trend", "xxx", "--format=json", *store, cwd=folder).out)
    equal([point["status"] for point in trend], ["OK", "HIGH"])
    assert trend[1]["value"] > trend[0]["value"] > 0, trend
    shown = place.nocopy("history", "show", "HEAD", "--format=json", *store, cwd=folder)
    direct = place.nocopy("report", "--format=json", place.path("bad.prof"))
    equal(json.loads(shown.out)["totals"], json.loads(direct.out)["totals"])
    done = place.nocopy("diff", "HEAD~1", "HEAD", *store, cwd=folder)
    equal(done.status, 0, done)
    contains(done.out, "HIGH")
    equal(place.nocopy("diff", ids[0][:9], "HEAD", *store, cwd=folder).status, 0)


def reports_are_stored_listed_shown_and_compared_by_commit(place):
    folder, ids = _profiles(place)
    _fill(place, folder)
    assert os.path.exists(os.path.join(folder, ".nocopy", "history.db"))
    _check_filled(place, folder, ids)


def a_report_of_the_same_commit_and_command_takes_the_older_one_s_place(place):
    folder, _ = _profiles(place)
    _fill(place, folder)
    _fill(place, folder)
    listed = json.loads(place.nocopy("history", "list", "--format=json", cwd=folder).out)
    equal(len(listed), 2)


def a_missing_history_is_told_plainly(place):
    for argv in (["history", "list"], ["history", "trend"], ["history", "show", "abc"]):
        done = place.nocopy(*argv, "--store", "none.db")
        equal(done.status, 3, done)
        contains(done.err, "there is no history at 'none.db' yet")


def a_damaged_file_is_told_plainly_and_left_alone(place):
    path = place.write("bad.db", "this is no database " * 300)
    for argv in (["history", "list"], ["history", "trend"]):
        done = place.nocopy(*argv, "--store", path)
        equal(done.status, 3, done)
        contains(done.err, "is no history, or is damaged")
    contains(place.read("bad.db"), "this is no database")


def a_file_with_its_middle_overwritten_is_told_plainly(place):
    folder, _ = _profiles(place)
    _fill(place, folder)
    path = os.path.join(folder, ".nocopy", "history.db")
    with open(path, "r+b") as data:
        data.seek(4096)
        data.write(b"\xff" * (os.path.getsize(path) - 4096))
    for argv in (["history", "list"], ["history", "trend"], ["diff", "HEAD~1", "HEAD"]):
        done = place.nocopy(*argv, cwd=folder)
        equal(done.status, 3, done)
        contains(done.err, "nocopy: ")


def a_later_schema_is_refused_and_an_earlier_one_is_brought_up(place):
    folder, ids = _profiles(place)
    _fill(place, folder)
    path = os.path.join(folder, ".nocopy", "history.db")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE nocopy_meta SET value = 99 WHERE name = 'version'")
    db.close()
    done = place.nocopy("history", "list", cwd=folder)
    equal(done.status, 3, done)
    contains(done.err, "later nocopy (schema 99")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE nocopy_meta SET value = 1 WHERE name = 'version'")
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall():
            db.execute(f"DROP INDEX {name}")
    db.close()
    _check_filled(place, folder, ids)
    with sqlite3.connect(path) as db:
        equal(db.execute("SELECT value FROM nocopy_meta").fetchall(), [(2,)])
        assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'nocopy_report_time'").fetchone()[0]
    db.close()


def _many_at_once(place, folder, n, *store):
    runs = [place.start(NOCOPY, "history", "add", *store, "--commit", f"c{i:02d}", place.path("good.prof"),
                        cwd=place.top) for i in range(n)]
    for run in runs:
        err = run.communicate(timeout=120)[1]
        equal(run.returncode, 0, err)
    listed = json.loads(place.nocopy("history", "list", "--last=0", "--format=json", *store).out)
    equal(sorted(entry["commit"] for entry in listed), [f"c{i:02d}" for i in range(n)])
    assert folder


def twelve_writers_at_once_lose_nothing(place):
    folder, _ = _profiles(place)
    _many_at_once(place, folder, 12, "--store", place.path("shared.db"))


def a_trend_over_500_commits_is_a_page_without_a_script(place):
    folder, _ = _profiles(place)
    _fill(place, folder)
    path = os.path.join(folder, ".nocopy", "history.db")
    with sqlite3.connect(path) as db:
        columns = [c[1] for c in db.execute("PRAGMA table_info(nocopy_report)")]
        row = dict(zip(columns, db.execute("SELECT * FROM nocopy_report LIMIT 1").fetchone()))
        cases = [c[1] for c in db.execute("PRAGMA table_info(nocopy_case)")]
        case = dict(zip(cases, db.execute("SELECT * FROM nocopy_case LIMIT 1").fetchone()))
        for i in range(500):
            row.update(id=f"i{i}", commit_id=f"{i:040x}", committed=1700000000 + i * 3600,
                       subject="<script>alert(1)</script>")
            case.update(report_id=f"i{i}", batch1_bytes=100000 + i // 50 * 4096)
            db.execute(f"INSERT INTO nocopy_report VALUES ({','.join('?' * len(row))})", list(row.values()))
            db.execute(f"INSERT INTO nocopy_case VALUES ({','.join('?' * len(case))})", list(case.values()))
    db.close()
    done = place.nocopy("history", "trend", "--last=500", "-o", place.path("trend.html"), cwd=folder)
    equal(done.status, 0, done)
    page = place.read("trend.html")
    contains(page, "&lt;script&gt;")
    assert "<script" not in page
    assert page.count('class="mark-grew"') >= 9, page.count("mark-grew")
    csv = place.nocopy("history", "trend", "--last=500", "--format=csv", cwd=folder).out
    equal(len(csv.splitlines()), 501)
    text = place.nocopy("history", "trend", cwd=folder).out
    equal(len(text.splitlines()), 21)


def bad_use_gives_2(place):
    for argv in ([], ["ad"], ["add"], ["show"], ["list", "x"], ["trend", "a", "b"],
                 ["trend", "--metric=none"], ["list", "--last=x"], ["list", "--format=html"]):
        done = place.nocopy("history", *argv)
        equal(done.status, 2, done)
        contains(done.err, "nocopy: ")
    contains(place.nocopy("history", "ad").err, "did you mean 'history add'")


class _Server:
    """PostgreSQL in the scratch folder, on a socket there."""

    def __init__(self, place):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or \
            [os.path.dirname(shutil.which("pg_ctl"))] if shutil.which("pg_ctl") else \
            sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not found:
            raise Skip("no PostgreSQL server is installed (Debian: postgresql)")
        self.bin = found[-1]
        self.data, self.socket = place.path("pg"), place.path("s")
        os.mkdir(self.socket)
        self.prefix = []
        if os.geteuid() == 0:  # the server refuses root
            if not shutil.which("runuser"):
                raise Skip("PostgreSQL will not run as root, and runuser is not there")
            self.prefix = ["runuser", "-u", "nobody", "--"]
            for folder in (self.socket,):
                os.chmod(folder, 0o777)
            os.chmod(place.top, 0o777)
        self._call("initdb", "-D", self.data, "-A", "trust", "-U", "tester", "--no-sync")
        self._call("pg_ctl", "-D", self.data, "-w", "-l", os.path.join(self.socket, "log"), "-o",
                   f"-k {self.socket} -c listen_addresses='' -c fsync=off", "start")

    def _call(self, name, *argv):
        done = subprocess.run([*self.prefix, os.path.join(self.bin, name), *argv], capture_output=True,
                              text=True, check=False, cwd="/")
        if done.returncode != 0:
            raise Skip(f"{name} failed: {(done.stderr or done.stdout).strip()[-300:]}")

    def __enter__(self):
        return f"postgresql://tester:secret-word@/postgres?host={self.socket}"

    def __exit__(self, *unused):
        self._call("pg_ctl", "-D", self.data, "-m", "immediate", "stop")


def postgresql_is_the_same_store(place):
    folder, ids = _profiles(place)
    with _Server(place) as address:
        _fill(place, folder, "--store", address)
        _check_filled(place, folder, ids, "--store", address)


def many_machines_write_to_postgresql_at_once(place):
    folder, _ = _profiles(place)
    with _Server(place) as address:
        _many_at_once(place, folder, 12, "--store", address)


def a_password_is_never_printed(place):
    done = place.nocopy("history", "list", "--store", "postgresql://u:secret-word@localhost:1/x")
    equal(done.status, 3, done)
    contains(done.err, "does not answer")
    assert "secret-word" not in done.err, done


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules["__main__"]))

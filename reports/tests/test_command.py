# SPDX-License-Identifier: Apache-2.0
"""The command as a whole: help, versions, unknown calls, report, diff, analyze, doctor."""
import http.server
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import threading

from e2e import *  # noqa: F403
from e2e import (BUILD, NOCOPY, ROW_COPY, ROW_IN_PLACE, SCOPE, Skip, children_of, contains, driver, equal,
                 repository, run_tests, stop_group, wait_for)

CALLS = ("run", "report", "diff", "check", "history", "compare", "bisect", "analyze", "attach", "open", "doctor")


def _profiles(place):
    for name, row in (("good", ROW_IN_PLACE), ("bad", ROW_COPY)):
        program = place.compile(name, driver(row), "-rdynamic")
        done = place.nocopy("run", "-q", "-o", name + ".prof", SCOPE, "--", program)
        equal(done.status, 0, done)


def every_call_has_help(place):
    overview = place.nocopy("help")
    equal(overview.status, 0)
    for call in CALLS:
        contains(overview.out, "  " + call)
        for argv in ([call, "--help"], ["help", call]):
            done = place.nocopy(*argv)
            equal((done.status, done.err), (0, ""), done)
            contains(done.out, f"Usage: nocopy {call}")
            contains(done.out, "xit status")


def the_version_is_said(place):
    for argv in (["--version"], ["run", "--version"]):
        done = place.nocopy(*argv)
        equal(done.status, 0, done)
        assert re.fullmatch(r"nocopy \d+\.\d+\.\d+\n", done.out), done


def an_unknown_call_suggests_the_nearest(place):
    for typed, meant in (("reprot", "report"), ("dif", "diff"), ("comapre", "compare"), ("biscet", "bisect")):
        done = place.nocopy(typed)
        equal(done.status, 2, done)
        contains(done.err, f"did you mean 'nocopy {meant}'")
    done = place.nocopy("xyzzy")
    equal(done.status, 2)
    assert "did you mean" not in done.err, done
    equal(place.nocopy().status, 2)
    equal(place.nocopy("help", "xyzzy").status, 2)


def messages_begin_with_the_name_of_the_program(place):
    for argv in (["report"], ["report", "--no-such-option"], ["report", "none.prof"], ["diff", "a"],
                 ["--option"], ["report", "--format=none", "x"], ["report", "-o", "x.unknown", "x"],
                 ["open"], ["doctor", "x"], ["analyze", "x"]):
        done = place.nocopy(*argv)
        assert done.status in (2, 3), done
        for line in done.err.splitlines():
            assert line.startswith(("nocopy: ", "Try `nocopy")), line


def report_is_text_and_its_format_follows_the_file_s_ending(place):
    _profiles(place)
    contains(place.nocopy("report", "bad.prof").out, "xxx")
    for name, begins in (("x.json", "{"), ("x.html", "<!doctype html>"), ("x.md", ""), ("x.txt", "")):
        equal(place.nocopy("report", "-o", name, "bad.prof").status, 0, name)
        assert place.read(name).lower().startswith(begins), name
    equal(json.loads(place.read("x.json"))["format"], "nocopy-report")


def a_file_is_replaced_only_when_all_is_written(place):
    _profiles(place)
    place.write("x.json", "older")
    equal(place.nocopy("report", "-o", "x.json", "none.prof").status, 3)
    equal(place.read("x.json"), "older")
    equal(place.nocopy("report", "-o", "no/folder/x.json", "bad.prof").status, 3)
    equal(place.nocopy("report", "-o", "x.json", "bad.prof").status, 0)
    contains(place.read("x.json"), "nocopy-report")
    equal([name for name in os.listdir(place.top) if name.startswith("x.json.")], [])


def a_full_disk_is_an_error(place):
    _profiles(place)
    done = place.nocopy("report", "--format=json", "-o", "/dev/full", "bad.prof")
    equal(done.status, 3, done)
    contains(done.err, "No space left")


def several_profiles_make_one_report(place):
    _profiles(place)
    one = json.loads(place.nocopy("report", "--format=json", "good.prof").out)
    both = json.loads(place.nocopy("report", "--format=json", "good.prof", "good.prof").out)
    equal(both["totals"]["allocations"], 2 * one["totals"]["allocations"])
    equal(both["run"]["processes"], 2)


FORKS = r"""
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    for (int i = 0; i < 99; i++)
        if (fork() == 0) {
            for (int k = 0; k <= i; k++)
                free(malloc(1000));
            return 0;
        }
    while (wait(NULL) > 0)
        ;
    return 0;
}
"""


def a_hundred_profiles_make_one_report(place):
    program = place.compile("forks", FORKS)
    equal(place.nocopy("run", "--quiet", "-o", "%p.prof", "--", program).status, 0)
    names = sorted(f for f in os.listdir(place.top) if f.endswith(".prof"))
    equal(len(names), 100)
    done = place.nocopy("report", "--format", "json", *names)
    equal((done.status, done.err), (0, ""))
    report = json.loads(done.out)
    equal(report["run"]["processes"], 100)
    equal(report["totals"]["allocations"], 99 * 100 // 2)
    equal(report["totals"]["allocated_bytes"], 1000 * 99 * 100 // 2)
    equal(place.nocopy("report", "-o", "all.html", *names).status, 0)


def long_work_shows_how_far_it_is_on_a_terminal_alone(place):
    folder, _ = repository(place, [{"driver.c": driver(ROW_IN_PLACE)}])
    words = [NOCOPY, "compare", "HEAD", "HEAD", "--build", "sleep 1; " + BUILD, SCOPE, "--", "build/driver"]
    piped = place.run(*words, cwd=folder)
    equal(piped.status, 0, piped)
    assert "\r" not in piped.out + piped.err, piped
    shutil.rmtree(os.path.join(place.home, "cache"))
    main, end = pty.openpty()
    run = subprocess.Popen(words, cwd=folder, env=place.environment(TERM="xterm"), stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=end, start_new_session=True)
    os.close(end)
    shown = b""
    while True:
        try:
            part = os.read(main, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    equal(run.wait(), 0)
    contains(shown.decode(), "\r\033[Kbuilding, ")
    assert shown.endswith(b"\r\n") or shown.endswith(b"\033[K"), shown[-80:]


def names_are_kept_by_build_id_between_reports(place):
    program = place.compile("victim", driver(ROW_COPY), "-Wl,--build-id")
    equal(place.nocopy("run", "--quiet", "-o", "x.prof", "--", program).status, 0)
    first = place.nocopy("report", "--format", "json", "x.prof")
    contains(first.out, "victim.c")
    kept = os.path.join(place.home, "cache", "nocopy", "symbols")
    names = os.listdir(kept)
    assert names and all(name.endswith(".names") for name in names), names
    # The program loses its lines but not its id: the cache still knows them.
    equal(place.run("strip", "--strip-debug", program).status, 0)
    again = place.nocopy("report", "--format", "json", "x.prof")
    equal(json.loads(again.out)["functions"], json.loads(first.out)["functions"])
    # Damaged files are no names.
    for name in names:
        with open(os.path.join(kept, name), "r+b") as out:
            out.seek(40)
            out.write(b"\xff" * 8)
    without = place.nocopy("report", "--format", "json", "x.prof")
    equal(without.status, 0, without)
    assert not any(f.get("file", "").endswith("victim.c") for f in json.loads(without.out)["functions"])
    elsewhere = place.nocopy("report", "x.prof", XDG_CACHE_HOME="/dev/null")
    equal((elsewhere.status, elsewhere.err), (0, ""))


def debug_files_come_from_a_server_only_when_asked_for(place):
    program = place.compile("victim", driver(ROW_COPY), "-Wl,--build-id")
    notes = place.run("readelf", "-n", program).out
    build_id = notes.split("Build ID: ")[1].split()[0]
    equal(place.run("objcopy", "--only-keep-debug", program, place.path("victim.debug")).status, 0)
    equal(place.run("strip", "--strip-debug", program).status, 0)
    equal(place.nocopy("run", "--quiet", "-o", "x.prof", "--", program).status, 0)
    asked = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            asked.append(self.path)
            if self.path != f"/buildid/{build_id}/debuginfo":
                self.send_error(404)
                return
            with open(place.path("victim.debug"), "rb") as data:
                body = data.read()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *unused):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        plain = place.nocopy("report", "--format", "json", "x.prof")
        assert "victim.c" not in plain.out and not asked, asked
        url = f"http://127.0.0.1:{server.server_port}/"
        done = place.nocopy("report", "--format", "json", "x.prof", DEBUGINFOD_URLS=url,
                            DEBUGINFOD_CACHE_PATH=place.path("debuginfod"))
        if f"/buildid/{build_id}/debuginfo" not in asked:
            raise Skip("no libdebuginfod on this machine")
        contains(done.out, "victim.c")
    finally:
        server.shutdown()


def diff_takes_profiles_and_reports_and_always_exits_0(place):
    _profiles(place)
    equal(place.nocopy("report", "-o", "good.json", "good.prof").status, 0)
    for base in ("good.prof", "good.json"):
        done = place.nocopy("diff", base, "bad.prof")
        equal(done.status, 0, done)
        contains(done.out, "HIGH")
    equal(place.nocopy("diff", "good.prof", "none.prof").status, 3)
    equal(place.nocopy("diff", "good.prof", "bad.prof", "x").status, 2)


def analyze_names_the_cause_and_its_line_and_exits_1(place):
    program = place.compile("bad", driver(ROW_COPY), "-rdynamic")
    done = place.nocopy("analyze", SCOPE, "-o", "report.json", "--", program)
    equal(done.status, 1, done)
    contains(done.out, "xxx: HIGH")
    contains(done.out, "bad.c:")
    equal(json.loads(place.read("report.json"))["efficiency"][0]["indicator"], "xxx")
    program = place.compile("good", driver(ROW_IN_PLACE), "-rdynamic")
    done = place.nocopy("analyze", SCOPE, "--", program)
    equal(done.status, 0, done)
    contains(done.out, "1 of 1 indicators are OK")


def _need_drivers():
    if not os.path.exists(os.path.join(os.path.dirname(NOCOPY), "../drivers/memory_efficiency")):
        raise Skip("the drivers are not built")


def analyze_runs_the_memory_efficiency_driver_by_itself(place):
    _need_drivers()
    done = place.nocopy("analyze", "--", "--bars", "2000", "--indicator", "sma")
    equal(done.status, 0, done)
    contains(done.out, "=== Memory Efficiency Test: Batch vs Single Operations ===")


def analyze_with_bench_times_the_indicators_that_were_chosen(place):
    _need_drivers()
    done = place.nocopy("analyze", "--bench", "--", "--bars", "2000", "-i", "sma,ema")
    equal(done.status, 0, done)
    machinery = done.out.index("=== Batch Machinery: ")
    for table in (done.out[:machinery], done.out[machinery:]):
        contains(table, "\nSMA ")
        contains(table, "\nEMA ")
        assert "\nRSI " not in table, done
    contains(done.err, "these are quick figures")
    equal(place.nocopy("analyze", "--bench=slow").status, 2)


def an_interrupt_ends_analyze_with_the_benchmark_that_runs(place):
    _need_drivers()
    run = place.start(NOCOPY, "analyze", "--bench=full", "--", "-b", "1000", "-i", "sma,ema,rsi,macd,alma,stoch")
    wait_for(lambda: "indicator_bench" in children_of(run.pid))
    stop_group(run)
    out, err = run.communicate(timeout=60)
    equal(run.returncode, -signal.SIGINT, err)
    assert "Batch Machinery" not in out and "failed" not in err and "quick figures" not in err, out + err


def doctor_is_content_with_this_build(place):
    done = place.nocopy("doctor")
    equal(done.status, 0, done)
    contains(done.out, "5 known blocks")
    contains(done.out, "All well")


def open_starts_the_browser_with_the_page(place):
    _profiles(place)
    browser = place.write("browser", "#!/bin/sh\necho \"shown $1\" >&2\n", 0o755)
    done = place.nocopy("open", "bad.prof", BROWSER=browser)
    equal(done.status, 0, done)
    contains(done.err, "bad.prof.html")
    assert os.path.exists(place.path("bad.prof.html"))


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules["__main__"]))

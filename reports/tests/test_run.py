# SPDX-License-Identifier: Apache-2.0
"""nocopy run: the program's own behaviour comes first."""
import glob
import json
import os
import signal
import stat
import subprocess
import sys
import time

from e2e import *  # noqa: F403
from e2e import Skip, contains, equal, run_tests

HELLO = "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n"


def the_exit_status_is_the_program_s_own(place):
    for status in (0, 1, 7, 255):
        equal(place.nocopy("run", "-o", "x.prof", "--", "sh", "-c", f"exit {status}").status, status)


def a_signal_that_ends_the_program_gives_128_and_its_number(place):
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV):
        done = place.nocopy("run", "-o", "x.prof", "--", "sh", "-c", f"kill -{int(number)} $$")
        equal(done.status, 128 + number, done)


def a_program_that_is_not_there_gives_127_and_says_so(place):
    done = place.nocopy("run", "--", "./no-such-program")
    equal(done.status, 127, done)
    contains(done.err, "nocopy: cannot find './no-such-program'")
    equal(place.nocopy("run", "--", "no-such-program-in-path").status, 127)


def a_file_that_may_not_be_executed_gives_126(place):
    place.write("plain", "text\n")
    done = place.nocopy("run", "--", "./plain")
    equal(done.status, 126, done)
    contains(done.err, "nocopy: cannot run './plain'")


def bad_use_gives_125_and_names_help(place):
    for argv in (["run"], ["run", "--no-such-option", "--", "true"], ["run", "--depth=x", "--", "true"],
                 ["run", "--copies=maybe", "--", "true"], ["run", "--scope=(", "--", "true"]):
        done = place.nocopy(*argv)
        equal(done.status, 125, done)
        contains(done.err, "nocopy:")


def a_summary_line_names_bytes_allocations_and_the_profile(place):
    done = place.nocopy("run", "-o", "out.prof", "--", "sh", "-c", "exit 0")
    contains(done.err, "nocopy: ")
    contains(done.err, " allocations")
    contains(done.err, "profile out.prof")
    assert os.path.getsize(place.path("out.prof")) >= 4096


def quiet_drops_the_summary_line(place):
    equal(place.nocopy("run", "--quiet", "-o", "out.prof", "--", "true").err, "")


def the_program_s_output_and_input_pass_through(place):
    source = place.write("input", "line one\nline two\n")
    with open(source, encoding="utf-8") as stdin:
        done = place.nocopy("run", "--quiet", "-o", "x.prof", "--", "sort", "-r", stdin=stdin)
    equal(done.out, "line two\nline one\n")


def options_after_the_program_are_the_program_s(place):
    done = place.nocopy("run", "-q", "-o", "x.prof", "sh", "-c", "echo $0", "-o")
    equal(done.out, "-o\n", done)


def the_default_name_holds_program_and_pid(place):
    program = place.compile("hello", HELLO)
    equal(place.nocopy("run", "--", program).status, 0)
    names = glob.glob(place.path("nocopy.hello.*.prof"))
    equal(len(names), 1, str(os.listdir(place.top)))


def a_child_s_profile_is_named_in_the_summary(place):
    done = place.nocopy("run", "-o", "out.prof", "--", "sh", "-c", "ls / >/dev/null; exit 0")
    equal(done.status, 0)
    contains(done.err, "further process")
    assert len(glob.glob(place.path("out.prof.*"))) >= 1


def a_profile_goes_where_the_run_began_though_the_program_moves(place):
    os.mkdir(place.path("elsewhere"))
    place.nocopy("run", "-o", "out.prof", "--", "sh", "-c", "cd elsewhere; exit 0")
    assert os.path.exists(place.path("out.prof"))


def a_preload_of_the_user_s_stays(place):
    library = place.compile("own.so", "int own_value(void) { return 7; }\n", "-shared", "-fPIC")
    done = place.nocopy("run", "-q", "-o", "x.prof", "--", "sh", "-c", "echo $LD_PRELOAD",
                        LD_PRELOAD=library)
    parts = done.out.strip().split(":")
    assert parts[0].endswith("libnocopy.so") and parts[-1] == library, done


def a_static_program_runs_and_is_told_why_nothing_is_recorded(place):
    program = place.compile("fixed", HELLO, "-static")
    done = place.nocopy("run", "-o", "x.prof", "--", program)
    equal((done.status, done.out), (0, "hello\n"), done)
    contains(done.err, "statically linked")
    assert not os.path.exists(place.path("x.prof"))


def a_program_with_a_sanitizer_runs_and_is_told_why_nothing_is_recorded(place):
    program = place.compile("checked", HELLO, "-fsanitize=address")
    done = place.nocopy("run", "-o", "x.prof", "--", program)
    equal((done.status, done.out), (0, "hello\n"), done)
    contains(done.err, "AddressSanitizer")


def a_setuid_program_is_told_why_nothing_is_recorded(place):
    if os.geteuid() != 0:
        raise Skip("needs root to make a setuid program of another user")
    program = place.compile("gains", HELLO)
    os.chown(program, 65534, 65534)
    os.chmod(program, 0o755 | stat.S_ISUID)
    done = place.nocopy("run", "-o", "x.prof", "--", program)
    equal((done.status, done.out), (0, "hello\n"), done)
    contains(done.err, "setuid")


def a_signal_to_nocopy_reaches_the_program(place):
    script = "trap 'echo caught; exit 3' TERM; echo ready; while :; do sleep 0.05; done"
    run = place.start(NOCOPY, "run", "-q", "-o", "x.prof", "--", "sh", "-c", script)  # noqa: F405
    equal(run.stdout.readline(), "ready\n")
    os.kill(run.pid, signal.SIGTERM)
    out, err = run.communicate(timeout=30)
    equal((run.returncode, out), (3, "caught\n"), err)


def an_interrupt_from_the_keyboard_reaches_the_program_once(place):
    script = "n=0; trap 'n=$((n+1))' INT; echo ready; i=0; " \
             "while [ $i -lt 20 ]; do sleep 0.05; i=$((i+1)); done; echo $n"
    run = place.start(NOCOPY, "run", "-q", "-o", "x.prof", "--", "sh", "-c", script)  # noqa: F405
    equal(run.stdout.readline(), "ready\n")
    time.sleep(0.2)
    os.kill(run.pid, signal.SIGINT)  # a terminal sends it to the whole group; here nocopy alone
    out, err = run.communicate(timeout=30)
    equal(out.strip(), "1", err)


def a_run_that_starts_paused_records_from_the_toggle_signal_on(place):
    program = place.compile("toggles", "#include <signal.h>\n#include <stdlib.h>\n"
                            "int main(void)\n{ void *volatile p = malloc(111111); free(p); raise(SIGUSR2);\n"
                            "p = malloc(222222); free(p); raise(SIGUSR2); p = malloc(333333); free(p); return 0; }\n")
    done = place.nocopy("run", "-q", "-o", "x.prof", "--start-paused", "--toggle-signal=USR2", "--", program)
    equal(done.status, 0, done)
    done = place.nocopy("report", "--format=json", "x.prof")
    contains(done.out, "222222")
    assert "111111" not in done.out and "333333" not in done.out, done.out[:2000]
    equal(place.nocopy("run", "--toggle-signal=KILL", "--", "true").status, 125)


def nocopy_under_nocopy_records_both(place):
    done = place.nocopy("run", "-q", "-o", "outer.prof", "--", NOCOPY, "run", "-q", "-o", "inner.prof",  # noqa: F405
                        "--", "ls", "/")
    equal(done.status, 0, done)
    # To the outer run's profiler the inner program is a later process: its profile has a number.
    for name in glob.glob(place.path("outer.prof")) + glob.glob(place.path("inner.prof*")):
        equal(place.nocopy("report", name).status, 0, name)
    equal(len(glob.glob(place.path("inner.prof*"))), 1)


def a_folder_that_cannot_be_written_leaves_the_program_alone(place):
    done = place.nocopy("run", "-o", "no/such/folder/x.prof", "--", "sh", "-c", "echo fine")
    equal((done.status, done.out), (0, "fine\n"), done)
    contains(done.err, "nocopy: no profile was written")


def a_sampled_run_tells_how_far_its_figures_may_be_off(place):
    source = ("#include <stdlib.h>\nint main(void) { for (int i = 0; i < 4000; i++) { "
              "char *p = malloc(100 + i % 7 * 700); __asm__ volatile(\"\" : \"+r\"(p) :: \"memory\"); free(p); } return 0; }\n")
    program = place.compile("sampled", source)
    true = sum(100 + i % 7 * 700 for i in range(4000))
    within = 0
    for _ in range(20):
        equal(place.nocopy("run", "-q", "-o", "s.prof", "--sample=50000", "--", program).status, 0)
        totals = json.loads(place.nocopy("report", "-f", "json", "s.prof").out)["totals"]
        error = totals["error"]["allocated_bytes"]
        assert true / 20 < error < true / 5, totals  # two deviations of about 180 samples
        within += abs(totals["allocated_bytes"] - true) <= error
        os.unlink(place.path("s.prof"))
    assert within >= 14, f"{within} of 20 are within the error bar, 19 were expected"
    equal(place.nocopy("run", "-q", "-o", "e.prof", "--", program).status, 0)
    assert "error" not in json.loads(place.nocopy("report", "-f", "json", "e.prof").out)["totals"]


def a_sanitizer_that_is_linked_in_is_known(place):
    program = place.compile("checked", HELLO, "-fsanitize=address", "-static-libasan")
    done = place.nocopy("run", "-o", "x.prof", "--", program, ASAN_OPTIONS="detect_leaks=0")
    equal((done.status, done.out), (0, "hello\n"), done)
    contains(done.err, "anitizer, which has taken over malloc")
    assert not os.path.exists(place.path("x.prof"))


def a_child_that_a_sanitizer_serves_starts_without_the_shim(place):
    program = place.compile("checked", HELLO, "-fsanitize=address")
    done = place.nocopy("run", "-q", "-o", "x.prof", "--", "sh", "-c", f"{program}; echo $?", ASAN_OPTIONS="detect_leaks=0")
    equal((done.out, done.err), ("hello\n0\n", ""), done)


def a_program_and_arguments_in_any_bytes_give_a_report_in_utf_8(place):
    program = place.compile("odd", HELLO)
    name = os.fsencode(place.path("")) + b"new\nline \xff'"
    os.rename(program, name)
    done = subprocess.run([NOCOPY.encode(), b"run", b"-q", b"-o", b"x.prof", b"--", name, b"\x80\xff", b"two\nlines", b""],
                          cwd=place.top, env=place.environment(), capture_output=True, check=False)
    equal((done.returncode, done.stdout, done.stderr), (0, b"hello\n", b""))
    for form in ("json", "html", "markdown", "text", "folded", "speedscope", "sarif"):
        done = subprocess.run([NOCOPY, "report", "-f", form, "x.prof"], cwd=place.top, env=place.environment(),
                              capture_output=True, check=False)
        equal(done.returncode, 0, str(done))
        done.stdout.decode("utf-8")
    command = json.loads(place.nocopy("report", "-f", "json", "x.prof").out)["run"]["command"]
    equal((len(command), command[2:]), (4, ["two\nlines", ""]))


def a_profile_cut_at_any_byte_opens_or_is_refused(place):
    program = place.compile("hello", HELLO)
    equal(place.nocopy("run", "-q", "-o", "x.prof", "--", program).status, 0)
    with open(place.path("x.prof"), "rb") as whole:
        data = whole.read()
    sizes = sorted({*range(0, 4200, 97), *range(0, len(data), 4096), *range(1, len(data), 7919), len(data) - 1})
    for size in sizes:
        with open(place.path("cut.prof"), "wb") as cut:
            cut.write(data[:size])
        done = place.nocopy("report", "-f", "json", "cut.prof")
        if done.status == 0:
            equal(json.loads(done.out)["run"]["complete"], False, f"cut at {size} of {len(data)}")
        else:
            equal(done.status, 3, f"cut at {size}: {done}")
            contains(done.err, "nocopy: ")


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules["__main__"]))

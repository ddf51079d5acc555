# SPDX-License-Identifier: Apache-2.0
"""nocopy attach: a running process is recorded from then on, or left alone and the reason said."""
import json
import os
import signal
import subprocess
import sys

from e2e import NOCOPY, Skip, contains, equal, run_tests, wait_for

# 10 blocks before somebody attaches (its standard input says that it has happened), 1000 after, each
# of 500 bytes; then the first 10 are freed.
HOST = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
__attribute__((noinline)) void *early_get(size_t n) { void *p = malloc(n); __asm__ volatile("" : "+r"(p) :: "memory"); return p; }
__attribute__((noinline)) void *later_get(size_t n) { void *p = malloc(n); __asm__ volatile("" : "+r"(p) :: "memory"); return p; }
__attribute__((noinline)) void later_copy(void *to, void *from, size_t n) { memcpy(to, from, n); __asm__ volatile("" ::: "memory"); }
int main(void)
{
    static char from[500];
    char c, *early[10];
    for (int i = 0; i < 10; i++) early[i] = early_get(500);
    WAIT
    for (int i = 0; i < 1000; i++) {
        void *p = later_get(500);
        later_copy(p, from, 500);
        free(p);
    }
    for (int i = 0; i < 10; i++) free(early[i]);
    puts("done");
    return 7;
}
"""
WAIT = "if (read(0, &c, 1) != 1) return 1;"


def _start(place, *argv, **more):
    return subprocess.Popen(argv, cwd=place.top, env=place.environment(**more), stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


READ, FUTEX = "0 0x0 ", "202 "  # system calls by number and first argument, on x86-64


def _waits_in(pid, call):
    with open(f"/proc/{pid}/syscall", encoding="utf-8") as file:
        return file.read().startswith(call)


def _start_and_wait(place, *argv, call=READ, **more):
    """Started, and waiting for its input."""
    process = _start(place, *argv, **more)
    wait_for(lambda: _waits_in(process.pid, call))
    return process


def _finish(process):
    out, _ = process.communicate(input="x", timeout=60)
    return out, process.returncode


def _report(place, profile):
    done = place.nocopy("report", "--format", "json", profile)
    equal(done.status, 0, done)
    return json.loads(done.out)


def _function(data, name):
    return next(f for f in data["functions"] if f["name"] == name)


def _attach_and_check(place, process, calls=1000):
    done = place.nocopy("attach", "-o", "x.prof", str(process.pid))
    equal(done.status, 0, done)
    contains(done.err, f"nocopy: recording process {process.pid} from now on")
    equal(_finish(process), ("done\n", 7))
    data = _report(place, "x.prof")
    later = _function(data, "later_get")
    equal((later["allocations"], later["allocated_bytes"]), (calls, 500 * calls))
    equal(_function(data, "later_copy")["copied_bytes"], 500 * calls)
    assert not [f for f in data["functions"] if f["name"] == "early_get" and f["allocations"]], data["functions"]
    equal(data["run"]["complete"], True)
    equal(data["run"]["exit"], 7)


def a_process_that_waits_is_recorded_from_then_on(place):
    program = place.compile("host", HOST.replace("WAIT", WAIT))
    _attach_and_check(place, _start_and_wait(place, program))


def a_process_with_all_addresses_bound_at_its_start_is_recorded_too(place):
    program = place.compile("host", HOST.replace("WAIT", WAIT), "-Wl,-z,now", "-Wl,-z,relro", "-pie", "-fPIE")
    _attach_and_check(place, _start_and_wait(place, program))


def a_process_at_a_fixed_address_is_recorded_too(place):
    program = place.compile("host", HOST.replace("WAIT", WAIT), "-no-pie", "-Wl,-z,lazy")
    _attach_and_check(place, _start_and_wait(place, program))


def a_process_that_computes_is_recorded_where_it_is(place):
    spin = "puts(\"here\"); fflush(stdout); static volatile int go; go = 0; for (volatile double x = 1; !(STOP); x = x * 1.0000001 + 1e-9) if (x != x) return 2; (void)c;"
    spin = spin.replace("STOP", 'access("go", F_OK) == 0').replace("access", "++go % 50000000 == 0 && access")
    program = place.compile("host", HOST.replace("WAIT", spin))
    process = _start(place, program)
    equal(process.stdout.readline(), "here\n")
    done = place.nocopy("attach", "-o", "x.prof", str(process.pid))
    equal(done.status, 0, done)
    place.write("go", "")
    equal(_finish(process), ("done\n", 7))
    equal(_function(_report(place, "x.prof"), "later_get")["allocations"], 1000)


def options_of_recording_hold(place):
    program = place.compile("host", HOST.replace("WAIT", WAIT))
    process = _start_and_wait(place, program)
    equal(place.nocopy("attach", "-o", "x.prof", "--copies=off", "--content=off", str(process.pid)).status, 0)
    equal(_finish(process), ("done\n", 7))
    equal(_report(place, "x.prof")["totals"]["copies"], 0)


def an_interpreter_goes_on_as_without_us(place):
    script = ("import sys, threading, time\n"
              "sys.stdin.read(1)\n"
              "t = [threading.Thread(target=lambda: [bytes(5000) for _ in range(1000)]) for _ in range(4)]\n"
              "[x.start() for x in t]; [x.join() for x in t]\n"
              "import decimal, zlib\n"  # loads libraries after the fact
              "print(len(zlib.decompress(zlib.compress(bytes(1000000)))), decimal.Decimal(2) ** 70)\n"
              "import sqlite3\n"
              "c = sqlite3.connect(':memory:'); c.execute('create table t(a)')\n"
              "for i in range(200): c.execute('insert into t values (zeroblob(100000))'); bytes(1000)\n"
              "sys.exit(5)\n")
    process = _start_and_wait(place, sys.executable, "-c", script)
    equal(place.nocopy("attach", "-o", "x.prof", str(process.pid)).status, 0)
    equal(_finish(process), (f"1000000 {2 ** 70}\n", 5))
    data = _report(place, "x.prof")
    assert data["totals"]["allocations"] > 4000, data["totals"]
    equal(data["run"]["lost_events"], 0)
    assert [f for f in data["functions"] if "libsqlite3" in f["module"] and f["allocations"]], "a library loaded later is not seen"


def _refused(place, pid, words, *more):
    done = place.nocopy("attach", "-o", "x.prof", *more, str(pid))
    equal(done.status, 3, done)
    contains(done.err, f"nocopy: cannot attach to {pid}: ")
    contains(done.err, words)
    assert not os.path.exists(place.path("x.prof"))


def _refuse_host(place, words, *flags, **more):
    process = _start_and_wait(place, place.compile("host", HOST.replace("WAIT", WAIT), *flags), **more)
    _refused(place, process.pid, words)
    equal(_finish(process), ("done\n", 7))


def a_process_that_is_not_there_is_said_so(place):
    _refused(place, 2 ** 22 + 1, "there is no process")


def a_static_program_is_left_alone(place):
    _refuse_host(place, "statically linked", "-static")


def a_sanitized_program_is_left_alone(place):
    _refuse_host(place, "AddressSanitizer", "-fsanitize=address", ASAN_OPTIONS="detect_leaks=0")


def a_program_with_another_allocator_is_left_alone(place):
    _refuse_host(place, "its allocator is not libc's (libjemalloc)", "-Wl,--no-as-needed", "-l:libjemalloc.so.2")


def a_program_that_is_recorded_already_is_left_alone(place):
    process = _start_and_wait(place, place.compile("host", HOST.replace("WAIT", WAIT)))
    equal(place.nocopy("attach", "-o", "first.prof", str(process.pid)).status, 0)
    _refused(place, process.pid, "it is recorded already")
    equal(_finish(process), ("done\n", 7))


def a_program_under_seccomp_is_left_alone(place):
    source = HOST.replace("WAIT", "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); prctl(PR_SET_SECCOMP, 2, &all);" + WAIT)
    source = source.replace("int main(void)\n{", "#include <linux/filter.h>\n#include <sys/prctl.h>\nint main(void)\n{"
                            "struct sock_filter code = {6, 0, 0, 0x7fff0000}; struct sock_fprog all = {1, &code};")
    process = _start_and_wait(place, place.compile("host", source))
    _refused(place, process.pid, "it is under seccomp")
    equal(_finish(process), ("done\n", 7))


def a_program_of_another_user_is_left_alone(place):
    if os.geteuid() != 0:
        raise Skip("only root can be two users")
    process = _start_and_wait(place, place.compile("host", HOST.replace("WAIT", WAIT)))
    try:
        done = subprocess.run([NOCOPY, "attach", str(process.pid)], capture_output=True, text=True, check=False,
                              cwd="/", env=place.environment(), user=65534)
    except PermissionError:
        _finish(process)
        raise Skip("another user cannot get at the build folder") from None
    equal(done.returncode, 3, str(done))
    contains(done.stderr, "it belongs to another user")
    equal(_finish(process), ("done\n", 7))


def a_program_that_is_being_debugged_is_left_alone(place):
    program = place.compile("host", HOST.replace("WAIT", WAIT))
    gdb = subprocess.Popen(["gdb", "-q", "-nx", "-batch", "-ex", "run", program], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=place.top,
                           env=place.environment())

    def started():
        found = subprocess.run(["pgrep", "-f", f"^{program}$"], capture_output=True, text=True, check=False).stdout.split()
        return [int(pid) for pid in found if _waits_in(pid, READ)]
    _refused(place, wait_for(started)[0], "is debugging it")
    contains(gdb.communicate(input="x", timeout=60)[0], "done")


def a_program_without_a_safe_moment_is_left_alone(place):
    # Every thread waits for a lock: no telling whose.
    source = ("#include <pthread.h>\n#include <signal.h>\n#include <unistd.h>\n"
              "static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;\n"
              "static void bye(int n) { _exit(9); }\n"
              "int main(void) { signal(SIGTERM, bye); pthread_mutex_lock(&m); pthread_mutex_lock(&m); return 0; }\n")
    process = _start_and_wait(place, place.compile("host", source, "-pthread"), call=FUTEX)
    _refused(place, process.pid, "there was no safe moment", "--wait=1")
    process.send_signal(signal.SIGTERM)
    equal(process.wait(timeout=30), 9)


def bad_use_names_help(place):
    for argv in (["attach"], ["attach", "x"], ["attach", "0"], ["attach", "1", "2"], ["attach", "--wait=x", "1"]):
        done = place.nocopy(*argv)
        equal(done.status, 2, done)
        contains(done.err, "nocopy:")


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules["__main__"]))

# SPDX-License-Identifier: Apache-2.0
"""What `meson install` puts down works where it is put, and documents the options there are."""
import os
import re
import shutil
import subprocess
import sys

from e2e import *  # noqa: F403
from e2e import NOCOPY, SOURCE, Skip, contains, equal, run_tests

BUILD = os.environ.get("NOCOPY_BUILD", "build")
CALLS = ("run", "report", "diff", "check", "history", "compare", "bisect", "analyze", "attach", "open", "doctor")


def _options(place, call):
    text = place.nocopy(call, "--help").out
    return re.findall(r"^ +(?:-[A-Za-z?], +)?(--[a-z0-9-]+)", text, re.M)


def an_installed_tree_works_from_where_it_is_put(place):
    done = place.run("meson", "install", "--no-rebuild", "--quiet", "--destdir", place.path("root"),
                     cwd=BUILD, timeout=300)
    if done.status != 0 and "does not exist" in done.err + done.out:
        raise Skip("not all that is installed has been built")
    equal(done.status, 0, done)
    commands = [os.path.join(base, "nocopy") for base, _, files in os.walk(place.path("root"))
                if base.endswith("/bin") and "nocopy" in files]
    equal(len(commands), 1)
    # Moved elsewhere as a whole, it still finds its parts.
    prefix = os.path.dirname(os.path.dirname(commands[0]))
    moved = place.path("moved")
    shutil.move(prefix, moved)
    done = place.run(os.path.join(moved, "bin", "nocopy"), "run", "-o", "x.prof", "--", "ls", "/")
    equal(done.status, 0, done)
    contains(done.err, "profile x.prof")
    done = place.run(os.path.join(moved, "bin", "nocopy"), "doctor")
    equal(done.status, 0, done)
    done = place.run(os.path.join(moved, "bin", "nocopy"), "analyze", "--", "--bars=1000", "--indicator=sma")
    equal(done.status, 0, done)
    for name in ("share/man/man1/nocopy.1", "share/bash-completion/completions/nocopy",
                 "share/zsh/site-functions/_nocopy", "share/fish/vendor_completions.d/nocopy.fish"):
        assert any(os.path.exists(os.path.join(moved, name + end)) for end in ("", ".gz")), name


def the_man_page_is_well_formed(place):
    if not shutil.which("mandoc"):
        raise Skip("mandoc is not installed")
    done = place.run("mandoc", "-T", "lint", "-W", "warning",
                     os.path.join(SOURCE, "reports/man/nocopy.1"))
    equal((done.status, done.out), (0, ""), done)


def every_call_and_option_is_in_the_man_page(place):
    with open(os.path.join(SOURCE, "reports/man/nocopy.1"), encoding="utf-8") as page:
        text = page.read()
    for call in CALLS:
        contains(text, ".Ss nocopy " + call)
        for option in _options(place, call):
            if option not in ("--help", "--usage", "--version"):
                assert re.search(rf"^\.(It )?Fl (\w , )?-{option[2:]}\b", text, re.M), (call, option)


def _bash(place, line):
    script = "source '%s'; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _nocopy; " \
             "printf '%%s\\n' \"${COMPREPLY[@]}\"" % (os.path.join(SOURCE, "reports/completions/nocopy.bash"), line)
    return place.run("bash", "-c", script).out.split()


def bash_completes_calls_options_and_values(place):
    equal(sorted(_bash(place, f"{NOCOPY} re")), ["report"])
    equal(set(CALLS) <= set(_bash(place, f"{NOCOPY} ''")), True)
    for call in CALLS:
        offered = _bash(place, f"{NOCOPY} {call} --")
        for option in _options(place, call):
            assert option in offered or option + "=" in offered, (call, option, offered)
    equal(sorted(_bash(place, f"{NOCOPY} run --content = ''")), ["full", "off", "on"])
    equal(sorted(_bash(place, f"{NOCOPY} history t")), ["trend"])


def zsh_and_fish_accept_their_completions(place):
    tried = 0
    for shell, name in (("zsh", "_nocopy"), ("fish", "nocopy.fish")):
        if shutil.which(shell):
            done = place.run(shell, "-n", os.path.join(SOURCE, "reports/completions", name))
            equal((done.status, done.err), (0, ""), done)
            tried += 1
    if tried == 0:
        raise Skip("neither zsh nor fish is installed")


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules["__main__"]))

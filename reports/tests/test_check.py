# SPDX-License-Identifier: Apache-2.0
"""nocopy check: rules, limits, allowances, exit statuses and what CI systems read."""
import json
import sys
import xml.etree.ElementTree as xml

from e2e import *  # noqa: F403
from e2e import ROW_COPY, ROW_IN_PLACE, SCOPE, contains, driver, equal, run_tests


def _profiles(place):
    for name, row in (("good", ROW_IN_PLACE), ("bad", ROW_COPY)):
        program = place.compile(name, driver(row), "-rdynamic")
        done = place.nocopy("run", "-q", "-o", name + ".prof", SCOPE, "--", program)
        equal(done.status, 0, done)


def _budget(place, text):
    return "--budget=" + place.write("budget.ini", text)


def a_worse_verdict_is_violated_and_a_better_one_is_not(place):
    _profiles(place)
    done = place.nocopy("check", "--base", "good.prof", "bad.prof")
    equal(done.status, 1, done)
    contains(done.out, "violated: verdict-worse xxx HIGH OK\n")
    done = place.nocopy("check", "--base", "bad.prof", "good.prof")
    equal((done.status, done.out, done.err), (0, "", ""))


def without_a_base_every_verdict_must_be_ok(place):
    _profiles(place)
    equal(place.nocopy("check", "good.prof").status, 0)
    done = place.nocopy("check", "bad.prof")
    equal(done.status, 1, done)
    contains(done.out, "violated: verdict-worse xxx HIGH OK")


def a_saved_json_report_serves_as_base_and_as_profile(place):
    _profiles(place)
    for name in ("good", "bad"):
        equal(place.nocopy("report", "-o", name + ".json", name + ".prof").status, 0)
    equal(place.nocopy("check", "--base", "good.json", "bad.json").status, 1)
    equal(place.nocopy("check", "--base", "good.json", "good.prof").status, 0)


def growth_of_batch1_is_judged_by_share_and_by_bytes(place):
    _profiles(place)
    for rule, status in (("50 % 4 KiB", 1), ("50 % 32767", 1), ("50 % 32768", 0), ("99 % 0", 1),
                         ("100 %", 0), ("0 %", 1), ("off", 0)):
        budget = _budget(place, f"[check]\nverdict-worse = off\nbatch1-growth = {rule}\n")
        done = place.nocopy("check", budget, "--base", "good.prof", "bad.prof")
        equal(done.status, status, f"{rule}: {done}")
        if status:
            contains(done.out, "violated: batch1-growth xxx 65536 ")


def limits_are_exact_to_the_byte(place):
    _profiles(place)
    one_row = 4096 * 8
    for text, status in ((f"[scope xxx]\nmode = single\nallocated = {one_row}\n", 0),
                         (f"[scope xxx]\nmode = single\nallocated = {one_row - 1}\n", 1),
                         ("[scope x?x]\nmode = single\ncopied = 0\n", 0),
                         ("[scope other]\nallocated = 0\n", 0),
                         (f"[function xxx_batch]\nallocated = {34 * one_row}\n", 0),
                         (f"[function xxx_batch]\nallocated = {34 * one_row - 1}\n", 1),
                         (f"[function xxx_batch]\nallocated = {34 * 32} KiB\n", 0),
                         ("[total]\nleaked = 1 MiB\n", 0), ("[total]\nallocations = 3\n", 1)):
        done = place.nocopy("check", _budget(place, "[check]\nverdict-worse = off\n" + text), "bad.prof")
        equal(done.status, status, f"{text}: {done}")
        if status:
            contains(done.out, "violated: limit-alloc")


def an_allowance_holds_until_its_day_is_over(place):
    _profiles(place)
    for until, status in (("2999-12-31", 0), ("2001-01-01", 1)):
        budget = _budget(place, f"[allow]\nverdict-worse xx* = {until} the rewrite is under way\n")
        done = place.nocopy("check", budget, "--base", "good.prof", "bad.prof")
        equal(done.status, status, done)
        contains(done.err, until)


def needless_growth_counts_bytes_that_findings_prove(place):
    _profiles(place)
    budget = _budget(place, "[check]\nverdict-worse = off\nneedless-growth = on\n")
    done = place.nocopy("check", budget, "--base", "good.prof", "bad.prof")
    equal(done.status, 1, done)
    contains(done.out, "violated: needless-growth xxx ")
    equal(place.nocopy("check", budget, "--base", "bad.prof", "bad.prof").status, 0)


def a_budget_with_a_mistake_is_told_with_its_line(place):
    _profiles(place)
    for text, line, words in (("[chek]\n", 1, "no section [chek]"), ("x = 1\n", 1, "begin with a section"),
                              ("[check]\n\nverdict-worse = perhaps\n", 3, "on or off"),
                              ("[total]\nallocated = lots\n", 2, "10 MiB"),
                              ("[total]\nallocated = 10 MB\n", 2, "10 MiB"),
                              ("[scope]\n", 1, "needs a pattern"), ("[total]\nretained = 1\n", 2, "[scope"),
                              ("[allow]\nverdict-worse a = 2026-02-30 x\n", 2, "YYYY-MM-DD"),
                              ("[allow]\nverdict-worse a = 2026-02-28\n", 2, "why this is allowed"),
                              ("[check]\nbatch1-growth = 5 KiB\n", 2, "a share and a size")):
        done = place.nocopy("check", _budget(place, text), "good.prof")
        equal(done.status, 2, f"{text}: {done}")
        contains(done.err, f"budget.ini:{line}: ")
        contains(done.err, words)
    equal(place.nocopy("check", "--budget=none.ini", "good.prof").status, 2)


def the_budget_file_of_the_folder_is_taken_by_itself(place):
    _profiles(place)
    place.write("nocopy.ini", "[total]\nallocations = 1\n")
    contains(place.nocopy("check", "good.prof").out, "violated: limit-allocations total ")


def exit_statuses_tell_bad_use_from_an_unreadable_profile(place):
    _profiles(place)
    equal(place.nocopy("check").status, 2)
    equal(place.nocopy("check", "--no-such-option", "good.prof").status, 2)
    place.write("broken.prof", "nothing of the kind")
    for argv in (["none.prof"], ["broken.prof"], ["--base", "none.prof", "good.prof"]):
        done = place.nocopy("check", *argv)
        equal(done.status, 3, done)
        contains(done.err, "nocopy: ")


def junit_counts_what_was_checked_and_what_failed(place):
    _profiles(place)
    place.nocopy("check", "--base", "good.prof", "--junit=out.xml", "bad.prof")
    suite = xml.parse(place.path("out.xml")).getroot().find("testsuite")
    failures = suite.findall("testcase/failure")
    equal(int(suite.get("failures")), len(failures))
    equal(int(suite.get("tests")), len(suite.findall("testcase")))
    assert len(failures) >= 1 and "xxx" in failures[0].get("message"), failures


def sarif_names_the_line(place):
    _profiles(place)
    place.nocopy("check", "--base", "good.prof", "--sarif=out.sarif", "bad.prof")
    log = json.loads(place.read("out.sarif"))
    equal(log["version"], "2.1.0")
    results = log["runs"][0]["results"]
    equal(results[0]["ruleId"], "verdict-worse")
    location = results[0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"].endswith("bad.c"), location
    assert location["region"]["startLine"] > 1, location
    equal([rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]],
          sorted({result["ruleId"] for result in results}))


def sarif_puts_a_file_without_lines_at_its_first(place):
    _profiles(place)
    place.nocopy("report", "--format", "json", "-o", "bad.json", "bad.prof")
    data = json.loads(place.read("bad.json"))

    def without_lines(value):
        if isinstance(value, dict):
            return {k: 0 if k == "line" else without_lines(v) for k, v in value.items()}
        return [without_lines(v) for v in value] if isinstance(value, list) else value
    place.write("bad.json", json.dumps(without_lines(data)))
    place.nocopy("check", "--base", "good.prof", "--sarif=out.sarif", "bad.json")
    results = json.loads(place.read("out.sarif"))["runs"][0]["results"]
    places = [where["physicalLocation"] for result in results for where in result["locations"]]
    assert places, results
    equal({at["region"]["startLine"] for at in places}, {1})


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules["__main__"]))

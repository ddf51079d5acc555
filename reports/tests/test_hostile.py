# SPDX-License-Identifier: Apache-2.0
"""Names that mean harm, everywhere a report can hold a name, through every format and every call that prints names; each output is
read by what its readers use."""
import csv
import html.parser
import io
import json
import shutil
import sys
import xml.etree.ElementTree

from e2e import *  # noqa: F403
from e2e import Skip, contains, equal, run_tests
from pprof_reader import Profile

HOSTILE = ["</script><script>alert(1)</script>", "\"><svg onload=alert(1)>", "<!--", "]]>", "memcpy@plt", "a\u202eb", "=1+1", "+2",
           "-3", "@SUM(A1)", "x;y z", "a\nb\tc\033[31m", "a\rb", "`*_~|[x](y)#1", "\\", "%s%n", "'--", "${HOME}", "n" * 10000,
           "\x7f\u200b\ufeff", "\ud7ff\ufffd"]
FORMATS = ("text", "json", "markdown", "csv", "folded", "speedscope", "sarif", "pprof", "html")
HIDDEN = {chr(c) for c in range(32)} - {"\n"} | {"\x7f", "\u202e", "\u200b", "\ufeff"}


def _figures(n):
    return {"allocations": n, "allocated_bytes": 1000 * n, "copies": n, "copied_bytes": 500 * n, "needless_bytes": 100 * n,
            "leaked_bytes": 10 * n}


def _report(scale):
    """A saved report whose every string is hostile."""
    r = {"format": "nocopy-report", "version": 1, "totals": _figures(scale * sum(range(1, len(HOSTILE) + 1))),
         "run": {"command": HOSTILE, "exe": HOSTILE[0], "host": HOSTILE[1], "commit": HOSTILE[2], "complete": True,
                 "processes": 1, "facts": [{"name": n, "value": n, "environment": True} for n in HOSTILE],
                 "modules": [{"path": n, "build_id": "", "debug": "dwarf"} for n in HOSTILE]}}
    rows = {k: [] for k in ("functions", "scopes", "efficiency", "findings", "places", "stacks", "buffers", "edges")}
    for i, name in enumerate(HOSTILE, 1):
        site = {"function": name, "file": name, "line": i}
        rows["functions"].append({"name": name, "file": name, "line": i, "module": name, **_figures(i * scale)})
        rows["scopes"].append({"name": name, "mode": "batch", "phase": "batch", "site": site, "calls": 1, "combos": 4, **_figures(i)})
        rows["efficiency"].append({"indicator": name, "status": "HIGH", "row_status": "HIGH", "reason": name, "single_bytes": 100,
                                   "batch1_bytes": 1000 * i * scale, "batch_rows": 4, "batch_bytes": 4000 * i,
                                   "has_single": True, "has_batch1": True, "has_batch": True, "worst": site})
        rows["findings"].append({"id": name, "kind": "copy-of-live", "severity": "high", "scope": name, "mode": "batch",
                                 "bytes": 100 * i * scale, "count": i, "where": site, "copied": site, "source": site,
                                 "evidence": name, "advice": name})
        rows["places"].append({"function": name, "file": name, "line": i, "module": name, "call": name, "scope": name, "path": name,
                               "role": "indicator", **_figures(i * scale)})
        rows["stacks"].append({"frames": [{"function": name, "file": name, "line": i, "module": name, "inlined": False}],
                               "scope": i - 1, "phase": "batch", **_figures(i * scale)})
    r.update(rows)
    return r


def _write(place):
    for name, scale in (("a.json", 1), ("b.json", 3)):
        place.write(name, json.dumps(_report(scale)))


class _Page(html.parser.HTMLParser):
    """Elements and attributes of a page, and what is no text of ours."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.scripts, self.bad = 0, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.scripts += tag == "script" and dict(attrs).get("type") in (None, "module")
        self.bad += [f"{tag} {name}" for name, _ in attrs if name.startswith("on") or name == "style"]
        if tag == "svg" and ("onload", "alert(1)") in attrs:
            self.bad.append(tag)

    def handle_comment(self, data):
        self.bad.append("comment " + data)


def _shown(text):
    return [c for c in text if c in HIDDEN]


def _check(form, text):
    if form in ("text", "markdown", "folded"):
        equal(_shown(text), [], form)
    if form == "markdown":
        for mark in ("<script", "<svg", "@"):
            assert mark not in text, mark
    elif form == "csv":
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert len({len(row) for row in rows if row}) <= 4, {len(row) for row in rows}
        for row in rows:
            for cell in row:
                assert cell[:1] not in ("=", "@") and cell[:2] not in ("+2", "-3"), row
    elif form == "folded":
        for line in text.splitlines():
            stack, count = line.rsplit(" ", 1)
            assert stack and int(count) >= 0, line
    elif form in ("json", "speedscope", "sarif"):
        json.loads(text)
    elif form == "html":
        page = _Page(text)
        equal(page.bad, [])
        assert page.scripts <= 1, page.scripts


def reports_of_hostile_names_are_read_by_what_reads_their_format(place):
    _write(place)
    for form in FORMATS:
        if form == "pprof":
            equal(place.nocopy("report", "-o", "a.pb.gz", "a.json").status, 0)
            with open(place.path("a.pb.gz"), "rb") as data:
                assert len(Profile(data.read()).samples) >= len(HOSTILE) - 2
            continue
        done = place.nocopy("report", "--format", form, "a.json")
        equal((done.status, done.err), (0, ""), form)
        assert done.out, form
        _check(form, done.out)


def diffs_of_hostile_names_are_read_by_what_reads_their_format(place):
    _write(place)
    for form in ("text", "json", "markdown", "html"):
        done = place.nocopy("diff", "--format", form, "a.json", "b.json")
        equal((done.status, done.err), (0, ""), form)
        _check(form, done.out)


class _Comment(html.parser.HTMLParser):
    """What GitHub's own parser makes of a comment: tables, and elements that are none of ours."""
    OURS = {"table", "thead", "tbody", "tr", "th", "td", "code", "p", "h3", "strong", "ul", "li", "details", "summary", "sub", "em", "br"}

    def __init__(self, text):
        super().__init__()
        self.rows, self.cells, self.strange = [], 0, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in self.OURS:
            self.strange.append(tag)
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += 1


def github_s_parser_makes_tables_and_nothing_else_of_the_comment(place):
    if not shutil.which("cmark-gfm"):
        raise Skip("no cmark-gfm on this machine")
    _write(place)
    for words in (["report", "a.json"], ["diff", "a.json", "b.json"]):
        equal(place.nocopy(words[0], "-o", "c.md", *words[1:]).status, 0)
        done = place.run("cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough", "c.md")
        equal(done.status, 0, done)
        comment = _Comment(done.out)
        equal(comment.strange, [])
        # 20 rows at most and a head each, all of them with as many cells as their table's head.
        assert len(comment.rows) > 20 and len(set(comment.rows)) <= 2, comment.rows


def the_gate_writes_one_line_a_violation_and_whole_files(place):
    _write(place)
    place.write("nocopy.ini", "[check]\nneedless-growth = 4\nbatch1-growth = 1 %\n[total]\nleaked = 0\n[scope *]\ncopied = 0\n"
                              "[function *]\ncopied = 0\n")
    done = place.nocopy("check", "--base", "a.json", "--junit", "j.xml", "--sarif", "s.sarif", "b.json")
    equal(done.status, 1, done)
    lines = done.out.splitlines()
    assert len(lines) > len(HOSTILE) and all(line.startswith("violated: ") for line in lines), lines[:5]
    assert all(len(line.split(" ")) == 5 for line in lines), [x for x in lines if len(x.split(" ")) != 5][:3]
    equal(_shown(done.out), [])
    suites = xml.etree.ElementTree.parse(place.path("j.xml")).getroot()
    assert len(suites.findall(".//failure")) == len(lines)
    equal(len(json.loads(place.read("s.sarif"))["runs"][0]["results"]), len(lines))


def the_history_keeps_and_shows_them(place):
    _write(place)
    store = "--store=" + place.path("h.db")
    for commit, name in (("'; drop table report; --", "a.json"), ("<b>&\"'", "b.json")):
        done = place.nocopy("history", "add", store, "--commit", commit, name)
        equal(done.status, 0, done)
    for words in (["list"], ["list", "--format", "json"], ["trend"], ["trend", "--format", "json"],
                  ["trend", "--format", "csv"], ["trend", "--format", "html"], ["show", "<b>&\"'"]):
        done = place.nocopy("history", *words, store)
        equal((done.status, done.err), (0, ""), words)
        _check(words[2] if len(words) > 2 else "text", done.out)
    shown = place.nocopy("history", "show", store, "--format", "json", "<b>&\"'")
    contains(shown.out, "alert(1)")


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules["__main__"]))

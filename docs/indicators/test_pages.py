#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pages of the indicators: all there, sound, and what they show of C compiles.

usage: test_pages.py FOLDER INDICATORS_COMMAND SOURCE_INCLUDE BUILD_INCLUDE COMPILER...
"""
import html.parser
import json
import os
import re
import subprocess
import sys
import tempfile

VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.open, self.wrong = [], []
        self.links, self.anchors, self.paths, self.code = [], set(), [], []
        self.titles, self.in_code = 0, False
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())
        self.close()
        self.wrong += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("a", "link"):
            self.links.append(given["href"])
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "path":
            self.paths.append((given["class"], given["d"]))
        if tag == "pre" and given.get("class") == "c":
            self.code.append("")
        self.in_code = tag == "pre" and given.get("class") == "c"
        self.titles += tag == "h1"

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes something else")

    def handle_data(self, data):
        if self.open and self.open[-1] == "pre" and self.in_code:
            self.code[-1] += data


def every_indicator_has_its_page_and_the_index_leads_to_it():
    missing = [name for name in names if name + ".html" not in pages]
    assert not missing, f"no page: {missing}"
    missing = [name for name in names if name + ".html" not in pages["index.html"].links]
    assert not missing, f"not in the index: {missing}"


def every_link_leads_somewhere():
    for name, page in pages.items():
        for link in page.links:
            target, _, anchor = link.partition("#")
            target = target or name
            assert os.path.exists(os.path.join(folder, target)), f"{name}: {link}"
            assert not anchor or anchor in pages[target].anchors, f"{name}: {link}"


def every_page_is_sound():
    for name, page in pages.items():
        assert not page.wrong, f"{name}: {page.wrong}"
        assert page.titles == 1, f"{name}: {page.titles} titles"


def every_picture_shows_something_and_only_numbers():
    for name in names:
        drawn = [d for kind, d in pages[name + ".html"].paths if re.match("line|mark", kind)]
        text = open(os.path.join(folder, name + ".html"), encoding="utf-8").read()
        assert any(drawn) or "no value at these prices" in text or "Not once in" in text, name
        for d in drawn:
            assert re.fullmatch(r"[MLV\d .-]*", d), f"{name}: {d[:80]}"


def every_example_in_c_compiles():
    code = ["#include <nocopy/indicators.h>\n#include <stdlib.h>\n"]
    for name in names:
        examples = pages[name + ".html"].code
        assert len(examples) >= 2 and all(examples), name
        code += examples
    with tempfile.TemporaryDirectory() as room:
        path = os.path.join(room, "examples.c")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(code))
        done = subprocess.run([*compiler, "-fsyntax-only", "-std=gnu11", "-Wall", "-Werror", *includes, path],
                              stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]


folder, command = sys.argv[1:3]
includes, compiler = ["-I" + path for path in sys.argv[3:5]], sys.argv[5:]
pages = {name: Page(os.path.join(folder, name)) for name in os.listdir(folder) if name.endswith(".html")}
told = json.loads(subprocess.run([command, "list", "--json"], stdout=subprocess.PIPE, check=True).stdout)
names = [indicator["name"] for indicator in told]

tests = [every_indicator_has_its_page_and_the_index_leads_to_it, every_link_leads_somewhere, every_page_is_sound,
         every_picture_shows_something_and_only_numbers, every_example_in_c_compiles]
print(f"1..{len(tests)}")
for number, test in enumerate(tests, 1):
    try:
        test()
        print(f"ok {number} - {test.__name__}")
    except AssertionError as why:
        print(f"not ok {number} - {test.__name__}")
        print("\n".join("# " + line for line in str(why).splitlines()))

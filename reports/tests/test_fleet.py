# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/pushing-profiles.md: go tool pprof opens the file; receivers on the loopback take apart what is pushed
as Pyroscope and Parca do."""
import base64
import email
import email.policy
import http.server
import json
import os
import re
import shutil
import sys
import threading
import urllib.parse

from e2e import *  # noqa: F403
from e2e import NOCOPY, ROW_COPY, SCOPE, SOURCE, Skip, contains, driver, equal, run_tests
from pprof_reader import Malformed, Profile

TYPES = ["allocations", "bytes", "live", "copies", "copied", "needless", "leaked", "untouched"]


def _profile(place):
    program = place.compile("sweep", driver(ROW_COPY), "-rdynamic")
    equal(place.nocopy("run", "--quiet", SCOPE, "-o", "sweep.prof", "--", program).status, 0)
    return json.loads(place.nocopy("report", "--format", "json", "sweep.prof").out)


def _commands(title):
    """The first shell block below a heading of the page."""
    with open(os.path.join(SOURCE, "docs", "pushing-profiles.md"), encoding="utf-8") as page:
        text = page.read()
    part = re.split(r"^## ", text, flags=re.M)
    found = [p for p in part if p.startswith(title)] if title else part[:1]
    return re.search(r"```sh\n(.*?)```", found[0], re.S).group(1)


def _shell(place, text):
    bin_ = place.path("bin")
    os.makedirs(bin_, exist_ok=True)
    if not os.path.exists(os.path.join(bin_, "nocopy")):
        os.symlink(NOCOPY, os.path.join(bin_, "nocopy"))
    return place.run("bash", "-euo", "pipefail", "-c", text, PATH=bin_ + ":" + os.environ["PATH"], no_proxy="*")


class _Receiver:
    """One POST: what it was, and the answer it gets."""

    def __init__(self, take):
        outer = self
        self.error = None

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    outer.got = take(self.path, self.headers, body)
                    self.send_response(200)
                except (AssertionError, Malformed, KeyError, ValueError) as why:
                    outer.error = why
                    self.send_response(422)
                self.end_headers()

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.server.shutdown()


def _agrees(profile, report):
    equal([t[0] for t in profile.types], TYPES)
    equal(profile.default, "bytes")
    equal(profile.period, ("space", "bytes"))
    totals = report["totals"]
    equal([profile.sum(t) for t in TYPES],
          [totals["allocations"], totals["allocated_bytes"], totals["peak_bytes"], totals["copies"], totals["copied_bytes"],
           totals["needless_bytes"], totals["leaked_bytes"], totals["untouched_bytes"]])
    in_scope = [labels for _, labels, names in profile.samples if "xxx_batch" in names]
    assert in_scope and all(labels["scope"] == "xxx" and labels["mode"] == "batch" for labels in in_scope), in_scope


def go_tool_pprof_opens_the_file_with_types_and_labels(place):
    if not shutil.which("go"):
        raise Skip("no go on this machine")
    report = _profile(place)
    equal(_shell(place, _commands("")).status, 0)
    done = _shell(place, _commands("go tool"))
    equal(done.status, 0, done)
    contains(done.out, "Type: needless")
    contains(done.out, "xxx_batch")
    contains(done.out, "scope: Total")
    raw = _shell(place, "go tool pprof -raw sweep.pb.gz")
    for name in TYPES:
        contains(raw.out, name + "/")
    contains(raw.out, "bytes/bytes[dflt]")
    top = _shell(place, "go tool pprof -top -unit=b -sample_index=bytes sweep.pb.gz")
    contains(top.out, f"of {report['totals']['allocated_bytes']}B total")


def pyroscope_s_ingestion_is_sent_a_form_it_can_take_apart(place):
    if not shutil.which("curl"):
        raise Skip("no curl on this machine")
    report = _profile(place)

    def take(path, headers, body):
        url = urllib.parse.urlsplit(path)
        query = urllib.parse.parse_qs(url.query)
        equal((url.path, query["name"], query["format"]), ("/ingest", ["sweep"], ["pprof"]))
        assert 0 < int(query["from"][0]) < int(query["until"][0])
        form = email.message_from_bytes(b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body,
                                        policy=email.policy.HTTP)
        equal(form.get_content_type(), "multipart/form-data")
        parts = {p.get_param("name", header="content-disposition"): p.get_payload(decode=True)
                 for p in form.iter_parts()}
        profile = Profile(parts["profile"])
        config = json.loads(parts["sample_type_config"])
        for name, how in config.items():
            assert name in TYPES and how["aggregation"] in ("sum", "average"), (name, how)
            assert how["units"] in ("bytes", "objects"), how
        return profile

    with _Receiver(take) as receiver:
        text = _commands("") + _commands("Pyroscope").replace("pyroscope:4040", receiver.address)
        done = _shell(place, text)
        equal((done.status, receiver.error), (0, None), done)
        _agrees(receiver.got, report)


def parca_s_raw_write_is_sent_a_profile_it_accepts(place):
    if not shutil.which("curl"):
        raise Skip("no curl on this machine")
    report = _profile(place)

    def take(path, headers, body):
        equal((path, headers["Content-Type"]), ("/profiles/writeraw", "application/json"))
        request = json.loads(body)
        equal(request["normalized"], True)
        equal(len(request["series"]), 1)
        labels = {x["name"]: x["value"] for x in request["series"][0]["labels"]["labels"]}
        assert labels["__name__"], labels
        return Profile(base64.b64decode(request["series"][0]["samples"][0]["rawProfile"], validate=True))

    with _Receiver(take) as receiver:
        text = _commands("") + _commands("Parca").replace("parca:7070", receiver.address)
        done = _shell(place, text)
        equal((done.status, receiver.error), (0, None), done)
        _agrees(receiver.got, report)


def a_profile_that_lies_is_not_taken_by_these_receivers(place):
    _profile(place)
    equal(_shell(place, _commands("")).status, 0)
    with open(place.path("sweep.pb.gz"), "rb") as data:
        good = data.read()
    Profile(good)
    import gzip
    bad = bytearray(gzip.decompress(good))
    refused = 0
    for at in range(0, len(bad), max(1, len(bad) // 400)):
        keep, bad[at] = bad[at], bad[at] ^ 0x55
        try:
            Profile(gzip.compress(bytes(bad), 1))
        except (Malformed, IndexError, UnicodeDecodeError, TypeError):
            refused += 1
        bad[at] = keep
    assert refused > 50, refused


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules["__main__"]))

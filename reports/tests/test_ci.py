# SPDX-License-Identifier: Apache-2.0
"""The workflow files of docs/ci: they are what their readers expect, and their shell steps do what they say, in a repository with
a planted regression, against stand-ins for the services."""
import http.server
import json
import os
import re
import shutil
import sys
import threading
import urllib.parse

from e2e import *  # noqa: F403
from e2e import NOCOPY, ROW_COPY, ROW_IN_PLACE, SOURCE, Skip, contains, driver, equal, repository, run_tests

try:
    import yaml
except ImportError:
    yaml = None

MESON = """project('x', 'c', default_options: ['buildtype=debugoptimized'])
subdir('drivers')
"""
DRIVERS = "executable('memory_efficiency', 'memory_efficiency.c', c_args: '-fno-builtin', export_dynamic: true)\n"
DEV = f"""#!/bin/sh
# Stands for a build of nocopy in the repository.
mkdir -p build/reports && ln -sf {NOCOPY} build/reports/nocopy && [ "$1" = build ]
"""
# gh keeps one comment in $GH_STORE and refuses what is no call of its API.
GH = r"""#!/usr/bin/env python3
import json, os, sys
store, args = os.environ["GH_STORE"], sys.argv[1:]
assert args.pop(0) == "api" and os.environ["GH_TOKEN"], args
method = "POST"
if "-X" in args:
    method = args[args.index("-X") + 1]
    del args[args.index("-X"):args.index("-X") + 2]
path = args.pop(0)
if "--jq" in args:
    assert path == "repos/o/r/issues/7/comments" and "--paginate" in args, (path, args)
    if os.path.exists(store):
        assert json.load(open(store))["body"].startswith("<!-- nocopy")
        print(11)
    sys.exit(0)
assert path == ("repos/o/r/issues/comments/11" if method == "PATCH" else "repos/o/r/issues/7/comments"), path
assert args[0] == "-F" and args[1].startswith("body=@"), args
json.dump({"method": method, "body": open(args[1][6:]).read()}, open(store, "w"))
"""


def _load(name):
    if yaml is None:
        raise Skip("no yaml for python3")
    with open(os.path.join(SOURCE, "docs", "ci", name), encoding="utf-8") as text:
        return yaml.safe_load(text)


def _repository(place):
    if not shutil.which("meson"):
        raise Skip("no meson on this machine")
    first = {"meson.build": MESON, "drivers/meson.build": DRIVERS, "drivers/memory_efficiency.c": driver(ROW_IN_PLACE),
             "dev": DEV, ".gitignore": "build/\n*.html\n*.md\n*.xml\n*.sarif\nhistory.db*\n"}
    folder, ids = repository(place, [first, {"drivers/memory_efficiency.c": driver(ROW_COPY)}])
    os.chmod(os.path.join(folder, "dev"), 0o755)
    return folder, ids


def _tools(place, **scripts):
    for name, text in scripts.items():
        place.write("bin/" + name.replace("_", "-"), text, 0o755)
    return place.path("bin") + ":" + os.environ["PATH"]


def the_github_workflow_is_one_that_github_takes(place):
    flow = _load("github-actions.yml")
    # "on" is the word for true in YAML 1.1
    equal(set(flow) - {True}, {"name", "permissions", "env", "jobs"})
    equal(flow[True], "pull_request")
    assert set(flow["permissions"].values()) <= {"read", "write"}
    for job in flow["jobs"].values():
        assert job["runs-on"].startswith("ubuntu-"), job["runs-on"]
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step), step
            assert set(step) <= {"name", "uses", "run", "with", "env", "if"}, step
            if "uses" in step:
                assert re.fullmatch(r"[\w.-]+/[\w./-]+@v\d+", step["uses"]), step
        for text in re.findall(r"\$\{\{(.*?)\}\}", json.dumps(job)):
            assert re.fullmatch(r" github\.[a-z_.]+ ", text), text


def the_github_steps_comment_once_and_fail_on_the_planted_regression(place):
    flow = _load("github-actions.yml")
    folder, ids = _repository(place)
    path = _tools(place, gh=GH)
    event = {"github.event.pull_request.base.sha": ids[0], "github.event.pull_request.head.sha": ids[1],
             "github.event.pull_request.number": "7", "github.token": "t"}

    def meant(text):
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda m: event[m[1]], str(text))

    env = {k: meant(v) for k, v in flow["env"].items()}
    env.update(PATH=path, GH_STORE=place.path("comment.json"), GITHUB_REPOSITORY="o/r",
               NOCOPY_SCOPE=r"^(?<name>xxx)(?<mode>_batch)?$")
    for method in ("POST", "PATCH"):  # the first push, and the next
        ended = {}
        for step in flow["jobs"]["nocopy"]["steps"]:
            if "run" not in step:
                continue
            more = {k: meant(v) for k, v in step.get("env", {}).items()}
            done = place.run("bash", "-e", "-c", meant(step["run"]), cwd=folder, timeout=300, **env, **more)
            ended[step["name"]] = done
        for name, done in ended.items():
            equal(done.status, 1 if name == "Gate" else 0, f"{name}: {done}")
        contains(ended["Gate"].out, "violated: verdict-worse xxx HIGH OK")
        comment = json.loads(place.read("comment.json"))
        equal(comment["method"], method)
        contains(comment["body"], "1 indicator got worse")
        for name in ("diff.html", "report.html", "check.xml", "check.sarif"):
            assert os.path.getsize(os.path.join(folder, name)) > 500, name


def the_gitlab_file_is_one_that_gitlab_takes(place):
    jobs = _load("gitlab-ci.yml")
    equal(list(jobs), ["nocopy"])
    job = jobs["nocopy"]
    equal(set(job), {"stage", "image", "rules", "variables", "cache", "script", "after_script", "artifacts"})
    assert all(isinstance(line, str) for line in job["script"] + job["after_script"])
    equal(set(job["artifacts"]), {"when", "paths", "reports"})
    equal(job["artifacts"]["reports"], {"junit": "check.xml"})
    assert all(isinstance(v, (str, int)) for v in job["variables"].values())


class _Notes(http.server.BaseHTTPRequestHandler):
    """The notes of a merge request, as GitLab's API has them."""
    notes = []

    def _answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _refused(self):
        if self.headers["PRIVATE-TOKEN"] != "secret" or not self.path.startswith("/api/v4/projects/3/merge_requests/5/notes"):
            self._answer(403, {})
            return True
        return False

    def do_GET(self):  # noqa: N802
        if not self._refused():
            self._answer(200, self.notes)

    def do_POST(self):  # noqa: N802
        if self._refused():
            return
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        note = {"id": 9, "body": form["body"][0], "by": self.command}
        self.notes[:] = [{"id": 2, "body": "a person's"}, note]
        self._answer(201, note)

    do_PUT = do_POST  # noqa: N815

    def log_message(self, *unused):
        pass


def the_gitlab_steps_comment_once_and_fail_on_the_planted_regression(place):
    if not shutil.which("curl") or not shutil.which("jq"):
        raise Skip("no curl or jq on this machine")
    job = _load("gitlab-ci.yml")["nocopy"]
    folder, ids = _repository(place)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Notes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    env = {k: str(v).replace("$CI_PROJECT_DIR", folder) for k, v in job["variables"].items()}
    env.update(PATH=_tools(place, apt_get="#!/bin/sh\nexit 0\n"), CI_PROJECT_DIR=folder, CI_PROJECT_ID="3",
               CI_MERGE_REQUEST_IID="5", CI_MERGE_REQUEST_DIFF_BASE_SHA=ids[0], no_proxy="*", NOCOPY_TOKEN="secret",
               CI_API_V4_URL=f"http://127.0.0.1:{server.server_port}/api/v4",
               NOCOPY_SCOPE=r"^(?<name>xxx)(?<mode>_batch)?$")
    try:
        for method in ("POST", "PUT"):
            done = place.run("bash", "-eo", "pipefail", "-c", "\n".join(job["script"]), cwd=folder, timeout=300, **env)
            equal(done.status, 1, done)
            contains(done.out, "violated: verdict-worse xxx HIGH OK")
            done = place.run("bash", "-eo", "pipefail", "-c", "\n".join(job["after_script"]), cwd=folder, **env)
            equal(done.status, 0, done)
            equal(_Notes.notes[1]["by"], method)
            contains(_Notes.notes[1]["body"], "1 indicator got worse")
        for name in ("diff.html", "report.html", "check.xml"):
            assert os.path.getsize(os.path.join(folder, name)) > 500, name
        # Without a token there is no comment, and that is no failure.
        env["NOCOPY_TOKEN"] = ""
        equal(place.run("bash", "-eo", "pipefail", "-c", "\n".join(job["after_script"]), cwd=folder, **env).status, 0)
    finally:
        server.shutdown()


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules["__main__"]))

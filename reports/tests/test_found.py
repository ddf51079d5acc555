#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What docs/what-nocopy-found.md says of numpy holds on this machine; skipped where numpy is not."""
import json
import os
import subprocess
import sys
import tempfile

COPY = "copy-of-live"
# scope: kind and bytes of what is found above low; none: silence
EXPECTED = {
    "transposed": [(COPY, 32_000_000)],
    "take_in_order": [(COPY, 1_600_000)],
    "nothing_missing": [(COPY, 1_600_000)],
    "from_list": [(COPY, 1_600_000)],
    "same_type": [(COPY, 1_600_000)],
    "reversed": [(COPY, 1_600_000)],
    "every_second": [(COPY, 800_000)],
    "twice": [(COPY, 3_200_000)],
    "stacked": [("copy-then-free", 32_000_000), (COPY, 32_000_000)],
    "window_copies": [(COPY, 160_000)],
    "median": [],
    "computed": [],
    "as_float32": [],
}
MACHINE_DEPENDS = {"over-allocation"}  # numpy's own buffers, which differ from version to version


def python():
    for name in ("/usr/bin/python3", "python3"):
        if subprocess.run([name, "-c", "import numpy"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return name
    return None


def main():
    nocopy, source = os.environ["NOCOPY"], os.environ["NOCOPY_SOURCE"]
    name = python()
    if name is None:
        print("1..0 # SKIP no numpy")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        profile = os.path.join(scratch, "numpy.prof")
        env = {k: v for k, v in os.environ.items() if k != "MALLOC_PERTURB_"}
        subprocess.run([nocopy, "run", "--quiet", "--content=full", "-o", profile, "--", name,
                        os.path.join(source, "docs", "found", "numpy_prices.py")], check=True, env=env)
        seen = json.loads(subprocess.run([nocopy, "report", "--format", "json", profile], check=True,
                                         stdout=subprocess.PIPE).stdout)
    bad = 0
    print(f"1..{len(EXPECTED) + 1}")
    for n, (scope, want) in enumerate(EXPECTED.items(), 1):
        loud = [(f["kind"], f["bytes"]) for f in seen["findings"] if f["scope"] == scope
                and f["severity"] != "low" and f["kind"] not in MACHINE_DEPENDS]
        good = len(loud) == len(want) and all(
            any(k == kind and abs(b - size) <= size * 0.02 for k, b in loud) for kind, size in want)
        bad += not good
        print(f"{'ok' if good else 'not ok'} {n} {scope}: {', '.join(k for k, _ in want) or 'nothing'} is found")
        if not good:
            print(f"# {loud} for {want}")
    false = [f for f in seen["findings"] if f["kind"] == "metadata"]
    bad += bool(false)
    print(f"{'not ok' if false else 'ok'} {len(EXPECTED) + 1} no result is metadata beside the interpreter's pools")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

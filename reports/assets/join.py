# SPDX-License-Identifier: Apache-2.0
"""Join the viewer's ES modules into one script, and that and the style sheet into a C file.

    join.py MAIN.js REPORT.css OUT.js OUT.c

Each module keeps a function scope of its own, so that a name in one never hides a name of another
or of the browser. What it does not understand it refuses: only `import {a, b as c} from './x.js';`
and `export function|class|const|let NAME` are known.
"""
import base64
import hashlib
import os
import re
import sys

IMPORT = re.compile(r"^import\s*\{([^}]*)\}\s*from\s*'\./([a-z_]+\.js)';[ \t]*\n", re.M)
EXPORT = re.compile(r"^export\s+(?:async\s+)?(?:function\*?|class|const|let)\s+([A-Za-z_$][\w$]*)", re.M)
FORBIDDEN = (r"</script", r"<!--", r"</style")


class JoinError(Exception):
    pass


def squeeze_js(text, where):
    """Comments that stand alone and indentation go: they are for us. A text over several lines
    would be changed by that, so it is refused."""
    text = re.sub(r"^[ \t]*/\*.*?\*/[ \t]*\n", "", text, flags=re.M | re.S)
    text = re.sub(r"^[ \t]*//.*\n", "", text, flags=re.M)
    lines = [line.strip() for line in text.split("\n")]
    for line in lines:
        if line.replace("\\`", "").count("`") % 2:
            raise JoinError(f"{where}: a template text over several lines: {line}")
    return "\n".join(filter(None, lines)) + "\n"


def names_of(clause, where):
    """`a, b as c` as [(a, a), (b, c)]."""
    pairs = []
    for part in filter(None, (p.strip() for p in clause.split(","))):
        m = re.fullmatch(r"([A-Za-z_$][\w$]*)(?:\s+as\s+([A-Za-z_$][\w$]*))?", part)
        if not m:
            raise JoinError(f"{where}: cannot read the import of '{part}'")
        pairs.append((m.group(1), m.group(2) or m.group(1)))
    return pairs


def read_module(folder, name):
    """(imports, exports, body) of one file."""
    with open(os.path.join(folder, name), encoding="utf-8") as f:
        text = squeeze_js(f.read(), name)
    imports = [(m.group(2), names_of(m.group(1), name)) for m in IMPORT.finditer(text)]
    body = IMPORT.sub("", text)
    exports = EXPORT.findall(body)
    body = re.sub(r"^export\s+(?=(?:async|function|class|const|let)\b)", "", body, flags=re.M)
    for line in body.split("\n"):
        if re.match(r"\s*(import|export)\b(?!\s*[.:=])", line) or re.search(r"\bimport\s*\(", line):
            raise JoinError(f"{name}: this import or export form is not known: {line.strip()}")
    for mark in FORBIDDEN:
        if mark in body.lower():
            raise JoinError(f"{name}: holds {mark}, which would end the script in the page")
    return imports, exports, body


def join(folder, main):
    """The one script. Modules come after those they import."""
    done, path, parts = {}, [], []

    def visit(name):
        if name in path:
            raise JoinError("imports go round: " + " -> ".join(path[path.index(name):] + [name]))
        if name in done:
            return
        path.append(name)
        try:
            imports, exports, body = read_module(folder, name)
        except OSError as error:
            raise JoinError(f"{name}: {error.strerror}") from error
        head = ""
        for source, pairs in imports:
            visit(source)
            missing = [a for a, _ in pairs if a not in done[source]]
            if missing:
                raise JoinError(f"{name}: {source} does not export {', '.join(missing)}")
            inside = ", ".join(a if a == b else f"{a}: {b}" for a, b in pairs)
            head += f"const {{{inside}}} = M.{source[:-3]};\n"
        path.pop()
        done[name] = set(exports)
        tail = f"return {{{', '.join(exports)}}};\n" if exports else ""
        parts.append(f"M.{name[:-3]} = (() => {{\n{head}{body.strip()}\n{tail}}})();\n")

    visit(main)
    return "(() => {\n'use strict';\nconst M = {};\n" + "".join(parts) + "})();\n"


def c_text(name, text):
    """A byte array, its length, and its hash as a Content-Security-Policy wants it."""
    data = text.encode("utf-8")
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")
    rows = [",".join(map(str, data[i:i + 32])) for i in range(0, len(data), 32)]
    return (f"const unsigned char {name}[] = {{\n" + ",\n".join(rows) + "};\n"
            f"const size_t {name}_size = sizeof {name};\n"
            f'const char {name}_hash[] = "sha256-{digest}";\n')


def squeeze_css(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = "\n".join(line.strip() for line in text.split("\n") if line.strip()) + "\n"
    for mark in FORBIDDEN:
        if mark in text.lower():
            raise JoinError(f"the style sheet holds {mark}")
    return text


def run(main, css, out_js, out_c):
    script = join(os.path.dirname(main) or ".", os.path.basename(main))
    with open(css, encoding="utf-8") as f:
        style = squeeze_css(f.read())
    with open(out_js, "w", encoding="utf-8") as f:
        f.write(script)
    with open(out_c, "w", encoding="utf-8") as f:
        f.write('/* Made by join.py. */\n#include "html_viewer.h"\n\n')
        f.write(c_text("html_viewer_js", script) + "\n" + c_text("html_viewer_css", style))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    try:
        run(*sys.argv[1:])
    except JoinError as error:
        sys.exit(f"join.py: {error}")

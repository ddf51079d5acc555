# SPDX-License-Identifier: Apache-2.0
"""The joiner of the viewer: python3 join_test.py"""
import base64
import hashlib
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "assets"))
import join  # noqa: E402


class Join(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.folder.cleanup()

    def put(self, **files):
        for name, text in files.items():
            with open(os.path.join(self.folder.name, name + ".js"), "w", encoding="utf-8") as f:
                f.write(text)

    def join(self, **files):
        self.put(**files)
        return join.join(self.folder.name, "main.js")

    def refuses(self, words, **files):
        with self.assertRaisesRegex(join.JoinError, words):
            self.join(**files)

    def test_a_module_keeps_a_scope_of_its_own(self):
        text = self.join(main="import {history as h} from './a.js';\nconst x = h();\n",
                         a="export function history() {\nreturn 1;\n}\nconst x = 2;\n")
        self.assertIn("const {history: h} = M.a;", text)
        self.assertLess(text.index("M.a ="), text.index("M.main ="))

    def test_unknown_forms_are_refused(self):
        self.refuses("not known", main="import * as a from './a.js';\n", a="")
        self.refuses("not known", main="import a from './a.js';\n", a="")
        self.refuses("not known", main="import './a.js';\n", a="")
        self.refuses("not known", main="const a = await import('./a.js');\n", a="")
        self.refuses("not known", main="export default 1;\n")
        self.refuses("not known", main="const a = 1;\nexport {a};\n")

    def test_an_import_that_is_not_there_is_refused(self):
        self.refuses("does not export b", main="import {b} from './a.js';\n", a="export const a = 1;\n")
        self.refuses("a.js", main="import {b} from './a.js';\n")

    def test_a_round_of_imports_is_refused(self):
        self.refuses("go round", main="import {a} from './a.js';\n",
                     a="import {b} from './b.js';\nexport const a = 1;\n",
                     b="import {a} from './a.js';\nexport const b = 1;\n")

    def test_what_would_end_the_script_is_refused(self):
        self.refuses("would end", main="const a = '</script>';\n")
        self.refuses("would end", main="const a = '</SCRIPT';\n")
        self.refuses("would end", main="const a = '<!--';\n")

    def test_a_text_over_several_lines_is_refused(self):
        self.refuses("several lines", main="const a = `b\n  c`;\n")

    def test_the_hash_is_of_the_text_in_the_c_file(self):
        text = join.c_text("name", "h\u00e9")
        want = base64.b64encode(hashlib.sha256("h\u00e9".encode()).digest()).decode()
        self.assertIn(f'"sha256-{want}"', text)
        self.assertIn("104,195,169", text)

    def test_the_command_says_what_is_wrong_and_fails(self):
        self.put(main="export default 1;\n")
        css = os.path.join(self.folder.name, "a.css")
        open(css, "w", encoding="utf-8").close()
        run = subprocess.run([sys.executable, join.__file__, os.path.join(self.folder.name, "main.js"), css,
                              os.path.join(self.folder.name, "o.js"), os.path.join(self.folder.name, "o.c")],
                             capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn("main.js", run.stderr)


if __name__ == "__main__":
    unittest.main()

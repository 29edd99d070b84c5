#!/usr/bin/env python3
"""Tests of the checks in this folder: each is shown a small tree with one fault, and one without."""
import io
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import check_layers  # noqa: E402
import check_sizes  # noqa: E402
import summarize  # noqa: E402


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class Layers(Tree):
    def problems(self, name, text):
        self.write("engine/base/result.h", "")
        self.write("engine/model/config.h", "")
        self.write("app/chat/app.h", "")
        self.write(name, text)
        return list(check_layers.check(self.root))

    def test_a_listed_edge_passes(self):
        self.assertEqual(self.problems("engine/file/x.cpp", '#include "engine/base/result.h"\n#include <vector>\n'), [])

    def test_the_engine_including_the_application_fails(self):
        self.assertEqual(len(self.problems("engine/file/x.cpp", '#include "app/chat/app.h"\n')), 1)

    def test_an_earlier_station_including_a_later_one_fails(self):
        self.assertEqual(len(self.problems("engine/file/x.cpp", '#include "engine/model/config.h"\n')), 1)

    def test_qt_in_the_engine_fails(self):
        for header in ("QString", "QtCore/QObject", "qglobal.h"):
            self.assertEqual(len(self.problems("engine/text/x.cpp", f"#include <{header}>\n")), 1, header)

    def test_a_screen_header_outside_the_desktop_folder_fails(self):
        self.assertEqual(len(self.problems("app/chat/x.cpp", "#include <QClipboard>\n")), 1)
        self.assertEqual(self.problems("app/chat/x.cpp", "#include <QString>\n"), [])
        self.assertEqual(self.problems("app/desktop/y.cpp", "#include <QClipboard>\n"), [])

    def test_a_vulkan_handle_freed_outside_its_wrapper_fails(self):
        self.assertEqual(len(self.problems("engine/backend/x.cpp", "vkDestroyBuffer(d, b, nullptr);\n")), 1)
        self.assertEqual(len(self.problems("tests/x_test.cpp", "vkFreeMemory(d, m, nullptr);\n")), 2)

    def test_a_relative_include_fails(self):
        self.assertEqual(len(self.problems("engine/base/x.cpp", '#include "result.h"\n')), 1)

    def test_a_qml_file_importing_from_a_path_fails(self):
        self.assertEqual(len(self.problems("ui/chat/X.qml", 'import QtQuick\nimport "../models"\n')), 1)

    def test_a_folder_that_nobody_listed_fails(self):
        self.assertEqual(len(self.problems("app/cli/x.cpp", '#include "app/main.h"\n')), 1)


class Sizes(Tree):
    def problems(self, text, name="engine/x.cpp"):
        self.write(name, text)
        return list(check_sizes.check(self.root))

    def test_a_short_function_passes(self):
        self.assertEqual(self.problems("namespace a {\nint f() {\n" + "    g();\n" * 70 + "}\n}\n"), [])

    def test_a_function_of_eighty_one_lines_fails(self):
        self.assertEqual(len(self.problems("namespace a {\nint f() {\n" + "    g();\n" * 79 + "}\n}\n")), 1)

    def test_a_long_constructor_with_braced_members_fails(self):
        self.assertEqual(len(self.problems("A::A() : m_a{1}, m_b{2} {\n" + "    g();\n" * 90 + "}\n")), 1)

    def test_a_long_method_inside_a_class_fails(self):
        text = "class A : public B {\npublic:\n    void f() const override {\n" + "        g();\n" * 90 + "    }\n};\n"
        self.assertEqual(len(self.problems(text)), 1)

    def test_braces_in_text_do_not_hide_the_end(self):
        self.assertEqual(self.problems('int f() {\n    g("{{{", \'{\');\n}\n' + "int h();\n" * 100), [])

    def test_the_lines_of_a_table_are_not_counted(self):
        self.assertEqual(self.problems("constexpr int k[] = {\n" + "    1,\n" * 900 + "};\n"), [])

    def test_a_file_of_five_hundred_and_one_lines_fails(self):
        self.assertEqual(len(self.problems("int f();\n" * 501)), 1)

    def test_a_qml_file_of_three_hundred_and_one_lines_fails(self):
        self.assertEqual(len(self.problems("// x\n" * 301, "ui/X.qml")), 1)


class Summaries(Tree):
    def run_on(self, cases, steps=""):
        self.write("results.xml", f"<testsuite>{cases}</testsuite>")
        self.write("steps.txt", steps)
        sys.argv = ["summarize.py", str(self.root)]
        out = io.StringIO()
        with redirect_stdout(out):
            code = summarize.main()
        return code, out.getvalue()

    @staticmethod
    def case(name, status, output):
        return f'<testcase name="{name}" status="{status}" time="1"><system-out>{output}</system-out></testcase>'

    def test_functions_and_steps_are_added_up(self):
        cases = self.case("a", "run", "Totals: 3 passed, 0 failed, 0 skipped, 0 blacklisted") + self.case("b", "run", "")
        code, out = self.run_on(cases, "passed lint 2\n")
        self.assertEqual((code, out.splitlines()[-1]), (0, "5 passed, 0 failed"))

    def test_a_skip_is_named_and_counted(self):
        output = "SKIP   : A::b() no data\nTotals: 1 passed, 0 failed, 1 skipped, 0 blacklisted"
        code, out = self.run_on(self.case("a", "run", output))
        self.assertEqual(code, 0)
        self.assertIn("skipped: A::b() no data", out)
        self.assertEqual(out.splitlines()[-1], "1 passed, 0 failed, 1 skipped")

    def test_a_crash_without_totals_is_a_failure(self):
        code, out = self.run_on(self.case("a", "fail", "PASS   : A::b()"))
        self.assertEqual((code, out.splitlines()[-1]), (1, "0 passed, 1 failed"))

    def test_a_failed_step_fails_the_whole(self):
        code, out = self.run_on(self.case("a", "run", ""), "failed lint 2\n")
        self.assertEqual((code, out.splitlines()[-1]), (1, "1 passed, 1 failed"))

    def test_nothing_run_is_a_failure(self):
        self.assertEqual(self.run_on("")[0], 1)


if __name__ == "__main__":
    unittest.main()

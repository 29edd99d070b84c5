#!/usr/bin/env python3
"""Tests of the checks in this folder: each is shown a small tree with one fault, and one without."""
import copy
import io
import json
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import check_catalogue  # noqa: E402
import check_layers  # noqa: E402
import check_names  # noqa: E402
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


class Circles(unittest.TestCase):
    LINE = {"a": [], "b": ["a"], "c": ["a", "b"], "d": ["c"]}
    RING = {"a": ["d"], "b": ["a"], "c": ["b"], "d": ["c"], "e": ["a"]}

    def problems(self, edges, known=()):
        return list(check_layers.check_circles(edges, known))

    def test_folders_in_a_line_pass(self):
        self.assertEqual(self.problems(self.LINE), [])

    def test_an_edge_to_the_folder_itself_is_no_circle(self):
        self.assertEqual(self.problems({"a": ["a"]}), [])

    def test_a_circle_of_any_length_fails(self):
        for length in range(2, 12):
            ring = {str(i): [str((i + 1) % length)] for i in range(length)}
            self.assertEqual(len(self.problems(ring)), 1, length)

    def test_two_circles_are_two_problems(self):
        self.assertEqual(len(self.problems({"a": ["b"], "b": ["a"], "c": ["d", "a"], "d": ["c"]})), 2)

    def test_a_known_circle_passes_until_it_grows(self):
        self.assertEqual(self.problems(self.RING, [set("abcd")]), [])
        self.assertEqual(len(self.problems({**self.RING, "a": ["d", "e"]}, [set("abcd")])), 2)

    def test_a_known_circle_that_is_gone_or_smaller_fails(self):
        self.assertEqual(len(self.problems(self.LINE, [set("ab")])), 1)
        self.assertEqual(len(self.problems({"a": ["b"], "b": ["a"], "c": []}, [set("abc")])), 2)

    def test_an_edge_to_a_folder_that_nobody_listed_fails(self):
        self.assertEqual(len(self.problems({"a": ["x"]})), 1)

    def test_the_listed_edges_have_no_other_circles(self):
        self.assertEqual(self.problems(check_layers.EDGES, check_layers.KNOWN_CIRCLES), [])


class Names(Tree):
    def problems(self, text, name="engine/base/x.cpp"):
        self.write("engine/base/thread_pool.h", "")
        self.write("shaders/head.comp", "")
        self.write(name, text)
        return list(check_names.check(self.root))

    def test_a_file_that_is_there_may_be_named(self):
        self.assertEqual(self.problems("// Next: thread_pool.h, base/thread_pool.h, engine/base/thread_pool.h\n"), [])

    def test_a_file_that_is_not_there_fails_with_its_line(self):
        for text in ("int a;\n// Next: threads.h.\n", "int a;\n/* see\n   head.glsl */\n"):
            self.assertEqual(len(self.problems(text)), 1, text)
        self.assertEqual(self.problems("int a;\n// Next: threads.h.\n")[0].split(":")[1], "2")
        self.assertEqual(self.problems("int a;\n/* see\n   head.glsl */\n")[0].split(":")[1], "3")

    def test_a_name_in_another_folder_is_another_file(self):
        self.assertEqual(len(self.problems("// Next: file/thread_pool.h\n")), 1)
        self.assertEqual(len(self.problems("// Next: pool.h\n")), 1)

    def test_code_and_text_in_quotes_are_not_read(self):
        text = '#include "engine/gone.h"\n#include <hwy/highway.h>\nconst char* a = "// gone.h"; auto b = R"(// gone.h)";\n'
        self.assertEqual(self.problems(text), [])

    def test_patterns_and_headers_of_the_system_are_not_names(self):
        self.assertEqual(self.problems("// *_test.cpp, {a,b}.h, <unistd.h>, quant_${type}.comp\n"), [])

    def test_pages_and_scripts_and_shaders_are_read_too(self):
        for name in ("README.md", "tests/tools/x.py", "dev", "engine/CMakeLists.txt", "shaders/x.comp", "ui/X.qml"):
            mark = "//" if name.endswith((".comp", ".qml")) else "#"
            self.assertEqual(len(self.problems(f"{mark} gone.cpp says it\n", name)), 1, name)
            (self.root / name).unlink()


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


class Catalogues(Tree):
    """The real catalogues, each with one fault."""

    SOURCE = Path(__file__).parents[2]

    def setUp(self):
        super().setUp()
        self.gpus = json.loads((self.SOURCE / "resources/gpus.json").read_text(encoding="utf-8"))
        self.models = json.loads((self.SOURCE / "resources/models.json").read_text(encoding="utf-8"))

    def problems(self):
        self.write("resources/gpus.json", json.dumps(self.gpus))
        self.write("resources/models.json", json.dumps(self.models))
        listed = "tests/data/catalogue/listed_gpus.csv"
        self.write(listed, (self.SOURCE / listed).read_text(encoding="utf-8"))
        for page in (self.SOURCE / "engine/model/families").glob("*.cpp"):
            self.write(f"engine/model/families/{page.name}", page.read_text(encoding="utf-8"))
        return list(check_catalogue.check(self.root))

    def gpu(self, name):
        return next(gpu for gpu in self.gpus["gpus"] if gpu["name"] == name)

    def model(self, name):
        return next(model for model in self.models["models"] if model["id"] == name)

    def test_the_catalogues_pass(self):
        self.assertEqual(self.problems(), [])

    def test_a_figure_of_a_graphics_processor_that_makes_no_sense_fails(self):
        for field, value in {"bandwidth_gb_s": 530, "bus_bits": 256, "memory_gbps": 2.1, "memory_gb": 12288,
                             "year": 1998, "vendor": "NVIDEA", "source": "", "price_usd": 0, "memory": 12,
                             "unified": "no"}.items():
            gpu = self.gpu("NVIDIA GeForce RTX 4070")
            before = dict(gpu)
            gpu[field] = value
            self.assertGreaterEqual(len(self.problems()), 1, field)
            gpu.clear()
            gpu.update(before)

    def test_a_listed_row_that_is_gone_or_changed_fails(self):
        self.gpu("NVIDIA Tesla P40")["bandwidth_gb_s"] = 346
        self.assertEqual(len(self.problems()), 1)
        self.gpus["gpus"].remove(self.gpu("NVIDIA Tesla P40"))
        self.assertEqual(len(self.problems()), 1)

    def test_a_price_that_the_list_does_not_give_fails(self):
        self.gpu("NVIDIA Tesla P40")["price_usd"] = 300
        self.assertEqual(len(self.problems()), 1)

    def test_an_alias_that_means_two_rows_fails(self):
        self.gpu("NVIDIA GeForce RTX 4070")["aliases"] = ["NVIDIA GeForce RTX 3060"]
        self.assertEqual(len(self.problems()), 1)

    def test_a_row_listed_twice_fails(self):
        self.gpus["gpus"].append(copy.deepcopy(self.gpu("Intel Arc B580")))
        self.assertGreaterEqual(len(self.problems()), 1)

    def test_a_shape_that_is_not_the_number_of_parameters_fails(self):
        for name in ("deepseek-r1-distill-qwen-7b", "deepseek-r1-distill-llama-8b", "sunxiaochuan-v1-3b", "deepseek-r1",
                     "qwen3-30b-a3b", "glm-4.7-flash", "phi-4-mini-reasoning"):
            model = self.model(name)
            model["layers"] += 1
            self.assertEqual(len(self.problems()), 1, name)
            model["layers"] -= 1

    def test_a_model_without_a_licence_or_a_source_fails(self):
        for field in ("licence", "source", "languages"):
            model = self.model("deepseek-r1")
            before = model[field]
            model[field] = ""
            self.assertEqual(len(self.problems()), 1, field)
            model[field] = before

    def test_a_download_outside_its_repository_fails(self):
        download = self.model("deepseek-r1-distill-qwen-7b")["downloads"]["Q6_K"]
        for name in ("https://example.org/Q6_K.gguf", "/etc/Q6_K.gguf", "../x/Q6_K.gguf", "model-Q4_K_M.gguf", "Q6_K.bin"):
            download["files"] = [name]
            self.assertEqual(len(self.problems()), 1, name)
        download["files"] = ["model-Q6_K.gguf"]
        download["repository"] = "https://huggingface.co/a/b"
        self.assertEqual(len(self.problems()), 1)

    def test_a_model_that_the_engine_does_not_know_fails(self):
        self.model("deepseek-r1")["architecture"] = "deepseek9"
        self.assertEqual(len(self.problems()), 1)

    def test_what_is_only_there_as_files_is_offered_as_these_alone(self):
        self.model("ministral-3-3b-reasoning-2512")["quantizations"].append("F16")
        self.assertEqual(len(self.problems()), 1)

    def test_a_model_based_on_nothing_fails(self):
        self.model("deepseek-r1-distill-qwen-14b-awq")["based_on"] = "gone"
        self.assertEqual(len(self.problems()), 1)


class RecordedDevices(Tree):
    def problems(self, **changes):
        device = {"name": "A", "driver": "d", "vendor_id": 1, "device_id": 2, "device_type": "discrete",
                  "heaps": [{"bytes": 8 << 30, "device_local": True, "budget": 7 << 30},
                            {"bytes": 9 << 30, "device_local": False}],
                  "types": [{"heap": 0, "flags": ["device_local"]}, {"heap": 1, "flags": ["host_visible"]}],
                  "max_allocation": 2 << 30, "max_buffer": 2 << 30, "host_memory": 16 << 30, "source": "a report"}
        self.write("a.json", json.dumps(device | changes))
        return list(check_catalogue.check_devices(self.root))

    def test_a_description_that_makes_sense_passes(self):
        self.assertEqual(self.problems(), [])

    def test_a_description_that_makes_none_fails(self):
        for changes in ({"source": ""}, {"device_type": "gpu"}, {"host_memory": 16}, {"heap": []},
                        {"heaps": [{"bytes": 1, "device_local": True, "budget": 2}] * 2},
                        {"types": [{"heap": 2, "flags": ["device_local"]}, {"heap": 0, "flags": ["device_local"]}]},
                        {"types": [{"heap": 1, "flags": ["device_local"]}, {"heap": 0, "flags": ["device_local"]}]},
                        {"types": [{"heap": 0, "flags": ["local"]}, {"heap": 0, "flags": ["device_local"]}]},
                        {"types": [{"heap": 1, "flags": ["host_visible"]}]}):
            self.assertGreaterEqual(len(self.problems(**changes)), 1, changes)


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

"""tools/check_layers on small trees made for the purpose."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "check_layers"


class CheckLayersTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("src/core/CMakeLists.txt", "pcai_room(core SOURCES error.cpp)\n")
        self.write("src/core/error.h", "#include <string>\n")
        self.write("src/core/error.cpp", '#include "core/error.h"\n')
        self.write("src/openai/sse.h", '#include "core/error.h"\n')
        self.write("src/engine/engine.h", '#include "core/error.h"\n')
        self.write("src/backend/registry.h", '#include "core/error.h"\n')
        self.write("src/backend/fake/register.h", '#include "backend/registry.h"\n')
        self.write("src/backend/fake/fake_model.h", "#include <vector>\n")

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def check(self):
        done = subprocess.run([sys.executable, TOOL, self.root], capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def assert_refused(self, complaint):
        status, output = self.check()
        self.assertEqual(status, 1, output)
        self.assertIn(complaint, output)

    def test_designed_arrows_pass_and_are_counted(self):
        self.write("src/http/server.h", '#include "engine/engine.h"\n#include <boost/asio.hpp>\n')
        self.write("src/backend/llamacpp/model.h", '#include <llama.h>\n#include "chat.h"\n')
        self.write("src/app/main.h", '#include "backend/fake/register.h"\n')
        status, output = self.check()
        self.assertEqual(status, 0, output)
        self.assertRegex(output, r"\d+ http +\. +\. +\. +\. +1")  # a column a room that exists
        self.assertIn("as designed", output)

    def test_upward_arrow_is_refused_with_its_line(self):
        self.write("src/core/event.h", '#pragma once\n\n#include "engine/engine.h"\n')
        self.assert_refused("src/core/event.h:3: engine/engine.h: core may not know engine")

    def test_backends_do_not_know_each_other(self):
        self.write("src/backend/llamacpp/model.h", '#include "backend/fake/fake_model.h"\n')
        self.assert_refused("backend/llamacpp may not know backend/fake")

    def test_app_sees_only_how_to_register_a_backend(self):
        self.write("src/app/main.h", '#include "backend/fake/fake_model.h"\n')
        self.assert_refused("app may not know backend/fake")

    def test_engine_may_not_register_backends(self):
        self.write("src/engine/table.h", '#include "backend/fake/register.h"\n')
        self.assert_refused("engine may not know backend/fake")

    def test_boost_stays_in_http(self):
        self.write("src/engine/timer.h", "#include <boost/asio/steady_timer.hpp>\n")
        self.assert_refused("only http may include Boost")

    def test_llama_headers_stay_in_their_backend(self):
        for header in ("<llama.h>", '"ggml-cpu.h"', "<gguf.h>"):
            self.write("src/models/reader.h", f"#include {header}\n")
            self.assert_refused("only backend/llamacpp may include llama.cpp")

    def test_common_headers_of_llama_stay_in_their_backend(self):
        self.write("src/engine/chat.h", '#include "sampling.h"\n')
        self.assert_refused("not a path below src/")

    def test_own_files_named_after_gguf_are_no_library(self):
        self.write("src/models/gguf_header.h", '#include "core/error.h"\n')
        self.write("src/models/reader.h", '#include "models/gguf_header.h"\n')
        self.assertEqual(self.check()[0], 0)

    def test_core_includes_the_standard_library_only(self):
        self.write("src/core/json.h", "#include <nlohmann/json.hpp>\n")
        self.assert_refused("core includes the standard library only")
        self.write("src/core/json.h", "#include <tl/expected.hpp>\n")
        self.assertEqual(self.check()[0], 0)

    def test_kernels_know_nothing_of_ours(self):
        self.write("src/kernels/gemm.h", '#include <immintrin.h>\n#include "core/error.h"\n')
        self.assert_refused("kernels may not know core")

    def test_source_that_no_list_names_is_refused(self):
        self.write("src/core/forgotten.cpp", "")
        self.assert_refused("src/core/forgotten.cpp: no CMakeLists.txt names it")
        self.write("src/core/CMakeLists.txt", "pcai_room(core SOURCES error.cpp) # forgotten.cpp\n")
        self.assert_refused("src/core/forgotten.cpp: no CMakeLists.txt names it")
        self.write("src/core/CMakeLists.txt", "pcai_room(core SOURCES error.cpp not_forgotten.cpp)\n")
        self.assert_refused("src/core/forgotten.cpp: no CMakeLists.txt names it")

    def test_file_in_no_room_is_refused(self):
        self.write("src/utils/strings.h", "")
        self.assert_refused("src/utils/strings.h: in no room")

    def test_the_table_of_rooms_in_the_architecture_is_the_tools(self):
        done = subprocess.run([sys.executable, TOOL, "--table"], capture_output=True, text=True)
        self.assertEqual((done.stderr, done.returncode), ("", 0), "every room needs a subject")
        page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
        start = page.index("| room | subject | may know |")
        self.assertEqual(page[start:page.index("\n\n", start) + 1], done.stdout,
                         "put the output of `tools/check_layers --table` there")


if __name__ == "__main__":
    unittest.main()

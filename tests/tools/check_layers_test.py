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
        self.write("src/http/connection/server.h", '#include "engine/engine.h"\n#include <boost/asio.hpp>\n')
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

    def test_a_systems_headers_stay_in_its_folder(self):
        for header in ("unistd.h", "sys/stat.h", "linux/seccomp.h", "poll.h", "windows.h",
                       "WinSock2.h", "histedit.h", "netinet/in.h"):
            self.write("src/models/reader.h", f"#pragma once\n\n#include <{header}>\n")
            self.assert_refused(f"src/models/reader.h:3: {header}: only platform/<system>/ may")
            self.write("src/models/reader.h", "")
            self.write("src/platform/files.h", f"#include <{header}>\n")
            self.assert_refused(f"src/platform/files.h:1: {header}: only platform/<system>/ may")
            self.write("src/platform/files.h", "")
            for system in ("posix", "windows"):
                self.write(f"src/platform/{system}/end.h", f"#include <{header}>\n")
            self.assertEqual(self.check()[0], 0)

    def test_a_systems_macros_stay_in_its_folder(self):
        for macro in ("_WIN32", "__linux__", "__APPLE__", "_MSC_VER", "__unix__"):
            text = f"#if defined({macro})\nint x;\n#endif\n"
            self.write("src/engine/threads.h", text)
            self.assert_refused(f"src/engine/threads.h:1: {macro}: only platform/<system>/ may ask")
            self.write("src/engine/threads.h", "")
            self.write("src/platform/posix/threads.h", text)
            self.assertEqual(self.check()[0], 0)

    def test_a_processors_macros_are_everybodys(self):
        self.write("src/kernels/gemm.h", "#if defined(__AVX2__) || defined(__x86_64__)\n#endif\n")
        self.assertEqual(self.check()[0], 0)

    def test_what_comes_with_standard_headers_is_refused_by_name(self):
        for code, name in (('std::getenv("HOME");', "std::getenv("), ("::setenv(a, b, 1);", "setenv("),
                           ("extern char** environ;", "environ"), ("raise(SIGHUP);", "SIGHUP"),
                           ('open("/proc/self/exe");', '"/proc/'),
                           ("std::thread::hardware_concurrency();", "thread::hardware_concurrency")):
            self.write("src/engine/threads.h", f"\n{code}\n")
            self.assert_refused(f"src/engine/threads.h:2: {name}: platform/ has a function for it")

    def test_comments_may_name_a_system(self):
        self.write("src/engine/threads.h",
                   "// As _WIN32 has it, std::getenv() and path.string().\n/* SIGHUP,\n unistd.h */\n"
                   'const char* kUrl = "http://x";  // SIGHUP\n')
        self.assertEqual(self.check()[0], 0)

    def test_a_paths_text_is_asked_of_platform(self):
        self.write("src/models/reader.h", "auto x = path.filename().string();\n")
        self.assert_refused("src/models/reader.h:1: .string(): a path's text is platform::path_text")
        self.write("src/models/reader.h", "auto x = entry->string();\n")
        self.assert_refused("src/models/reader.h:1: ->string(): a path's text is platform::path_text")
        self.write("src/models/reader.h", "auto x = stream.str() + to_string(1);\n")
        self.assertEqual(self.check()[0], 0)

    def test_a_systems_own_headers_are_not_for_others(self):
        self.write("src/platform/posix/end.h", "")
        self.write("src/models/reader.h", '#include "platform/posix/end.h"\n')
        self.assert_refused("platform/posix/end.h: include the header in platform/ instead")

    def test_platform_knows_no_other_room(self):
        self.write("src/platform/files.h", '#include "core/error.h"\n')
        self.assert_refused("platform may not know core")

    def test_source_that_no_list_names_is_refused(self):
        self.write("src/core/forgotten.cpp", "")
        self.assert_refused("src/core/forgotten.cpp: no CMakeLists.txt names it")
        self.write("src/core/CMakeLists.txt", "pcai_room(core SOURCES error.cpp) # forgotten.cpp\n")
        self.assert_refused("src/core/forgotten.cpp: no CMakeLists.txt names it")
        self.write("src/core/CMakeLists.txt", "pcai_room(core SOURCES error.cpp not_forgotten.cpp)\n")
        self.assert_refused("src/core/forgotten.cpp: no CMakeLists.txt names it")

    def test_a_list_may_name_its_sources_by_a_variable(self):
        self.write("tests/contract/subjects/fake.cpp", "")
        self.assert_refused("tests/contract/subjects/fake.cpp: no CMakeLists.txt names it")
        self.write("tests/contract/CMakeLists.txt", "list(APPEND subjects subjects/${room}.cpp)\n")
        self.assertEqual(self.check()[0], 0)

    def test_locks_that_clang_cannot_check_are_refused_with_their_line(self):
        for lock in ("mutex", "shared_mutex", "condition_variable", "lock_guard", "unique_lock"):
            self.write("src/engine/queue.h", f"#include <mutex>\nstd::{lock} lock_;\n")
            self.assert_refused(f"src/engine/queue.h:2: std::{lock}: use the locks of core/mutex.h")

    def test_locks_are_made_of_the_standard_librarys_in_one_file(self):
        self.write("src/core/mutex.h", "#include <mutex>\nnamespace pcai {\nclass Mutex { std::mutex mutex_; };\n}  // namespace pcai\n")
        self.write("src/engine/once.h", "#include <mutex>\ninline std::once_flag once;\n")
        self.assertEqual(self.check()[0], 0)

    def test_a_type_of_another_namespace_is_refused_with_its_line(self):
        self.write("src/engine/model.h", "#pragma once\n\nnamespace pcai {\nstruct Model {};\n}  // namespace pcai\n")
        self.assert_refused("src/engine/model.h:3: namespace pcai: the room's is pcai::engine")
        self.write("src/engine/model.h", "\nstruct Model {\n};\n")
        self.assert_refused("src/engine/model.h:2: Model stands outside the namespace pcai::engine")
        self.write("src/engine/model.h", "")
        self.write("src/backend/fake/script.h", "namespace pcai::backend {\nstruct Script {};\n}  // namespace pcai::backend\n")
        self.assert_refused("src/backend/fake/script.h:1: namespace pcai::backend: the room's is pcai::backend::fake")

    def test_another_rooms_types_may_be_declared(self):
        self.write("src/engine/model.h", "namespace pcai::backend {\nclass LoadedModel;\n}  // namespace pcai::backend\n"
                   "\nnamespace pcai::engine {\nstruct Model {};\n}  // namespace pcai::engine\n")
        self.assertEqual(self.check()[0], 0)

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

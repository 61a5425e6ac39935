"""tools/run_tests on a build folder made of shell scripts."""
import os
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "run_tests"

REPORT = """cat >"${GTEST_OUTPUT#json:}" <<'END'
{"testsuites": [{"name": "Room", "testsuite": [
  {"name": "Works", "status": "RUN", "result": "COMPLETED"},
  {"name": "Waits", "status": "RUN", "result": "SKIPPED"},
  {"name": "Sleeps", "status": "NOTRUN", "result": "SUPPRESSED"},
  {"name": "Other", "status": "RUN", "result": "COMPLETED"%s}]}]}
END
"""


class RunTestsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = Path(folder.name)

    def run_script(self, script, *options, properties=""):
        """The status and the lines of run_tests over one CTest program that runs `script`."""
        program = self.build / "room_test"
        program.write_text("#!/bin/sh\n" + script)
        program.chmod(0o755)
        (self.build / "CTestTestfile.cmake").write_text(
            f'add_test(room "{program}")\nset_tests_properties(room PROPERTIES TIMEOUT 30 {properties})\n')
        done = subprocess.run([sys.executable, TOOL, self.build, "--kinds", "cpp", *options],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout.splitlines()

    def test_every_case_of_a_report_counts(self):
        status, lines = self.run_script(REPORT % "")
        self.assertEqual((status, lines[-1]), (0, "2 passed, 0 failed, 1 skipped"))

    def test_failed_case_is_named(self):
        status, lines = self.run_script(REPORT % ', "failures": [{}]' + "exit 1")
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed, 1 skipped"))
        self.assertIn("failed: room: Room.Other", lines)

    def test_program_that_dies_fails_the_case_it_was_in(self):
        status, lines = self.run_script("echo '[ RUN      ] A.One'; echo '[       OK ] A.One (0 ms)'\n"
                                        "echo '[ RUN      ] A.Two'; kill -SEGV $$")
        self.assertEqual((status, lines[-1]), (1, "1 passed, 2 failed"))
        self.assertIn("failed: room: A.Two", lines)
        self.assertIn("failed: room: ended by SIGSEGV", lines)

    def test_program_without_cases_counts_as_one(self):
        self.assertEqual(self.run_script("echo fine")[1][-1], "1 passed, 0 failed")

    def test_report_without_cases_is_a_failure(self):
        status, lines = self.run_script("""echo '{"testsuites": []}' >"${GTEST_OUTPUT#json:}" """)
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed"))

    def test_success_told_by_a_failing_program_is_not_believed(self):
        status, lines = self.run_script(REPORT % "" + "exit 3")
        self.assertEqual((status, lines[-1]), (1, "2 passed, 1 failed, 1 skipped"))

    def test_program_over_its_time_is_ended_with_its_children(self):
        # The child holds the output open: run_tests ends only because the child is killed too.
        status, lines = self.run_script("sleep 600 & wait", properties="TIMEOUT 0.5")
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed"))
        self.assertIn("failed: room: no end within 0.5 s", lines)

    @unittest.mock.patch.dict(os.environ)
    def test_only_sanitized_programs_are_kept_from_vulkan_drivers(self):
        os.environ.pop("VK_DRIVER_FILES", None)  # this test may be one that is kept from them
        for sanitizers, drivers in (("", "any"), ("address,undefined", os.devnull)):
            (self.build / "CMakeCache.txt").write_text(
                f"PCAI_SANITIZE-ADVANCED:INTERNAL=1\nPCAI_SANITIZE:STRING={sanitizers}\n")
            with self.subTest(sanitizers):
                said = self.build / "said.txt"
                self.run_script(f'echo "${{VK_DRIVER_FILES:-any}}" >{said}')
                self.assertEqual(said.read_text().strip(), drivers)

    def test_tally_leaves_the_closing_line_to_the_caller(self):
        tally = self.build / "tally"
        _, lines = self.run_script(REPORT % "", "--tally", os.fspath(tally))
        self.assertEqual(tally.read_text(), "2 0 1\n")
        self.assertFalse([line for line in lines if line.startswith("2 passed")])


if __name__ == "__main__":
    unittest.main()

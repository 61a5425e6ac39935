"""What configuring needs: running none of GoogleTest, tests all of it. Nothing is built here."""
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GTEST_ALONE = """
add_library(GTest::gtest INTERFACE IMPORTED)
add_library(GTest::gtest_main INTERFACE IMPORTED)
"""


class ConfigureTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def configure(self, googletest, *options):
        """The exit status and what CMake printed, for a build without backends on a machine whose
        GoogleTest has `googletest` as its CMake package."""
        package = self.folder / "gtest" / "GTestConfig.cmake"
        package.parent.mkdir()
        package.write_text(googletest)
        done = subprocess.run(
            ["cmake", "-S", ROOT, "-B", self.folder / "build", "-G", "Ninja", "-Wno-dev",
             "-DPCAI_WITH_LLAMACPP=OFF", "-DPCAI_WITH_MISTRALRS=OFF", f"-DGTest_DIR={package.parent}",
             *options],
            capture_output=True, text=True, timeout=300)
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def test_a_build_without_tests_does_not_look_for_googletest(self):
        status, output = self.configure('message(FATAL_ERROR "somebody looked for GoogleTest")',
                                        "-DPCAI_BUILD_TESTS=OFF")
        self.assertEqual(status, 0, output)

    def test_tests_without_gmock_are_refused_with_the_name_of_the_package(self):
        status, output = self.configure(GTEST_ALONE, "-DPCAI_BUILD_TESTS=ON")
        self.assertNotEqual(status, 0)
        self.assertIn("GTest::gmock was not found. On Debian install libgtest-dev and libgmock-dev",
                      output)

    def test_only_make_test_configures_the_tests(self):
        for target, tests in (("build", "OFF"), ("run", "OFF"), ("install", "OFF"), ("test", "ON")):
            with self.subTest(target):
                configured = re.findall("-DPCAI_BUILD_TESTS=(.*)", self.dry_run(target))
                self.assertEqual(configured, [tests])

    def dry_run(self, target):
        environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
        return subprocess.run(["make", "--dry-run", target, "PRESET=absent"], cwd=ROOT, check=True,
                              capture_output=True, text=True, env=environment).stdout


if __name__ == "__main__":
    unittest.main()

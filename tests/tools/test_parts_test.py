"""tools/test_parts in a checkout whose parts are shell commands."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"
PARTS = """
[DEFAULT]
sources = src
tools = tool
packages = build
minutes = 1
"""


class TestPartsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in ("tools", "src/room", "bin"):
            (self.root / name).mkdir(parents=True)
        shutil.copy(TOOLS / "test_parts", self.root / "tools")
        self.write("tools/packages.txt", "build libone\ntest libtwo\n")
        self.write("src/room/file.cpp", "int one;")
        self.program("tool", "echo 1.0")
        self.program("dpkg-query", "echo $* 1.0")
        self.parts(one="true")

    def write(self, name, text):
        (self.root / name).write_text(text)

    def program(self, name, script):
        self.write(f"bin/{name}", f"#!/bin/bash\n{script}\n")
        (self.root / "bin" / name).chmod(0o755)

    def parts(self, text=PARTS, **commands):
        for name, command in commands.items():
            text += f"[{name}]\ncommand =\n  echo {name} >>ran\n  {command}\n"
        self.write("tools/test_parts.ini", text)

    def run_tool(self, *options, **environment):
        """The exit status, the names of the parts that ran, and the lines printed."""
        (self.root / "ran").write_text("")
        environment = {**os.environ, "PCAI_CACHE_DIR": str(self.root / "cache"),
                       "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}", **environment}
        done = subprocess.run([sys.executable, self.root / "tools/test_parts", *map(str, options)],
                              capture_output=True, text=True, timeout=60, env=environment)
        self.assertEqual(done.stderr, "")
        return done.returncode, (self.root / "ran").read_text().split(), done.stdout.splitlines()

    def runs(self, pid):
        try:
            return Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False

    def test_a_part_that_passed_is_skipped_and_named_until_something_changes(self):
        self.assertEqual(self.run_tool()[:2], (0, ["one"]))
        status, ran, lines = self.run_tool()
        self.assertEqual((status, ran), (0, []))
        self.assertEqual(lines, ["unchanged since it passed: one", "0 passed, 0 failed"])

    def test_every_thing_that_a_part_depends_on_makes_it_run_again(self):
        changes = {
            "a source": lambda: self.write("src/room/file.cpp", "int two;"),
            "a new source": lambda: self.write("src/room/other.cpp", ""),
            "a source's name": lambda: (self.root / "src/room/other.cpp").rename(self.root / "src/o.cpp"),
            "a source's mode": lambda: (self.root / "src/o.cpp").chmod(0o755),
            "a tool's version": lambda: self.program("tool", "echo 1.1"),
            "a package's version": lambda: self.program("dpkg-query", "echo $* 1.1"),
            "the list of packages": lambda: self.write("tools/packages.txt", "build libthree\n"),
            "its definition": lambda: self.parts(one="true; true"),
        }
        self.run_tool()
        for what, change in changes.items():
            with self.subTest(what):
                change()
                self.assertEqual(self.run_tool()[1], ["one"])
                self.assertEqual(self.run_tool()[1], [])
        self.assertEqual(self.run_tool(CXXFLAGS="-O0")[1], ["one"])

    def test_what_a_part_does_not_depend_on_changes_nothing(self):
        self.run_tool()
        self.write("README.md", "new")
        (self.root / "src/__pycache__").mkdir()
        self.write("src/__pycache__/cached", "new")
        self.write("tools/packages.txt", "build libone\ntest libthree\n")
        self.parts(one="true", two="true")
        self.assertEqual(self.run_tool()[1], ["two"])

    def test_a_named_part_runs_alone_and_also_when_unchanged(self):
        self.parts(one="true", two="true")
        self.run_tool()
        self.assertEqual(self.run_tool("two")[1], ["two"])

    def test_an_unknown_name_is_refused_with_the_names_there_are(self):
        done = subprocess.run([sys.executable, self.root / "tools/test_parts", "three"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no part three; there are one", done.stderr)

    def test_a_source_that_is_not_there_is_an_error(self):
        self.parts(PARTS.replace("sources = src", "sources = src gone"), one="true")
        done = subprocess.run([sys.executable, self.root / "tools/test_parts"],
                              capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("gone", done.stderr)

    def test_a_failed_part_is_named_and_runs_again(self):
        self.parts(one="false", two="true")
        for _ in range(2):
            status, ran, lines = self.run_tool()
            self.assertEqual(status, 1)
            self.assertIn("one", ran)
            self.assertIn("failed part: one", lines)
        self.assertEqual(lines[-1], "0 passed, 1 failed")

    def test_a_part_that_passed_and_fails_unchanged_is_not_skipped(self):
        self.parts(one="[ -z \"${CHANCE:-}\" ]")
        self.run_tool()
        self.assertEqual(self.run_tool("one", CHANCE="1")[0], 1)
        self.assertEqual(self.run_tool()[1], ["one"])

    def test_a_failed_line_ends_the_part(self):
        self.parts(one="false\n  echo later >>ran")
        self.assertEqual(self.run_tool()[:2], (1, ["one"]))

    def test_the_numbers_of_its_tests_are_added_up(self):
        self.parts(one='echo 10 0 2 >>"$TALLY"; echo 5 0 0 >>"$TALLY"', two="true",
                   three='echo 3 2 0 >>"$TALLY"; false')
        self.assertEqual(self.run_tool()[2][-1], "19 passed, 2 failed, 2 skipped")

    def test_with_a_tally_the_closing_line_is_the_callers(self):
        tally = self.root / "tally"
        lines = self.run_tool("--tally", tally)[2]
        self.assertEqual(tally.read_text(), "1 0 0\n")
        self.assertFalse([line for line in lines if "passed," in line])

    def test_a_part_that_does_not_fit_into_the_time_is_not_begun(self):
        self.parts(PARTS.replace("minutes = 1", "minutes = 9"), one="true")
        status, ran, lines = self.run_tool("--until", time.time() + 8 * 60)
        self.assertEqual((status, ran), (0, []))
        self.assertRegex(lines[0], r"^did not run: one \(takes 9 min, [78] min are left\)$")
        self.assertEqual(self.run_tool("--until", time.time() + 10 * 60)[1], ["one"])
        self.write("src/room/file.cpp", "int two;")  # now its real duration is known
        self.assertEqual(self.run_tool("--until", time.time() + 60)[1], ["one"])

    def test_the_part_that_has_waited_longest_comes_first(self):
        self.parts(one="true", two="true", three="true")
        self.run_tool("two")
        self.run_tool("one")
        self.write("src/room/file.cpp", "int two;")
        self.assertEqual(self.run_tool()[1], ["three", "two", "one"])

    def test_a_part_far_over_its_time_is_stopped_with_all_it_started_and_is_no_failure(self):
        text = (self.root / "tools/test_parts").read_text()
        self.write("tools/test_parts", re.sub("^GRACE = .*", "GRACE = 1", text, flags=re.M))
        self.parts(PARTS.replace("minutes = 1", "minutes = 0"),
                   one="setsid bash -c 'echo $$ >pid; sleep 600; true' & wait; true")
        status, ran, lines = self.run_tool("--until", time.time() + 1)
        self.assertEqual((status, ran), (0, ["one"]))
        self.assertIn("did not run to its end: one (stopped after 0 min)", lines)
        pid = (self.root / "pid").read_text().strip()
        until = time.monotonic() + 60
        while self.runs(pid):
            self.assertLess(time.monotonic(), until)

    def test_the_projects_own_list_can_be_read_and_its_sources_are_there(self):
        own = subprocess.run([sys.executable, TOOLS / "test_parts", "--until", "0"], capture_output=True,
                             text=True, env={**os.environ, "PCAI_CACHE_DIR": str(self.root / "cache")})
        self.assertEqual(own.returncode, 0, own.stderr)
        self.assertRegex(own.stdout, "did not run: clang .*(?s:.*)0 passed, 0 failed\n$")


if __name__ == "__main__":
    unittest.main()

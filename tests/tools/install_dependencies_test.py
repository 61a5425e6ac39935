"""tools/install_dependencies with a dpkg-query and an apt-get that only say what they are asked."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "install_dependencies"
PACKAGES = """
# group package [command [version]]
build  g++
build  cargo-web  cargo  1.78
test   npm        npm
"""


class InstallDependenciesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.asked = self.root / "asked"
        (self.root / "tools").mkdir()
        shutil.copy(TOOL, self.root / "tools")
        (self.root / "tools/packages.txt").write_text(PACKAGES)
        self.command("apt-get", f'echo "$@" >>{self.asked}')
        self.command("id", "echo 0")
        self.installed()

    def command(self, name, script):
        file = self.root / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("#!/bin/bash\n" + script + "\n")
        file.chmod(0o755)

    def installed(self, *packages):
        names = "|".join(packages) or "none"
        self.command("dpkg-query", f'[[ ${{@: -1}} =~ ^({names.replace("+", "[+]")})$ ]] && echo -n installed')

    def run_tool(self, *groups):
        """The exit status, what it printed, and the packages it asked apt-get to install."""
        tools = [self.root / "bin", *(Path(f) for f in ("/usr/bin", "/bin"))]
        for name in ("cargo", "npm", "sudo"):  # the machine's own must not be seen
            if not (self.root / "bin" / name).exists():
                self.command(name, "exit 127")
        done = subprocess.run(["bash", self.root / "tools/install_dependencies", *groups],
                              env={**os.environ, "PATH": ":".join(map(str, tools))},
                              capture_output=True, text=True)
        lines = self.asked.read_text().splitlines() if self.asked.exists() else []
        installs = [line.split("--no-remove ")[1].split() for line in lines if " install " in line]
        return done.returncode, done.stdout + done.stderr, installs

    def test_nothing_missing_asks_nothing(self):
        self.installed("g++", "cargo-web", "npm")
        self.assertEqual(self.run_tool("build", "test"), (0, "", []))
        self.assertFalse(self.asked.exists())

    def test_only_the_missing_of_the_named_groups_are_installed(self):
        self.installed("cargo-web")
        status, _, installs = self.run_tool("build")
        self.assertEqual((status, installs), (0, [["g++"]]))

    def test_command_of_its_own_replaces_a_package(self):
        self.installed("g++")
        self.command("cargo", "echo 'cargo 1.100.0 (0123abc 2030-01-01)'")
        self.command("npm", "echo 9.2.0")
        self.assertEqual(self.run_tool("build", "test"), (0, "", []))

    def test_command_that_is_too_old_does_not(self):
        self.installed("g++")
        self.command("cargo", "echo cargo 1.65.0")
        self.assertEqual(self.run_tool("build")[2], [["cargo-web"]])

    def test_failed_install_is_told_and_fails(self):
        self.command("apt-get", '[[ " $* " != *" install "* ]]')
        status, output, _ = self.run_tool("build")
        self.assertEqual(status, 1)
        self.assertIn("Could not install g++ cargo-web", output)

    def test_without_root_and_sudo_the_command_to_run_is_told(self):
        self.command("id", "echo 1000")
        (self.root / "tools/install_dependencies").write_text(
            TOOL.read_text().replace("command -v sudo", "false"))
        status, output, installs = self.run_tool("build")
        self.assertEqual((status, installs), (1, []))
        self.assertIn("apt-get install g++ cargo-web", output)


if __name__ == "__main__":
    unittest.main()

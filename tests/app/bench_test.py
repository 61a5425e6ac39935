"""`pcai bench`: it measures a server of its own, a running one, and another program by turns."""
import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time
import unittest
from pathlib import Path

import program

SMALL = ("--runs", "2", "--prompt", "32", "--answer", "400", "--streams", "2")
FAKE = ("--backend", "fake", "--model", "a-model")

# What a llama-server is told, given to pcai: the words of the command line are llama-server's.
STAND_IN = """#!{python}
import os, sys
words = dict(zip(sys.argv[1::2], sys.argv[2::2]))
assert set(words) == {{"-m", "--host", "--port", "-c", "-np"}}, words
os.environ.pop("PCAI_PORT", None)
print("the stand-in was started with", words, flush=True)
os.execv({pcai!r}, [{pcai!r}, "serve", "--backend", "fake", "--model", "a-model",
                    "--port", words["--port"]])
"""


class BenchTest(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)

    def json_of(self, *arguments):
        ran = self.pcai("bench", "--json", *arguments)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return json.loads(ran.stdout)

    def test_it_measures_each_thing_as_often_as_asked(self):
        result = self.json_of(*SMALL, *FAKE)
        self.assertEqual(result["model"], "a-model")
        self.assertEqual(len(result["figures"]), 5)
        for figure in result["figures"]:
            self.assertEqual(len(figure["values"]), 2, figure["name"])
            self.assertGreater(min(figure["values"]), 0, figure["name"])
            self.assertIn(figure["unit"], ("tok/s", "ms"))
        table = self.pcai("bench", *SMALL, *FAKE)
        self.assertEqual(table.returncode, 0, table.stderr)
        self.assertEqual(table.stderr, b"")
        self.assertRegex(table.stdout.decode(), r"(?m)^prompt of 32 tokens +[0-9.]+ +tok/s +")

    def test_two_results_are_compared(self):
        first = self.pcai.write("a.json", json.dumps(self.json_of(*SMALL, *FAKE)))
        second = self.pcai.write("b.json", json.dumps(self.json_of(*SMALL, *FAKE)))
        ran = self.pcai("bench", "--compare", first, second)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn(b"prompt of 32 tokens", ran.stdout)
        self.assertEqual(self.pcai("bench", "--compare", first, "/nowhere").returncode, 2)
        broken = self.pcai.write("c.json", "{}")
        ran = self.pcai("bench", "--compare", first, broken)
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"c.json' is not what `pcai bench --json` printed", ran.stderr)

    def test_another_program_is_measured_by_turns(self):
        result = self.json_of(*SMALL, *FAKE, "--against", f"pcai={program.PROGRAM}")
        against = result["against"]
        self.assertEqual([figure["name"] for figure in against["figures"]],
                         [figure["name"] for figure in result["figures"]])
        for ratio in against["ratios"]:
            self.assertLessEqual(ratio["least"], ratio["median"])
            self.assertLessEqual(ratio["median"], ratio["greatest"])

    def test_a_llama_server_is_started_in_its_own_words(self):
        path = self.pcai.write("llama-server", STAND_IN.format(
            python=sys.executable, pcai=program.PROGRAM), stat.S_IRWXU)
        ran = self.pcai("bench", *SMALL, *FAKE, "--against", f"llama-server={path}")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertRegex(ran.stdout.decode(), r"PCAI +llama-server +UNIT +RATIO")
        self.assertIn("A ratio above 1: pcai is better.", ran.stdout.decode())

    def test_a_running_server_is_measured(self):
        with program.Serve("--backend", "fake", "--model", "theirs") as server:
            result = self.json_of(*SMALL, "--server", server.wait_ready())
        self.assertEqual(result["model"], "theirs")

    def test_what_does_not_go_together_is_refused(self):
        for arguments, said in ((("--server", "x", "--threads", "2"), b"no effect with --server"),
                                (("--api-key", "k"), b"only with --server"),
                                (("--server", "x", "--against", "pcai=y"), b"do not go together"),
                                (("--against", "vllm=y"), b"neither llama-server=PATH"),
                                (("--runs", "0"), b"--runs"),
                                (("--streams", "100000"), b"--streams"),
                                (("--compare", "one"), b"--compare")):
            ran = self.pcai("bench", *arguments)
            self.assertEqual(ran.returncode, 2, arguments)
            self.assertIn(said, ran.stderr)

    def test_a_program_that_ends_at_once_is_an_error_with_its_last_words(self):
        path = self.pcai.write("broken", "#!/bin/sh\necho no such model >&2\nexit 3\n", stat.S_IRWXU)
        ran = self.pcai("bench", *SMALL, *FAKE, "--against", f"llama-server={path}")
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"ended with exit code 3: no such model", ran.stderr)
        ran = self.pcai("bench", *SMALL, *FAKE, "--against", "llama-server=/nowhere/x")
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"cannot start '/nowhere/x'", ran.stderr)

    def test_a_request_that_does_not_fit_says_so(self):
        ran = self.pcai("bench", *FAKE, "--runs", "1", "--context", "64", "--prompt", "4000")
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn(b"context", ran.stderr)

    def test_ctrl_c_ends_it_and_what_it_started(self):
        parent, child = pty.openpty()
        bench = subprocess.Popen(
            [program.PROGRAM, "bench", *FAKE, "--runs", "100", "--answer", "4096"],
            stdin=child, stdout=subprocess.PIPE, stderr=child, cwd=self.pcai.path,
            env=program.environment(self.pcai.folder.name, {"TERM": "xterm"}))
        os.close(child)
        seen = b""
        while b"run 1 of 100" not in seen:
            seen += os.read(parent, 4096)
        servers = children_of(bench.pid)
        self.assertTrue(servers)
        bench.send_signal(signal.SIGINT)
        self.assertEqual(bench.wait(program.LIMIT), 130)
        os.close(parent)
        bench.stdout.close()
        end = time.time() + program.LIMIT
        while any(os.path.exists(f"/proc/{pid}") for pid in servers):
            self.assertLess(time.time(), end, "a server was left behind")
            time.sleep(0.05)


def children_of(pid):
    listing = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in listing for child in task.read_text().split()]


if __name__ == "__main__":
    unittest.main()

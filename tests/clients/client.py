"""What the tests of clients share. A client runs in a scratch home, knows of no other server than
those on 127.0.0.1, and ends within a time."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
from server import Server, free_port, skip_without  # noqa: E402, F401

LIMIT = 240  # seconds, for a client's run or its start
NOWHERE = "http://127.0.0.1:9"  # what asks a proxy for the way to other hosts is refused


def programs():
    """The folder of the programs of the Python that runs the test."""
    return Path(sys.executable).parent


def modules():
    """The folder of the Node packages beside the test."""
    return Path(os.environ["NODE_PATH"])


def end_group(process):
    """Ends what `process` started with it, too."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


class ClientTest(unittest.TestCase):
    """A server of the class's own, and for each test a client's home and a folder to work in."""
    arguments = ("--backend", "fake", "--context", "131072")

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.arguments)
        cls.addClassCleanup(cls.server.stop)
        cls.url = cls.server.url
        with urllib.request.urlopen(cls.url + "/v1/models", timeout=60) as answer:
            cls.model = json.load(answer)["data"][0]["id"]

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="pcai-client-", ignore_cleanup_errors=True)
        self.addCleanup(scratch.cleanup)
        self.home = Path(scratch.name, "home")
        self.work = Path(scratch.name, "work")
        self.home.mkdir()
        self.work.mkdir()

    def start(self, *command, environment, **more):
        return subprocess.Popen(
            [str(word) for word in command], cwd=self.work, text=True, errors="replace",
            start_new_session=True,
            env={"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8",
                 "HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE, "NO_PROXY": "127.0.0.1,localhost",
                 **environment}, **more)

    def run_client(self, *command, environment, said="", status=0):
        """What the client printed; `said` is its input. Another exit status, or no end, fails the test."""
        process = self.start(*command, environment=environment, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            output, _ = process.communicate(said, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            end_group(process)
            output = process.stdout.read()
            self.fail(f"no end within {LIMIT} s:\n{output[-4000:]}")
        finally:
            end_group(process)
        self.assertEqual(process.returncode, status, output[-4000:])
        return output

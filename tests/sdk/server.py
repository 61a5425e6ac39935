"""A `pcai serve` for tests: on a free port, with nothing of the user's settings."""
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

PROGRAM = os.environ.get(
    "PCAI_PROGRAM", str(Path(__file__).resolve().parents[2] / "build/release/bin/pcai"))
START_LIMIT = 120  # seconds until /ready
STOP_LIMIT = 30


def skip_without(backend):
    """Skips the test, class or module that calls it if this build has no such backend."""
    said = json.loads(subprocess.run([PROGRAM, "version", "--json"], capture_output=True, check=True,
                                     timeout=60).stdout)
    if not next(known["usable"] for known in said["backends"] if known["name"] == backend):
        raise unittest.SkipTest(f"this build has no {backend}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Starts the program and returns when /ready is 200; `environment` adds to what it sees."""

    def __init__(self, *arguments, environment=None):
        self.folder = tempfile.TemporaryDirectory(prefix="pcai-sdk-")  # also its working directory
        self.log = Path(self.folder.name, "log")
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("PCAI_") or name == "PCAI_MODELS_DIR"}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "serve", "--port", str(port), *arguments], cwd=self.folder.name,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**kept, "XDG_CONFIG_HOME": self.folder.name, **(environment or {})})
        try:
            self.wait_ready()
        except BaseException:
            self.process.kill()
            self.stop()
            raise

    def wait_ready(self):
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.url + "/ready", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError(f"pcai serve is not ready:\n{self.log.read_text()}")

    def stop(self):
        """Ends it and returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.folder.cleanup()
        return status

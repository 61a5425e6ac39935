"""Runs the pcai program for tests, with nothing of the user's settings."""
import contextlib
import os
import queue
import re
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

PROGRAM = os.environ.get(
    "PCAI_PROGRAM", str(Path(__file__).resolve().parents[2] / "build/release/bin/pcai"))
LIMIT = 300  # seconds that anything may take on a busy machine


def environment(folder, extra=None):
    """The process's environment without PCAI_* and with `folder` for settings, data and stores."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PCAI_")}
    return {**kept, "XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder,
            "XDG_STATE_HOME": folder, "HOME": folder, **(extra or {})}


class Program:
    """A folder to run `pcai` in; each run is `program("run", "hello")`."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="pcai-app-")
        self.path = Path(self.folder.name)

    def __call__(self, *arguments, stdin=b"", env=None, program=PROGRAM):
        return subprocess.run([program, *arguments], input=stdin, capture_output=True,
                              cwd=self.path, env=environment(self.folder.name, env), timeout=LIMIT)

    def write(self, name, text, mode=0o644):
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        file.chmod(mode)
        return str(file)

    def close(self):
        self.folder.cleanup()


class Serve:
    """A running `pcai serve` on a free port; its lines come from `line()`."""

    def __init__(self, *arguments, env=None, program=PROGRAM, command=("serve",)):
        self.folder = tempfile.TemporaryDirectory(prefix="pcai-serve-")
        self.lines = queue.Queue()
        self.seen = []
        self.process = subprocess.Popen(
            [program, *command, "--port", "0", *arguments], cwd=self.folder.name,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=environment(self.folder.name, env), text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def line(self, pattern):
        """Waits for a line in which the pattern is found and returns the match."""
        while True:
            line = self.lines.get(timeout=LIMIT)
            if line is None:
                raise AssertionError(f"no line '{pattern}' in:\n" + "\n".join(self.seen))
            self.seen.append(line)
            if found := re.search(pattern, line):
                return found

    def wait_ready(self):
        """The server's address."""
        self.url = self.line(r"listening on (http://\S+)")[1]
        self.line("^ready: ")
        return self.url

    def send(self, number):
        self.process.send_signal(number)

    def wait(self):
        status = self.process.wait(LIMIT)
        self.reader.join(LIMIT)
        with contextlib.suppress(queue.Empty):
            while (line := self.lines.get_nowait()) is not None:
                self.seen.append(line)
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.reader.join(LIMIT)
        self.process.stdout.close()
        self.folder.cleanup()

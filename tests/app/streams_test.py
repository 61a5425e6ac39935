"""stdin, stdout and stderr that are closed, full, or in another encoding."""
import json
import os
import re
import signal
import socket
import subprocess
import time
import unittest
import urllib.request
from pathlib import Path

import gguf_file
import program
from hub_server import Hub, Repository

COMMANDS = [("--version",), ("--help",), ("-h",), ("help",), ("help", "run"), ("serve", "--help"),
            ("version",), ("version", "--json"), ("models", "--json"), ("config",),
            ("config", "--json"), ("completion", "bash"), ("completion", "fish"), ("doctor",),
            ("doctor", "--json"), ("run", "--backend", "fake", "x"),
            ("run", "--backend", "fake", "--json", "x")]


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class StreamsTest(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)

    def shell(self, line, stdin=subprocess.DEVNULL):
        return subprocess.run(["sh", "-c", "exec " + line], stdin=stdin, capture_output=True,
                              text=True, cwd=self.pcai.path, timeout=program.LIMIT,
                              env=program.environment(self.pcai.folder.name))

    @unittest.skipUnless(Path("/dev/full").exists(), "this system has no full device")
    def test_output_that_is_lost_is_an_error(self):
        for command in COMMANDS:
            with self.subTest(command=command), open("/dev/full", "w") as full:
                ran = subprocess.run([program.PROGRAM, *command], stdin=subprocess.DEVNULL,
                                     stdout=full, stderr=subprocess.PIPE, cwd=self.pcai.path,
                                     env=program.environment(self.pcai.folder.name),
                                     timeout=program.LIMIT)
                self.assertEqual(ran.returncode, 1)
                self.assertIn(b"pcai: cannot write to stdout: No space left on device\n",
                              ran.stderr)
                self.assertNotIn(b"cancelled", ran.stderr)

    def test_a_reader_that_leaves_is_no_error_to_tell(self):
        ran = self.shell(f"{program.PROGRAM} run --backend fake 'fake: tokens=5000' | head -c 5")
        self.assertEqual(ran.stderr, "")

    def test_an_answer_for_a_closed_stdout_is_an_error(self):
        ran = self.shell(f"{program.PROGRAM} run --backend fake x >&-")
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertIn("cannot write to stdout: Bad file descriptor", ran.stderr)

    def test_a_closed_stdin_is_no_empty_prompt(self):
        ran = self.shell(f"{program.PROGRAM} run --backend fake <&-")
        self.assertEqual((ran.returncode, ran.stderr), (1, "pcai: stdin cannot be read\n"))

    def test_run_answers_without_stdin_and_stderr(self):
        for closed in ("<&-", "2>&-", "<&- 2>&-"):
            ran = self.shell(f"{program.PROGRAM} run --backend fake hello {closed}")
            self.assertEqual((ran.returncode, ran.stdout), (0, "You said: hello\n"), closed)

    def test_no_file_gets_the_number_of_a_closed_stream(self):
        for isolation in ("process", "none"):
            with self.subTest(isolation=isolation):
                self.check_serve_without_streams(isolation)

    def check_serve_without_streams(self, isolation):
        port = free_port()
        server = subprocess.Popen(
            ["sh", "-c", f"exec {program.PROGRAM} serve --backend fake --port {port} --log-level "
             f"debug --isolation {isolation} <&- >&- 2>&-"], cwd=self.pcai.path,
            env=program.environment(self.pcai.folder.name))
        try:
            url = f"http://127.0.0.1:{port}"
            end = time.monotonic() + program.LIMIT
            while True:
                try:
                    with urllib.request.urlopen(url + "/ready", timeout=10) as ready:
                        if ready.status == 200:
                            break
                except OSError:
                    self.assertIsNone(server.poll(), "it has ended")
                    self.assertLess(time.monotonic(), end)
                    time.sleep(0.05)
            for number in (0, 1, 2):
                self.assertEqual(os.readlink(f"/proc/{server.pid}/fd/{number}"), "/dev/null")
            body = json.dumps({"messages": [{"role": "user", "content": "hello"}],
                               "stream": True}).encode()
            for _ in range(3):
                request = urllib.request.Request(url + "/v1/chat/completions", body,
                                                 {"Content-Type": "application/json"})
                with urllib.request.urlopen(request, timeout=program.LIMIT) as answer:
                    text = answer.read().decode()
                self.assertTrue(text.endswith("data: [DONE]\n\n"), text)
                for line in filter(None, text.splitlines()):
                    self.assertTrue(line.startswith("data: "), line)
            server.send_signal(signal.SIGTERM)
            self.assertEqual(server.wait(program.LIMIT), 0)
        finally:
            server.kill()
            server.wait()

    def test_a_prompt_has_no_byte_order_mark(self):
        for text in (b"\xef\xbb\xbfhello", b"hello"):
            ran = self.pcai("run", "--backend", "fake", stdin=text)
            self.assertEqual((ran.returncode, ran.stdout), (0, b"You said: hello\n"))

    def test_a_prompt_in_utf_16_is_refused_by_name(self):
        for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
            ran = self.pcai("run", "--backend", "fake", stdin="hello there".encode(encoding))
            self.assertEqual(ran.returncode, 2)
            self.assertEqual(ran.stderr, b"pcai: the prompt on stdin is UTF-16; pcai reads UTF-8, "
                                         b"so save or send it as UTF-8\n")

    def test_lines_and_nul_of_a_prompt_arrive(self):
        for text in ("one\r\ntwo", "a\0b"):
            ran = self.pcai("run", "--backend", "fake", "--json", stdin=text.encode())
            self.assertEqual(json.loads(ran.stdout)["content"], "You said: " + text)

    def test_settings_and_keys_may_have_a_mark_but_not_utf_16(self):
        marked = self.pcai.write("marked.toml", b"\xef\xbb\xbfport = 9001\r\n")
        ran = self.pcai("config", "--config", marked)
        self.assertTrue(re.search(rb"port +9001", ran.stdout), ran.stderr)
        foreign = self.pcai.write("foreign.toml", "port = 9001\n".encode("utf-16"))
        keys = self.pcai.write("keys", "secret\n".encode("utf-16"), mode=0o600)
        for ran in (self.pcai("config", "--config", foreign),
                    self.pcai("serve", "--backend", "fake", "--port", "0", "--api-key-file", keys)):
            self.assertEqual(ran.returncode, 2, ran)
            self.assertIn(b"is UTF-16; pcai reads UTF-8", ran.stderr)


class FullDiskTest(unittest.TestCase):
    """Files on a disk of 256 KiB, which only a user who may mount it can have."""

    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)
        self.disk = self.pcai.path / "disk"
        self.disk.mkdir()
        if self.on_disk("true").returncode != 0:
            self.skipTest("no file system can be mounted here")

    def on_disk(self, command, env=None):
        script = ("mount --make-rprivate / && mount -t tmpfs -o size=256k disk "
                  f"{self.disk} && {command}")
        return subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True,
                              cwd=self.pcai.path, timeout=program.LIMIT,
                              env=program.environment(self.pcai.folder.name, env))

    def test_a_model_that_does_not_fit_is_an_error_and_not_a_model(self):
        hub = Hub(org__repo=Repository({"m.gguf": gguf_file.llama(layers=8).bytes()
                                                 + bytes(1 << 20)}))
        self.addCleanup(hub.close)
        ran = self.on_disk(f"{{ {program.PROGRAM} pull hf:org/repo; echo code $?; "
                           f"{program.PROGRAM} models -q; }}",
                           {"HF_ENDPOINT": hub.url, "HF_TOKEN": "", "HF_HOME": "/nonexistent",
                            "no_proxy": "*", "XDG_DATA_HOME": str(self.disk)})
        self.assertEqual(ran.stdout.split(), ["code", "2"], ran.stderr)
        self.assertIn("make room, or set PCAI_MODELS_DIR to another disk", ran.stderr)

    def test_answers_and_logs_that_do_not_fit_are_no_silent_loss(self):
        full = f"dd if=/dev/zero of={self.disk}/fill bs=1k count=1000 2>/dev/null; "
        ran = self.on_disk(full + f"{program.PROGRAM} run --backend fake hello >{self.disk}/out")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("cannot write to stdout: No space left on device", ran.stderr)
        ran = self.on_disk(full + f"{program.PROGRAM} run --backend fake hello 2>{self.disk}/log")
        self.assertEqual((ran.returncode, ran.stdout), (0, "You said: hello\n"))


if __name__ == "__main__":
    unittest.main()

"""The program where the system gives no more threads: whichever cannot be made, nothing crashes."""
import json
import os
import subprocess
import sys
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import program
from program import Serve

SHIM = Path(program.PROGRAM).with_name("libscarce_threads.so")
LIBRARY = Path(program.PROGRAM).with_name("libpcai_inference.so")
MODEL = (Path(os.environ.get("PCAI_MODELS_DIR")
              or Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share",
                      "pcai/models")) / "SmolLM2-135M-Instruct.Q4_1.gguf")
REASON = "cannot start a thread: Resource temporarily unavailable"
MOST = 200  # more threads than any of these programs starts

HOST = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
class Result(ctypes.Structure):
    _fields_ = [("ok", ctypes.c_bool), ("why", ctypes.c_char_p)]
library.pcai_init.restype = library.pcai_load_model.restype = Result
library.pcai_load_model.argtypes = [ctypes.c_char_p, ctypes.c_int32]
library.pcai_generate.argtypes = [ctypes.c_char_p, ctypes.c_uint32, ctypes.c_float]
library.pcai_generate.restype = ctypes.c_char_p
library.pcai_last_error.restype = ctypes.c_char_p
def tell(ok, text):
    print("ok" if ok else "failed: " + (text or b"").decode(), flush=True)
    return ok
def ask():
    started = library.pcai_init(sys.argv[2].encode())
    if not tell(started.ok, started.why): return
    loaded = library.pcai_load_model(sys.argv[3].encode(), 0)
    if not tell(loaded.ok, loaded.why): return
    text = library.pcai_generate(b"hello", 4, 0.0)
    tell(text is not None, library.pcai_last_error())
ask()
print("again", flush=True)
ask()
library.pcai_shutdown()
print("end", flush=True)
"""


class Scarce:
    """What a program's environment says for its n-th thread to fail."""

    def __init__(self, folder, at, for_good=False, command=None):
        self.file = Path(folder, f"failed-{command}-{at}-{for_good}")
        self.env = {"LD_PRELOAD": str(SHIM), "SCARCE_AT": str(at), "SCARCE_FILE": str(self.file)}
        if for_good:
            self.env["SCARCE_FOR_GOOD"] = "1"
        if command:
            self.env["SCARCE_COMMAND"] = command

    def failed(self):
        return self.file.exists()


def status(url, path, body=None):
    request = urllib.request.Request(url + path, body and json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=program.LIMIT) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def ask(url):
    return status(url, "/v1/chat/completions",
                  {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 4})


@unittest.skipUnless(SHIM.exists(), "this build has no library that makes threads scarce")
class ThreadsTest(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)

    def each(self, for_good=False, command=None):
        """One Scarce after another, until a program starts fewer threads than that."""
        for at in range(1, MOST):
            scarce = Scarce(self.pcai.folder.name, at, for_good, command)
            yield at, scarce
            if not scarce.failed():
                self.assertGreater(at, 1, "no thread was ever started")
                return
        self.fail("it starts threads without end")

    def models(self):
        yield ("--backend", "fake")
        if MODEL.exists():
            yield ("--model", str(MODEL), "--threads", "3", "--context", "256")

    def test_run_answers_or_fails_with_the_reason(self):
        for model in self.models():
            for for_good in (False, True):
                for at, scarce in self.each(for_good):
                    with self.subTest(model=model, at=at, for_good=for_good):
                        ran = self.pcai("run", *model, "--max-tokens", "4", "hello",
                                        env=scarce.env)
                        if ran.returncode != 0:
                            self.assertEqual(ran.returncode, 1, ran.stderr)
                            self.assertIn(REASON, ran.stderr.decode())
                            self.assertEqual(ran.stdout, b"")

    def check_server(self, at, scarce, for_good, *flags):
        with Serve(*flags, env=scarce.env) as server:
            try:
                url = server.wait_ready()
            except AssertionError:  # it has ended
                self.assertEqual(server.wait(), 1, server.seen)
                self.assertIn("cannot start a thread", "\n".join(server.seen))
                return
            first = ask(url)
            self.assertIn(first, (200, 500, 503))
            self.assertEqual(status(url, "/health"), 200)
            if not for_good:
                self.assertEqual(ask(url), 200, "the next request has its thread")
            server.process.terminate()
            self.assertEqual(server.wait(), 0, server.seen)

    def test_a_server_lives_on_or_does_not_begin(self):
        for model in self.models():
            for isolation in ("process", "none"):
                for at, scarce in self.each(command="serve"):
                    with self.subTest(model=model, isolation=isolation, at=at):
                        self.check_server(at, scarce, False, *model, "--isolation", isolation)

    def test_a_server_lives_on_without_any_more_threads(self):
        for at, scarce in self.each(for_good=True, command="serve"):
            with self.subTest(at=at):
                self.check_server(at, scarce, True, "--backend", "fake")

    def test_the_process_of_a_model_may_lack_any_thread(self):
        for model in self.models():
            for at, scarce in self.each(command="worker"):
                with self.subTest(model=model, at=at):
                    self.check_server(at, scarce, True, *model)

    @unittest.skipUnless(LIBRARY.exists(), "this build has no library")
    def test_a_host_lives_on(self):
        backends = [("fake", "m.fake")] + ([("llamacpp", str(MODEL))] if MODEL.exists() else [])
        for backend, model in backends:
            for at, scarce in self.each():
                with self.subTest(backend=backend, at=at):
                    ran = subprocess.run(
                        [sys.executable, "-c", HOST, str(LIBRARY), backend, model],
                        capture_output=True, text=True, timeout=program.LIMIT,
                        env={**os.environ, **scarce.env})
                    self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                    first, again = ran.stdout.split("again\n")
                    if "failed" in first:
                        self.assertIn(REASON, first)
                        self.assertEqual(again, "ok\nok\nok\nend\n")
                    elif "failed" in again:
                        self.assertIn(REASON, again)


if __name__ == "__main__":
    unittest.main()

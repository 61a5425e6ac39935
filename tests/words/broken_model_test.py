"""A model whose numbers are none, or whose vocabulary says too little: the user is told."""
import json
import math
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "sdk"), str(TESTS / "templates")]

import tiny_model  # noqa: E402
from server import PROGRAM, Server, skip_without  # noqa: E402


def setUpModule():
    skip_without("llamacpp")


class BrokenModelTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.model = Path(folder.name, "model.gguf")

    def run_pcai(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, timeout=120,
                              capture_output=True, text=True)

    def test_nan_and_infinite_logits_end_the_request_with_a_reason(self):
        for broken in (math.nan, math.inf):
            # A product of quantised weights makes a number of a NaN.
            tiny_model.write(self.model, broken=broken, type="F32")
            for more in ([], ["--temperature", "0"], ["--json"]):
                with self.subTest(broken=broken, arguments=more):
                    done = self.run_pcai("run", "--model", str(self.model), "--max-tokens", "4",
                                         *more, "hello")
                    self.assertEqual(done.returncode, 1, done)
                    self.assertIn("NaN or infinite logits", done.stderr)
                    self.assertNotIn("NaN,", done.stdout)

    def test_scored_prompts_and_log_probabilities_are_numbers_or_an_error(self):
        tiny_model.write(self.model, broken=math.nan, type="F32")
        server = Server("--model", str(self.model))
        self.addCleanup(server.stop)
        for more in ({"logprobs": 3}, {"logprobs": 3, "echo": True}, {"stream": True, "logprobs": 1}):
            with self.subTest(**more):
                request = urllib.request.Request(
                    server.url + "/v1/completions",
                    json.dumps({"model": "model", "prompt": "hello there", "max_tokens": 3,
                                **more}).encode(), {"Content-Type": "application/json"})
                try:
                    with urllib.request.urlopen(request, timeout=60) as answer:
                        text = answer.read().decode()
                except urllib.error.HTTPError as error:
                    self.assertEqual(error.code, 500)
                    text = error.read().decode()
                self.assertIn("NaN or infinite logits", text)
                self.assertNotIn("NaN,", text)

    def test_a_vocabulary_without_a_pre_tokenizer_is_told_of(self):
        tiny_model.write(self.model, pre_tokenizer=None)
        done = self.run_pcai("run", "--model", str(self.model), "--max-tokens", "1", "hello")
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("missing pre-tokenizer type", done.stderr)
        self.assertNotIn("*****", done.stderr)
        self.assertIn("tokenizer.ggml.pre", self.run_pcai("show", str(self.model)).stdout)

    def test_a_vocabulary_as_it_should_be_is_not_talked_about(self):
        tiny_model.write(self.model)
        done = self.run_pcai("run", "--model", str(self.model), "--max-tokens", "1", "hello")
        self.assertEqual(done.returncode, 0, done)
        self.assertNotIn("vocabulary", done.stderr)
        self.assertNotIn("pre-tokenizer", self.run_pcai("show", str(self.model)).stdout)


if __name__ == "__main__":
    unittest.main()

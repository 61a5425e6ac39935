"""A client's text ends nobody's model: through HTTP, beside a stream of somebody else."""
import json
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "sdk"), str(TESTS / "templates")]

import tiny_model  # noqa: E402
from server import Server, skip_without  # noqa: E402

KINDS = {"letters": "a", "capitals": "A", "digits": "1", "blanks": " ", "signs": ".", "lines": "\n",
         "Chinese": "中", "accents": "e\u0301", "emoji": "👍", "special tokens": "<s>"}


def setUpModule():
    skip_without("llamacpp")


class LongTextTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        # Of the pre-tokenizers that overflow the stack of std::regex on most kinds of text.
        path = Path(folder.name, "long.gguf")
        tiny_model.write(path, context=16384, pre_tokenizer="gpt-4o")
        cls.server = Server("--model", str(path))
        cls.addClassCleanup(cls.server.stop)

    def ask(self, path, body):
        request = urllib.request.Request(self.server.url + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def test_a_long_run_of_one_kind_leaves_the_others_stream_alone(self):
        seen = {}

        def read_stream():
            seen["stream"] = self.ask("/v1/completions", {
                "model": "long", "prompt": "go", "max_tokens": 2000, "ignore_eos": True,
                "stream": True, "temperature": 0})

        reader = threading.Thread(target=read_stream)
        reader.start()
        for name, kind in KINDS.items():
            text = kind * (100_000 // len(kind.encode()))
            for path, body in (("/v1/completions", {"prompt": text}),
                               ("/v1/chat/completions",
                                {"messages": [{"role": "user", "content": text}]})):
                with self.subTest(kind=name, path=path):
                    status, answer = self.ask(path, {"model": "long", "max_tokens": 1, **body})
                    self.assertIn(status, (200, 400, 413), answer[:300])
        reader.join(120)
        status, frames = seen["stream"]
        self.assertEqual(status, 200)
        self.assertTrue(frames.endswith(b"data: [DONE]\n\n"), frames[-300:])
        self.assertNotIn(b'"error"', frames)

    def test_long_texts_beside_the_prompt_get_an_answer_or_a_reason(self):
        long = "x" * 100_000
        for more in ({"stop": [long]}, {"stop": ["a\u0000b", "\u0000"]}, {"suffix": long},
                     {"grammar": 'root ::= "' + long + '"'},
                     {"response_format": {"type": "json_schema", "json_schema": {
                         "name": "s", "schema": {"enum": [long]}}}},
                     {"dry_sequence_breakers": [long], "dry_multiplier": 0.5}):
            with self.subTest(field=next(iter(more))):
                status, answer = self.ask("/v1/completions", {
                    "model": "long", "prompt": "a\u0000b", "max_tokens": 2, **more})
                self.assertIn(status, (200, 400, 413), answer[:300])
        status, _ = self.ask("/v1/completions", {"model": "long", "prompt": "a", "max_tokens": 1})
        self.assertEqual(status, 200)

    def test_half_a_surrogate_pair_is_refused_or_replaced(self):
        body = b'{"model": "long", "max_tokens": 1, "prompt": "a\\ud83d b"}'
        request = urllib.request.Request(self.server.url + "/v1/completions", body,
                                         {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                self.assertEqual(answer.status, 200)
        except urllib.error.HTTPError as error:
            self.assertEqual(error.code, 400, error.read()[:300])


if __name__ == "__main__":
    unittest.main()

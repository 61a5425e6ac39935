"""Images by mistral.rs: a small model with random weights that sees, through the server."""
import base64
import json
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import tiny_seer

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
import program  # noqa: E402
from server import skip_without  # noqa: E402

RED = tiny_seer.png(48, 40, lambda x, y: (255, 0, 0))
STRIPES = tiny_seer.png(48, 40, lambda x, y: (255 * (x // 8 % 2),) * 3)
TEXT_TOKENS = len("hello") + 3  # a token a byte, and the template's three
EXTRA = 3 + tiny_seer.IMAGE_TOKENS  # of an image, with its marks


def text(words):
    return {"type": "text", "text": words}


def image(file):
    return {"type": "image_url",
            "image_url": {"url": "data:image/png;base64," + base64.b64encode(file).decode()}}


class VisionTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        skip_without("mistralrs")
        folder = tempfile.TemporaryDirectory(prefix="pcai-seer-")
        cls.addClassCleanup(folder.cleanup)
        model = tiny_seer.make(Path(folder.name, "seer"))
        cls.server = program.Serve("--model", str(model))
        cls.addClassCleanup(cls.server.__exit__)
        cls.url = cls.server.wait_ready()

    def ask(self, *parts, **fields):
        body = {"messages": [{"role": "user", "content": list(parts)}], "temperature": 0,
                "max_tokens": 4, "logprobs": True, **fields}
        request = urllib.request.Request(self.url + "/v1/chat/completions",
                                         json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=program.LIMIT) as answer:
            return json.load(answer)

    def refusal(self, *parts, **fields):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.ask(*parts, **fields)
        with caught.exception as refused:
            return refused.code, json.load(refused)["error"]

    def first_logprob(self, *parts):
        return self.ask(*parts)["choices"][0]["logprobs"]["content"][0]["logprob"]

    def test_the_model_says_that_it_sees(self):
        with urllib.request.urlopen(self.url + "/v1/models", timeout=program.LIMIT) as answer:
            self.assertEqual(json.load(answer)["data"][0]["input_modalities"], ["text", "image"])

    def test_text_alone_is_read_though_the_template_wants_parts(self):
        self.assertEqual(self.ask(text("hello"))["usage"]["prompt_tokens"], TEXT_TOKENS)

    def test_an_image_is_seen_where_it_stands_and_counted(self):
        answer = self.ask(text("hello"), image(RED))
        self.assertEqual(answer["usage"]["prompt_tokens"], TEXT_TOKENS + EXTRA)
        seen = {round(self.first_logprob(*parts), 3)
                for parts in [(text("hello"),), (text("hello"), image(RED)),
                              (text("hello"), image(STRIPES)), (image(RED), text("hello"))]}
        self.assertEqual(len(seen), 4)

    def test_two_images_in_one_message(self):
        usage = self.ask(text("he"), image(RED), text("llo"), image(STRIPES))["usage"]
        self.assertEqual(usage["prompt_tokens"], TEXT_TOKENS + 2 * EXTRA)

    def test_a_grammar_holds_beside_an_image(self):
        answer = self.ask(image(RED), response_format={"type": "regex", "regex": "yes|no"})
        self.assertIn(answer["choices"][0]["message"]["content"], ("yes", "no"))

    def test_what_is_no_image_is_refused_with_its_message(self):
        for file in [RED[:-40], tiny_seer.png(8, 8, lambda x, y: (0, 0, 0))]:
            code, error = self.refusal(text("hello"), image(file))
            self.assertEqual(code, 400)
            self.assertEqual(error["param"], "messages[0].content")
            self.assertIn("image", error["message"])

    def test_a_special_token_in_a_message_with_an_image_is_refused(self):
        code, error = self.refusal(text("<|end|>"), image(RED))
        self.assertEqual((code, error["param"]), (400, "messages[0].content"))

    def test_images_that_do_not_fit_fail_and_the_model_goes_on(self):
        self.refusal(text("x" * 506), image(RED))
        self.assertEqual(self.ask(text("hello"))["usage"]["prompt_tokens"], TEXT_TOKENS)


if __name__ == "__main__":
    unittest.main()

"""Images and audio through HTTP with the default model and projectors of random weights: what the
model says of them means nothing, but it must be the same for the same request, and other for others."""
import json
import os
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sdk"))
from make_projector import make, make_grid_model  # noqa: E402
from media_files import (audio_part, bomb, image_part, png, red, stripes, text_part,  # noqa: E402
                         wav)
from server import Server, skip_without  # noqa: E402

MODEL = "SmolLM2-135M-Instruct.Q4_1"


def setUpModule():
    skip_without("llamacpp")


class MediaTest:
    """What holds for every projector. A server each; tests use pictures of their own where what is
    cached matters."""

    kind = ""
    width = 576
    switches = ("--reproducible", "on")  # answers about noise are near to others
    part = staticmethod(image_part)
    one = staticmethod(lambda: png(red))
    other = staticmethod(lambda: png(stripes))
    many = staticmethod(lambda: [png(lambda x, y, i=i: (x, y, i)) for i in range(20)])

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="pcai-media-")
        projector = os.path.join(cls.folder.name, "mmproj.gguf")
        make(projector, cls.kind, cls.width)
        cls.server = Server("--model", cls.model(), "--mmproj", projector, "--context", "4096",
                            *cls.switches)

    @classmethod
    def model(cls):
        return MODEL

    def metric(self, name):
        with urllib.request.urlopen(self.server.url + "/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines
                   if line.split("{")[0].split(" ")[0] == name)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.folder.cleanup()

    def open(self, parts, route="/v1/chat/completions", history=(), **fields):
        body = {"messages": [*history, {"role": "user", "content": parts}], **fields}
        if route == "/v1/chat/completions":
            body = {"temperature": 0, "max_tokens": 12, "ignore_eos": True, **body}
        request = urllib.request.Request(self.server.url + route, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        return urllib.request.urlopen(request, timeout=120)

    def ask(self, parts, **fields):
        with self.open(parts, **fields) as answer:
            return json.load(answer)

    def text(self, parts, **fields):
        return self.ask(parts, **fields)["choices"][0]["message"]["content"]

    def probabilities(self, parts, **fields):
        answer = self.ask(parts, logprobs=True, top_logprobs=5, **fields)
        first = answer["choices"][0]["logprobs"]["content"][0]
        return {entry["token"]: entry["logprob"] for entry in first["top_logprobs"]}

    def refused(self, parts, **fields):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.ask(parts, **fields)
        return caught.exception.code, json.load(caught.exception)["error"]

    def streamed(self, parts, **fields):
        text = ""
        with self.open(parts, stream=True, **fields) as answer:
            for line in answer:
                if not line.startswith(b"data: {"):
                    continue
                for choice in json.loads(line[6:])["choices"]:
                    text += choice["delta"].get("content") or ""
        return text

    def test_a_stream_says_the_same_as_a_whole_answer(self):
        parts = [text_part("What is this?"), self.part(self.one())]
        whole = self.text(parts)
        self.assertEqual(self.streamed(parts), whole)
        self.assertEqual(self.text(parts), whole)
        self.assertTrue(whole)

    def test_other_media_give_other_probabilities(self):
        asked = [self.probabilities([text_part("Describe:"), self.part(data)])
                 for data in (self.one(), self.other())]
        self.assertNotEqual(asked[0], asked[1])

    def test_the_order_of_text_and_media_matters(self):
        before, after = text_part("Alpha beta gamma."), text_part("Delta epsilon.")
        media = self.part(self.one())
        asked = [self.probabilities(parts) for parts in (
            [before, media, after], [media, before, after], [before, after, media])]
        self.assertNotEqual(asked[0], asked[1])
        self.assertNotEqual(asked[1], asked[2])
        self.assertNotEqual(asked[0], asked[2])

    def test_their_tokens_are_counted(self):
        media = self.part(self.one())
        text = [text_part("a b c")]
        counts = []
        for parts in (text, text + [media], text + [media, media]):
            used = self.ask(parts, max_tokens=1)["usage"]["prompt_tokens"]
            with self.open(parts, route="/v1/chat/completions/input_tokens") as answer:
                self.assertEqual(json.load(answer)["input_tokens"], used)
            counts.append(used)
        self.assertGreater(counts[1], counts[0] + 5)
        self.assertEqual(counts[2] - counts[1], counts[1] - counts[0])

    def test_the_second_turn_computes_none_of_them_again(self):
        parts = [text_part("Look at this one now"), self.part(self.other())]
        first = self.ask(parts)
        turn = [{"role": "user", "content": parts}, first["choices"][0]["message"]]
        second = self.ask([text_part("And what else?")], history=turn)
        cached = second["usage"]["prompt_tokens_details"]["cached_tokens"]
        # The answer, given back as text, may be one token with the line's end before it.
        self.assertGreaterEqual(cached, first["usage"]["prompt_tokens"] - 2)

    def test_conversations_with_media_run_beside_a_stream(self):
        alone = {kind: self.text([text_part("Compare it."), self.part(data)], max_tokens=3)
                 for kind, data in (("one", self.one()), ("other", self.other()))}
        texts = {}

        def ask(name, parts, tokens):
            texts[name] = self.streamed(parts, max_tokens=tokens)

        threads = [threading.Thread(target=ask, args=("text", [text_part("Count to 100.")], 60))]
        for name, data in (("one", self.one()), ("other", self.other())):
            parts = [text_part("Compare it."), self.part(data)]
            threads.append(threading.Thread(target=ask, args=(name, parts, 3)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(set(texts), {"text", "one", "other"})
        self.assertTrue(all(texts.values()))
        self.assertEqual({name: texts[name] for name in alone}, alone)

    def test_a_damaged_file_is_refused_and_the_server_goes_on(self):
        whole = self.one()
        for data in (whole[:len(whole) // 3][:44], whole[:20] + b"\xff" * 40 + whole[60:]):
            code, error = self.refused([self.part(data)])
            self.assertEqual(code, 400, error)
            self.assertEqual(error["param"], "messages[0].content[0]", error)
            self.assertIn("damaged", error["message"])
        self.assertTrue(self.text([self.part(whole)]))

    def test_a_client_that_leaves_ends_its_request(self):
        media = [self.part(data) for data in self.many()]
        answer = self.open([text_part("Look"), *media], stream=True, max_tokens=1000)
        answer.close()
        self.wait_idle()
        self.assertTrue(self.text([text_part("hello")]))

    def wait_idle(self):
        deadline = time.monotonic() + 60
        while self.metric("pcai_requests_running") > 0:
            self.assertLess(time.monotonic(), deadline, "requests still run")
            time.sleep(0.02)


class CausalImageTest(MediaTest, unittest.TestCase):
    kind = "llava"

    def test_what_the_model_takes_is_said(self):
        with urllib.request.urlopen(self.server.url + "/v1/models", timeout=30) as answer:
            self.assertEqual(json.load(answer)["data"][0]["input_modalities"], ["text", "image"])
        code, error = self.refused([audio_part(wav(440))])
        self.assertEqual((code, error["param"]), (400, "messages"))
        self.assertIn("audio", error["message"])

    def test_a_picture_that_only_claims_to_be_large_is_not_unpacked(self):
        code, error = self.refused([image_part(bomb())])
        self.assertEqual(code, 400)
        self.assertIn("12000 x 12000", error["message"])


    def test_webp_is_refused_with_what_is_read(self):
        webp = b"RIFF\x1a\0\0\0WEBPVP8L" + bytes(18)
        code, error = self.refused([image_part(webp)])
        self.assertEqual(code, 400)
        self.assertIn("send PNG or JPEG", error["message"])

    def test_the_template_shows_where_media_stand(self):
        parts = [text_part("one"), image_part(self.one()), text_part("two")]
        with self.open(parts, route="/apply-template") as answer:
            self.assertIn("one<__media__>two", json.load(answer)["prompt"])


class WholeImageTest(MediaTest, unittest.TestCase):
    """Tokens that see each other: computed in one step, without the causal mask."""
    kind = "gemma3"


class GridTest(MediaTest, unittest.TestCase):
    """M-RoPE: a picture's tokens have places on a grid, and it takes fewer positions than tokens."""
    kind = "grid"
    width = 64
    switches = ()  # our kernels take no float32 weights

    @classmethod
    def model(cls):
        file = os.path.join(cls.folder.name, "grid.gguf")
        make_grid_model(file, model_file(), cls.width)
        return file


class SlowEncoderTest(MediaTest, unittest.TestCase):
    """An encoder that is slow enough to be caught at work."""
    kind = "slow"

    def test_a_request_that_ends_while_it_is_encoded_is_never_computed(self):
        self.text([text_part("first")], max_tokens=1)
        before = self.metric("pcai_model_steps_total")
        media = [self.part(data) for data in self.many()]
        answer = self.open(media, stream=True)  # its head comes when the model has taken it
        answer.close()
        self.wait_idle()
        self.text([text_part("second")], max_tokens=1)
        # Each picture would be a step, and the text around it another.
        self.assertLess(self.metric("pcai_model_steps_total") - before, len(media))

    def test_text_is_answered_while_others_are_encoded(self):
        media = [self.part(png(lambda x, y, i=i: (i, x, y))) for i in range(20)]
        answer = self.open(media, stream=True)
        self.assertTrue(self.text([text_part("hello")], max_tokens=2))
        self.assertEqual(self.metric("pcai_requests_running"), 1)
        answer.close()
        self.wait_idle()


class RecordingTest(MediaTest, unittest.TestCase):
    kind = "hears"
    part = staticmethod(audio_part)
    one = staticmethod(lambda: wav(440))
    other = staticmethod(lambda: wav(880, 1.5))
    many = staticmethod(lambda: [wav(100 + i) for i in range(8)])


class ProjectorFileTest(unittest.TestCase):
    def refusal(self, write):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "mmproj.gguf")
            write(file)
            with self.assertRaises(AssertionError) as caught:
                Server("--model", MODEL, "--mmproj", file).stop()
            return str(caught.exception)

    def test_one_for_another_model_is_refused(self):
        said = self.refusal(lambda file: make(file, "llava", 512))
        self.assertIn("cannot be loaded", said)
        self.assertIn("512", said)

    def test_a_damaged_one_is_refused(self):
        def write(file):
            make(file)
            os.truncate(file, 100_000)
        self.assertIn("cannot be loaded", self.refusal(write))

    def test_what_is_no_projector_is_refused(self):
        def write(file):
            os.symlink(model_file(), file)
        self.assertIn("not a projector", self.refusal(write))


def model_file():
    folder = os.environ.get("PCAI_MODELS_DIR") or os.path.join(
        os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"), "pcai/models")
    return os.path.join(folder, MODEL + ".gguf")


class NoProjectorTest(unittest.TestCase):
    def test_a_model_without_one_says_what_to_do(self):
        server = Server("--model", MODEL, "--context", "1024")
        self.addCleanup(server.stop)
        test = CausalImageTest("test_what_the_model_takes_is_said")
        test.server = server
        code, error = test.refused([text_part("see"), image_part(png(red))])
        self.assertEqual((code, error["param"]), (400, "messages"))
        self.assertIn("--mmproj", error["message"])


if __name__ == "__main__":
    unittest.main()

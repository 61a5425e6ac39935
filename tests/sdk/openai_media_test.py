"""The official OpenAI SDK for Python with images and audio: the fake backend shows what came where,
and the default model with a projector of random weights computes with them."""
import base64
import sys
import tempfile
import unittest
from pathlib import Path

import openai

from server import Server, skip_without

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "media"))
import make_projector  # noqa: E402
from media_files import audio_part, image_part, png, red, stripes, text_part, wav  # noqa: E402

PICTURE = png(red)


class MediaTest(unittest.TestCase):
    """A server of the class's own."""
    arguments = ("--backend", "fake")

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.arguments)
        cls.addClassCleanup(cls.server.stop)
        cls.client = openai.OpenAI(base_url=f"{cls.server.url}/v1", api_key="any", max_retries=0,
                                   timeout=120)
        cls.addClassCleanup(cls.client.close)
        cls.model = cls.client.models.list().data[0].id

    def chat(self, parts, **parameters):
        return self.client.chat.completions.create(
            model=self.model, messages=[{"role": "user", "content": parts}], **parameters)


class FakeMediaTest(MediaTest):
    def test_parts_come_in_their_order(self):
        answer = self.chat([text_part("one"), image_part(PICTURE), text_part("two"),
                            audio_part(wav(440, 0.1))])
        self.assertRegex(answer.choices[0].message.content,
                         rf"^You said: one <image:PNG:{len(PICTURE)}:\w+> two <audio:WAV:\d+:\w+>$")
        self.assertEqual(answer.usage.prompt_tokens, 4)

    def test_a_detail_is_no_error(self):
        part = image_part(PICTURE)
        part["image_url"]["detail"] = "high"
        answer = self.chat([part])
        self.assertIn("<image:PNG", answer.choices[0].message.content)
        self.assertEqual(answer.warnings,
                         ["messages[0].content[0].image_url.detail has no effect here"])

    def test_responses_take_images(self):
        url = image_part(PICTURE)["image_url"]["url"]
        answer = self.client.responses.create(model=self.model, input=[{"role": "user", "content": [
            {"type": "input_image", "image_url": url, "detail": "auto"},
            {"type": "input_text", "text": "see"}]}])
        self.assertRegex(answer.output_text, r"^You said: <image:PNG:\d+:\w+> see$")
        again = self.client.responses.create(model=self.model, input="and now?",
                                             previous_response_id=answer.id)
        self.assertEqual(again.usage.input_tokens_details.cached_tokens, 2)

    def test_what_is_no_image_is_an_error_with_its_place(self):
        text = base64.b64encode(b"not an image").decode()
        with self.assertRaises(openai.BadRequestError) as caught:
            self.chat([text_part("a"), {"type": "image_url", "image_url": {
                "url": f"data:image/png;base64,{text}"}}])
        self.assertEqual(caught.exception.param, "messages[0].content[1].image_url.url")

    def test_a_link_needs_the_servers_setting(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            self.chat([{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}])
        self.assertIn("--media-hosts", str(caught.exception))


class RandomProjectorTest(MediaTest):
    @classmethod
    def setUpClass(cls):
        skip_without("llamacpp")
        folder = tempfile.TemporaryDirectory(prefix="pcai-media-")
        cls.addClassCleanup(folder.cleanup)
        projector = str(Path(folder.name, "mmproj.gguf"))
        make_projector.make(projector)
        cls.arguments = ("--mmproj", projector, "--context", "2048")
        super().setUpClass()

    def test_a_stream_says_what_the_whole_answer_says(self):
        parts = [text_part("What is this?"), image_part(PICTURE)]
        settings = {"temperature": 0, "max_tokens": 8, "extra_body": {"ignore_eos": True}}
        whole = self.chat(parts, **settings)
        self.assertGreater(whole.usage.prompt_tokens, 64)
        streamed = "".join(chunk.choices[0].delta.content or ""
                           for chunk in self.chat(parts, stream=True, **settings))
        self.assertEqual(streamed, self.chat(parts, **settings).choices[0].message.content)

    def test_the_model_sees_a_difference(self):
        def top(data):
            answer = self.chat([text_part("Colour?"), image_part(data)], temperature=0,
                               max_tokens=1, logprobs=True, top_logprobs=3)
            return [(entry.token, entry.logprob)
                    for entry in answer.choices[0].logprobs.content[0].top_logprobs]
        self.assertNotEqual(top(PICTURE), top(png(stripes)))


del MediaTest

if __name__ == "__main__":
    unittest.main()

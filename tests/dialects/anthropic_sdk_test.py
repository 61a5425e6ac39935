"""The official Anthropic SDK for Python against `pcai serve`: scripted answers of the fake backend,
and a plain chat with the default model."""
import sys
import unittest
from pathlib import Path

import anthropic

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
from server import Server, skip_without  # noqa: E402

TOOLS = [{"name": "weather", "description": "The weather of a city",
          "input_schema": {"type": "object", "properties": {"city": {"type": "string"}},
                           "required": ["city"]}}]
PNG = "iVBORw0KGgogYW5kIHNvIG9u"  # its first bytes, and some more


class SdkTest(unittest.TestCase):
    """A server of the class's own."""
    arguments = ("--backend", "fake")

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.arguments)
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.client = anthropic.Anthropic(base_url=self.server.url, api_key="any", max_retries=0)
        self.addCleanup(self.client.close)
        self.model = self.client.get("/v1/models", cast_to=object)["data"][0]["id"]

    def create(self, content, **parameters):
        messages = content if isinstance(content, list) else [{"role": "user", "content": content}]
        return self.client.messages.create(
            **{"model": self.model, "max_tokens": 64, "messages": messages, **parameters})

    def stream(self, content, **parameters):
        return self.client.messages.stream(
            model=self.model, max_tokens=64, messages=[{"role": "user", "content": content}],
            **parameters)


class FakeTest(SdkTest):
    def test_a_message_is_answered(self):
        message = self.create("hello")
        self.assertEqual(message.content[0].text, "You said: hello")
        self.assertEqual((message.type, message.role, message.stop_reason),
                         ("message", "assistant", "end_turn"))
        self.assertEqual(message.usage.input_tokens + message.usage.cache_read_input_tokens, 1)
        self.assertTrue(message._request_id)

    def test_streamed_text_equals_the_whole_text(self):
        with self.stream("hello there") as stream:
            text = "".join(stream.text_stream)
            final = stream.get_final_message()
        self.assertEqual(text, "You said: hello there")
        self.assertEqual(final.content[0].text, text)
        self.assertEqual(final.stop_reason, "end_turn")
        self.assertGreater(final.usage.output_tokens, 0)

    def test_thinking_is_a_block_of_its_own(self):
        with self.stream("fake: reasoning=2 reply=so it is done") as stream:
            final = stream.get_final_message()
        self.assertEqual([block.type for block in final.content], ["thinking", "text"])
        self.assertEqual(final.content[0].thinking + final.content[1].text, "so it is done")

    def test_a_whole_tool_loop(self):
        question = {"role": "user", "content": 'fake: tokens=0 tool=weather args={"city":"Rome"}'}
        with self.client.messages.stream(model=self.model, max_tokens=64, tools=TOOLS,
                                         messages=[question]) as stream:
            called = stream.get_final_message()
        self.assertEqual(called.stop_reason, "tool_use")
        call = called.content[-1]
        self.assertEqual((call.name, call.input), ("weather", {"city": "Rome"}))
        answer = self.create([question, {"role": "assistant", "content": called.content},
                              {"role": "user", "content": [
                                  {"type": "tool_result", "tool_use_id": call.id,
                                   "content": "sunny"},
                                  {"type": "text", "text": "And now?"}]}], tools=TOOLS)
        self.assertEqual(answer.content[0].text, "You said: And now?")

    def test_the_stop_sequence_is_told(self):
        message = self.create("fake: reply=one two three", stop_sequences=["two"])
        self.assertEqual((message.stop_reason, message.stop_sequence), ("stop_sequence", "two"))

    def test_an_image_stands_where_it_stood(self):
        image = {"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                             "data": PNG}}
        content = [{"type": "text", "text": "one"}, image, {"type": "text", "text": "two"}]
        turn = [{"role": "user", "content": content}]
        self.assertRegex(self.create(turn).content[0].text,
                         r"^You said: one <image:PNG:\d+:\w+> two$")
        count = self.client.messages.count_tokens(model=self.model, messages=turn)
        self.assertEqual(count.input_tokens, 3)

    def test_tokens_are_counted(self):
        count = self.client.messages.count_tokens(
            model=self.model, system="Be kind.", messages=[{"role": "user", "content": "a b c"}])
        self.assertEqual(count.input_tokens, 5)

    def test_errors_are_the_sdks(self):
        with self.assertRaises(anthropic.NotFoundError):
            self.create("a", model="no-such-model")
        with self.assertRaises(anthropic.BadRequestError) as caught:
            self.create("a", extra_body={"temprature": 1})
        self.assertIn("temprature", str(caught.exception))
        with self.assertRaises(anthropic.BadRequestError):
            self.create([{"role": "user", "content": [
                {"type": "image", "source": {"type": "url", "url": "http://127.0.0.1/x.png"}}]}])
        with self.assertRaises(anthropic.APIStatusError):
            with self.stream("fake: tokens=9 fail_after=3") as stream:
                stream.get_final_message()


class KeyTest(unittest.TestCase):
    def test_a_key_is_asked_for_and_taken(self):
        server = Server("--backend", "fake", environment={"PCAI_API_KEY": "right"})
        self.addCleanup(server.stop)
        for key, fits in (("wrong", False), ("right", True)):
            with anthropic.Anthropic(base_url=server.url, api_key=key, max_retries=0) as client:
                def count():
                    return client.messages.count_tokens(
                        model="fake", messages=[{"role": "user", "content": "a"}])
                if fits:
                    try:
                        count()
                    except anthropic.NotFoundError:
                        pass  # the key was right, the model's name is not
                else:
                    self.assertRaises(anthropic.AuthenticationError, count)


class DefaultModelTest(SdkTest):
    arguments = ()

    @classmethod
    def setUpClass(cls):
        skip_without("llamacpp")
        super().setUpClass()

    def test_capital_of_france_is_paris(self):
        message = self.create("What is the capital of France? Answer with one word.",
                              extra_body={"temperature": 0})
        self.assertEqual(message.content[0].text, "The capital of France is Paris.")
        self.assertEqual(message.stop_reason, "end_turn")

    def test_a_whole_tool_loop(self):
        question = {"role": "user", "content": "What is the weather in Rome?"}
        with self.client.messages.stream(
                model=self.model, max_tokens=64, tools=TOOLS, messages=[question],
                tool_choice={"type": "any", "disable_parallel_tool_use": True}) as stream:
            called = stream.get_final_message()
        self.assertEqual(called.stop_reason, "tool_use")
        call = called.content[-1]
        self.assertEqual(call.name, "weather")
        self.assertIsInstance(call.input["city"], str)
        answer = self.create([question, {"role": "assistant", "content": called.content},
                              {"role": "user", "content": [
                                  {"type": "tool_result", "tool_use_id": call.id,
                                   "content": "sunny"}]}],
                             tools=TOOLS, tool_choice={"type": "none"})
        self.assertTrue(answer.content[0].text)

    def test_counted_tokens_are_those_of_the_answer(self):
        messages = [{"role": "user", "content": "What is the capital of France?"}]
        count = self.client.messages.count_tokens(model=self.model, messages=messages)
        usage = self.create(messages, max_tokens=1).usage
        self.assertEqual(count.input_tokens, usage.input_tokens + usage.cache_read_input_tokens)


del SdkTest  # it has no tests of its own

if __name__ == "__main__":
    unittest.main()

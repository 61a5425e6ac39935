"""The official Ollama client for Python against `pcai serve`: scripted answers of the fake backend,
and a plain chat with the default model."""
import datetime
import json
import sys
import tempfile
import unittest
from pathlib import Path

import ollama

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
from server import Server, skip_without  # noqa: E402


def weather(city: str) -> str:
    """The weather of a city.

    Args:
        city: its name
    """
    return f"sunny in {city}"


class ClientTest(unittest.TestCase):
    """A server of the class's own."""
    arguments = ("--backend", "fake")

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.arguments)
        cls.addClassCleanup(cls.server.stop)
        cls.client = ollama.Client(host=cls.server.url)
        cls.model = cls.client.list().models[0].model

    def chat(self, content, **parameters):
        messages = content if isinstance(content, list) else [{"role": "user", "content": content}]
        return self.client.chat(model=self.model, messages=messages, **parameters)


PNG = b"\x89PNG\r\n\x1a\n and so on"


class FakeTest(ClientTest):
    def test_images_stand_before_the_text(self):
        answer = self.chat([{"role": "user", "content": "see", "images": [PNG, PNG]}])
        self.assertRegex(answer.message.content, r"^You said: (<image:PNG:18:\w+> ){2}see$")
        answer = self.client.generate(model=self.model, prompt="see", images=[PNG])
        self.assertRegex(answer.response, r"^You said: <image:PNG:18:\w+> see$")
        self.assertIn("vision", self.client.show(self.model).capabilities)

    def test_a_chat_is_answered(self):
        answer = self.chat("hello")
        self.assertEqual(answer.message.content, "You said: hello")
        self.assertEqual((answer.done, answer.done_reason), (True, "stop"))
        self.assertEqual(answer.prompt_eval_count, 1)
        self.assertGreater(answer.eval_count, 0)

    def test_streamed_text_equals_the_whole_text(self):
        parts = list(self.chat("hello there", stream=True))
        self.assertEqual("".join(part.message.content for part in parts), "You said: hello there")
        self.assertEqual([part.done for part in parts], [False] * (len(parts) - 1) + [True])

    def test_generate_takes_a_system_text_and_options(self):
        answer = self.client.generate(model=self.model, prompt="one two three four",
                                      system="Be kind.", options={"num_predict": 3, "seed": 1})
        self.assertEqual(answer.response, "You said: one")
        self.assertEqual(answer.done_reason, "length")

    def test_thinking_comes_apart(self):
        answer = self.chat("fake: reasoning=2 reply=so it is done", think=True)
        self.assertEqual(answer.message.thinking, "so it")
        self.assertEqual(answer.message.content, " is done")

    def test_a_whole_tool_loop(self):
        messages = [{"role": "user", "content": 'fake: tokens=0 tool=weather args={"city":"Rome"}'}]
        called = self.chat(messages, tools=[weather])
        call = called.message.tool_calls[0].function
        self.assertEqual((call.name, call.arguments), ("weather", {"city": "Rome"}))
        messages += [called.message,
                     {"role": "tool", "tool_name": call.name, "content": weather(**call.arguments)},
                     {"role": "user", "content": "And now?"}]
        self.assertEqual(self.chat(messages, tools=[weather]).message.content, "You said: And now?")

    def test_texts_are_embedded(self):
        answer = self.client.embed(model=self.model, input=["one", "two", "one"])
        self.assertEqual(len(answer.embeddings), 3)
        self.assertEqual(answer.embeddings[0], answer.embeddings[2])
        self.assertEqual(len(self.client.embeddings(model=self.model, prompt="a").embedding), 64)

    def test_models_are_listed_and_shown(self):
        self.assertEqual(self.client.ps().models[0].model, self.model)
        shown = self.client.show(self.model)
        self.assertIn("completion", shown.capabilities)

    def test_errors_are_the_clients(self):
        with self.assertRaises(ollama.ResponseError) as caught:
            self.client.chat(model="no-such-model", messages=[{"role": "user", "content": "a"}])
        self.assertEqual(caught.exception.status_code, 404)
        with self.assertRaises(ollama.ResponseError) as caught:
            self.chat("a", options={"tfs_z": 0.5})
        self.assertIn("tfs_z", caught.exception.error)
        with self.assertRaises(ollama.ResponseError):
            list(self.chat("fake: tokens=9 fail_after=3", stream=True))


class ManagedTest(ClientTest):
    """A server whose models its clients may change."""
    arguments = ("--backend", "fake", "--manage-models", "on")

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="pcai-models-")
        cls.addClassCleanup(folder.cleanup)
        cls.server = Server(*cls.arguments, environment={"PCAI_MODELS_DIR": folder.name})
        cls.addClassCleanup(cls.server.stop)
        cls.client = ollama.Client(host=cls.server.url)
        cls.model = "fake"

    def names(self):
        return {model.model for model in self.client.list().models}

    def test_models_are_made_copied_and_deleted(self):
        steps = list(self.client.create(model="mario", from_=self.model, system="Be Mario.",
                                        parameters={"num_predict": 2}, stream=True))
        self.assertEqual(steps[-1].status, "success")
        self.assertEqual(self.client.create(model="luigi", from_="mario").status, "success")
        self.client.copy("mario", "peach")
        self.assertEqual(self.names(), {"fake", "mario", "luigi", "peach"})
        answer = self.client.chat(model="peach", messages=[
            {"role": "user", "content": "fake: reply=one two three"}])
        self.assertEqual((answer.message.content, answer.done_reason), ("one two", "length"))
        for name in ("mario", "luigi", "peach"):
            self.assertEqual(self.client.delete(name).status, "success")
        self.assertEqual(self.names(), {"fake"})
        with self.assertRaises(ollama.ResponseError) as caught:
            self.client.delete("mario")
        self.assertEqual(caught.exception.status_code, 404)

    def test_a_pull_of_what_is_here_is_done(self):
        self.assertEqual(self.client.pull(self.model).status, "success")
        self.assertEqual(list(self.client.pull(self.model, stream=True))[-1].status, "success")
        with self.assertRaises(ollama.ResponseError) as caught:
            self.client.pull("llama3.2")
        self.assertIn("hf.co/", caught.exception.error)

    def test_a_model_stays_as_long_as_it_is_asked_to(self):
        def expires():
            return self.client.ps().models[0].expires_at

        self.chat("hi", keep_alive="1h")
        left = expires() - datetime.datetime.now(datetime.timezone.utc)
        self.assertTrue(3000 < left.total_seconds() < 4200, left)
        self.chat("hi", keep_alive=-1)
        self.assertEqual(expires().year, 9999)
        answer = self.client.generate(model=self.model, keep_alive=0)
        self.assertEqual(answer.done_reason, "unload")
        self.assertEqual(self.client.ps().models, [])


class DefaultModelTest(ClientTest):
    arguments = ()

    @classmethod
    def setUpClass(cls):
        skip_without("llamacpp")
        super().setUpClass()

    def test_capital_of_france_is_paris(self):
        answer = self.chat("What is the capital of France? Answer with one word.",
                           options={"temperature": 0})
        self.assertEqual(answer.message.content, "The capital of France is Paris.")

    def test_structured_output_is_the_object(self):
        schema = {"type": "object", "properties": {
            "name": {"type": "string", "maxLength": 16}, "capital": {"type": "boolean"}},
            "required": ["name", "capital"], "additionalProperties": False}
        answer = self.chat("Describe Paris.", format=schema,
                           options={"temperature": 1.5, "seed": 1, "num_predict": 96})
        self.assertEqual(set(json.loads(answer.message.content)), {"name", "capital"})

    def test_a_whole_tool_loop(self):
        # This API cannot ask for a call, so the model may answer at once.
        messages = [{"role": "user", "content": "What is the weather in Paris?"}]
        answer = self.chat(messages, tools=[weather], options={"temperature": 0})
        messages.append(answer.message)
        for call in answer.message.tool_calls or []:
            self.assertEqual(call.function.name, "weather")
            self.assertIsInstance(call.function.arguments["city"], str)
            messages.append({"role": "tool", "tool_name": "weather",
                             "content": weather(**call.function.arguments)})
        messages.append({"role": "user", "content": "Thank you. Was that all?"})
        self.assertTrue(self.chat(messages, options={"temperature": 0}).message.content)

    def test_a_chat_models_vectors_need_a_pooling_that_this_api_cannot_name(self):
        with self.assertRaises(ollama.ResponseError) as caught:
            self.client.embed(model=self.model, input="a")
        self.assertIn("pooling", caught.exception.error)


del ClientTest  # it has no tests of its own

if __name__ == "__main__":
    unittest.main()

"""The 0.5B as a folder of safetensors on mistral.rs: it answers as the GGUF does on llama.cpp."""
import unittest

from assembled import made, real_model
from checks import WEATHER
from client import Client, skip_without
from likeness import Likeness
from questions import ONE_HUNDRED
from safetensors_folder import write_folder

SOURCE = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
TOKENS = 8
LARGEST_CHANGE = 0.07  # of a log-probability: BF16 beside quantised weights


def setUpModule():
    skip_without("llamacpp")
    skip_without("mistralrs")


class SafetensorsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        source = real_model(SOURCE)
        folder = made("qwen2.5-coder-0.5b-instruct", lambda path: write_folder(source, path))
        cls.safetensors = Client("--backend", "mistralrs", "--model", str(folder))
        cls.addClassCleanup(cls.safetensors.stop)
        cls.gguf = Client("--model", str(source))
        cls.addClassCleanup(cls.gguf.stop)

    def test_it_answers_as_the_gguf(self):
        likeness = Likeness("safetensors on mistral.rs")
        for question in ONE_HUNDRED[::20]:
            ids, ours = self.safetensors.continued(question, TOKENS)
            their_ids, theirs = self.gguf.continued(question, TOKENS)
            self.assertEqual(ids, their_ids)
            likeness.add(question, ours, theirs)
        print(likeness)
        self.assertLess(max(likeness.changes), LARGEST_CHANGE)

    def test_both_read_the_same_prompt(self):
        plain = {"type": "function", "function": {"name": "get_time"}}
        chats = [{"messages": [{"role": "user", "content": "Hi \u4f60\u597d <&'>"}]},
                 {"messages": [{"role": "system", "content": "Be kind."},
                               {"role": "user", "content": "Rome?"}], "tools": [WEATHER, plain]},
                 {"messages": [{"role": "user", "content": "Rome?"},
                               {"role": "assistant", "content": None, "tool_calls": [
                                   {"id": "call_1", "type": "function", "function": {
                                       "name": "get_weather",
                                       "arguments": "{\"city\": \"Rome\", \"at\": [1, 2.5, null]}"}}]},
                               {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}],
                  "tools": [WEATHER]}]
        for chat in chats:
            with self.subTest(chat):
                one, other = (client.post("/apply-template", {"model": client.model, **chat})
                              for client in (self.safetensors, self.gguf))
                self.assertEqual(one, other)

    def test_a_stream_and_a_cancel(self):
        stream = self.safetensors.stream("Count from one to one hundred.", max_tokens=200)
        next(stream)
        next(stream)
        stream.close()
        self.safetensors.wait_until_idle()
        self.assertIn("Paris", self.safetensors.text("What is the capital of France?"))


if __name__ == "__main__":
    unittest.main()

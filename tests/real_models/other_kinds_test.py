"""A base model, which only goes on with texts, and a model that only embeds."""
import math
import unittest

from assembled import real_model
from client import Client, skip_without


def setUpModule():
    skip_without("llamacpp")


class BaseModelTest(unittest.TestCase):
    """Gemma 3 270M has no chat template, and attention over windows."""

    @classmethod
    def setUpClass(cls):
        cls.client = Client("--model", str(real_model("gemma-3-270m-q4_k_m.gguf")))
        cls.addClassCleanup(cls.client.stop)

    def complete(self, prompt, tokens=8):
        return self.client.post("/v1/completions", {
            "model": self.client.model, "prompt": prompt, "max_tokens": tokens,
            "temperature": 0})["choices"][0]["text"]

    def test_it_goes_on_with_a_text(self):
        self.assertIn("Thursday", self.complete("Monday, Tuesday, Wednesday,"))
        self.assertIn("5, 6, 7", self.complete("1, 2, 3, 4,", 12))

    def test_it_copies_what_lies_beyond_a_window(self):
        text = "The name of the dog is Bello. " + "The grass is green. " * 200
        self.assertIn("Bello", self.complete(text + "The name of the dog is"))

    def test_a_chat_is_plain_text_and_the_answer_says_so(self):
        text = "Monday, Tuesday, Wednesday,"
        messages = [{"role": "user", "content": text}]
        shown = self.client.post("/apply-template", {"model": self.client.model,
                                                     "messages": messages})
        self.assertEqual(shown["prompt"], text)
        answer = self.client.chat(text, max_tokens=8)
        self.assertIn("Thursday", answer["choices"][0]["message"]["content"])
        self.assertIn("no chat template", " ".join(answer["warnings"]))
        self.assertIn("no chat template", self.client.log())


class EmbeddingModelTest(unittest.TestCase):
    """nomic-embed-text v1.5, F16."""

    @classmethod
    def setUpClass(cls):
        cls.client = Client("--model", str(real_model("nomic-embed-text-v1.5.f16.gguf")))
        cls.addClassCleanup(cls.client.stop)

    def embed(self, *texts):
        answer = self.client.post("/v1/embeddings", {"model": self.client.model,
                                                     "input": list(texts)})
        return [item["embedding"] for item in answer["data"]]

    def test_what_means_the_same_lies_close(self):
        question, right, wrong = self.embed(
            "search_query: How do plants make food?",
            "search_document: Photosynthesis turns light, water and carbon dioxide into sugar.",
            "search_document: The train to Rome leaves at nine in the evening.")
        self.assertEqual(len(question), 768)
        self.assertAlmostEqual(math.hypot(*question), 1, places=4)
        close, far = (sum(a * b for a, b in zip(question, other)) for other in (right, wrong))
        self.assertGreater(close, far + 0.15)

    def test_the_order_of_a_batch_is_kept(self):
        texts = [f"search_document: {'a long text ' * i} number {i}" for i in range(1, 6)]
        for text, vector in zip(texts, self.embed(*texts)):
            self.assertGreater(sum(a * b for a, b in zip(vector, self.embed(text)[0])), 0.999)


if __name__ == "__main__":
    unittest.main()

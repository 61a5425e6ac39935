"""A real embedding model behind /v1/embeddings: all-MiniLM-L6-v2, through the OpenAI SDK."""
import json
import sys
import unittest
import urllib.request
from pathlib import Path

import numpy
import openai

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
from minilm import model_file  # noqa: E402
from server import Server, skip_without  # noqa: E402

# The similarities that the model's documentation gives (sbert.net, "Usage").
SENTENCES = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
SIMILARITIES = [[1.0000, 0.6660, 0.1046], [0.6660, 1.0000, 0.1411], [0.1046, 0.1411, 1.0000]]

server = None


def setUpModule():
    global server
    skip_without("llamacpp")
    server = Server("--model", str(model_file()))
    unittest.addModuleCleanup(server.stop)


class EmbeddingsTest(unittest.TestCase):
    def setUp(self):
        self.client = openai.OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0)
        self.addCleanup(self.client.close)
        self.model = self.client.models.list().data[0].id

    def embed(self, texts, **parameters):
        answer = self.client.embeddings.create(model=self.model, input=texts, **parameters)
        return numpy.array([item.embedding for item in answer.data])

    def test_similarities_are_those_of_the_documentation(self):
        vectors = self.embed(SENTENCES)
        self.assertEqual(vectors.shape, (3, 384))
        numpy.testing.assert_allclose(vectors @ vectors.T, SIMILARITIES, atol=2e-3)

    def test_floats_and_base64_are_the_same(self):
        # The SDK asks for base64 by itself, and decodes it.
        numpy.testing.assert_array_equal(
            numpy.float32(self.embed(SENTENCES, encoding_format="float")),
            numpy.float32(self.embed(SENTENCES)))

    def test_a_batch_keeps_its_order(self):
        texts = [f"{SENTENCES[i % 3]} " * (1 + i % 7) for i in range(100)]
        together = self.embed(texts)
        for i in (0, 17, 50, 99):
            self.assertGreater(float(together[i] @ self.embed([texts[i]])[0]), 0.999)

    def test_tokens_give_the_vector_of_their_text(self):
        request = urllib.request.Request(
            server.url + "/tokenize", headers={"Content-Type": "application/json"},
            data=json.dumps({"content": SENTENCES[0], "add_special": True}).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            tokens = json.load(answer)["tokens"]
        self.assertGreater(float(self.embed(SENTENCES[:1])[0] @ self.embed([tokens])[0]), 0.999)

    def test_fewer_dimensions_are_the_first_ones(self):
        whole, cut = self.embed(SENTENCES)[:, :64], self.embed(SENTENCES, dimensions=64)
        self.assertEqual(cut.shape, (3, 64))
        whole /= numpy.linalg.norm(whole, axis=1, keepdims=True)
        numpy.testing.assert_allclose(cut, whole, atol=1e-5)

    def test_usage_counts_the_tokens(self):
        answer = self.client.embeddings.create(model=self.model, input="hello world")
        self.assertEqual(answer.usage.prompt_tokens, 4)  # with [CLS] and [SEP]

    def test_too_long_a_text_is_refused_with_both_numbers(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            self.embed(["fine", "word " * 600])
        self.assertEqual(caught.exception.code, "context_length_exceeded")
        self.assertEqual(caught.exception.param, "input[1]")
        self.assertRegex(caught.exception.body["message"], r"602.*512")

    def test_it_does_not_chat_and_does_not_rank(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            self.client.chat.completions.create(
                model=self.model, messages=[{"role": "user", "content": "hello"}])
        self.assertIn("embeds", caught.exception.body["message"])
        with self.assertRaises(openai.BadRequestError):
            self.client.post("/rerank", cast_to=object,
                             body={"model": self.model, "query": "a", "documents": ["b"]})


if __name__ == "__main__":
    unittest.main()

"""Embeddings by mistral.rs: a small model with random weights, through the server."""
import json
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import tiny_embedder
import tiny_llama

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
import program  # noqa: E402
from server import skip_without  # noqa: E402


def dot(one, other):
    return sum(a * b for a, b in zip(one, other))


class EmbeddingTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        skip_without("mistralrs")
        folder = tempfile.TemporaryDirectory(prefix="pcai-embedder-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        models = [tiny_embedder.make(cls.folder / "last"),
                  tiny_embedder.make(cls.folder / "mean", pooling="mean_tokens"),
                  tiny_llama.make(cls.folder / "chat")]
        cls.server = program.Serve(*(word for model in models for word in ("--model", str(model))))
        cls.addClassCleanup(cls.server.__exit__)
        cls.url = cls.server.wait_ready()

    def post(self, path, **fields):
        request = urllib.request.Request(self.url + path, json.dumps(fields).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=program.LIMIT) as answer:
            return json.load(answer)

    def vectors(self, texts, model="last", **fields):
        data = self.post("/v1/embeddings", model=model, input=texts, **fields)["data"]
        self.assertEqual([entry["index"] for entry in data], list(range(len(texts))))
        return [entry["embedding"] for entry in data]

    def refusal(self, path, **fields):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.post(path, **fields)
        with caught.exception as refused:
            self.assertEqual(refused.code, 400)
            return json.load(refused)["error"]

    def test_vectors_have_length_one_and_keep_the_order(self):
        texts = ["hello", "a rather different text", "hello", "xy"]
        vectors = self.vectors(texts)
        for vector in vectors:
            self.assertEqual(len(vector), tiny_embedder.HIDDEN)
            self.assertAlmostEqual(dot(vector, vector), 1, places=4)
        self.assertGreater(dot(vectors[0], vectors[2]), 0.9999)
        self.assertLess(dot(vectors[0], vectors[1]), 0.99)
        for text, vector in zip(texts, vectors):
            self.assertGreater(dot(self.vectors([text])[0], vector), 0.999)

    def test_the_pooling_of_the_models_files_is_used(self):
        self.assertLess(dot(self.vectors(["hello"])[0], self.vectors(["hello"], "mean")[0]), 0.99)

    def test_tokens_are_counted_and_taken(self):
        usage = self.post("/v1/embeddings", model="last", input=["hello", "you"])["usage"]
        self.assertEqual(usage["prompt_tokens"], len("hello") + len("you"))
        self.assertGreater(dot(self.vectors([list(b"hello")])[0], self.vectors(["hello"])[0]),
                           0.9999)

    def test_what_cannot_be_embedded_is_refused_by_name(self):
        self.assertEqual(self.refusal("/v1/embeddings", model="last",
                                      input=["ab", "x" * 600])["param"], "input[1]")
        self.assertEqual(self.refusal("/v1/embeddings", model="last", input=[[999]])["param"],
                         "input[0]")
        # At one token alone the engine would panic.
        self.assertEqual(self.refusal("/v1/embeddings", model="last",
                                      input=["ab", "x"])["param"], "input[1]")

    def test_each_model_does_what_it_was_made_for(self):
        self.assertIn("embed", self.refusal("/v1/embeddings", model="chat",
                                            input="hello")["message"])
        self.assertIn("cannot generate", self.refusal(
            "/v1/chat/completions", model="last",
            messages=[{"role": "user", "content": "hello"}])["message"])

    def test_a_pooling_that_mistralrs_cannot_do_is_refused_at_load(self):
        model = tiny_embedder.make(self.folder / "cls", pooling="cls_token")
        pcai = program.Program()
        self.addCleanup(pcai.close)
        ran = pcai("run", "--model", str(model), "hello")
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("cls_token", ran.stderr.decode())


if __name__ == "__main__":
    unittest.main()

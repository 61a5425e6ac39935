"""/v1/rerank over a real model of llama.cpp with the pooling "rank": its scores are those of the same
weights in numpy."""
import json
import random
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import tiny_reranker

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
from server import Server, skip_without  # noqa: E402

SEED = 7
QUERY = "sun rain"

server = None
tensors = tiny_reranker.make_tensors(SEED)


def setUpModule():
    global server
    skip_without("llamacpp")
    folder = tempfile.TemporaryDirectory(prefix="pcai-rank-")
    unittest.addModuleCleanup(folder.cleanup)
    file = Path(folder.name, "reranker.gguf")
    tiny_reranker.write(file, tensors)
    server = Server("--model", str(file))
    unittest.addModuleCleanup(server.stop)


def post(path, body):
    request = urllib.request.Request(server.url + path, json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


class RerankerTest(unittest.TestCase):
    def documents(self, count):
        draw = random.Random(SEED)
        words = tiny_reranker.WORDS[len(tiny_reranker.SPECIAL):]
        return [" ".join(draw.choices(words, k=draw.randint(1, 20))) for _ in range(count)]

    def test_scores_are_those_of_the_weights_and_best_come_first(self):
        documents = self.documents(40)
        answer = post("/v1/rerank", {"query": QUERY, "documents": documents,
                                     "return_documents": True})
        results = answer["results"]
        self.assertEqual(sorted(result["index"] for result in results), list(range(40)))
        scores = [result["relevance_score"] for result in results]
        self.assertEqual(scores, sorted(scores, reverse=True))
        self.assertGreater(scores[0] - scores[-1], 0.1)
        for result in results:
            document = documents[result["index"]]
            self.assertEqual(result["document"]["text"], document)
            self.assertAlmostEqual(result["relevance_score"],
                                   tiny_reranker.score(tensors, QUERY, document), delta=0.01)
        tokens = sum(2 + len((QUERY + " " + document).split()) for document in documents)
        self.assertEqual(answer["usage"]["prompt_tokens"], tokens)

    def test_only_the_best_are_given_when_asked(self):
        documents = self.documents(10)
        every = post("/v1/rerank", {"query": QUERY, "documents": documents})["results"]
        best = post("/v1/rerank", {"query": QUERY, "documents": documents, "top_n": 3})["results"]
        self.assertEqual([result["index"] for result in best],
                         [result["index"] for result in every[:3]])

    def test_it_neither_embeds_nor_chats(self):
        for path, body in (("/v1/embeddings", {"input": "sun"}),
                           ("/v1/chat/completions",
                            {"messages": [{"role": "user", "content": "sun"}]})):
            with self.subTest(path), self.assertRaises(urllib.error.HTTPError) as caught:
                post(path, body)
            self.assertEqual(caught.exception.code, 400)
            caught.exception.close()


if __name__ == "__main__":
    unittest.main()

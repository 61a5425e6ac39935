"""Safetensors models by mistral.rs: small ones with random weights, through the server."""
import json
import os
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import tiny_llama

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))
import program  # noqa: E402

GGUF = Path(os.environ.get("PCAI_TEST_MODEL") or Path.home() / ".local/share/pcai/models"
            "/SmolLM2-135M-Instruct.Q4_1.gguf")


def ask(url, **fields):
    """The answer's body; of a stream, all text and the last usage."""
    body = {"messages": [{"role": "user", "content": "hello"}], "temperature": 0,
            "max_tokens": 12, **fields}
    request = urllib.request.Request(url + "/v1/chat/completions", json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=program.LIMIT) as answer:
        if not fields.get("stream"):
            return json.load(answer)
        chunks = [json.loads(line[6:]) for line in answer if line.startswith(b"data: {")]
    text = "".join(chunk["choices"][0]["delta"].get("content") or ""
                   for chunk in chunks if chunk.get("choices"))
    return {"text": text, "error": next((c["error"] for c in chunks if "error" in c), None),
            "finish": [c["choices"][0]["finish_reason"] for c in chunks if c.get("choices")][-1:]}


class SafetensorsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        pcai = program.Program()
        cls.addClassCleanup(pcai.close)
        backends = json.loads(pcai("version", "--json").stdout)["backends"]
        mistralrs = next(backend for backend in backends if backend["name"] == "mistralrs")
        if not mistralrs["usable"]:
            raise unittest.SkipTest(mistralrs["why_not"])
        cls.has_llamacpp = any(b["usable"] for b in backends if b["name"] == "llamacpp")
        folder = tempfile.TemporaryDirectory(prefix="pcai-tiny-")
        cls.addClassCleanup(folder.cleanup)
        cls.tiny = tiny_llama.make(Path(folder.name, "tiny"))
        cls.poisoned = tiny_llama.make(Path(folder.name, "poisoned"), poison=True)
        models = ["--model", str(cls.tiny), "--model", str(cls.poisoned)]
        if GGUF.exists() and cls.has_llamacpp:
            models += ["--model", str(GGUF)]
        cls.server = program.Serve(*models)
        cls.addClassCleanup(cls.server.__exit__)
        cls.url = cls.server.wait_ready()

    def test_a_streamed_answer_is_the_same_text(self):
        whole = ask(self.url, model="tiny")
        streamed = ask(self.url, model="tiny", stream=True)
        self.assertIsNone(streamed["error"])
        self.assertEqual(streamed["text"], whole["choices"][0]["message"]["content"])
        self.assertEqual(streamed["finish"], [whole["choices"][0]["finish_reason"]])

    def test_tokens_are_counted(self):
        usage = ask(self.url, model="tiny")["usage"]
        # A token a byte, and the template's three.
        self.assertEqual(usage["prompt_tokens"], len("hello") + 3)
        self.assertLessEqual(usage["completion_tokens"], 12)
        self.assertEqual(ask(self.url, model="tiny", max_tokens=5)["usage"]["completion_tokens"], 5)

    def test_a_seed_gives_the_same_text_and_another_another(self):
        def drawn(seed):
            body = ask(self.url, model="tiny", temperature=1.5, top_p=1, seed=seed, max_tokens=40)
            return body["choices"][0]["message"]["content"]

        self.assertEqual(drawn(7), drawn(7))
        self.assertNotEqual(drawn(7), drawn(8))

    def test_a_stop_sequence_ends_the_text(self):
        whole = ask(self.url, model="tiny", max_tokens=40)["choices"][0]["message"]["content"]
        plain = [letter for letter in whole if letter.isascii() and letter.isprintable()]
        self.assertTrue(plain, whole)
        cut = ask(self.url, model="tiny", max_tokens=40, stop=plain[-1])["choices"][0]
        self.assertEqual(cut["finish_reason"], "stop")
        self.assertEqual(cut["message"]["content"], whole[:whole.index(plain[-1])])

    def test_logprobs_are_of_the_chosen_token(self):
        answer = ask(self.url, model="tiny", logprobs=True, top_logprobs=3, max_tokens=4)
        entries = answer["choices"][0]["logprobs"]["content"]
        self.assertEqual(len(entries), answer["usage"]["completion_tokens"])
        for entry in entries:
            self.assertLess(entry["logprob"], 0)
            self.assertEqual(entry["top_logprobs"][0]["bytes"], entry["bytes"])

    def test_a_prompt_over_the_context_is_refused(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            ask(self.url, model="tiny", messages=[{"role": "user", "content": "x" * 600}])
        with caught.exception as refused:
            self.assertEqual(refused.code, 400)
            error = json.load(refused)["error"]
        self.assertEqual(error["code"], "context_length_exceeded")
        self.assertIn("603", error["message"])
        self.assertIn("512", error["message"])

    def test_a_model_that_computes_nonsense_fails_its_requests_and_nothing_else(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            ask(self.url, model="poisoned")
        with caught.exception as failed:
            self.assertEqual(failed.code, 500)
            self.assertIn("NaN", json.load(failed)["error"]["message"])
        self.assertIn("NaN", ask(self.url, model="poisoned", stream=True)["error"]["message"])
        self.assertEqual(ask(self.url, model="tiny", max_tokens=3)["usage"]["completion_tokens"], 3)

    def test_both_backends_serve_side_by_side(self):
        if not (GGUF.exists() and self.has_llamacpp):
            self.skipTest("no llama.cpp, or no default model")
        answer = ask(self.url, model=GGUF.stem)
        self.assertGreater(answer["usage"]["completion_tokens"], 0)
        self.assertGreater(ask(self.url, model="tiny")["usage"]["completion_tokens"], 0)

    def test_llamacpp_says_who_reads_a_folder(self):
        if not self.has_llamacpp:
            self.skipTest("no llama.cpp")
        pcai = program.Program()
        self.addCleanup(pcai.close)
        ran = pcai("run", "--backend", "llamacpp", "--model", str(self.tiny), "hello")
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("mistralrs", ran.stderr.decode())

    def test_weights_can_be_quantized_while_they_are_loaded(self):
        with program.Serve("--model", str(self.tiny), "--isq", "q4k") as server:
            url = server.wait_ready()
            answer = ask(url, max_tokens=6)
        self.assertEqual(answer["usage"]["completion_tokens"], 6)

    def test_a_damaged_file_is_refused_with_its_name(self):
        broken = tiny_llama.make(self.tiny.parent / "broken")
        weights = broken / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-100])
        pcai = program.Program()
        self.addCleanup(pcai.close)
        ran = pcai("run", "--model", str(broken), "hello")
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("model.safetensors", ran.stderr.decode())


if __name__ == "__main__":
    unittest.main()

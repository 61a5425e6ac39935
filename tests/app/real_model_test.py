"""models, show, run and serve with the default model and llama.cpp, where both are there."""
import json
import os
import re
import signal
import unittest
import urllib.request
from pathlib import Path

import program

MODEL = "SmolLM2-135M-Instruct.Q4_1"
QUESTION = "Name three colours."


def models_folder():
    if os.environ.get("PCAI_MODELS_DIR"):
        return Path(os.environ["PCAI_MODELS_DIR"])
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    return Path(data, "pcai/models")


class RealModelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not (models_folder() / (MODEL + ".gguf")).exists():
            raise unittest.SkipTest("the default model is not here; see tools/get_default_model")
        cls.pcai = program.Program()
        cls.addClassCleanup(cls.pcai.close)
        cls.env = {"PCAI_MODELS_DIR": str(models_folder())}
        backends = json.loads(cls.pcai("version", "--json").stdout)["backends"]
        if not next(backend["usable"] for backend in backends if backend["name"] == "llamacpp"):
            raise unittest.SkipTest("this build has no llama.cpp")

    def test_models_lists_it_whole(self):
        listed = json.loads(self.pcai("models", "--json", env=self.env).stdout)
        model = next(model for model in listed if model["id"] == MODEL)
        self.assertNotIn("error", model)
        self.assertEqual((model["architecture"], model["quantization"], model["context_length"]),
                         ("llama", "Q4_1", 8192))
        self.assertEqual(model["size_bytes"], Path(model["path"]).stat().st_size)
        self.assertIn(MODEL, self.pcai("models", "-q", env=self.env).stdout.decode().split("\n"))

    def test_show_tells_its_metadata(self):
        for name in (MODEL, MODEL.lower(), str(models_folder() / (MODEL + ".gguf"))):
            shown = json.loads(self.pcai("show", name, "--json", env=self.env).stdout)
            self.assertEqual(shown["id"], MODEL)
            self.assertEqual(shown["metadata"]["general.architecture"], "llama")
            self.assertEqual(shown["metadata"]["tokenizer.ggml.tokens"]["array_length"], 49152)
        text = self.pcai("show", MODEL, env=self.env).stdout.decode()
        self.assertRegex(text, r"(?m)^architecture +llama$")

    def test_a_model_cut_short_is_damaged_for_every_command(self):
        whole = models_folder() / (MODEL + ".gguf")
        with whole.open("rb") as file:
            cut = self.pcai.write("cut.gguf", file.read(8 << 20))
        for arguments in (["show", cut], ["run", "--model", cut, "x"],
                          ["serve", "--port", "0", "--model", cut]):
            ran = self.pcai(*arguments)
            self.assertEqual(ran.returncode, 2, arguments)
            self.assertEqual(ran.stderr.count(b"\n"), 1, ran.stderr)

    def test_run_and_serve_give_the_same_text(self):
        ran = self.pcai("run", "--json", "--temperature", "0", "--max-tokens", "12", QUESTION,
                        env=self.env)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        answer = json.loads(ran.stdout)
        self.assertEqual(answer["model"], MODEL)
        self.assertGreater(answer["usage"]["prompt_tokens"], 5)
        with program.Serve(env=self.env) as server:
            url = server.wait_ready()
            self.assertTrue(any(re.search(r"context \d+", line) for line in server.seen))
            body = {"messages": [{"role": "user", "content": QUESTION}], "temperature": 0,
                    "max_tokens": 12}
            request = urllib.request.Request(url + "/v1/chat/completions",
                                             json.dumps(body).encode(),
                                             {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=program.LIMIT) as reply:
                served = json.load(reply)
            server.send(signal.SIGTERM)
            self.assertEqual(server.wait(), 0)
        self.assertEqual(answer["content"], served["choices"][0]["message"]["content"])
        self.assertEqual(answer["usage"]["prompt_tokens"], served["usage"]["prompt_tokens"])


if __name__ == "__main__":
    unittest.main()

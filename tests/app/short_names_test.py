"""Short names of models: `pcai pull NAME`, and the same name for every command and over HTTP."""
import hashlib
import json
import unittest
import urllib.error
import urllib.request

import gguf_file
import program
import pull_test
from hub_server import Repository

MODEL = gguf_file.llama().bytes()
OTHER = gguf_file.llama(layers=3).bytes()


class ShortNamesTest(pull_test.PullCase):
    def know(self, digest, name="tiny:1m"):
        self.pcai.write("pcai/known_models.toml",
                        f'["{name}"]\nmodel = "hf:org/repo:m-Q4_1.gguf"\nsha256 = "{digest}"\n')

    def test_a_user_adds_a_name_and_it_runs_by_that_name(self):
        self.know(hashlib.sha256(MODEL).hexdigest())
        hub = self.hub(org__repo=Repository({"m-Q4_1.gguf": MODEL, "n-Q8_0.gguf": OTHER}))
        for name in ("TINY:1M", "tiny"):
            ran = self.pull(hub, name)
            self.assert_pulled(ran, "org/repo/m-Q4_1.gguf", MODEL)
        self.assertEqual(json.loads(self.pcai("show", "tiny:1m", "--json").stdout)["id"], "m-Q4_1")
        self.assertEqual(json.loads(self.pcai("plan", "tiny", "--json").stdout)["id"], "m-Q4_1")
        # The file has no weights, so that a load fails; by then the word was taken as the model.
        self.assertIn(b"m-Q4_1", self.pcai("run", "tiny:1m", "hi").stderr)
        ran = self.pcai("rm", "--yes", "tiny:1m")
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"not a whole name", ran.stderr)

    def test_another_file_under_the_name_is_refused_before_its_first_byte(self):
        self.know(hashlib.sha256(MODEL).hexdigest())
        hub = self.hub(org__repo=Repository({"m-Q4_1.gguf": OTHER}))
        ran = self.pull(hub, "tiny:1m")
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"another file", ran.stderr)
        self.assertEqual(self.files(), [])
        self.assertEqual(self.pull(hub, "hf:org/repo:m-Q4_1.gguf").returncode, 0)

    def test_the_names_are_listed_and_an_unknown_one_names_them(self):
        self.know("0" * 64, "mine:1b")
        listed = {entry["name"]: entry for entry in json.loads(self.pcai("pull", "--json").stdout)}
        self.assertIn("mine:1b", listed)
        self.assertIn("smollm2:135m", listed)
        for entry in listed.values():
            self.assertRegex(entry["model"], r"^hf:[^/]+/[^:]+:.+")
            self.assertRegex(entry["sha256"], "^[0-9a-f]{64}$")
        self.assertRegex(self.pcai("pull").stdout.decode(), r"(?m)^mine:1b +hf:org/repo:")
        ran = self.pcai("pull", "nobody-knows-it")
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"mine:1b", ran.stderr)

    def test_a_damaged_list_is_named_with_its_line(self):
        path = self.pcai.write("pcai/known_models.toml", '["a"]\nmodel = 1\n')
        ran = self.pcai("pull", "a")
        self.assertEqual(ran.returncode, 2)
        self.assertIn(f"{path}:2".encode(), ran.stderr)

    def test_a_server_takes_the_short_name_and_the_beginning_of_an_id(self):
        with program.Serve("--backend", "fake", "--model", "Alpha-Chat.Q4_1",
                           "--model", "beta") as server:
            url = server.wait_ready()
            self.assertEqual(self.ask(url, "alpha"), 200)
            self.assertEqual(self.ask(url, "BETA"), 200)
            self.assertEqual(self.ask(url, "gamma"), 404)

    @staticmethod
    def ask(url, model):
        body = {"model": model, "max_tokens": 2, "messages": [{"role": "user", "content": "hi"}]}
        request = urllib.request.Request(url + "/v1/chat/completions", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=program.LIMIT) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code


if __name__ == "__main__":
    unittest.main()

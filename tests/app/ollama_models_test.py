"""Ollama's routes that change models: create, copy, delete, pull, blobs. What they make survives a
restart, is used in all APIs, and copies no weights."""
import hashlib
import http.client
import json
import tempfile
import unittest
from pathlib import Path

import gguf_file
import program
from hub_server import Hub, Repository

SMALL = gguf_file.llama().bytes()
CONFIG = '[models.fake]\nbackend = "fake"\n'


class OllamaModelsTest(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)
        self.config = self.pcai.write("pcai.toml", CONFIG)
        data = tempfile.TemporaryDirectory(prefix="pcai-data-")
        self.addCleanup(data.cleanup)
        self.models = Path(data.name, "pcai", "models")
        self.environment = {"XDG_DATA_HOME": data.name}

    def start(self, *arguments, **environment):
        server = program.Serve("--config", self.config, *arguments,
                               env={**self.environment, **environment})
        self.addCleanup(server.__exit__)
        self.port = int(server.wait_ready().rsplit(":", 1)[1])
        return server

    def start_managed(self, *arguments, **environment):
        return self.start("--manage-models", "on", *arguments, **environment)

    def call(self, method, path, body=None, status=200):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=program.LIMIT)
        self.addCleanup(connection.close)
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        connection.request(method, path, data)
        answer = connection.getresponse()
        text = answer.read().decode()
        self.assertEqual(answer.status, status, f"{method} {path}: {text}")
        return [json.loads(line) for line in text.splitlines()]

    def post(self, path, status=200, **body):
        return self.call("POST", path, body, status)

    def delete(self, model, status=200):
        return self.call("DELETE", "/api/delete", {"model": model}, status)

    def tags(self):
        return {model["name"]: model for model in self.call("GET", "/api/tags")[0]["models"]}

    def reply(self, model):
        return self.post("/api/chat", model=model, stream=False, messages=[
            {"role": "user", "content": "fake: reply=one two three four"}])[0]["message"]["content"]

    def make_mario(self):
        return self.post("/api/create", model="mario", system="Be Mario.", license="free",
                         parameters={"num_predict": 2, "temperature": 0.5}, **{"from": "fake"})

    def test_a_created_model_is_used_in_all_apis_and_survives_a_restart(self):
        server = self.start_managed()
        lines = self.make_mario()
        self.assertEqual(lines[-1], {"status": "success"})
        self.assertGreater(len(lines), 1)
        for _ in range(2):
            self.assertEqual(set(self.tags()), {"fake", "mario"})
            self.assertEqual(self.tags()["mario"]["details"]["parent_model"], "fake")
            self.assertEqual(self.reply("mario"), "one two")
            self.assertEqual(self.reply("mario:latest"), "one two")
            self.assertEqual(self.reply("fake"), "one two three four")
            answer = self.post("/v1/chat/completions", model="mario", messages=[
                {"role": "user", "content": "fake: reply=one two three"}])[0]
            self.assertEqual(answer["choices"][0]["message"]["content"], "one two")
            answer = self.post("/v1/messages", model="mario", max_tokens=9, messages=[
                {"role": "user", "content": "hello"}])[0]
            self.assertEqual(answer["content"][0]["text"], "You said: hello")
            shown = self.post("/api/show", model="mario")[0]
            self.assertEqual((shown["system"], shown["license"]), ("Be Mario.", "free"))
            self.assertIn("num_predict", shown["parameters"])
            server.__exit__()
            server = self.start_managed()
        self.assertLess(sum(file.stat().st_size for file in self.models.rglob("*.json")), 1000)

    def test_a_model_that_is_made_again_is_replaced(self):
        self.start_managed()
        self.make_mario()
        before = self.tags()["mario"]["digest"]
        self.post("/api/create", model="mario", parameters={"num_predict": 3}, **{"from": "fake"})
        self.assertEqual(self.reply("mario"), "one two three")
        self.assertNotEqual(self.tags()["mario"]["digest"], before)
        self.assertNotIn("system", self.post("/api/show", model="mario")[0])

    def test_a_copy_stays_when_the_first_is_deleted(self):
        self.start_managed()
        self.make_mario()
        self.post("/api/create", model="child", parameters={"num_predict": 1}, **{"from": "mario"})
        self.call("POST", "/api/copy", {"source": "mario:latest", "destination": "team/luigi:v1"})
        tags = self.tags()
        self.assertEqual(tags["mario"]["digest"], tags["team/luigi:v1"]["digest"])
        self.assertNotEqual(tags["mario"]["digest"], tags["fake"]["digest"])
        self.delete("mario")
        self.assertEqual(set(self.tags()), {"fake", "team/luigi:v1", "child"})
        self.assertEqual(self.reply("team/luigi:v1"), "one two")
        self.assertEqual(self.reply("child"), "one")
        self.assertEqual(self.post("/api/show", model="child")[0]["system"], "Be Mario.")
        self.assertIn("not found", self.delete("mario", 404)[0]["error"])
        self.assertIn("not found", self.delete("team/lui", 404)[0]["error"])
        self.delete("team/luigi:v1")
        self.delete("child")
        self.assertEqual(list(self.models.rglob("*.json")), [])

    def test_what_cannot_be_made_or_removed_is_told_and_changes_nothing(self):
        self.start_managed()
        self.make_mario()
        for status, path, body in (
                (404, "/api/create", {"model": "m", "from": "none"}),
                (400, "/api/create", {"model": "fake", "from": "mario"}),
                (400, "/api/create", {"model": "../m", "from": "fake"}),
                (400, "/api/create", {"model": "m", "files": {"a": "sha256:" + "0" * 64}}),
                (400, "/api/create", {"model": "m", "from": "fake",
                                      "adapters": {"a": "sha256:" + "0" * 64}}),
                (404, "/api/copy", {"source": "none", "destination": "m"}),
                (400, "/api/copy", {"source": "mario", "destination": "fake"}),
                (404, "/api/pull", {"model": "llama3.2"})):
            with self.subTest(path=path, body=body):
                self.assertTrue(self.call("POST", path, body, status)[0]["error"])
        self.assertIn("settings", self.delete("fake", 400)[0]["error"])
        self.assertEqual(set(self.tags()), {"fake", "mario"})
        lines = self.post("/api/create", model="mario", template="{{ range .Messages }}{{ end }}",
                          parameters={"num_gqa": 1, "num_predict": 2}, **{"from": "fake"})
        self.assertIn("template", lines[-1]["warnings"][0])
        self.assertIn("num_gqa", lines[-1]["warnings"][1])

    def test_only_who_may_changes_models(self):
        for arguments, environment, status in ((("--manage-models", "auto"), {}, 403),
                                               (("--manage-models", "off"), {}, 403),
                                               ((), {"PCAI_API_KEY": "key"}, 401)):
            with self.subTest(arguments=arguments, environment=environment):
                server = self.start(*arguments, **environment)
                body = {"model": "m", "from": "fake"}
                self.assertTrue(self.call("POST", "/api/create", body, status)[0]["error"])
                server.__exit__()

    def test_an_uploaded_file_becomes_a_model_and_goes_with_it(self):
        self.start_managed()
        name = "sha256:" + hashlib.sha256(SMALL).hexdigest()
        blob = self.models / "blobs" / name.replace(":", "-")
        self.call("HEAD", f"/api/blobs/{name}", status=404)
        self.call("POST", f"/api/blobs/sha256:{'0' * 64}", SMALL, 400)
        self.call("POST", f"/api/blobs/{name}", SMALL[:-1], 400)
        rubbish = b"no model" * 400000
        self.call("POST", "/api/blobs/sha256:" + hashlib.sha256(rubbish).hexdigest(), rubbish, 400)
        self.assertEqual([file for file in self.models.rglob("*") if file.is_file()], [])
        self.call("POST", f"/api/blobs/{name}", SMALL, 201)
        self.call("HEAD", f"/api/blobs/{name}")
        self.call("POST", f"/api/blobs/{name}", SMALL, 201)
        self.post("/api/create", model="up", files={"a.gguf": name})
        self.post("/api/create", model="up2", **{"from": "up"})
        tags = self.tags()
        self.assertEqual(tags["up"]["digest"], name[7:])
        self.assertEqual(tags["up"]["size"], len(SMALL))
        self.assertEqual(tags["up"]["details"]["family"], "llama")
        self.delete("up")
        self.assertTrue(blob.exists(), "another model has it")
        self.delete("up2")
        self.assertFalse(blob.exists())

    def test_a_pulled_model_has_the_name_that_was_pulled_and_can_be_deleted(self):
        if b"cannot download" in self.pcai("pull", "hf:a/b", "--offline").stderr:
            self.skipTest("built without libcurl")
        hub = Hub(org__repo=Repository({"tiny-Q8_0.gguf": SMALL}))
        self.addCleanup(hub.close)
        self.start_managed(HF_ENDPOINT=hub.url, HF_TOKEN="", HF_HOME="/nonexistent",
                           HF_HUB_OFFLINE="", no_proxy="*")
        lines = self.post("/api/pull", model="hf.co/org/repo:Q8_0")
        self.assertEqual(lines[0], {"status": "pulling manifest"})
        self.assertEqual(lines[-1], {"status": "success"})
        digest = "sha256:" + hashlib.sha256(SMALL).hexdigest()
        step = next(line for line in lines if "digest" in line)
        self.assertEqual((step["digest"], step["total"]), (digest, len(SMALL)))
        self.assertEqual(self.post("/api/pull", name="hf:org/repo:Q8_0", stream=False),
                         [{"status": "success"}])
        self.assertIn("tiny-Q8_0", self.tags())
        for name in ("hf.co/org/repo:Q8_0", "hf.co/org/repo", "hf.co/org/repo:latest",
                     "hf:org/repo:Q8_0", "tiny-Q8_0", "tiny-Q8_0:latest"):
            self.assertEqual(self.post("/api/show", model=name)[0]["details"]["family"], "llama")
        self.call("POST", "/api/copy", {"source": "hf.co/org/repo", "destination": "mine"})
        self.assertIn("mine", self.delete("hf.co/org/repo:Q8_0", 400)[0]["error"])
        self.delete("mine")
        self.delete("hf.co/org/repo:Q8_0")
        self.assertEqual(set(self.tags()), {"fake"})
        self.assertEqual([file for file in self.models.rglob("*") if file.is_file()], [])
        missing = self.post("/api/pull", 404, model="hf.co/org/none")
        self.assertIn("org/none", missing[0]["error"])


if __name__ == "__main__":
    unittest.main()

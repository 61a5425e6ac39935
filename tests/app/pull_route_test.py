"""POST /v1/models/pull: a server downloads a model from a hub and offers it."""
import json
import unittest
import urllib.error
import urllib.request

import gguf_file
import program
from hub_server import Hub, Repository

SMALL = gguf_file.llama().bytes()
CONFIG = '[models.fake]\nbackend = "fake"\n'


class PullRouteTest(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)
        if b"cannot download" in self.pcai("pull", "hf:a/b", "--offline").stderr:
            self.skipTest("built without libcurl")
        self.hub = Hub(org__repo=Repository({"tiny.gguf": SMALL}),
                       org__breaks=Repository({"tiny.gguf": SMALL}, cuts=[1000]))
        self.addCleanup(self.hub.close)
        config = self.pcai.write("pcai.toml", CONFIG)
        environment = {"HF_ENDPOINT": self.hub.url, "HF_TOKEN": "", "HF_HOME": "/nonexistent",
                       "HF_HUB_OFFLINE": "", "no_proxy": "*", "PCAI_API_KEY": "key"}
        self.server = program.Serve("--config", config, env=environment)
        self.addCleanup(self.server.__exit__)
        self.url = self.server.wait_ready()

    def post(self, path, **body):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json",
                                          "Authorization": "Bearer key"})
        with urllib.request.urlopen(request, timeout=program.LIMIT) as answer:
            return answer.read().decode()

    def offered(self):
        request = urllib.request.Request(self.url + "/v1/models",
                                         headers={"Authorization": "Bearer key"})
        with urllib.request.urlopen(request, timeout=program.LIMIT) as answer:
            return [model["id"] for model in json.load(answer)["data"]]

    def test_a_pulled_model_is_offered(self):
        self.assertEqual(self.offered(), ["fake"])
        answer = json.loads(self.post("/v1/models/pull", model="hf:org/repo"))
        self.assertEqual(answer, {"model": "tiny", "status": "done"})
        self.assertEqual(self.offered(), ["fake", "tiny"])

    def test_a_stream_tells_how_far_it_is(self):
        text = self.post("/v1/models/pull", model="hf:org/breaks", stream=True)
        events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
        self.assertEqual(events[-1], {"model": "tiny", "status": "done"})
        self.assertIn("downloading", [event["status"] for event in events])

    def test_what_is_wrong_is_told_and_the_server_goes_on(self):
        for name, status in (("nonsense", 400), ("hf:org/none", 404)):
            with self.subTest(name=name), self.assertRaises(urllib.error.HTTPError) as caught:
                self.post("/v1/models/pull", model=name)
            with caught.exception as error:
                self.assertEqual(error.code, status)
                self.assertTrue(json.load(error)["error"]["message"])
        self.assertEqual(self.offered(), ["fake"])


if __name__ == "__main__":
    unittest.main()

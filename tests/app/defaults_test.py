"""`[models.ID.defaults]` of pcai.toml in every API, with the fake backend."""
import json
import unittest
import urllib.request

import program
from program import Serve

SETTINGS = """
backend = "fake"
[models.fake]
[models.fake.defaults]
max_tokens = 2
system = "be brief"
"""

CHAT = {"model": "fake", "messages": [{"role": "user", "content": "one two three four"}]}
# By route: the body, the name of its limit, and where the answer's tokens are counted.
ROUTES = {
    "/v1/chat/completions": (CHAT, "max_tokens", ("usage", "completion_tokens")),
    "/v1/completions": ({"model": "fake", "prompt": "one two three four"}, "max_tokens",
                        ("usage", "completion_tokens")),
    "/v1/responses": ({"model": "fake", "input": "one two three four"}, "max_output_tokens",
                      ("usage", "output_tokens")),
    "/api/chat": ({**CHAT, "model": "fake:latest", "stream": False}, "options.num_predict",
                  ("eval_count",)),
    "/api/generate": ({"model": "fake", "prompt": "one two three four", "stream": False},
                      "options.num_predict", ("eval_count",)),
}


class DefaultsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pcai = program.Program()
        cls.addClassCleanup(cls.pcai.close)
        cls.server = Serve("--config", cls.pcai.write("pcai.toml", SETTINGS))
        cls.addClassCleanup(cls.server.__exit__)
        cls.url = cls.server.wait_ready()

    def post(self, route, body):
        request = urllib.request.Request(self.url + route, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=program.LIMIT) as answer:
            return json.load(answer)

    def test_a_default_holds_in_every_api_and_a_requests_own_value_wins(self):
        for route, (body, limit, counted) in ROUTES.items():
            with self.subTest(route=route):
                name, _, option = limit.partition(".")
                own = {**body, name: {option: 3} if option else 3}
                for asked, tokens in ((body, 2), (own, 3)):
                    answer = self.post(route, asked)
                    for key in counted:
                        answer = answer[key]
                    self.assertEqual(answer, tokens)

    def test_a_system_prompt_stands_where_the_chat_has_none(self):
        prompt = self.post("/apply-template", CHAT)["prompt"]
        self.assertIn("be brief", prompt)
        told = [{"role": "system", "content": "be long"}, *CHAT["messages"]]
        prompt = self.post("/apply-template", {**CHAT, "messages": told})["prompt"]
        self.assertIn("be long", prompt)
        self.assertNotIn("be brief", prompt)

    def test_the_command_line_has_them_and_shows_where_they_come_from(self):
        file = self.pcai.write("pcai.toml", SETTINGS)
        ran = self.pcai("run", "--config", file, "--json", "one two three four")
        self.assertEqual(json.loads(ran.stdout)["usage"]["completion_tokens"], 2, ran.stderr)
        ran = self.pcai("run", "--config", file, "--json", "--max-tokens", "3", "one two three")
        self.assertEqual(json.loads(ran.stdout)["usage"]["completion_tokens"], 3, ran.stderr)
        shown = json.loads(self.pcai("config", "--config", file, "--json").stdout)
        (limit,) = [value for value in shown if value["name"] == "defaults.max_tokens"]
        self.assertEqual(limit["source"], file + ":5 max_tokens")

    def test_an_unknown_default_is_refused_with_a_suggestion(self):
        file = self.pcai.write("bad.toml", "[models.fake.defaults]\ntemprature = 1\n")
        ran = self.pcai("config", "--config", file)
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"bad.toml:2: unknown key 'temprature'", ran.stderr)
        self.assertIn(b"temperature", ran.stderr)


if __name__ == "__main__":
    unittest.main()

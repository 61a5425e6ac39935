"""What the tests of the wire share: a server with a scripted model, and plain HTTP to it."""
import contextlib
import http.client
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
from server import Server  # noqa: E402

CHAT = "/v1/chat/completions"
COMPLETIONS = "/v1/completions"
RESPONSES = "/v1/responses"
WEATHER = {"name": "get_weather", "parameters": {"type": "object", "properties": {
    "city": {"type": "string"}}}}
TOOL = {"type": "function", "function": WEATHER}
CALL = 'fake: reply=Let me look.\nfake: tool=get_weather args={"city": "Paris"}'


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.text = body.decode()

    def json(self):
        return json.loads(self.text)

    def events(self):
        """The data of a stream's events, [DONE] as text."""
        lines = [line.removeprefix("data: ") for line in self.text.splitlines()
                 if line.startswith("data: ")]
        return [line if line == "[DONE]" else json.loads(line) for line in lines]


def user(text, **fields):
    return {"messages": [{"role": "user", "content": text}], **fields}


class WireTest(unittest.TestCase):
    """`flags` are those of the one server of a class."""
    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server("--backend", "fake", *cls.flags)
        cls.addClassCleanup(cls.server.stop)

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.server.url.removeprefix("http://"), timeout=60)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method, path, data, {**kind, **(headers or {})})
        with contextlib.closing(connection), connection.getresponse() as answer:
            return Answer(answer.status, answer.getheaders(), answer.read())

    def fine(self, path, body):
        """The body of an answer that must be 200."""
        answer = self.ask("POST", path, body)
        self.assertEqual(answer.status, 200, answer.text)
        return answer.json()

    def stream(self, path, body):
        answer = self.ask("POST", path, {**body, "stream": True})
        self.assertEqual(answer.status, 200, answer.text)
        return answer.events()

    def refused(self, path, body, param):
        answer = self.ask("POST", path, body)
        self.assertEqual(answer.status, 400, answer.text)
        self.assertEqual(answer.json()["error"]["param"], param)
        return answer.json()["error"]

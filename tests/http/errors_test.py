"""Every status that a client can be to blame for, once: with the body's four members, a message that
says what to change, and the header that tells SDKs whether trying again helps."""
import contextlib
import http.client
import json
import socket
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
from server import Server  # noqa: E402

CHAT = "/v1/chat/completions"
HI = {"messages": [{"role": "user", "content": "hi"}]}


def with_content(content, **fields):
    return {"messages": [{"role": "user", "content": content}], **fields}


class ErrorsTest(unittest.TestCase):
    def serve(self, *arguments, environment=None):
        server = Server("--backend", "fake", *arguments, environment=environment)
        self.addCleanup(server.stop)
        return server.url.removeprefix("http://")

    def ask(self, address, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(address, timeout=60)
        self.addCleanup(self.leave, connection)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body)
        connection.request(method, path, data, {"Content-Type": "application/json",
                                                **(headers or {})})
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()

    @staticmethod
    def leave(connection):
        if connection.sock:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)  # a thread may still read from it
        connection.close()

    def check(self, address, status, said, method="POST", path=CHAT, body=None, headers=None,
              code=None, again="false"):
        found, fields, text = self.ask(address, method, path, body, headers)
        self.assertEqual(found, status, text)
        error = json.loads(text)["error"]
        self.assertEqual(set(error), {"message", "type", "param", "code"})
        for word in said:
            self.assertIn(word, error["message"])
        if code:
            self.assertEqual(error["code"], code)
        self.assertEqual({name.lower(): value for name, value in fields.items()}
                         .get("x-should-retry"), again)
        return error, fields

    def test_bad_requests_name_the_field_and_what_it_takes(self):
        address = self.serve()
        cases = [
            (b"{", ["JSON"], None),
            ({}, ["messages", "required"], "messages"),
            ({**HI, "temperature": 3}, ["temperature", "2"], "temperature"),
            ({**HI, "temprature": 1}, ["temprature"], "temprature"),
            ({**HI, "n": 0}, ["n", "1"], "n"),
            ({**HI, "stream": "yes"}, ["stream", "boolean"], "stream"),
            ({**HI, "logit_bias": {"x": 1}}, ["logit_bias", "token id"], "logit_bias"),
            ({**HI, "top_logprobs": 2}, ["top_logprobs", "logprobs"], "top_logprobs"),
            ({**HI, "stream_options": {}}, ["stream_options", "stream"], "stream_options"),
            ({**HI, "tool_choice": "required"}, ["tool_choice", "functions"], "tool_choice"),
            ({**HI, "audio": {"voice": "x"}}, ["audio"], "audio"),
            ({**HI, "guided_grammar": "root ::= x"}, ["guided_grammar", "response_format"],
             "guided_grammar"),
            ({**HI, "response_format": {"type": "xml"}}, ["response_format.type"],
             "response_format.type"),
            ({"messages": [{"role": "robot", "content": ""}]}, ["messages[0].role"],
             "messages[0].role"),
        ]
        for body, said, param in cases:
            with self.subTest(param):
                error, _ = self.check(address, 400, said, body=body)
                self.assertEqual(error["param"], param)
                self.assertEqual(error["type"], "invalid_request_error")

    def test_a_prompt_that_does_not_fit_has_the_code_that_agents_look_for(self):
        self.check(self.serve(), 400, ["4096", "tokens"], code="context_length_exceeded",
                   body=with_content("word " * 5000))

    def test_what_is_not_there(self):
        address = self.serve()
        self.check(address, 404, ["no-such"], code="model_not_found",
                   body={**HI, "model": "no-such"})
        self.check(address, 404, ["/v1/nothing"], path="/v1/nothing")
        self.check(address, 404, ["resp_x"], method="GET", path="/v1/responses/resp_x")

    def test_another_method_and_another_type(self):
        address = self.serve()
        _, fields = self.check(address, 405, ["POST"], method="GET")
        self.assertIn("POST", fields["Allow"])
        self.check(address, 415, ["application/json"], body=HI,
                   headers={"Content-Type": "text/plain", "Origin": "http://page.example"})

    def test_keys_and_hosts(self):
        address = self.serve(environment={"PCAI_API_KEY": "right"})
        self.check(address, 401, ["API key"], code="invalid_api_key", body=HI)
        self.check(address, 401, ["API key"], code="invalid_api_key", body=HI,
                   headers={"Authorization": "Bearer wrong"})
        self.check(address, 403, ["Host"], body=HI, headers={"Host": "evil.example"})

    def test_a_body_that_is_too_large(self):
        self.check(self.serve(), 413, ["bytes"], body=b" " * ((16 << 20) + 1))

    def test_time_that_runs_out(self):
        address = self.serve("--timeout", "1")
        self.check(address, 408, ["time"], body=with_content("fake: prefill_ms=60000"))

    def test_a_queue_that_is_full(self):
        address = self.serve("--max-sequences", "1", "--max-queue", "1")
        # One runs, one waits, and whichever comes last is refused.
        answered = threading.Event()
        answers = []

        def ask():
            try:
                answers.append(self.ask(address, "POST", CHAT, with_content("fake: delay_ms=60000")))
                answered.set()
            except OSError:
                pass  # closed at the end of the test

        for _ in range(3):
            threading.Thread(target=ask, daemon=True).start()
        self.assertTrue(answered.wait(60))
        status, fields, text = answers[0]
        self.assertEqual(status, 429, text)
        self.assertIn("queue", json.loads(text)["error"]["message"])
        self.assertEqual(fields["x-should-retry"], "true")
        self.assertGreater(int(fields["Retry-After"]), 0)


if __name__ == "__main__":
    unittest.main()

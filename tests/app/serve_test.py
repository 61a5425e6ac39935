"""`pcai serve` with the fake backend: start, signals, settings, exit codes."""
import json
import signal
import socket
import threading
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import program
from program import Serve


def post(url, prompt, key=None, stream=False, model=None):
    body = {"messages": [{"role": "user", "content": prompt}], "stream": stream}
    if model:
        body["model"] = model
    request = urllib.request.Request(url + "/v1/chat/completions", json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    if key:
        request.add_header("Authorization", "Bearer " + key)
    return urllib.request.urlopen(request, timeout=program.LIMIT)


def status_of(call):
    try:
        with call() as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


class ServeTest(unittest.TestCase):
    def test_it_answers_and_sigterm_ends_it_with_0(self):
        for isolation in ("process", "none"):
            with self.subTest(isolation=isolation):
                with Serve("--backend", "fake", "--isolation", isolation) as server:
                    url = server.wait_ready()
                    with post(url, "hello") as answer:
                        body = json.load(answer)
                    self.assertEqual(body["choices"][0]["message"]["content"], "You said: hello")
                    server.send(signal.SIGTERM)
                    self.assertEqual(server.wait(), 0)

    def test_the_server_is_the_same_program_under_its_own_name(self):
        alias = str(Path(program.PROGRAM).with_name("pcai-inference-server"))
        for command in ((), ("serve",)):
            with Serve("--backend", "fake", program=alias, command=command) as server:
                self.assertEqual(status_of(lambda: post(server.wait_ready(), "hello")), 200)

    def test_sigint_ends_it_too_and_sighup_does_not(self):
        with Serve("--backend", "fake") as server:
            url = server.wait_ready()
            server.send(signal.SIGHUP)
            self.assertEqual(status_of(lambda: post(url, "hello")), 200)
            server.send(signal.SIGINT)
            self.assertEqual(server.wait(), 0)

    def test_a_live_answer_ends_well_after_sigterm(self):
        with Serve("--backend", "fake") as server:
            url = server.wait_ready()
            with post(url, "fake: tokens=200 delay_ms=5", stream=True) as answer:
                answer.readline()
                server.send(signal.SIGTERM)
                text = answer.read().decode()
            self.assertIn("data: [DONE]", text)
            self.assertEqual(server.wait(), 0)

    def test_while_draining_it_is_not_ready_and_refuses_new_requests(self):
        with Serve("--backend", "fake", "--isolation", "none") as server:
            url = server.wait_ready()
            with post(url, "fake: tokens=1000000 delay_ms=5", stream=True) as answer:
                answer.readline()
                server.send(signal.SIGTERM)
                server.line("draining: 1 ")
                self.assertEqual(status_of(lambda: urllib.request.urlopen(url + "/ready")), 503)
                self.assertEqual(status_of(lambda: post(url, "hello")), 503)
                self.assertEqual(status_of(lambda: urllib.request.urlopen(url + "/health")), 200)

    def test_a_second_signal_ends_it_at_once(self):
        with Serve("--backend", "fake", "--grace", "3600") as server:
            url = server.wait_ready()
            with post(url, "fake: tokens=1000000 delay_ms=5", stream=True) as answer:
                answer.readline()
                server.send(signal.SIGTERM)
                server.line("draining: 1 ")
                server.send(signal.SIGTERM)
                self.assertEqual(server.wait(), 128 + signal.SIGTERM)

    def test_after_the_grace_time_the_rest_is_ended_with_an_error(self):
        with Serve("--backend", "fake", "--grace", "1") as server:
            url = server.wait_ready()
            with post(url, "fake: tokens=1000000 delay_ms=5", stream=True) as answer:
                answer.readline()
                server.send(signal.SIGTERM)
                text = answer.read().decode()
            self.assertIn('"error"', text)
            self.assertNotIn("[DONE]", text)
            self.assertEqual(server.wait(), 0)
            self.assertTrue(any("grace time is over" in line for line in server.seen), server.seen)

    def test_a_signal_while_a_model_loads_ends_it_with_0(self):
        with Serve("--backend", "fake", "--model", "load_ms=600000.fake") as server:
            url = server.line(r"listening on (\S+)")[1]
            self.assertEqual(status_of(lambda: urllib.request.urlopen(url + "/ready")), 503)
            server.send(signal.SIGTERM)
            self.assertEqual(server.wait(), 0)

    def test_several_models_are_served_and_the_first_is_the_default(self):
        with Serve("--backend", "fake", "--model", "one", "--model", "two") as server:
            url = server.wait_ready()
            server.line("^ready: two ")
            with urllib.request.urlopen(url + "/v1/models") as answer:
                ids = [model["id"] for model in json.load(answer)["data"]]
            self.assertEqual(ids, ["one", "two"])
            with post(url, "x") as answer:
                self.assertEqual(json.load(answer)["model"], "one")
            with post(url, "x", model="two") as answer:
                self.assertEqual(json.load(answer)["model"], "two")

    def test_a_model_that_cannot_be_loaded_ends_it_with_2(self):
        with Serve("--backend", "fake", "--model", "load_fail.fake") as server:
            self.assertEqual(server.wait(), 2)
            self.assertEqual(sum(line.startswith("pcai: ") for line in server.seen), 1)

    def test_a_port_that_is_taken_is_told(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            pcai = program.Program()
            self.addCleanup(pcai.close)
            ran = pcai("serve", "--backend", "fake", "--port", port)
        self.assertEqual(ran.returncode, 1, ran.stderr)
        self.assertIn(port, ran.stderr.decode())

    def test_each_request_is_logged_without_its_text(self):
        with Serve("--backend", "fake", "--log-format", "json") as server:
            url = server.wait_ready()
            post(url, "the-secret-prompt").close()
            record = server.line("request=.*outcome=stop")
            self.assertIn("completion_tokens=", record.string)
            server.send(signal.SIGTERM)
            self.assertEqual(server.wait(), 0)
            for line in server.seen:
                self.assertNotIn("the-secret-prompt", line)
                if not line.startswith(("listening on", "ready: ", "try it: ", "clients: ")):
                    self.assertIn("message", json.loads(line))


class KeysTest(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)

    def check_key(self, *arguments, env=None):
        with Serve("--backend", "fake", *arguments, env=env) as server:
            url = server.wait_ready()
            self.assertEqual(status_of(lambda: post(url, "x")), 401)
            self.assertEqual(status_of(lambda: post(url, "x", key="sk-wrong")), 401)
            self.assertEqual(status_of(lambda: post(url, "x", key="sk-right")), 200)
            return server

    def test_a_key_may_come_from_a_file_the_environment_or_a_flag(self):
        file = self.pcai.write("keys", "# ours\nsk-other\nsk-right\n", 0o600)
        self.check_key("--api-key-file", file)
        self.check_key(env={"PCAI_API_KEY": "sk-right"})
        self.check_key("--api-key", "sk-right")

    def test_a_key_file_that_others_may_read_is_refused(self):
        file = self.pcai.write("keys", "sk-right\n", 0o644)
        ran = self.pcai("serve", "--backend", "fake", "--api-key-file", file)
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"chmod 600", ran.stderr)
        self.assertNotIn(b"sk-right", ran.stderr)

    def test_without_a_key_only_loopback_is_served(self):
        ran = self.pcai("serve", "--backend", "fake", "--host", "0.0.0.0", "--port", "0")
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"key", ran.stderr)


class BadUsageTest(unittest.TestCase):
    def test_the_mistakes_of_the_caller_give_2(self):
        pcai = program.Program()
        self.addCleanup(pcai.close)
        for arguments, env, words in (
                (["--port", "65536"], {}, "--port='65536' is not a port (0..65535)"),
                ([], {"PCAI_PORT": "abc"}, "PCAI_PORT='abc' is not a port (0..65535)"),
                (["--cors-origin", "*"], {}, "*"),
                (["--allowed-host", "a:80"], {}, "a:80"),
                (["--model", "a", "--model", "a"], {}, "'a'"),
                (["--host", "no.such.host.invalid"], {}, "no.such.host.invalid"),
                (["stray"], {}, "'stray'")):
            with self.subTest(arguments=arguments, env=env):
                ran = pcai("serve", "--backend", "fake", *arguments, env=env)
                self.assertEqual(ran.returncode, 2, ran.stderr)
                self.assertIn(words, ran.stderr.decode())


if __name__ == "__main__":
    unittest.main()

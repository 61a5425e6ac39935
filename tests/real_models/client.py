"""What the tests ask of a server, over plain HTTP."""
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
import server  # noqa: E402
from server import Server, skip_without  # noqa: E402,F401

LIMIT = 600  # seconds for one answer
server.START_LIMIT = LIMIT


class Client:
    def __init__(self, *arguments):
        self.server = Server("--context", "4096", *arguments)
        self.model = self.get("/v1/models")["data"][0]["id"]

    def log(self):
        return self.server.log.read_text()

    def stop(self):
        self.server.stop()

    def get(self, path):
        with urllib.request.urlopen(self.server.url + path, timeout=LIMIT) as answer:
            text = answer.read().decode()
        return text if path == "/metrics" else json.loads(text)

    def open(self, path, body):
        request = urllib.request.Request(self.server.url + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        return urllib.request.urlopen(request, timeout=LIMIT)

    def post(self, path, body):
        with self.open(path, body) as answer:
            return json.load(answer)

    def chat_body(self, content, fields):
        return {"model": self.model, "temperature": 0, "max_tokens": 32,
                "messages": [{"role": "user", "content": content}], **fields}

    def chat(self, content, **fields):
        return self.post("/v1/chat/completions", self.chat_body(content, fields))

    def text(self, content, **fields):
        return self.chat(content, **fields)["choices"][0]["message"]["content"]

    def stream(self, content, **fields):
        """The chunks, one after the other."""
        body = self.chat_body(content, {"stream": True, **fields})
        with self.open("/v1/chat/completions", body) as answer:
            for line in answer:
                if line.startswith(b"data: {"):
                    yield json.loads(line[6:])

    def continued(self, content, tokens, top=5):
        """The greedy answer to a chat as the model reads it, token by token: (ids of the prompt,
        [(text, log-probability, {text: log-probability of the likeliest})])."""
        messages = [{"role": "user", "content": content}]
        prompt = self.post("/apply-template", {"model": self.model, "messages": messages})["prompt"]
        ids = self.post("/tokenize", {"model": self.model, "content": prompt, "add_special": True})
        answer = self.post("/v1/completions", {
            "model": self.model, "prompt": ids["tokens"], "max_tokens": tokens, "temperature": 0,
            "logprobs": top})["choices"][0]["logprobs"]
        return ids["tokens"], list(zip(answer["tokens"], answer["token_logprobs"],
                                       answer["top_logprobs"]))

    def running(self):
        """Requests that the models work on, by the server's own count."""
        return sum(float(line.split()[-1]) for line in self.get("/metrics").splitlines()
                   if line.startswith("pcai_requests_running"))

    def wait_until_idle(self, seconds=60):
        deadline = time.monotonic() + seconds
        while self.running() > 0:
            if time.monotonic() > deadline:
                raise AssertionError(f"a request still runs after {seconds} s")
            time.sleep(0.05)

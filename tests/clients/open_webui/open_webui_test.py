"""Open WebUI in front of `pcai serve --backend fake`, which it reaches by OpenAI's and Ollama's API. It
is used as its page in a browser uses it: it keeps the chat, and runs the tools."""
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from client import LIMIT, ClientTest, end_group, free_port  # noqa: E402

SERVE = "from open_webui import app; app()"
CALL = 'fake: tokens=0 tool=get_weather args={"city": "Paris"}'
TOOL = '''
class Tools:
    def get_weather(self, city: str) -> str:
        """
        Says what the weather is.
        :param city: its name
        """
        return "sunny in " + city
'''


class OpenWebUiTest(ClientTest):
    """One Open WebUI for all tests, with one home: its start takes the longest."""
    web = None

    @classmethod
    def setUpClass(cls):
        if not importlib.util.find_spec("open_webui"):
            raise unittest.SkipTest("its packages are pinned for Python 3.11 on Linux x86_64 only")
        super().setUpClass()
        scratch = tempfile.TemporaryDirectory(prefix="pcai-client-", ignore_cleanup_errors=True)
        cls.addClassCleanup(scratch.cleanup)
        cls.home = cls.work = Path(scratch.name)

    def setUp(self):
        if OpenWebUiTest.web is None:
            self.start_web()
        self.models = {model["owned_by"]: model["id"] for model in self.ask("/api/models")["data"]
                       if model["owned_by"] in ("openai", "ollama")}
        self.assertEqual(self.models, {"openai": f"openai.{self.model}", "ollama": self.model})

    def start_web(self):
        port = free_port()
        log = open(self.home / "log", "w+")
        process = self.start(
            sys.executable, "-c", SERVE, "serve", "--host", "127.0.0.1", "--port", port,
            environment={
                "OLLAMA_BASE_URL": self.url, "OPENAI_API_BASE_URL": f"{self.url}/v1",
                "OPENAI_API_KEY": "any", "WEBUI_AUTH": "False", "WEBUI_SECRET_KEY": "k" * 32,
                "DATA_DIR": str(self.home), "OFFLINE_MODE": "True", "HF_HUB_OFFLINE": "1",
                "RAG_EMBEDDING_ENGINE": "openai",  # its own engine needs PyTorch
                "SCARF_NO_ANALYTICS": "true", "ANONYMIZED_TELEMETRY": "false"},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addClassCleanup(log.close)
        self.addClassCleanup(end_group, process)
        OpenWebUiTest.url_of_web = f"http://127.0.0.1:{port}"
        OpenWebUiTest.headers = {"Content-Type": "application/json"}
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline and process.poll() is None:
            try:
                self.ask("/health")
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
        else:
            log.seek(0)
            self.fail(f"it is not ready:\n{log.read()[-4000:]}")
        key = self.ask("/api/v1/auths/signin", email="", password="")["token"]
        OpenWebUiTest.headers["Authorization"] = f"Bearer {key}"
        # The same model over both APIs: one of them gets a name of its own.
        self.ask("/openai/config/update", ENABLE_OPENAI_API=True,
                 OPENAI_API_BASE_URLS=[f"{self.url}/v1"], OPENAI_API_KEYS=["any"],
                 OPENAI_API_CONFIGS={"0": {"enable": True, "prefix_id": "openai"}})
        self.ask("/api/v1/tools/create", id="weather", name="weather", content=TOOL,
                 meta={"description": "The weather"})
        OpenWebUiTest.web = process

    def ask(self, path, **body):
        request = urllib.request.Request(self.url_of_web + path,
                                         json.dumps(body).encode() if body else None, self.headers)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def chat(self, model, content, **more):
        """The answer's message, as the page reads it of the chat."""
        question, answer = str(uuid.uuid4()), str(uuid.uuid4())
        chat = self.ask("/api/chat/completions", model=model, stream=True, parent_id=None, id=answer,
                        messages=[{"role": "user", "content": content}], session_id="a session",
                        user_message={"id": question, "role": "user", "content": content}, **more)
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            said = self.ask("/api/v1/chats/" + chat["chat_id"])["chat"]["history"]["messages"]
            if said.get(answer, {}).get("done"):
                return said[answer]
            time.sleep(0.2)
        self.fail(f"{model}: no answer within {LIMIT} s: {said}")

    def test_a_chat_is_answered(self):
        for api, model in self.models.items():
            with self.subTest(api):
                self.assertEqual(self.chat(model, "hello there")["content"],
                                 "You said: hello there")

    def test_a_whole_tool_loop(self):
        for api, model in self.models.items():
            with self.subTest(api):
                message = self.chat(model, CALL, tool_ids=["weather"])
                self.assertEqual(message["content"], "The tool said: sunny in Paris")
                call = message["output"][0]
                self.assertEqual((call["type"], call["name"], json.loads(call["arguments"])),
                                 ("function_call", "get_weather", {"city": "Paris"}))


if __name__ == "__main__":
    unittest.main()

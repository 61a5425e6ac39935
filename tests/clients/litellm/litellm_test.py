"""LiteLLM's proxy in front of `pcai serve --backend fake`, which it reaches by OpenAI's, Anthropic's
and Ollama's API; what asks the proxy is the official SDKs."""
import json
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import openai

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from client import LIMIT, ClientTest, end_group, free_port, programs  # noqa: E402

KEY = "sk-a-key-of-this-test-alone"
CALL = 'fake: tokens=0 tool=get_weather args={"city": "Paris"}'
WEATHER = {"type": "function", "function": {
    "name": "get_weather", "description": "Says what the weather is.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}},
                   "required": ["city"]}}}
ROUTES = {"by-openai": ("openai", "/v1"), "by-anthropic": ("anthropic", ""),
          "by-ollama": ("ollama_chat", "")}


class LiteLLMTest(ClientTest):
    """One proxy for all tests: its start takes the longest."""
    proxy = None

    def setUp(self):
        super().setUp()
        if LiteLLMTest.proxy is None:
            self.start_proxy()
        self.client = openai.OpenAI(base_url=LiteLLMTest.proxy, api_key=KEY, max_retries=0,
                                    timeout=120)
        self.addCleanup(self.client.close)

    def start_proxy(self):
        port = free_port()
        settings = self.work / "settings.json"  # JSON is YAML, too
        settings.write_text(json.dumps({"model_list": [
            {"model_name": name, "litellm_params": {
                "model": f"{provider}/{self.model}", "api_base": self.url + path, "api_key": "any"}}
            for name, (provider, path) in ROUTES.items()]}))
        log = open(self.home / "log", "w+")
        process = self.start(
            programs() / "litellm", "--config", settings, "--host", "127.0.0.1", "--port", port,
            environment={"LITELLM_MASTER_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                         "LITELLM_TELEMETRY": "False"},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addClassCleanup(log.close)
        self.addClassCleanup(end_group, process)
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with urllib.request.urlopen(url + "/health/liveliness", timeout=5):
                    LiteLLMTest.proxy = url
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        log.seek(0)
        self.fail(f"the proxy is not ready:\n{log.read()[-4000:]}")

    def ask(self, route, messages, **parameters):
        return self.client.chat.completions.create(model=route, messages=messages, **parameters)

    def test_a_whole_tool_loop(self):
        for route in ROUTES:
            with self.subTest(route):
                messages = [{"role": "user", "content": CALL}]
                first = self.ask(route, messages, tools=[WEATHER]).choices[0]
                self.assertEqual(first.finish_reason, "tool_calls")
                call = first.message.tool_calls[0]
                self.assertEqual(call.function.name, "get_weather")
                self.assertEqual(json.loads(call.function.arguments), {"city": "Paris"})
                second = self.ask(route, messages + [
                    first.message.model_dump(exclude_none=True),
                    {"role": "tool", "tool_call_id": call.id, "content": "sunny"}], tools=[WEATHER])
                self.assertEqual(second.choices[0].message.content, "The tool said: sunny")
                self.assertGreater(second.usage.completion_tokens, 0)

    def test_a_streamed_text_is_whole(self):
        for route in ROUTES:
            with self.subTest(route):
                chunks = list(self.ask(route, [{"role": "user", "content": "hello there"}],
                                       stream=True))
                text = "".join(chunk.choices[0].delta.content or ""
                               for chunk in chunks if chunk.choices)
                self.assertEqual(text, "You said: hello there")

    def test_a_streamed_call_adds_up(self):
        for route in ROUTES:
            with self.subTest(route):
                chunks = self.ask(route, [{"role": "user", "content": CALL}], tools=[WEATHER],
                                  stream=True)
                pieces = [piece.function for chunk in chunks if chunk.choices
                          for piece in chunk.choices[0].delta.tool_calls or []]
                self.assertEqual([piece.name for piece in pieces if piece.name], ["get_weather"])
                self.assertEqual(json.loads("".join(piece.arguments or "" for piece in pieces)),
                                 {"city": "Paris"})

    def test_anthropics_api_of_the_proxy(self):
        for route in ROUTES:
            with self.subTest(route):
                request = urllib.request.Request(
                    LiteLLMTest.proxy + "/v1/messages",
                    json.dumps({"model": route, "max_tokens": 64, "messages": [
                        {"role": "user", "content": "hello there"}]}).encode(),
                    {"Content-Type": "application/json", "x-api-key": KEY})
                with urllib.request.urlopen(request, timeout=120) as answer:
                    said = json.load(answer)
                self.assertEqual(said["content"][0]["text"], "You said: hello there")


if __name__ == "__main__":
    unittest.main()

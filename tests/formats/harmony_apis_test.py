"""gpt-oss' answers over the other APIs: /v1/responses, Anthropic's and Ollama's. What a scripted model
says in channels becomes text, reasoning and calls there, whole and streamed, and no mark is left."""
import json
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "sdk")]

import real_templates  # noqa: E402
import scripted_model  # noqa: E402
from families import FAMILIES  # noqa: E402
from server import Server, skip_without  # noqa: E402

FAMILY = FAMILIES["gpt-oss"]
SPECIAL = (*FAMILY.special, FAMILY.end)
TEXT, REASON, CALL = "Lemons are yellow.", "They ask about lemons.", ("get_stock", {"item": "limes"})
SCHEMA = {"type": "object", "properties": {"item": {"type": "string", "enum": ["lemons", "limes"]}},
          "required": ["item"], "additionalProperties": False}
ABOUT = {"name": CALL[0], "description": "Tells how much is there"}
THOUGHT = "<|channel|>analysis<|message|>" + REASON + "<|end|><|start|>assistant"
FINAL = "<|channel|>final<|message|>" + TEXT
CALLED = FAMILY.calls([CALL])
BESIDE = "<|channel|>commentary<|message|>" + TEXT + FAMILY.between + CALLED
CASES = {  # name: answer, tools, (text, reasoning, calls)
    "text": (FINAL, False, (TEXT, "", [])),
    "reasoning and text": (THOUGHT + FINAL, False, (TEXT, REASON, [])),
    "text beside tools": (THOUGHT + FINAL, True, (TEXT, REASON, [])),
    "a call": (CALLED, True, ("", "", [CALL])),
    "reasoning and a call": (THOUGHT + CALLED, True, ("", REASON, [CALL])),
    "text and a call": (BESIDE, True, (TEXT, "", [CALL])),
}
GAP, MORE, BUDGET, CONTEXT = 8, 60, 1024, 8192


def events(stream):
    """The objects of a stream of server-sent events."""
    return [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: {")]


class Responses:
    path = "/v1/responses"

    def body(self, content, tools, limit):
        return {"input": content, "max_output_tokens": limit, "temperature": 0,
                "tools": [{"type": "function", **ABOUT, "parameters": SCHEMA}] if tools else []}

    def prompt_tokens(self, answer):
        return answer["usage"]["input_tokens"]

    def whole(self, answer):
        parts = {"message": "", "reasoning": ""}
        calls = []
        for item in answer["output"]:
            if item["type"] == "function_call":
                calls.append((item["name"], item["arguments"]))
            else:
                parts[item["type"]] += "".join(part["text"] for part in item["content"])
        return parts["message"], parts["reasoning"], calls

    def streamed(self, text):
        text_of = {"response.output_text.delta": "", "response.reasoning_text.delta": ""}
        calls = []
        for event in events(text):
            if event["type"] in text_of:
                text_of[event["type"]] += event["delta"]
            elif event["type"] == "response.output_item.added":
                if event["item"]["type"] == "function_call":
                    calls.append([event["item"]["name"], ""])
            elif event["type"] == "response.function_call_arguments.delta":
                calls[-1][1] += event["delta"]
        return (*text_of.values(), [tuple(call) for call in calls])


class Messages:
    path = "/v1/messages"

    def body(self, content, tools, limit):
        return {"messages": [{"role": "user", "content": content}], "temperature": 0,
                "max_tokens": BUDGET + limit, "thinking": {"type": "enabled", "budget_tokens": BUDGET},
                "tools": [{**ABOUT, "input_schema": SCHEMA}] if tools else []}

    def prompt_tokens(self, answer):
        return sum(answer["usage"][name] for name in ("input_tokens", "cache_read_input_tokens"))

    def whole(self, answer):
        def joined(kind, member):
            return "".join(block[member] for block in answer["content"] if block["type"] == kind)
        return (joined("text", "text"), joined("thinking", "thinking"),
                [(block["name"], json.dumps(block["input"])) for block in answer["content"]
                 if block["type"] == "tool_use"])

    def streamed(self, text):
        said = {"text": "", "thinking": ""}
        calls = []
        for event in events(text):
            if event["type"] == "content_block_start" and event["content_block"]["type"] == "tool_use":
                calls.append([event["content_block"]["name"], ""])
            elif event["type"] == "content_block_delta":
                delta = event["delta"]
                kind = delta["type"].removesuffix("_delta")
                if kind == "input_json":
                    calls[-1][1] += delta["partial_json"]
                elif kind in said:
                    said[kind] += delta[kind]
        return (*said.values(), [tuple(call) for call in calls])


class Ollama:
    path = "/api/chat"

    def body(self, content, tools, limit):
        return {"messages": [{"role": "user", "content": content}], "think": True, "stream": False,
                "options": {"num_predict": limit, "temperature": 0},
                "tools": [{"type": "function", "function": {**ABOUT, "parameters": SCHEMA}}]
                if tools else []}

    def prompt_tokens(self, answer):
        return answer["prompt_eval_count"]

    def whole(self, *answers):
        messages = [answer["message"] for answer in answers]
        calls = [call["function"] for message in messages for call in message.get("tool_calls", [])]
        return ("".join(message["content"] for message in messages),
                "".join(message.get("thinking", "") for message in messages),
                [(call["name"], json.dumps(call["arguments"])) for call in calls])

    def streamed(self, text):
        return self.whole(*map(json.loads, text.splitlines()))


class HarmonyApisTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        skip_without("llamacpp")
        cls.template = real_templates.folder() / "openai-gpt-oss-120b.jinja"

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="pcai-formats-")
        self.addCleanup(folder.cleanup)
        self.model = Path(folder.name, "model.gguf")

    def serve(self, answers):
        scripted_model.write(self.model, SPECIAL, FAMILY.end, answers, CONTEXT)
        self.server = Server("--model", str(self.model), "--chat-template", str(self.template),
                             "--isolation", "none", "--context", str(CONTEXT), "--threads", "1")
        self.addCleanup(self.server.stop)

    def ask(self, api, letters, tools, limit, **fields):
        body = {"model": "model", **api.body("x" * letters, tools, limit), **fields}
        request = urllib.request.Request(self.server.url + api.path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read().decode()

    def hold(self, api):
        """An answer begins at a position that a prompt reaches by the letters of its question."""
        self.serve({})
        lengths = {tools: api.prompt_tokens(json.loads(self.ask(api, 1, tools, 1)))
                   for tools in (False, True)}
        self.server.stop()
        vocabulary = scripted_model.Vocabulary(SPECIAL)
        end, answers, places = max(lengths.values()), {}, {}
        for name, (answer, _, _) in CASES.items():
            places[name] = end + GAP
            answers[places[name]] = answer + FAMILY.end
            end = places[name] + len(vocabulary.tokens(answers[places[name]]))
        self.serve(answers)
        for name, (answer, tools, expected) in CASES.items():
            letters = places[name] - lengths[tools] + 2
            limit = len(vocabulary.tokens(answer)) + MORE
            for stream in (False, True):
                with self.subTest(name, streamed=stream):
                    said = self.ask(api, letters, tools, limit, stream=stream)
                    text, reasoning, calls = (api.streamed(said) if stream
                                              else api.whole(json.loads(said)))
                    calls = [(called, json.loads(arguments)) for called, arguments in calls]
                    self.assertEqual((text, reasoning, calls), expected)

    def test_openais_responses(self):
        self.hold(Responses())

    def test_anthropics_messages(self):
        self.hold(Messages())

    def test_ollamas_chat(self):
        self.hold(Ollama())


if __name__ == "__main__":
    unittest.main()

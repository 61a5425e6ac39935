"""The OpenAI API on the wire: errors, headers, paths, models and embeddings. wire_boxes_test.py says
which test proves which part of the contract."""
import base64
import struct
import threading
import time
import unittest

from wire import CHAT, COMPLETIONS, RESPONSES, WireTest, user


class ErrorsTest(WireTest):
    flags = ("--api-key", "sk-right", "--cors-origin", "http://page.example")
    KEY = {"Authorization": "Bearer sk-right"}

    def failures(self):
        """One failure of each status that a client can cause."""
        return {
            400: self.ask("POST", CHAT, user("hi", temperature="hot"), self.KEY),
            401: self.ask("POST", CHAT, user("hi"), {"Authorization": "Bearer sk-wrong"}),
            403: self.ask("GET", "/v1/models", None, {**self.KEY, "Host": "evil.example"}),
            404: self.ask("POST", CHAT, user("hi", model="nobody"), self.KEY),
            405: self.ask("DELETE", CHAT, None, self.KEY),
            413: self.ask("POST", CHAT, b" " * (17 << 20), self.KEY),
            415: self.ask("POST", CHAT, b"hi", {**self.KEY, "Content-Type": "text/plain",
                                                "Origin": "http://page.example"}),
            500: self.ask("POST", CHAT, user("fake: fail_after=0"), self.KEY),
        }

    def test_every_error_has_the_four_members_and_its_status(self):
        for status, answer in self.failures().items():
            with self.subTest(status):
                self.assertEqual(answer.status, status, answer.text)
                error = answer.json()["error"]
                self.assertEqual(set(error), {"message", "type", "param", "code"})
                self.assertTrue(error["message"] and error["type"])

    def test_what_fails_every_time_is_not_tried_again(self):
        for status, answer in self.failures().items():
            with self.subTest(status):
                self.assertEqual(answer.headers.get("x-should-retry"), "false")
                self.assertNotIn("retry-after", answer.headers)

    def test_errors_have_the_codes_that_programs_look_for(self):
        failures = self.failures()
        self.assertEqual(failures[401].json()["error"]["code"], "invalid_api_key")
        self.assertEqual(failures[404].json()["error"]["code"], "model_not_found")
        long = self.ask("POST", CHAT, user("word " * 10000), self.KEY)
        self.assertEqual(long.status, 400)
        self.assertEqual(long.json()["error"]["code"], "context_length_exceeded")
        self.assertEqual(long.json()["error"]["type"], "invalid_request_error")

    def test_a_page_may_send_and_read_what_the_sdks_send_and_read(self):
        headers = ["authorization", "content-type", "openai-organization", "openai-project",
                   "x-stainless-lang", "x-stainless-retry-count", "x-client-request-id"]
        asked = {"Origin": "http://page.example", "Access-Control-Request-Method": "POST",
                 "Access-Control-Request-Headers": ",".join(headers)}
        preflight = self.ask("OPTIONS", CHAT, None, asked)
        self.assertEqual(preflight.status, 204)
        allowed = preflight.headers["access-control-allow-headers"].replace(" ", "").split(",")
        self.assertEqual(allowed, headers)
        self.assertIn("POST", preflight.headers["access-control-allow-methods"])
        answer = self.ask("POST", CHAT, user("hi"), {**self.KEY, "Origin": "http://page.example"})
        self.assertEqual(answer.headers["access-control-allow-origin"], "http://page.example")
        shown = answer.headers["access-control-expose-headers"]
        for name in ("x-request-id", "openai-processing-ms", "openai-version", "retry-after",
                     "x-should-retry"):
            self.assertIn(name, shown)


class BusyTest(WireTest):
    flags = ("--max-queue", "0", "--max-sequences", "1")

    def test_a_full_server_says_when_to_come_back(self):
        first = threading.Thread(target=self.ask, args=(
            "POST", CHAT, user("fake: tokens=200 delay_ms=20")))
        first.start()
        self.addCleanup(first.join)
        deadline = time.monotonic() + 60
        while "pcai_requests_running 1\n" not in self.ask("GET", "/metrics").text:
            self.assertLess(time.monotonic(), deadline, "the first request does not run")
            time.sleep(0.02)
        answer = self.ask("POST", CHAT, user("hi"))
        self.assertEqual(answer.status, 429, answer.text)
        self.assertEqual(answer.headers["x-should-retry"], "true")
        self.assertTrue(0 < float(answer.headers["retry-after"]) <= 120)


class OpenTest(WireTest):
    """A server without a key."""

    def test_every_answer_has_the_headers_that_sdks_read(self):
        for path, body in ((CHAT, user("hi")), (CHAT, user("hi", stream=True)),
                           (CHAT, user("hi", n="many")), ("/v1/nothing", {})):
            answer = self.ask("POST", path, body)
            with self.subTest(path, status=answer.status):
                self.assertTrue(answer.headers["x-request-id"].startswith("req_"))
                self.assertTrue(answer.headers["openai-processing-ms"].isdigit())
                self.assertTrue(answer.headers["openai-version"])

    def test_headers_of_the_sdks_are_taken_and_the_clients_id_is_logged(self):
        answer = self.ask("POST", CHAT, user("hi"), {
            "Authorization": "Bearer anything", "OpenAI-Organization": "org", "OpenAI-Project": "p",
            "X-Client-Request-Id": "my-own-id", "x-stainless-lang": "python",
            "x-stainless-retry-count": "1"})
        self.assertEqual(answer.status, 200)
        deadline = time.monotonic() + 60
        while not (line := self.logged(answer.headers["x-request-id"])):  # it is written afterwards
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        self.assertIn("client_id=my-own-id", line)

    def logged(self, request):
        return next((line for line in self.server.log.read_text().splitlines()
                     if f"id={request}" in line), None)

    def test_any_key_is_fine_and_paths_may_lack_the_version_or_end_in_a_slash(self):
        for path in (CHAT, CHAT + "/", "/chat/completions", "/chat/completions/", "//v1//chat/completions"):
            with self.subTest(path):
                answer = self.ask("POST", path, user("hi"), {"Authorization": "Bearer sk-none"})
                self.assertEqual(answer.status, 200, answer.text)
        self.assertEqual(self.ask("GET", "/models/").json()["object"], "list")

    def test_models_are_listed_and_found_under_every_spelling_of_their_id(self):
        models = self.ask("GET", "/v1/models").json()
        self.assertEqual(models["object"], "list")
        for model in models["data"]:
            self.assertEqual(model["object"], "model")
            self.assertIsInstance(model["created"], int)
            self.assertIn("owned_by", model)
            path = "/v1/models/" + model["id"]
            self.assertEqual(self.ask("GET", path).json()["id"], model["id"])
            encoded = "/v1/models/" + "".join(f"%{byte:02X}" for byte in model["id"].encode())
            self.assertEqual(self.ask("GET", encoded).json()["id"], model["id"])
        self.assertEqual(self.ask("GET", "/v1/models/a%2Fb:c").status, 404)

    def test_embeddings_take_every_form_and_keep_their_order(self):
        ids = self.fine("/tokenize", {"content": "good morning"})["tokens"]
        for given, count in (("one", 1), (["one", "two"], 2), (ids, 1), ([ids, ids], 2)):
            with self.subTest(given):
                answer = self.fine("/v1/embeddings", {"input": given})
                self.assertEqual([one["index"] for one in answer["data"]], list(range(count)))
                self.assertEqual({one["object"] for one in answer["data"]}, {"embedding"})
                self.assertEqual(answer["usage"]["total_tokens"], answer["usage"]["prompt_tokens"])
        floats = self.fine("/v1/embeddings", {"input": "one"})["data"][0]["embedding"]
        packed = self.fine("/v1/embeddings", {"input": "one", "encoding_format": "base64"})
        packed = base64.b64decode(packed["data"][0]["embedding"])
        for a, b in zip(floats, struct.unpack(f"<{len(floats)}f", packed), strict=True):
            self.assertAlmostEqual(a, b, 6)
        short = self.fine("/v1/embeddings", {"input": "one", "dimensions": 4})
        short = short["data"][0]["embedding"]
        self.assertEqual(len(short), 4)
        self.assertAlmostEqual(sum(value * value for value in short), 1, 5)
        self.refused("/v1/embeddings", {"input": "one", "dimensions": 100000}, "dimensions")

    def test_a_completion_has_its_shape_whole_and_streamed(self):
        body = {"prompt": "fake: tokens=4\nOnce", "max_tokens": 4}
        whole = self.fine(COMPLETIONS, body)
        self.assertTrue(whole["id"].startswith("cmpl-"))
        self.assertEqual(whole["object"], "text_completion")
        self.assertEqual(whole["choices"][0]["finish_reason"], "length")
        chunks = self.stream(COMPLETIONS, body)
        self.assertEqual(chunks.pop(), "[DONE]")
        self.assertEqual({chunk["object"] for chunk in chunks}, {"text_completion"})
        self.assertEqual({frozenset(chunk["choices"][0]) for chunk in chunks},
                         {frozenset(whole["choices"][0])})
        self.assertEqual("".join(chunk["choices"][0]["text"] for chunk in chunks),
                         whole["choices"][0]["text"])

    def test_a_completion_takes_every_form_of_prompt_and_its_fields(self):
        ids = self.fine("/tokenize", {"content": "good morning"})["tokens"]
        for prompt, count in (("a", 1), (["a", "b"], 2), (ids, 1), ([ids, ids], 2)):
            for fields in ({}, {"n": 2}, {"best_of": 3}, {"echo": True}, {"logprobs": 5},
                           {"echo": True, "logprobs": 1}, {"echo": True, "max_tokens": 0}):
                with self.subTest(prompt, fields=fields):
                    answer = self.fine(COMPLETIONS, {"prompt": prompt, **fields})
                    self.assertEqual(len(answer["choices"]), count * fields.get("n", 1))
        self.assertEqual(self.fine(COMPLETIONS, {"prompt": "fake: tokens=40"})["usage"]
                         ["completion_tokens"], 16, "the default")
        self.refused(COMPLETIONS, {"prompt": "a", "best_of": 21}, "best_of")
        self.assertIn("end", self.fine(COMPLETIONS, {"prompt": "a", "suffix": "end"})
                      ["choices"][0]["text"])


class ResponsesTest(WireTest):
    def test_items_of_every_kind_are_taken_and_what_is_unknown_is_refused(self):
        items = [{"type": "message", "role": role, "content": [{"type": "input_text", "text": "x"}]}
                 for role in ("user", "system", "developer")]
        items += [{"type": "reasoning", "id": "rs_1", "summary": []},
                  {"type": "function_call", "call_id": "c", "name": "get_weather", "arguments": "{}"},
                  {"type": "function_call_output", "call_id": "c", "output": "sunny"},
                  {"role": "user", "content": "thanks"}]
        body = {"input": items, "instructions": "Be brief.", "max_output_tokens": 4, "store": False,
                "tools": [{"type": "function", "name": "get_weather", "parameters": {
                    "type": "object"}, "strict": False}],
                "tool_choice": {"type": "function", "name": "get_weather"},
                "text": {"format": {"type": "text"}}, "reasoning": {"effort": "low"},
                "parallel_tool_calls": False, "metadata": {"a": "b"}}
        self.assertEqual(self.fine(RESPONSES, body)["object"], "response")
        self.refused(RESPONSES, {"input": "x", "previous_response_id": "resp_none"},
                     "previous_response_id")

    def test_a_response_has_every_required_member(self):
        answer = self.fine(RESPONSES, {"input": "fake: reasoning=2 reply=well then yes"})
        for member in ("created_at", "error", "incomplete_details", "instructions", "model", "tools",
                       "tool_choice", "parallel_tool_calls", "metadata", "temperature", "top_p"):
            self.assertIn(member, answer)
        self.assertTrue(answer["id"].startswith("resp_"))
        self.assertEqual((answer["object"], answer["status"]), ("response", "completed"))
        self.assertEqual([item["type"] for item in answer["output"]], ["reasoning", "message"])
        self.assertEqual(answer["output"][1]["content"][0]["type"], "output_text")
        usage = answer["usage"]
        self.assertEqual(usage["total_tokens"], usage["input_tokens"] + usage["output_tokens"])
        self.assertIn("cached_tokens", usage["input_tokens_details"])
        self.assertEqual(usage["output_tokens_details"]["reasoning_tokens"], 2)

    def test_a_streams_events_are_numbered_and_in_order(self):
        answer = self.ask("POST", RESPONSES, {"input": "fake: reply=one two", "stream": True})
        events = [event for event in answer.events() if event != "[DONE]"]
        named = [line.removeprefix("event: ") for line in answer.text.splitlines()
                 if line.startswith("event: ")]
        self.assertEqual(named, [event["type"] for event in events])
        self.assertEqual([event["sequence_number"] for event in events], list(range(len(events))))
        order = [kind.removeprefix("response.") for kind in dict.fromkeys(named)]
        self.assertEqual(order, ["created", "in_progress", "output_item.added", "content_part.added",
                                 "output_text.delta", "output_text.done", "content_part.done",
                                 "output_item.done", "completed"])
        for event in events:
            if event["type"].startswith("response.output_text"):
                self.assertEqual(event["logprobs"], [])
        calls = self.stream(RESPONSES, {
            "input": 'fake: reply=x\nfake: tool=get_weather args={"city": "Paris"}',
            "tools": [{"type": "function", "name": "get_weather", "parameters": {}}]})
        kinds = [event["type"] for event in calls if event != "[DONE]"]
        self.assertIn("response.function_call_arguments.delta", kinds)
        self.assertIn("response.function_call_arguments.done", kinds)


if __name__ == "__main__":
    unittest.main()

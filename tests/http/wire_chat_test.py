"""Chat completions on the wire, request by request and member by member. wire_boxes_test.py says
which test proves which part of the contract."""
import socket
import time
import unittest

from wire import CALL, CHAT, TOOL, WEATHER, WireTest, user

PIXEL = ("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9Q"
         "DwADhgGAWjR9awAAAABJRU5ErkJggg==")


class RequestTest(WireTest):
    def test_messages_of_every_role_are_taken_and_must_be_there(self):
        messages = [{"role": role, "content": "x"} for role in ("developer", "system", "user")]
        messages += [{"role": "assistant", "content": None, "function_call": {
            "name": "f", "arguments": "{}"}}, {"role": "function", "name": "f", "content": "y"},
            {"role": "user", "content": "z"}]
        self.fine(CHAT, {"messages": messages})
        self.refused(CHAT, {"model": "fake"}, "messages")
        self.refused(CHAT, {"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role")

    def test_content_is_text_or_parts_of_every_kind(self):
        wave = "data:audio/wav;base64,"
        for part in ({"type": "text", "text": "x"},
                     {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}},
                     {"type": "image_url", "image_url": PIXEL}):
            with self.subTest(part["type"]):
                self.fine(CHAT, {"messages": [{"role": "user", "content": [part]}]})
        self.fine(CHAT, {"messages": [
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
            {"role": "user", "content": "x"}]})
        for part, param in (
                ({"type": "input_audio", "input_audio": {"data": wave, "format": "wav"}}, ".input_audio.data"),
                ({"type": "image_url", "image_url": {"url": "http://10.0.0.1/a.png"}}, ""),
                ({"type": "file", "file": {"file_id": "f"}}, ".type")):
            with self.subTest(part["type"]):
                self.refused(CHAT, {"messages": [{"role": "user", "content": [part]}]},
                             "messages[0].content[0]" + param)

    def test_a_call_and_its_result_are_given_back(self):
        history = [{"role": "user", "content": CALL},
                   {"role": "assistant", "content": None, "tool_calls": [
                       {"id": "call_1", "type": "function",
                        "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}]}]
        for content in ("sunny", [{"type": "text", "text": "sunny"}]):
            result = {"role": "tool", "tool_call_id": "call_1", "content": content}
            answer = self.fine(CHAT, {"messages": [*history, result], "tools": [TOOL]})
            self.assertEqual(answer["choices"][0]["message"]["content"], "The tool said: sunny")

    def test_sampling_fields_have_their_ranges(self):
        for name, low, high, beyond in (
                ("temperature", 0, 2, 2.1), ("frequency_penalty", -2, 2, 2.1),
                ("presence_penalty", -2, 2, -2.1), ("n", 1, 4, 129)):
            with self.subTest(name):
                self.fine(CHAT, user("x", **{name: low}))
                self.fine(CHAT, user("x", **{name: high}))
                self.refused(CHAT, user("x", **{name: beyond}), name)
        self.fine(CHAT, user("x", top_p=0.5, seed=7, stop="q", logprobs=True, top_logprobs=20,
                             top_k=5, min_p=0.1, repeat_penalty=1.1, keep_alive="5m", ttl=60,
                             chat_template_kwargs={"enable_thinking": False}))
        self.fine(CHAT, user("x", stop=["a", "b", "c", "d"]))
        self.refused(CHAT, user("x", logprobs=True, top_logprobs=21), "top_logprobs")
        self.refused(CHAT, user("x", logit_bias={"1": 101}), "logit_bias.1")

    def test_the_newer_limit_wins_and_hints_have_no_effect(self):
        answer = self.fine(CHAT, user("fake: tokens=9", max_tokens=7, max_completion_tokens=3))
        self.assertEqual(answer["usage"]["completion_tokens"], 3)
        for effort in ("none", "minimal", "low", "medium", "high", "xhigh", "max"):
            self.fine(CHAT, user("x", reasoning_effort=effort))
        hints = {"verbosity": "low", "store": True, "metadata": {"a": "b"}, "user": "u",
                 "safety_identifier": "s", "prompt_cache_key": "k", "service_tier": "auto",
                 "modalities": ["text"], "prediction": {"type": "content", "content": "x"}}
        self.fine(CHAT, user("x", **hints))
        optional = [*hints, "temperature", "top_p", "n", "seed", "stop", "tools", "tool_choice",
                    "response_format", "logit_bias", "stream", "stream_options", "max_tokens",
                    "max_completion_tokens", "logprobs", "top_logprobs", "reasoning_effort"]
        self.fine(CHAT, user("x", **dict.fromkeys(optional)))

    def test_tools_of_every_shape_are_taken(self):
        pointing = {"type": "object", "properties": {"city": {"$ref": "#/$defs/city"}},
                    "$defs": {"city": {"type": "string"}}}
        for function in ({"name": "a-b_C9"}, {**WEATHER, "strict": True, "description": "x"},
                         {"name": "f", "parameters": pointing}):
            with self.subTest(function):
                self.fine(CHAT, user("x", tools=[{"type": "function", "function": function}]))
        answer = self.fine(CHAT, user(CALL, functions=[WEATHER], function_call="auto"))
        self.assertEqual(answer["choices"][0]["message"]["function_call"]["name"], "get_weather")
        self.refused(CHAT, user("x", tools=[{"type": "function", "function": {"name": "a b"}}]),
                     "tools[0].function.name")

    def test_tool_choice_has_its_forms(self):
        named = {"type": "function", "function": {"name": "get_weather"}}
        allowed = {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [named]}}
        for choice in ("none", "auto", "required", named, allowed):
            with self.subTest(choice):
                self.fine(CHAT, user("x", tools=[TOOL], tool_choice=choice,
                                     parallel_tool_calls=False))
        self.refused(CHAT, user("x", tools=[TOOL], tool_choice={
            "type": "custom", "custom": {"name": "get_weather"}}), "tool_choice.type")

    def test_formats_of_answers_need_their_schema(self):
        for kind in ({"type": "text"}, {"type": "json_object"}, {
                "type": "json_schema", "json_schema": {"name": "x", "schema": {}, "strict": True}}):
            with self.subTest(kind):
                self.fine(CHAT, user("x", response_format=kind))
        for kind, where in (({}, "type"), ({"type": "json_schema"}, "json_schema"),
                            ({"type": "json_schema", "json_schema": {}}, "json_schema.name"),
                            ({"type": "json_schema", "json_schema": {"name": "x"}},
                             "json_schema.schema")):
            with self.subTest(kind):
                self.refused(CHAT, user("x", response_format=kind), "response_format." + where)


class AnswerTest(WireTest):
    def test_an_answer_has_every_member(self):
        answer = self.fine(CHAT, user("fake: reasoning=2 reply=well then yes"))
        self.assertTrue(answer["id"].startswith("chatcmpl-"))
        self.assertEqual(answer["object"], "chat.completion")
        self.assertIsInstance(answer["created"], int)
        self.assertTrue(answer["model"] and answer["system_fingerprint"])
        choice = answer["choices"][0]
        self.assertEqual(set(choice), {"index", "message", "logprobs", "finish_reason"})
        self.assertLessEqual({"role", "content", "refusal", "annotations"}, set(choice["message"]))
        usage = answer["usage"]
        self.assertEqual(usage["total_tokens"], usage["prompt_tokens"] + usage["completion_tokens"])
        self.assertIn("cached_tokens", usage["prompt_tokens_details"])
        self.assertEqual(usage["completion_tokens_details"]["reasoning_tokens"], 2)

    def test_the_reason_of_the_end_is_true(self):
        named = {"type": "function", "function": {"name": "get_weather"}}
        for reason, body in (("stop", user("fake: reply=yes")),
                             ("length", user("fake: tokens=9", max_tokens=3)),
                             ("tool_calls", user(CALL, tools=[TOOL])),
                             ("tool_calls", user(CALL, tools=[TOOL], tool_choice="required")),
                             ("tool_calls", user(CALL, tools=[TOOL], tool_choice=named)),
                             ("function_call", user(CALL, functions=[WEATHER]))):
            with self.subTest(reason):
                self.assertEqual(self.fine(CHAT, body)["choices"][0]["finish_reason"], reason)

    def test_logprobs_have_their_members(self):
        answer = self.fine(CHAT, user("fake: reply=né", logprobs=True, top_logprobs=2))
        for entry in answer["choices"][0]["logprobs"]["content"]:
            self.assertEqual(set(entry), {"token", "logprob", "bytes", "top_logprobs"})
            self.assertEqual(bytes(entry["bytes"]).decode(), entry["token"])
            self.assertTrue(-9999 <= entry["logprob"] <= 0)
            self.assertEqual(len(entry["top_logprobs"]), 2)


class StreamTest(WireTest):
    def test_a_stream_begins_and_ends_as_the_sdks_expect(self):
        body = user("fake: reply=one two", stream=True, n=2, stream_options={"include_usage": True})
        answer = self.ask("POST", CHAT, body)
        self.assertEqual(answer.headers["content-type"], "text/event-stream")
        self.assertNotIn("event:", answer.text)
        chunks = answer.events()
        self.assertEqual(chunks.pop(), "[DONE]")
        last = chunks.pop()
        self.assertEqual(last["choices"], [])
        self.assertGreater(last["usage"]["total_tokens"], 0)
        for member in ("id", "created", "model"):
            self.assertEqual(len({chunk[member] for chunk in [*chunks, last]}), 1)
        for index in (0, 1):
            own = [chunk["choices"][0] for chunk in chunks if chunk["choices"][0]["index"] == index]
            self.assertEqual(own[0]["delta"], {"role": "assistant", "content": ""})
            self.assertEqual([choice["finish_reason"] for choice in own],
                             [None] * (len(own) - 1) + ["stop"])
            self.assertEqual(own[-1]["delta"], {})
            self.assertEqual("".join(choice["delta"].get("content", "") for choice in own), "one two")
        self.assertTrue(all("usage" in chunk and chunk["usage"] is None for chunk in chunks))

    def test_a_call_sends_its_id_and_name_once(self):
        pieces = [chunk["choices"][0]["delta"]["tool_calls"][0]
                  for chunk in self.stream(CHAT, user(CALL, tools=[TOOL]))
                  if chunk != "[DONE]" and "tool_calls" in chunk["choices"][0]["delta"]]
        self.assertGreater(len(pieces), 1)
        self.assertEqual({piece["index"] for piece in pieces}, {0})
        self.assertTrue(pieces[0]["id"] and pieces[0]["function"]["name"] == "get_weather")
        for piece in pieces[1:]:
            self.assertNotIn("id", piece)
            self.assertNotIn("name", piece["function"])
        self.assertEqual("".join(piece["function"]["arguments"] for piece in pieces),
                         '{"city": "Paris"}')

    def test_a_failure_in_the_middle_is_told_and_nothing_follows(self):
        events = self.stream(CHAT, user("fake: fail_after=2"))
        self.assertEqual(set(events[-1]), {"error"})
        self.assertEqual(set(events[-1]["error"]), {"message", "type", "param", "code"})
        self.assertNotIn("[DONE]", events)

    def test_no_letter_is_split_and_a_stop_text_never_shows(self):
        for body, text in ((user("fake: reply=né 日本語 😀 fin"), "né 日本語 😀 fin"),
                           (user("fake: reply=one two three", stop=["two th"]), "one ")):
            chunks = self.stream(CHAT, body)
            found = [chunk["choices"][0]["delta"].get("content", "") for chunk in chunks
                     if chunk != "[DONE]"]
            self.assertEqual("".join(found), text)
            self.assertFalse(any("\ufffd" in piece for piece in found))

    def test_a_client_that_leaves_ends_its_request(self):
        host, port = self.server.url.removeprefix("http://").split(":")
        body = b'{"stream":true,"messages":[{"role":"user","content":"fake: tokens=90000 delay_ms=5"}]}'
        with socket.create_connection((host, int(port)), timeout=60) as client:
            client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: " + host.encode() + b"\r\n"
                           b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                           + body)
            client.recv(100)
        deadline = time.monotonic() + 60
        while "pcai_requests_running 0\n" not in self.ask("GET", "/metrics").text:
            self.assertLess(time.monotonic(), deadline, "the request goes on")
            time.sleep(0.05)

    def test_reasoning_is_apart_and_may_be_given_back(self):
        chunks = self.stream(CHAT, user("fake: reasoning=2 reply=well then yes"))
        deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk != "[DONE]"]
        self.assertEqual("".join(delta.get("reasoning_content", "") for delta in deltas), "well then")
        self.assertEqual("".join(delta.get("content", "") for delta in deltas), " yes")
        for name in ("reasoning_content", "reasoning"):
            self.fine(CHAT, {"messages": [{"role": "assistant", "content": "a", name: "b"},
                                          {"role": "user", "content": "c"}]})


if __name__ == "__main__":
    unittest.main()

"""The official OpenAI SDK for Python against `pcai serve --backend fake`, whose answers the tests
script: what clients see of tools, structured output, reasoning, completions and responses."""
import json
import unittest

import openai
import pydantic

from server import Server

WEATHER = {"type": "function", "function": {
    "name": "get_weather", "description": "Says what the weather is.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}},
                   "required": ["city"], "additionalProperties": False}}}
CALL = 'fake: reply=Let me look.\nfake: tool=get_weather args={"city": "Paris"}'

server = None


def setUpModule():
    global server
    server = Server("--backend", "fake")
    unittest.addModuleCleanup(server.stop)


class City(pydantic.BaseModel):
    name: str
    people: int


class ScriptedTest(unittest.TestCase):
    def setUp(self):
        self.client = openai.OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0,
                                    timeout=60)
        self.addCleanup(self.client.close)
        self.model = self.client.models.list().data[0].id

    def chat(self, content, **parameters):
        return self.client.chat.completions.create(
            model=self.model, messages=[{"role": "user", "content": content}], **parameters)

    def respond(self, text, **parameters):
        return self.client.responses.create(model=self.model, input=text, **parameters)


class ToolTest(ScriptedTest):
    def test_a_call_has_name_arguments_and_finish_reason(self):
        choice = self.chat(CALL, tools=[WEATHER]).choices[0]
        self.assertEqual(choice.finish_reason, "tool_calls")
        self.assertEqual(choice.message.content, "Let me look.")
        call = choice.message.tool_calls[0]
        self.assertEqual(call.function.name, "get_weather")
        self.assertEqual(json.loads(call.function.arguments), {"city": "Paris"})

    def test_streamed_pieces_add_up_to_the_same_call(self):
        pieces = [piece for chunk in self.chat(CALL, tools=[WEATHER], stream=True)
                  for piece in chunk.choices[0].delta.tool_calls or []]
        self.assertGreater(len(pieces), 1)
        self.assertEqual({piece.index for piece in pieces}, {0})
        self.assertEqual([bool(piece.id) for piece in pieces],
                         [True] + [False] * (len(pieces) - 1))
        self.assertEqual([piece.function.name for piece in pieces if piece.function.name],
                         ["get_weather"])
        arguments = "".join(piece.function.arguments or "" for piece in pieces)
        self.assertEqual(json.loads(arguments), {"city": "Paris"})

    def test_the_stream_helper_gathers_the_call(self):
        with self.client.chat.completions.stream(
                model=self.model, messages=[{"role": "user", "content": CALL}],
                tools=[{**WEATHER, "function": {**WEATHER["function"], "strict": True}}]) as stream:
            kinds = {event.type for event in stream}
            final = stream.get_final_completion()
        self.assertIn("tool_calls.function.arguments.done", kinds)
        call = final.choices[0].message.tool_calls[0]
        self.assertEqual(call.function.parsed_arguments, {"city": "Paris"})

    def test_a_whole_loop_of_call_and_answer(self):
        first = self.chat(CALL, tools=[WEATHER]).choices[0].message
        second = self.client.chat.completions.create(
            model=self.model, tools=[WEATHER],
            messages=[{"role": "user", "content": CALL}, first,
                      {"role": "tool", "tool_call_id": first.tool_calls[0].id,
                       "content": "20 degrees"},
                      {"role": "user", "content": "fake: reply=It is warm."}])
        self.assertEqual(second.choices[0].message.content, "It is warm.")
        self.assertEqual(second.choices[0].finish_reason, "stop")

    def test_tools_without_parameters_and_every_choice_are_taken(self):
        plain = {"type": "function", "function": {"name": "now"}}
        named = {"type": "function", "function": {"name": "now"}}
        for choice in ("none", "auto", "required", named,
                       {"type": "allowed_tools",
                        "allowed_tools": {"mode": "required", "tools": [named]}}):
            with self.subTest(choice):
                answer = self.chat("hi", tools=[plain, WEATHER], tool_choice=choice,
                                   parallel_tool_calls=False)
                self.assertNotIn("warnings", answer.model_extra)

    def test_older_functions_get_the_older_answer(self):
        parameters = {"functions": [WEATHER["function"]], "function_call": "auto"}
        message = self.chat(CALL, **parameters).choices[0]
        self.assertEqual(message.finish_reason, "function_call")
        self.assertEqual(message.message.function_call.name, "get_weather")
        self.assertIsNone(message.message.tool_calls)
        chunks = list(self.chat(CALL, stream=True, **parameters))
        calls = [chunk.choices[0].delta.function_call for chunk in chunks
                 if chunk.choices[0].delta.function_call]
        self.assertEqual(json.loads("".join(call.arguments for call in calls)), {"city": "Paris"})


class StructureTest(ScriptedTest):
    def test_parse_gives_the_pydantic_object(self):
        answer = self.client.beta.chat.completions.parse(
            model=self.model, response_format=City,
            messages=[{"role": "user", "content": 'fake: reply={"name": "Paris", "people": 3}'}])
        self.assertEqual(answer.choices[0].message.parsed, City(name="Paris", people=3))

    def test_parse_of_a_tool_gives_its_arguments(self):
        class Weather(pydantic.BaseModel):
            city: str
        answer = self.client.beta.chat.completions.parse(
            model=self.model, tools=[openai.pydantic_function_tool(Weather, name="get_weather")],
            messages=[{"role": "user", "content": CALL}])
        self.assertEqual(answer.choices[0].message.tool_calls[0].function.parsed_arguments,
                         Weather(city="Paris"))

    def test_other_formats_are_taken(self):
        for format in ({"type": "text"}, {"type": "json_object"}, {"type": "regex", "regex": "a+"},
                       {"type": "lark", "lark": 'start: "a"'}):
            with self.subTest(format):
                self.assertTrue(self.chat("hi", response_format=format).choices)

    def test_a_refused_format_names_its_path(self):
        for format, param in (({"type": "xml"}, "response_format.type"),
                              ({"type": "json_schema", "json_schema": {"name": "a b"}},
                               "response_format.json_schema.name")):
            with self.subTest(param), self.assertRaises(openai.BadRequestError) as caught:
                self.chat("hi", response_format=format)
            self.assertEqual(caught.exception.param, param)


class ReasoningTest(ScriptedTest):
    CONTENT = "fake: reasoning=2\nfake: reply=well then yes"

    def test_reasoning_is_apart_and_counted(self):
        answer = self.chat(self.CONTENT, reasoning_effort="low")
        self.assertEqual(answer.choices[0].message.reasoning_content, "well then")
        self.assertEqual(answer.choices[0].message.content, " yes")
        self.assertEqual(answer.usage.completion_tokens_details.reasoning_tokens, 2)

    def test_reasoning_ends_at_its_budget(self):
        answer = self.chat(self.CONTENT, extra_body={"reasoning_budget": 1})
        self.assertEqual(answer.choices[0].message.reasoning_content, "well")
        self.assertEqual(answer.usage.completion_tokens_details.reasoning_tokens, 1)

    def test_template_arguments_are_taken_and_bounded(self):
        self.assertTrue(self.chat("hi", extra_body={
            "chat_template_kwargs": {"enable_thinking": False}}).choices)
        with self.assertRaises(openai.BadRequestError) as caught:
            self.chat("hi", extra_body={"chat_template_kwargs": {"x": [1]}})
        self.assertEqual(caught.exception.param, "chat_template_kwargs.x")


class CompletionTest(ScriptedTest):
    def complete(self, prompt, **parameters):
        return self.client.completions.create(model=self.model, prompt=prompt, **parameters)

    def test_whole_and_streamed_texts_are_the_same(self):
        whole = self.complete("fake: tokens=12\nOnce", seed=1)
        self.assertEqual(whole.object, "text_completion")
        chunks = self.complete("fake: tokens=12\nOnce", seed=1, stream=True)
        self.assertEqual("".join(chunk.choices[0].text for chunk in chunks),
                         whole.choices[0].text)

    def test_lists_tokens_echo_and_best_of(self):
        answer = self.complete(["a", "b"], n=2, best_of=3, echo=True)
        self.assertEqual([choice.text for choice in answer.choices],
                         ["aYou said: a"] * 2 + ["bYou said: b"] * 2)
        self.assertEqual(self.complete([1, 2]).choices[0].text, "You said 2 tokens.")

    def test_a_suffix_makes_a_gap(self):
        self.assertEqual(self.complete("Once", suffix="end").choices[0].text,
                         "You said: Once ... end")

    def test_logprobs_have_the_older_shape(self):
        logprobs = self.complete("x", logprobs=1).choices[0].logprobs
        self.assertEqual(len(logprobs.tokens), len(logprobs.token_logprobs))
        self.assertEqual(logprobs.text_offset[0], 0)

    def test_an_echo_has_the_logprobs_of_the_prompt_whole_and_streamed(self):
        fields = {"echo": True, "logprobs": 1, "max_tokens": 2}
        whole = self.complete("one two three four five", **fields).choices[0]
        self.assertEqual(whole.logprobs.tokens[:5], ["one", " two", " three", " four", " five"])
        self.assertIsNone(whole.logprobs.token_logprobs[0])
        self.assertTrue(all(value < 0 for value in whole.logprobs.token_logprobs[1:]))
        for offset, token in zip(whole.logprobs.text_offset, whole.logprobs.tokens, strict=True):
            self.assertTrue(whole.text[offset:].startswith(token))
        lists = [chunk.choices[0].logprobs for chunk in
                 self.complete("one two three four five", stream=True, **fields)]
        for name in ("tokens", "token_logprobs", "top_logprobs", "text_offset"):
            self.assertEqual(sum((getattr(one, name) for one in lists if one), []),
                             getattr(whole.logprobs, name))


class ResponsesTest(ScriptedTest):
    FLAT = {"type": "function", "strict": True, **WEATHER["function"]}

    def test_what_was_cut_is_gone_on_with(self):
        question = {"role": "user", "content": "fake: reply=one two three four"}
        cut = self.respond([question], max_output_tokens=2)
        self.assertEqual((cut.status, cut.output_text), ("incomplete", "one two"))
        rest = self.respond([question, *cut.output])
        self.assertEqual((rest.status, rest.output_text), ("completed", " three four"))
        self.assertEqual(self.respond([question, *rest.output]).output_text, "one two three four")

    def test_text_usage_and_retrieval(self):
        answer = self.respond("hello there", instructions="Be brief.", metadata={"a": "b"})
        self.assertEqual(answer.output_text, "You said: hello there")
        self.assertEqual(answer.status, "completed")
        self.assertEqual(answer.usage.total_tokens,
                         answer.usage.input_tokens + answer.usage.output_tokens)
        again = self.client.responses.retrieve(answer.id)
        self.assertEqual(again.output_text, answer.output_text)
        self.assertEqual(again.metadata, {"a": "b"})

    def test_the_stream_helper_sees_every_event_in_order(self):
        with self.client.responses.stream(
                model=self.model, input="fake: reasoning=1\nfake: reply=well hello") as stream:
            events = list(stream)
            final = stream.get_final_response()
        self.assertEqual([event.sequence_number for event in events], list(range(len(events))))
        self.assertEqual(events[0].type, "response.created")
        self.assertEqual(events[-1].type, "response.completed")
        self.assertEqual("".join(event.delta for event in events
                                 if event.type == "response.output_text.delta"), " hello")
        self.assertEqual([item.type for item in final.output], ["reasoning", "message"])
        self.assertEqual(final.output[0].content[0].text, "well")

    def test_a_whole_loop_of_function_call_and_output(self):
        first = self.respond(CALL, tools=[self.FLAT])
        call = next(item for item in first.output if item.type == "function_call")
        self.assertEqual(json.loads(call.arguments), {"city": "Paris"})
        outputs = [{"type": "function_call_output", "call_id": call.call_id, "output": "warm"},
                   {"role": "user", "content": "fake: reply=It is warm."}]
        stored = self.respond(outputs, tools=[self.FLAT], previous_response_id=first.id)
        self.assertEqual(stored.output_text, "It is warm.")
        stateless = self.respond([{"role": "user", "content": CALL}, *first.output, *outputs],
                                 tools=[self.FLAT], store=False)
        self.assertEqual(stateless.output_text, "It is warm.")
        self.assertEqual(stateless.usage.input_tokens, stored.usage.input_tokens)

    def test_streamed_arguments_add_up(self):
        with self.client.responses.stream(model=self.model, input=CALL,
                                          tools=[self.FLAT]) as stream:
            pieces = [event.delta for event in stream
                      if event.type == "response.function_call_arguments.delta"]
        self.assertGreater(len(pieces), 1)
        self.assertEqual(json.loads("".join(pieces)), {"city": "Paris"})

    def test_parse_gives_the_pydantic_object(self):
        answer = self.client.responses.parse(
            model=self.model, text_format=City,
            input='fake: reply={"name": "Paris", "people": 3}')
        self.assertEqual(answer.output_parsed, City(name="Paris", people=3))

    def test_delete_and_unknown_ids(self):
        answer = self.respond("x")
        self.client.responses.delete(answer.id)
        with self.assertRaises(openai.NotFoundError):
            self.client.responses.retrieve(answer.id)
        with self.assertRaises(openai.BadRequestError) as caught:
            self.respond("y", previous_response_id=answer.id)
        self.assertEqual(caught.exception.param, "previous_response_id")

    def test_a_running_stream_can_be_cancelled(self):
        stream = self.respond("fake: tokens=9 delay_ms=60000\nx", stream=True)
        running = next(iter(stream)).response.id
        self.assertEqual(self.client.responses.cancel(running).status, "cancelled")
        last = list(stream)[-1]
        self.assertEqual(last.type, "response.incomplete")
        self.assertEqual(last.response.status, "cancelled")

    def test_what_is_not_supported_is_refused_by_name(self):
        for parameters, param in (({"background": True}, "background"),
                                  ({"conversation": "conv_1"}, "conversation"),
                                  ({"tools": [{"type": "web_search"}],
                                    "tool_choice": {"type": "web_search"}}, "tool_choice.type")):
            with self.subTest(param), self.assertRaises(openai.BadRequestError) as caught:
                self.respond("x", **parameters)
            self.assertEqual(caught.exception.param, param)

    def test_what_a_service_would_run_is_left_out_and_told(self):
        answer = self.respond("x", tools=[{"type": "web_search"}], truncation="auto")
        warnings = "\n".join(answer.model_extra["warnings"])
        self.assertIn("tools[0] is left out", warnings)
        self.assertIn("truncation", warnings)


if __name__ == "__main__":
    unittest.main()

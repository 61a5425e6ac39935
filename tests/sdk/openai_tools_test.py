"""The official OpenAI SDK for Python against `pcai serve` with the default model: tools, structured
output, completions and responses. What the model says is its affair; its form is ours."""
import json
import re
import unittest

import openai
import pydantic

from server import Server

QUESTION = "What is the weather in Paris?"
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"},
                                               "unit": {"enum": ["celsius", "fahrenheit"]}},
              "required": ["city", "unit"], "additionalProperties": False}
WEATHER = {"type": "function", "function": {
    "name": "get_weather", "description": "Says what the weather is.", "parameters": PARAMETERS}}
NOW = {"type": "function", "function": {"name": "now", "description": "Says what time it is."}}
FLAT = {"type": "function", "strict": True, **WEATHER["function"]}

server = None


def setUpModule():
    global server
    server = Server()
    unittest.addModuleCleanup(server.stop)


class City(pydantic.BaseModel):
    """Bounded, so that every answer comes to its end."""
    name: str = pydantic.Field(max_length=16)
    people: int = pydantic.Field(ge=0, le=100_000_000)
    capital: bool


class ModelTest(unittest.TestCase):
    def setUp(self):
        self.client = openai.OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0,
                                    timeout=120)
        self.addCleanup(self.client.close)
        self.model = self.client.models.list().data[0].id

    def chat(self, **parameters):
        return self.client.chat.completions.create(**{
            "model": self.model, "messages": [{"role": "user", "content": QUESTION}],
            "temperature": 0, "max_tokens": 96, **parameters})

    def check_weather(self, arguments):
        arguments = json.loads(arguments)
        self.assertEqual(set(arguments), {"city", "unit"})
        self.assertIsInstance(arguments["city"], str)
        self.assertIn(arguments["unit"], ("celsius", "fahrenheit"))


class ToolTest(ModelTest):
    def test_a_named_function_is_called_once_with_arguments_of_its_schema(self):
        for seed in range(3):
            choice = self.chat(tools=[NOW, WEATHER], temperature=1.5, seed=seed,
                               tool_choice={"type": "function",
                                            "function": {"name": "get_weather"}}).choices[0]
            self.assertEqual(choice.finish_reason, "tool_calls")
            call, = choice.message.tool_calls
            self.assertEqual(call.function.name, "get_weather")
            self.check_weather(call.function.arguments)

    def test_required_calls_something_and_at_most_once_when_not_parallel(self):
        choice = self.chat(tools=[WEATHER, NOW], tool_choice="required",
                           parallel_tool_calls=False).choices[0]
        call, = choice.message.tool_calls
        self.assertIn(call.function.name, ("get_weather", "now"))
        self.assertEqual(choice.finish_reason, "tool_calls")

    def test_none_calls_nothing(self):
        choice = self.chat(tools=[WEATHER], tool_choice="none").choices[0]
        self.assertIsNone(choice.message.tool_calls)
        self.assertTrue(choice.message.content)

    def test_the_stream_helper_gathers_a_valid_call(self):
        with self.client.chat.completions.stream(
                model=self.model, messages=[{"role": "user", "content": QUESTION}], max_tokens=96,
                temperature=0, tools=[WEATHER], tool_choice="required",
                parallel_tool_calls=False) as stream:
            final = stream.get_final_completion()
        self.check_weather(final.choices[0].message.tool_calls[0].function.arguments)

    def test_a_whole_loop_of_call_and_answer(self):
        asked = {"role": "user", "content": QUESTION}
        message = self.chat(tools=[WEATHER], tool_choice="required",
                            parallel_tool_calls=False).choices[0].message
        answer = self.chat(tools=[WEATHER], tool_choice="none", messages=[
            asked, message, {"role": "tool", "tool_call_id": message.tool_calls[0].id,
                             "content": "It is sunny, 20 degrees."}])
        self.assertTrue(answer.choices[0].message.content)


class StructureTest(ModelTest):
    def test_parse_gives_the_pydantic_object(self):
        for seed in range(3):
            answer = self.client.beta.chat.completions.parse(
                model=self.model, response_format=City, temperature=1.5, seed=seed, max_tokens=128,
                messages=[{"role": "user", "content": "Describe Paris."}])
            self.assertIsInstance(answer.choices[0].message.parsed, City)

    def test_a_regular_expression_holds(self):
        answer = self.chat(temperature=1.5, response_format={
            "type": "regex", "regex": "(sunny|rainy), [0-9]{1,2} degrees"})
        self.assertRegex(answer.choices[0].message.content,
                         re.compile(r"\A(sunny|rainy), [0-9]{1,2} degrees\Z"))

    def test_a_schema_that_cannot_be_enforced_is_refused(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            self.chat(response_format={"type": "json_schema", "json_schema": {
                "name": "x", "schema": {"type": "no-such-type"}}})
        self.assertTrue(caught.exception.param.startswith("response_format"),
                        caught.exception.param)


class CompletionTest(ModelTest):
    def complete(self, **parameters):
        return self.client.completions.create(**{
            "model": self.model, "prompt": "The capital of France is", "temperature": 0,
            "max_tokens": 8, **parameters})

    def test_a_text_goes_on(self):
        answer = self.complete()
        self.assertIn("Paris", answer.choices[0].text)
        streamed = "".join(chunk.choices[0].text for chunk in self.complete(stream=True))
        self.assertIn("Paris", streamed)

    def test_logprobs_have_one_entry_a_token(self):
        answer = self.complete(logprobs=2)
        logprobs = answer.choices[0].logprobs
        self.assertEqual(len(logprobs.tokens), answer.usage.completion_tokens)
        self.assertEqual("".join(logprobs.tokens), answer.choices[0].text)
        self.assertTrue(all(len(top) in (2, 3) for top in logprobs.top_logprobs))

    def test_the_best_of_some_is_given(self):
        answer = self.complete(best_of=3, temperature=1, seed=1)
        self.assertEqual(len(answer.choices), 1)
        self.assertEqual(answer.usage.completion_tokens, 24)


class ResponsesTest(ModelTest):
    def respond(self, text, **parameters):
        return self.client.responses.create(**{
            "model": self.model, "input": text, "temperature": 0, "max_output_tokens": 96,
            **parameters})

    def test_a_conversation_goes_on(self):
        first = self.respond("What is the capital of France? Answer with one word.")
        self.assertIn("Paris", first.output_text)
        second = self.respond("Say that again.", previous_response_id=first.id)
        self.assertGreater(second.usage.input_tokens,
                           first.usage.input_tokens + first.usage.output_tokens)

    def test_a_function_is_called_and_its_output_taken(self):
        with self.client.responses.stream(
                model=self.model, input=QUESTION, temperature=0, max_output_tokens=96,
                tools=[FLAT], tool_choice={"type": "function", "name": "get_weather"}) as stream:
            first = stream.get_final_response()
        call = next(item for item in first.output if item.type == "function_call")
        self.check_weather(call.arguments)
        second = self.respond([{"type": "function_call_output", "call_id": call.call_id,
                                "output": "sunny"}],
                              previous_response_id=first.id, tools=[FLAT], tool_choice="none")
        self.assertTrue(second.output_text)

    def test_structured_text_is_parsed(self):
        answer = self.client.responses.parse(model=self.model, input="Describe Paris.",
                                             text_format=City, temperature=0,
                                             max_output_tokens=128)
        self.assertIsInstance(answer.output_parsed, City)

    def test_tokens_are_counted_as_the_answer_counts_them(self):
        count = self.client.responses.input_tokens.count(model=self.model, input=QUESTION)
        answer = self.respond(QUESTION, max_output_tokens=1)
        self.assertEqual(count.input_tokens, answer.usage.input_tokens)


if __name__ == "__main__":
    unittest.main()

"""What every chat model must do, whoever runs it."""
import json

WEATHER = {"type": "function", "function": {
    "name": "get_weather", "description": "Get the weather of a city",
    "parameters": {"type": "object", "required": ["city"],
                   "properties": {"city": {"type": "string"}}}}}
PERSON = {"type": "object", "required": ["name", "age"], "additionalProperties": False,
          "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}
FILLER = "The grass is green and the sky is blue. "


class ChatModelChecks:
    """Beside unittest.TestCase; `client` is the class's."""

    long_text = 150  # sentences before the question

    def test_a_chat_is_answered(self):
        answer = self.client.chat("What is the capital of France? Answer with one word.")
        choice = answer["choices"][0]
        self.assertIn("Paris", choice["message"]["content"])
        self.assertEqual(choice["finish_reason"], "stop")
        self.assertNotIn("warnings", answer)
        self.assertNotIn("<|", choice["message"]["content"])

    def test_a_stream_says_the_same(self):
        question = "Name three colours."
        pieces = [chunk["choices"][0]["delta"].get("content") or ""
                  for chunk in self.client.stream(question) if chunk["choices"]]
        self.assertGreater(len(pieces), 3)
        self.assertEqual("".join(pieces), self.client.text(question))

    def test_an_answer_matches_its_schema(self):
        text = self.client.text(
            "Tom is 9 years old. Give his name and age as JSON.", max_tokens=64,
            response_format={"type": "json_schema",
                             "json_schema": {"name": "person", "strict": True, "schema": PERSON}})
        self.assertEqual(json.loads(text), {"name": "Tom", "age": 9})

    def test_a_forced_tool_is_called(self):
        answer = self.client.chat(
            "What is the weather in Rome?", tools=[WEATHER], max_tokens=96,
            tool_choice={"type": "function", "function": {"name": "get_weather"}})
        choice = answer["choices"][0]
        self.assertEqual(choice["finish_reason"], "tool_calls")
        call = choice["message"]["tool_calls"][0]["function"]
        self.assertEqual(call["name"], "get_weather")
        self.assertIn("Rome", json.loads(call["arguments"])["city"])

    def test_what_stands_far_before_is_found(self):
        text = "The code of the door is 4711. " + FILLER * self.long_text
        answer = self.client.chat(text + "What is the code of the door? Answer with the number only.")
        self.assertGreater(answer["usage"]["prompt_tokens"], 9 * self.long_text)
        self.assertIn("4711", answer["choices"][0]["message"]["content"])

    def test_an_answer_that_nobody_reads_ends(self):
        stream = self.client.stream("Write a long story about a river.", max_tokens=2000)
        next(stream)
        next(stream)
        stream.close()
        self.client.wait_until_idle()
        self.assertIn("Paris", self.client.text("What is the capital of France?"))

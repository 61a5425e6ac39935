"""LangChain's ChatOpenAI and OpenAIEmbeddings against `pcai serve`: scripted answers of the fake
backend, and the default model."""
import unittest

import pydantic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from server import Server, skip_without

CALL = 'fake: tokens=0 tool=get_weather args={"city": "Paris"}'


@tool
def get_weather(city: str) -> str:
    """Says what the weather is."""
    return f"sunny in {city}"


class City(pydantic.BaseModel):
    """A city."""
    name: str = pydantic.Field(max_length=16)
    capital: bool


class LangChainTest(unittest.TestCase):
    """A server of the class's own."""
    arguments = ("--backend", "fake")

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.arguments)
        cls.addClassCleanup(cls.server.stop)

    def chat(self, **parameters):
        return ChatOpenAI(**{"base_url": f"{self.server.url}/v1", "api_key": "any", "model": "",
                             "max_retries": 0, "timeout": 120, "temperature": 0, "max_tokens": 96,
                             **parameters})

    def loop(self, chat, question, rounds=4, **choice):
        """Calls tools until the model answers in text; gives all messages."""
        messages = [HumanMessage(question)]
        answer = chat.bind_tools([get_weather], **choice).invoke(messages)
        messages.append(answer)
        while answer.tool_calls and rounds:
            rounds -= 1
            for call in answer.tool_calls:
                messages.append(get_weather.invoke(call))
            answer = chat.bind_tools([get_weather], tool_choice=None if not choice else "none"
                                     ).invoke(messages)
            messages.append(answer)
        return messages


class FakeTest(LangChainTest):
    def test_a_chat_is_answered_with_its_usage(self):
        answer = self.chat().invoke("hello there")
        self.assertEqual(answer.content, "You said: hello there")
        self.assertEqual(answer.usage_metadata["total_tokens"],
                         answer.usage_metadata["input_tokens"]
                         + answer.usage_metadata["output_tokens"])

    def test_streamed_text_equals_the_whole_text(self):
        pieces = list(self.chat(stream_usage=True).stream("hello there"))
        self.assertGreater(len(pieces), 2)
        whole = pieces[0]
        for piece in pieces[1:]:
            whole += piece
        self.assertEqual(whole.content, "You said: hello there")
        self.assertGreater(whole.usage_metadata["output_tokens"], 0)

    def test_structured_output_is_the_object(self):
        for method in ("json_schema", "function_calling"):
            with self.subTest(method):
                said = ('fake: reply={"name": "Paris", "capital": true}' if method == "json_schema"
                        else 'fake: tokens=0 tool=City args={"name": "Paris", "capital": true}')
                chat = self.chat().with_structured_output(City, method=method)
                self.assertEqual(chat.invoke(said), City(name="Paris", capital=True))

    def test_a_whole_tool_loop(self):
        messages = self.loop(self.chat(), CALL)
        self.assertEqual([message.type for message in messages], ["human", "ai", "tool", "ai"])
        self.assertEqual(messages[1].tool_calls[0]["args"], {"city": "Paris"})
        self.assertEqual(messages[-1].content, "The tool said: sunny in Paris")

    def test_a_whole_tool_loop_over_responses(self):
        messages = self.loop(self.chat(use_responses_api=True), CALL)
        self.assertEqual([message.type for message in messages], ["human", "ai", "tool", "ai"])
        self.assertEqual(messages[-1].text, "The tool said: sunny in Paris")

    def test_streamed_calls_add_up(self):
        whole = None
        for piece in self.chat().bind_tools([get_weather]).stream(CALL):
            whole = piece if whole is None else whole + piece
        self.assertEqual([(call["name"], call["args"]) for call in whole.tool_calls],
                         [("get_weather", {"city": "Paris"})])

    def test_texts_are_embedded(self):
        embeddings = OpenAIEmbeddings(base_url=f"{self.server.url}/v1", api_key="any", model="",
                                      max_retries=0, check_embedding_ctx_length=False)
        first, second = embeddings.embed_documents(["one two", "two three"])
        self.assertEqual(len(first), len(second))
        self.assertEqual(embeddings.embed_query("one two"), first)


class DefaultModelTest(LangChainTest):
    arguments = ()

    @classmethod
    def setUpClass(cls):
        skip_without("llamacpp")
        super().setUpClass()

    def test_the_capital_of_france_is_paris(self):
        question = "What is the capital of France? Answer with one word."
        self.assertEqual(self.chat().invoke(question).content, "The capital of France is Paris.")
        self.assertIn("Paris", "".join(piece.content for piece in self.chat().stream(question)))

    def test_structured_output_is_the_object(self):
        chat = self.chat(temperature=1.5, seed=1).with_structured_output(City, method="json_schema")
        self.assertIsInstance(chat.invoke("Describe Paris."), City)

    def test_a_whole_tool_loop(self):
        messages = self.loop(self.chat(), "What is the weather in Paris?",
                             tool_choice="get_weather")
        self.assertEqual(messages[1].tool_calls[0]["name"], "get_weather")
        self.assertIsInstance(messages[2], ToolMessage)
        self.assertTrue(messages[-1].content)


del LangChainTest  # it has no tests of its own

if __name__ == "__main__":
    unittest.main()

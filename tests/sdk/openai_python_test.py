"""The official OpenAI SDK for Python against `pcai serve` with the default model."""
import concurrent.futures
import math
import unittest

import openai

from server import Server

# The model is sure of every token of this answer, so rounding cannot change it: what is in the KV
# cache and what else is decoded change the order of sums (docs/architecture.md). STORY is for tests
# in which the text does not matter.
FRANCE = [{"role": "user", "content": "What is the capital of France? Answer with one word."}]
PARIS = "The capital of France is Paris."
STORY = [{"role": "user", "content": "Tell me a long story about a lighthouse."}]

server = None


def setUpModule():
    global server
    server = Server()
    unittest.addModuleCleanup(server.stop)


def client(**options):
    return openai.OpenAI(**{"base_url": f"{server.url}/v1", "api_key": "any", "max_retries": 0,
                            "timeout": 120, **options})


class SdkTest(unittest.TestCase):
    def setUp(self):
        self.client = client()
        self.addCleanup(self.client.close)
        self.model = self.client.models.list().data[0].id

    def chat(self, messages, **parameters):
        return self.client.chat.completions.create(
            **{"model": self.model, "messages": messages, "temperature": 0, "max_tokens": 24,
               **parameters})

    def text(self, messages, **parameters):
        return self.chat(messages, **parameters).choices[0].message.content

    def streamed_text(self, messages, **parameters):
        with self.chat(messages, stream=True, **parameters) as chunks:
            return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


class ChatTest(SdkTest):
    def test_capital_of_france_is_paris(self):
        answer = self.chat(FRANCE)
        self.assertEqual(answer.choices[0].message.content, PARIS)
        self.assertEqual(answer.choices[0].finish_reason, "stop")
        self.assertEqual(answer.choices[0].message.role, "assistant")
        self.assertEqual(answer.object, "chat.completion")
        self.assertTrue(answer.id.startswith("chatcmpl-"))
        self.assertEqual(answer.model, self.model)

    def test_streamed_text_equals_the_whole_text(self):
        self.assertEqual(self.streamed_text(FRANCE), self.text(FRANCE))
        self.assertEqual(self.streamed_text(FRANCE), PARIS)

    def test_chunks_share_their_head_and_one_ends_the_choice(self):
        chunks = list(self.chat(FRANCE, stream=True))
        self.assertEqual(len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}), 1)
        self.assertEqual(chunks[0].choices[0].delta.role, "assistant")
        reasons = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices]
        self.assertEqual([reason for reason in reasons if reason], reasons[-1:])

    def test_usage_counts_real_tokens(self):
        short = self.chat(FRANCE).usage
        longer = self.chat([{"role": "user", "content": "one two three " * 30}],
                           max_tokens=1).usage
        self.assertEqual(short.total_tokens, short.prompt_tokens + short.completion_tokens)
        self.assertGreater(short.completion_tokens, 0)
        self.assertGreater(longer.prompt_tokens, short.prompt_tokens + 60)
        self.assertEqual(longer.completion_tokens, 1)

    def test_include_usage_adds_one_last_chunk(self):
        chunks = list(self.chat(FRANCE, stream=True, stream_options={"include_usage": True}))
        self.assertEqual(chunks[-1].choices, [])
        self.assertTrue(all(chunk.usage is None for chunk in chunks[:-1]))
        whole = self.chat(FRANCE).usage
        self.assertEqual((chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens),
                         (whole.prompt_tokens, whole.completion_tokens))

    def test_repeated_prompt_is_cached(self):
        messages = [{"role": "user", "content": "Count with me: " + "one two three " * 40}]
        self.chat(messages, max_tokens=1)
        usage = self.chat(messages, max_tokens=1).usage
        self.assertGreater(usage.prompt_tokens_details.cached_tokens, usage.prompt_tokens // 2)

    def test_logprobs_have_one_entry_a_token(self):
        answer = self.chat(STORY, max_tokens=8, logprobs=True, top_logprobs=3)
        entries = answer.choices[0].logprobs.content
        self.assertEqual(len(entries), answer.usage.completion_tokens)
        spelled = b"".join(bytes(entry.bytes) for entry in entries)
        self.assertEqual(spelled.decode(), answer.choices[0].message.content)
        for entry in entries:
            likely = [top.logprob for top in entry.top_logprobs]
            self.assertEqual(len(likely), 3)
            self.assertEqual(likely, sorted(likely, reverse=True))
            self.assertLessEqual(sum(map(math.exp, likely)), 1.001)
            self.assertEqual(entry.token, entry.top_logprobs[0].token)  # greedy

    def test_streamed_logprobs_equal_the_whole_ones(self):
        def tokens(entries):
            return [entry.token for entry in entries]
        parameters = {"max_tokens": 5, "logprobs": True, "top_logprobs": 1}
        whole = tokens(self.chat(FRANCE, **parameters).choices[0].logprobs.content)
        streamed = [token for chunk in self.chat(FRANCE, stream=True, **parameters)
                    for choice in chunk.choices if choice.logprobs
                    for token in tokens(choice.logprobs.content)]
        self.assertEqual(streamed, whole)

    def test_two_choices_come_back_numbered(self):
        answer = self.chat(STORY, n=2, temperature=1, seed=3)
        self.assertEqual(sorted(choice.index for choice in answer.choices), [0, 1])
        texts = {choice.message.content for choice in answer.choices}
        self.assertEqual(len(texts), 2)  # each samples with a seed of its own
        self.assertEqual(answer.usage.completion_tokens, 48)

    def test_stop_ends_before_its_text(self):
        stop = ["never said", "ce is Par"]  # begins and ends inside tokens
        answer = self.chat(FRANCE, stop=stop)
        self.assertEqual(answer.choices[0].message.content, "The capital of Fran")
        self.assertEqual(answer.choices[0].finish_reason, "stop")
        self.assertEqual(self.streamed_text(FRANCE, stop=stop), "The capital of Fran")

    def test_other_seeds_give_other_texts(self):
        self.assertGreater(len({self.text(STORY, temperature=1, seed=seed) for seed in (1, 2, 3)}), 1)

    def test_max_tokens_ends_with_length(self):
        for name in ("max_tokens", "max_completion_tokens"):
            with self.subTest(name):
                answer = self.chat(STORY, **{"max_tokens": openai.NOT_GIVEN, name: 5})
                self.assertEqual(answer.choices[0].finish_reason, "length")
                self.assertEqual(answer.usage.completion_tokens, 5)

    def test_developer_message_and_text_parts_are_understood(self):
        self.assertIn("Paris", self.text([
            {"role": "developer", "content": "You answer questions about geography."},
            {"role": "user", "content": [{"type": "text", "text": FRANCE[0]["content"]}]}]))

    def test_fields_without_effect_are_named(self):
        answer = self.chat(FRANCE, max_tokens=1, user="somebody", metadata={"a": "b"})
        warnings = "\n".join(answer.model_extra["warnings"])
        self.assertIn("user", warnings)
        self.assertIn("metadata", warnings)

    def test_every_answer_has_a_request_id(self):
        first, second = self.chat(FRANCE, max_tokens=1), self.chat(FRANCE, max_tokens=1)
        self.assertTrue(first._request_id)
        self.assertNotEqual(first._request_id, second._request_id)

    def test_eight_streams_at_once_each_end_with_their_own_length(self):
        lengths = [4, 8, 12, 16, 20, 24, 28, 32]

        def count(length):
            chunks = list(self.chat(STORY, max_tokens=length, stream=True,
                                    stream_options={"include_usage": True}))
            return chunks[-1].usage.completion_tokens, chunks[-2].choices[0].finish_reason
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(list(pool.map(count, lengths)), [(n, "length") for n in lengths])

    def test_server_goes_on_after_an_aborted_stream(self):
        for _ in range(3):
            chunks = self.chat(STORY, max_tokens=2000, stream=True)
            for _ in range(3):
                next(iter(chunks))
            chunks.close()
        self.assertEqual(self.text(FRANCE), PARIS)


class AsyncTest(unittest.IsolatedAsyncioTestCase):
    async def test_async_stream_gives_the_same_text(self):
        async with openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0,
                                      timeout=120) as async_client:
            model = (await async_client.models.list()).data[0].id
            stream = await async_client.chat.completions.create(
                model=model, messages=FRANCE, temperature=0, max_tokens=24, stream=True)
            text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
        self.assertEqual(text, PARIS)


class ModelsTest(SdkTest):
    def test_list_and_retrieve_agree(self):
        models = self.client.models.list().data
        self.assertTrue(models)
        for model in models:
            self.assertEqual(model.object, "model")
            self.assertGreater(model.created, 0)
            self.assertEqual(self.client.models.retrieve(model.id), model)

    def test_unknown_model_is_not_found(self):
        with self.assertRaises(openai.NotFoundError) as caught:
            self.client.models.retrieve("no-such-model")
        self.assertEqual(caught.exception.code, "model_not_found")


class ErrorTest(SdkTest):
    def refused(self, kind, **parameters):
        with self.assertRaises(kind) as caught:
            self.chat(FRANCE, **parameters)
        self.assertTrue(caught.exception.body["message"])
        return caught.exception

    def test_chat_with_an_unknown_model_is_not_found(self):
        error = self.refused(openai.NotFoundError, model="no-such-model")
        self.assertEqual(error.code, "model_not_found")
        self.assertIn("no-such-model", error.body["message"])

    def test_bad_request_names_the_field(self):
        for field, value in (("temperature", 5), ("top_p", -1), ("n", 0), ("top_logprobs", 99),
                             ("stop", [""]), ("logit_bias", {"x": 1})):
            with self.subTest(field):
                error = self.refused(openai.BadRequestError, extra_body={field: value})
                self.assertTrue(error.param.startswith(field), error.param)
                self.assertEqual(error.type, "invalid_request_error")

    def test_misspelt_field_is_refused_by_name(self):
        error = self.refused(openai.BadRequestError, extra_body={"temprature": 1})
        self.assertEqual(error.param, "temprature")

    def test_too_long_prompt_says_both_numbers(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            self.chat([{"role": "user", "content": "lighthouse " * 20_000}])
        self.assertEqual(caught.exception.code, "context_length_exceeded")
        self.assertRegex(caught.exception.body["message"], r"\d{4,}.*\d{4,}")

    def test_unknown_route_is_not_found(self):
        with self.assertRaises(openai.NotFoundError):
            self.client.get("/no/such/route", cast_to=object)


class KeyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(environment={"PCAI_API_KEY": "right-key"})
        cls.addClassCleanup(cls.server.stop)

    def client(self, key):
        made = client(base_url=f"{self.server.url}/v1", api_key=key)
        self.addCleanup(made.close)
        return made

    def test_wrong_key_is_an_authentication_error(self):
        for key in ("wrong-key", "right-ke", "right-key2"):
            with self.assertRaises(openai.AuthenticationError) as caught:
                self.client(key).models.list()
            self.assertEqual(caught.exception.code, "invalid_api_key")

    def test_right_key_is_let_in(self):
        self.assertTrue(self.client("right-key").models.list().data)


class LifeTest(unittest.TestCase):
    def sample(self, seed):
        """The first answer of a server of its own: nothing is cached that could change sums."""
        own = Server()
        try:
            with client(base_url=f"{own.url}/v1") as own_client:
                answer = own_client.chat.completions.create(
                    model=own_client.models.list().data[0].id, messages=STORY, temperature=1,
                    max_tokens=24, seed=seed)
                return answer.choices[0].message.content
        finally:
            self.assertEqual(own.stop(), 0)  # SIGTERM is a good end

    def test_same_seed_gives_the_same_text(self):
        self.assertEqual(self.sample(42), self.sample(42))


if __name__ == "__main__":
    unittest.main()

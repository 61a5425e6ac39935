"""n answers are those of n requests with the seeds seed, seed+1, …, and their usage adds up: with the
fake backend, and with the default model, whose answers depend on no company here."""
import unittest

import openai

from server import Server, skip_without

SEED = 11
N = 4


class ChoicesTest(unittest.TestCase):
    """A server of the class's own."""
    arguments = ("--backend", "fake")
    content = "fake: tokens=12\nTell me a story."

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.arguments)
        cls.addClassCleanup(cls.server.stop)
        cls.client = openai.OpenAI(base_url=f"{cls.server.url}/v1", api_key="any", max_retries=0,
                                   timeout=120)
        cls.addClassCleanup(cls.client.close)

    def chat(self, seed, **parameters):
        return self.client.chat.completions.create(
            model="", messages=[{"role": "user", "content": self.content}], seed=seed,
            temperature=1, max_tokens=12, **parameters)

    def complete(self, seed, prompt, **parameters):
        return self.client.completions.create(model="", prompt=prompt, seed=seed, temperature=1,
                                              max_tokens=8, **parameters)

    def check_usage(self, together, alone):
        self.assertEqual(together.prompt_tokens, alone[0].prompt_tokens)
        self.assertEqual(together.completion_tokens, sum(one.completion_tokens for one in alone))
        self.assertEqual(together.total_tokens,
                         together.prompt_tokens + together.completion_tokens)

    def test_a_chats_choices_are_those_of_single_requests(self):
        alone = [self.chat(SEED + i) for i in range(N)]
        texts = [one.choices[0].message.content for one in alone]
        self.assertGreater(len(set(texts)), 1)
        together = self.chat(SEED, n=N)
        self.assertEqual([choice.message.content for choice in together.choices], texts)
        self.check_usage(together.usage, [one.usage for one in alone])

    def test_streamed_choices_are_the_same(self):
        texts = [""] * N
        usage = None
        for chunk in self.chat(SEED, n=N, stream=True, stream_options={"include_usage": True}):
            for choice in chunk.choices:
                texts[choice.index] += choice.delta.content or ""
            usage = chunk.usage or usage
        together = self.chat(SEED, n=N)
        self.assertEqual(texts, [choice.message.content for choice in together.choices])
        self.assertEqual(usage.completion_tokens, together.usage.completion_tokens)

    def test_each_prompt_of_a_list_gets_the_same_seeds(self):
        prompts = [self.content, "fake: tokens=9\nThe end of the story was"]
        alone = [[self.complete(SEED + i, prompt) for i in range(2)] for prompt in prompts]
        together = self.complete(SEED, prompts, n=2)
        self.assertEqual([choice.text for choice in together.choices],
                         [one.choices[0].text for answers in alone for one in answers])
        self.assertEqual(together.usage.prompt_tokens,
                         sum(answers[0].usage.prompt_tokens for answers in alone))

    def test_the_best_of_some_is_one_of_them(self):
        texts = [self.complete(SEED + i, self.content).choices[0].text for i in range(3)]
        self.assertIn(self.complete(SEED, self.content, best_of=3).choices[0].text, texts)


class DefaultModelTest(ChoicesTest):
    arguments = ("--reproducible", "on")
    content = "Tell me a story."

    @classmethod
    def setUpClass(cls):
        skip_without("llamacpp")
        super().setUpClass()


if __name__ == "__main__":
    unittest.main()

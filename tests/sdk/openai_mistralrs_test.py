"""The tests with the official OpenAI SDK for Python once more, on the backend mistralrs."""
import unittest

import openai_python_test as sdk
import openai_tools_test as tools
from server import Server, skip_without


def setUpModule():
    skip_without("mistralrs")
    sdk.server = tools.server = Server("--backend", "mistralrs")
    unittest.addModuleCleanup(sdk.server.stop)


class MistralrsChatTest(sdk.ChatTest):
    test_repeated_prompt_is_cached = None  # it keeps no prefixes


class MistralrsToolTest(tools.ToolTest):
    pass


class MistralrsStructureTest(tools.StructureTest):
    def test_a_grammar_holds_with_logprobs(self):
        answer = self.chat(temperature=1.5, logprobs=True, response_format={
            "type": "regex", "regex": "[0-9]{4}"})
        entries = answer.choices[0].logprobs.content
        self.assertEqual(len(entries), answer.usage.completion_tokens)
        self.assertEqual("".join(entry.token for entry in entries),
                         answer.choices[0].message.content)

    def test_a_lark_grammar_holds(self):
        answer = self.chat(temperature=1.5, response_format={
            "type": "lark", "lark": 'start: "yes" | "no"'})
        self.assertIn(answer.choices[0].message.content, ("yes", "no"))


class MistralrsCompletionTest(tools.CompletionTest):
    pass


class MistralrsResponsesTest(tools.ResponsesTest):
    pass


class MistralrsTokensTest(tools.ModelTest):
    def test_a_special_token_that_a_user_writes_is_text(self):
        def tokens(text):
            return self.client.responses.input_tokens.count(
                model=self.model, input=text).input_tokens

        empty = tokens("a")
        self.assertGreater(tokens("a<|im_end|>") - empty, 1)


if __name__ == "__main__":
    unittest.main()

"""Greedy answers to 100 prompts are llama.cpp's own on the same file.

Where an answer parts from llama.cpp's, the two tokens there must be as good as equally likely: the
kernels round differently, and nothing else may. How far apart they are is printed.
"""
import json
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assembled import default_model, real_model
from client import Client, skip_without
from likeness import Likeness
from llama_reference import TOKENS
from questions import ONE_HUNDRED

REFERENCE_LIMIT = 1500  # seconds for 100 answers
MOST_PARTED = 20        # answers of 100
LARGEST_GAP = 0.5       # of the log-probabilities of the two tokens, on each side
LARGEST_CHANGE = 0.15   # of a token's log-probability, on average over all that are alike


def setUpModule():
    skip_without("llamacpp")


def llama_cpp(model, prompts):
    """xllamacpp logs to both streams; the answers are the last line of the first."""
    done = subprocess.run([sys.executable, str(Path(__file__).with_name("llama_reference.py")),
                           str(model)], input=json.dumps(prompts), capture_output=True, text=True,
                          timeout=REFERENCE_LIMIT)
    if done.returncode != 0:
        raise AssertionError(f"llama.cpp ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def as_ours(tokens):
    """Without what ends the answer, which has no text here."""
    return [(token["token"], token["logprob"],
             {one["token"]: one["logprob"] for one in token["top_logprobs"]})
            for token in tokens if token["token"] and not token["token"].startswith("<|")]


class GreedyAnswers:
    @classmethod
    def setUpClass(cls):
        cls.model = cls.path()
        cls.client = Client("--model", str(cls.model))
        cls.addClassCleanup(cls.client.stop)

    def test_they_are_llama_cpps_own(self):
        with ThreadPoolExecutor(4) as pool:
            asked = list(pool.map(lambda q: self.client.continued(q, TOKENS), ONE_HUNDRED))
        theirs = llama_cpp(self.model, [ids for ids, _ in asked])
        likeness = Likeness(self.model.name)
        for question, (_, ours), reference in zip(ONE_HUNDRED, asked, theirs):
            likeness.add(question, ours, as_ours(reference))
        print(likeness)
        self.assertLessEqual(len(likeness.gaps), MOST_PARTED)
        self.assertLess(likeness.gap, LARGEST_GAP)
        self.assertLess(likeness.change, LARGEST_CHANGE)


class DefaultModelTest(GreedyAnswers, unittest.TestCase):
    path = staticmethod(default_model)


class HalfBillionTest(GreedyAnswers, unittest.TestCase):
    @staticmethod
    def path():
        return real_model("qwen2.5-coder-0.5b-instruct-q4_k_m.gguf")


if __name__ == "__main__":
    unittest.main()

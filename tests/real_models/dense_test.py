"""Qwen2.5 Coder of 0.5 and 1.5 B by llama.cpp: chats, schemas, tools, long texts, and `pcai run`."""
import json
import os
import subprocess
import unittest

from assembled import real_model
from checks import ChatModelChecks
from client import LIMIT, Client, skip_without
from questions import CHECKED

PROGRAM = os.environ["PCAI_PROGRAM"]


def setUpModule():
    skip_without("llamacpp")


class DenseModel(ChatModelChecks):
    @classmethod
    def setUpClass(cls):
        cls.path = real_model(cls.file)
        cls.client = Client("--model", str(cls.path))
        cls.addClassCleanup(cls.client.stop)

    def test_run_answers_right(self):
        for question, right in CHECKED[:self.asked]:
            with self.subTest(question):
                done = subprocess.run(
                    [PROGRAM, "run", "--model", str(self.path), "--temperature", "0",
                     "--max-tokens", "24", "--context", "512", "--json", question],
                    capture_output=True, text=True, timeout=LIMIT)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(right, json.loads(done.stdout)["content"])

    def test_the_server_answers_right(self):
        right = [expected in self.client.text(question, max_tokens=24)
                 for question, expected in CHECKED]
        self.assertGreaterEqual(sum(right), self.least_right, dict(zip(CHECKED, right)))

    def test_the_load_tells_the_kernels_once(self):
        self.assertEqual(self.client.log().count(" kernels: "), 1, self.client.log())


class HalfBillionTest(DenseModel, unittest.TestCase):
    file = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
    asked, least_right = 3, 7


class OneAndAHalfBillionTest(DenseModel, unittest.TestCase):
    file = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
    asked, least_right = 3, 8
    long_text = 60


if __name__ == "__main__":
    unittest.main()

"""lm-eval against `pcai serve` with the default model: answers over chat, and choices by the
probabilities of a prompt's tokens (`echo` with `logprobs`), as texts and as tokens."""
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from client import ClientTest, programs, skip_without  # noqa: E402
from tokenizer import default_model, write_tokenizer  # noqa: E402

QUESTIONS = [
    {"question": "The capital of France is", "choices": ["Paris", "a banana"], "right": 0},
    {"question": "Two plus two is", "choices": ["elephant", "four"], "right": 1},
    {"question": "The sun rises in the", "choices": ["east", "refrigerator"], "right": 0},
    {"question": "Water freezes into", "choices": ["trousers", "ice"], "right": 1},
]
TASK = {"dataset_path": "json", "test_split": "test", "num_fewshot": 0}
CHOICE = {**TASK, "task": "choice", "output_type": "multiple_choice",
          "doc_to_text": "{{question}}", "doc_to_choice": "{{choices}}", "doc_to_target": "right",
          "metric_list": [{"metric": "acc"}]}
ANSWER = {**TASK, "task": "answer", "output_type": "generate_until",
          "doc_to_text": "What is the capital of France? Answer with one word.",
          "doc_to_target": "The capital of France is Paris.",
          "generation_kwargs": {"until": ["\n\n"], "max_gen_toks": 24, "temperature": 0},
          "metric_list": [{"metric": "exact_match"}]}


class LmEvalTest(ClientTest):
    arguments = ()

    @classmethod
    def setUpClass(cls):
        skip_without("llamacpp")
        super().setUpClass()

    def setUp(self):
        super().setUp()
        data = self.work / "questions.jsonl"
        data.write_text("".join(json.dumps(question) + "\n" for question in QUESTIONS))
        for task in (CHOICE, ANSWER):  # JSON is YAML, too
            Path(self.work, f"{task['task']}.yaml").write_text(json.dumps(
                {**task, "dataset_kwargs": {"data_files": {"test": str(data)}}}))

    def evaluate(self, kind, route, task, *more, **settings):
        """The results of the task, by metric."""
        settings = {"model": self.model, "base_url": f"{self.url}{route}", "max_retries": 1,
                    **settings}
        folder = Path(tempfile.mkdtemp(dir=self.work))
        output = self.run_client(
            programs() / "lm_eval", "run", "--model", kind, "--tasks", task, "--include_path",
            self.work, "--output_path", folder, *more, "--model_args",
            ",".join(f"{name}={value}" for name, value in settings.items()),
            environment={"OPENAI_API_KEY": "any", "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1",
                         "HF_HOME": str(self.home), "TQDM_DISABLE": "1"})
        results = list(folder.rglob("results_*.json"))
        self.assertEqual(len(results), 1, output)
        return json.loads(results[0].read_text())["results"][task]

    def test_answers_over_chat(self):
        results = self.evaluate("local-chat-completions", "/v1/chat/completions", "answer",
                                "--apply_chat_template")
        self.assertEqual(results["exact_match,none"], 1)

    def test_choices_by_the_prompts_probabilities(self):
        tokenizer = self.work / "tokenizer"
        tokenizer.mkdir()
        write_tokenizer(default_model(), tokenizer)
        for tokens in (False, True):
            with self.subTest(tokens=tokens):
                results = self.evaluate("local-completions", "/v1/completions", "choice",
                                        tokenizer=tokenizer, tokenizer_backend="huggingface",
                                        tokenized_requests=tokens)
                self.assertEqual(results["acc,none"], 1)


if __name__ == "__main__":
    unittest.main()

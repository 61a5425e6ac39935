"""guidellm against `pcai serve` with the default model: a short benchmark over streamed chats."""
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from client import ClientTest, programs, skip_without  # noqa: E402
from tokenizer import default_model, write_tokenizer  # noqa: E402


class GuideLlmTest(ClientTest):
    arguments = ()

    @classmethod
    def setUpClass(cls):
        skip_without("llamacpp")
        super().setUpClass()

    def test_a_benchmark_completes_all_its_requests(self):
        tokenizer = self.work / "tokenizer"
        tokenizer.mkdir()
        write_tokenizer(default_model(), tokenizer)
        report = self.work / "report.json"
        output = self.run_client(
            programs() / "guidellm", "benchmark", "run", "--target", self.url, "--model", self.model,
            "--processor", tokenizer, "--rate-type", "synchronous", "--max-requests", "3",
            "--data", "prompt_tokens=24,output_tokens=8", "--output-path", report,
            environment={"HF_HUB_OFFLINE": "1", "HF_HOME": str(self.home)})
        benchmark = json.loads(report.read_text())["benchmarks"][0]
        requests = benchmark["requests"]
        self.assertEqual(len(requests["successful"]), 3, output[-4000:])
        self.assertEqual(requests["errored"], [])
        for request in requests["successful"]:
            self.assertEqual(request["output_tokens"], 8)
            self.assertGreater(request["time_to_first_token_ms"], 0)


if __name__ == "__main__":
    unittest.main()

"""aider against `pcai serve --backend fake`: it has no tools, but edits files by blocks of text."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from client import ClientTest, programs  # noqa: E402

WHOLE = """greeting.txt
```
good morning
```"""
DIFF = """greeting.txt
```
<<<<<<< SEARCH
hello
=======
good morning
>>>>>>> REPLACE
```"""


class AiderTest(ClientTest):
    def edit(self, provider, style, reply, environment):
        """Has it change a file by `reply`, then run a command over it."""
        file = self.work / "greeting.txt"
        file.write_text("hello\n")
        Path(self.work, "prompt").write_text(
            "".join(f"fake: reply={line}\n" for line in reply.splitlines()))
        output = self.run_client(
            programs() / "aider", "--model", f"{provider}/{self.model}", "--edit-format", style,
            "--message-file", "prompt", "--yes-always", "--no-git", "--no-check-update",
            "--analytics-disable", "--no-show-model-warnings", "--no-show-release-notes",
            "--no-pretty", "--auto-test", "--test-cmd", "cp greeting.txt tested.txt", file,
            environment={"LITELLM_LOCAL_MODEL_COST_MAP": "True", **environment})
        self.assertEqual(file.read_text(), "good morning\n", output)
        self.assertEqual((self.work / "tested.txt").read_text(), "good morning\n")

    def test_a_file_is_edited_over_openais_api(self):
        environment = {"OPENAI_API_BASE": f"{self.url}/v1", "OPENAI_API_KEY": "any"}
        for style, reply in (("whole", WHOLE), ("diff", DIFF)):
            with self.subTest(style):
                self.edit("openai", style, reply, environment)

    def test_a_file_is_edited_over_anthropics_api(self):
        self.edit("anthropic", "diff", DIFF,
                  {"ANTHROPIC_API_BASE": self.url, "ANTHROPIC_API_KEY": "any"})

    def test_a_file_is_edited_over_ollamas_api(self):
        self.edit("ollama_chat", "diff", DIFF, {"OLLAMA_API_BASE": self.url})


if __name__ == "__main__":
    unittest.main()

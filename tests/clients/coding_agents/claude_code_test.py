"""Claude Code against `pcai serve --backend fake`, whose script says which of its tools to call."""
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from client import ClientTest, modules  # noqa: E402


def program():
    return next(modules().glob("@anthropic-ai/claude-code-linux-*/claude"))


class ClaudeTest(ClientTest):
    def claude(self, prompt, *arguments, status=0):
        """The result that it prints."""
        output = self.run_client(
            program(), "-p", prompt, "--output-format", "json", *arguments, status=status,
            environment={
                "ANTHROPIC_BASE_URL": self.url, "ANTHROPIC_API_KEY": "any",
                "ANTHROPIC_MODEL": self.model, "ANTHROPIC_DEFAULT_HAIKU_MODEL": self.model,
                "CLAUDE_CONFIG_DIR": str(self.home / ".claude"),
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1",
                "CLAUDE_CODE_MAX_RETRIES": "0"})
        result = json.loads([line for line in output.splitlines() if line.startswith("{")][-1])
        self.assertEqual(result["is_error"], status != 0, output)
        return result


class ClaudeCodeTest(ClaudeTest):
    def test_a_question_is_answered(self):
        result = self.claude("fake: reply=hello there")
        self.assertEqual(result["result"], "hello there")
        self.assertGreater(result["usage"]["output_tokens"], 0)

    def test_files_are_written_read_and_edited(self):
        file = self.work / "greeting.txt"
        edit = {"file_path": str(file), "old_string": "hello", "new_string": "good morning"}
        result = self.claude(
            f'fake: tool=Write args={json.dumps({"file_path": str(file), "content": "hello there"})}\n'
            f'fake: tool=Read args={json.dumps({"file_path": str(file)})}\n'
            f'fake: tool=Edit args={json.dumps(edit)}', "--permission-mode", "acceptEdits")
        self.assertEqual(file.read_text(), "good morning there")
        self.assertIn("The tool said:", result["result"])
        self.assertEqual(result["num_turns"], 4)

    def test_a_command_is_run(self):
        result = self.claude('fake: tool=Bash args={"command": "echo $((6 * 7)) > answer"}',
                             "--allowedTools", "Bash")
        self.assertEqual((self.work / "answer").read_text(), "42\n")
        self.assertIn("The tool said:", result["result"])

    def test_a_session_is_gone_on_with(self):
        first = self.claude("fake: reply=one")
        second = self.claude("fake: reply=two", "--resume", first["session_id"])
        self.assertEqual(second["result"], "two")
        self.assertGreater(second["usage"]["cache_read_input_tokens"], 100)


class SmallContextTest(ClaudeTest):
    arguments = ("--backend", "fake", "--context", "2048")

    def test_a_prompt_over_the_context_is_told_in_words_it_knows(self):
        self.assertIn("Prompt is too long", self.claude("hello", status=1)["result"])


del ClaudeTest  # it has no tests of its own

if __name__ == "__main__":
    unittest.main()

"""Codex against `pcai serve --backend fake`, whose script says which of its tools to call."""
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from client import ClientTest, modules  # noqa: E402

SETTINGS = """
model = "{model}"
model_provider = "pcai"
check_for_update_on_startup = false
web_search = "disabled"
[analytics]
enabled = false
[model_providers.pcai]
name = "pcai"
base_url = "{url}/v1"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
"""


def program():
    return next(modules().glob("@openai/codex-linux-*/vendor/*/bin/codex"))


class CodexTest(ClientTest):
    def setUp(self):
        super().setUp()
        self.settings = self.home / ".codex"
        self.settings.mkdir()
        Path(self.settings, "config.toml").write_text(
            SETTINGS.format(model=self.model, url=self.url))

    def codex(self, prompt, *command):
        """What it did, item by item. Its own sandbox needs rights that a test may lack."""
        output = self.run_client(
            program(), "exec", *command, "--json", "--skip-git-repo-check",
            "--dangerously-bypass-approvals-and-sandbox", prompt,
            environment={"CODEX_HOME": str(self.settings)})
        events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        self.assertEqual(events[-1]["type"], "turn.completed", output)
        self.assertGreater(events[-1]["usage"]["output_tokens"], 0)
        return [event["item"] for event in events if event["type"] == "item.completed"]

    def test_a_question_is_answered(self):
        items = self.codex("fake: reply=hello there")
        self.assertEqual((items[-1]["type"], items[-1]["text"]), ("agent_message", "hello there"))

    def test_commands_are_run_one_after_another(self):
        items = self.codex('fake: tool=exec_command args={"cmd": "echo hello > greeting"}\n'
                           'fake: tool=exec_command args={"cmd": "cat greeting"}')
        commands = [item for item in items if item["type"] == "command_execution"]
        self.assertEqual([command["exit_code"] for command in commands], [0, 0])
        self.assertEqual(commands[1]["aggregated_output"], "hello\n")
        self.assertEqual((self.work / "greeting").read_text(), "hello\n")
        self.assertIn("The tool said:", items[-1]["text"])

    def test_a_session_is_gone_on_with(self):
        self.codex("fake: reply=one")
        self.assertEqual(self.codex("fake: reply=two", "resume", "--last")[-1]["text"], "two")


if __name__ == "__main__":
    unittest.main()

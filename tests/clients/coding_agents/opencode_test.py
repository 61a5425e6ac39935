"""opencode against `pcai serve --backend fake`, whose script says which of its tools to call."""
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from client import ClientTest, modules  # noqa: E402


def program():
    """The one that asks least of the processor; the package is there for Linux x86_64 only."""
    found = list(modules().glob("opencode-linux-*/bin/opencode"))
    if not found:
        raise unittest.SkipTest("there is no opencode for this machine")
    return found[0]


class OpencodeTest(ClientTest):
    def opencode(self, prompt):
        """What it did, event by event. The prompt is its input: it puts quotes around arguments."""
        Path(self.work, "opencode.json").write_text(json.dumps({
            "autoupdate": False, "share": "disabled",
            "model": f"pcai/{self.model}", "small_model": f"pcai/{self.model}",
            "provider": {"pcai": {
                "npm": "@ai-sdk/openai-compatible", "name": "pcai",
                "options": {"baseURL": f"{self.url}/v1", "apiKey": "any"},
                "models": {self.model: {"tool_call": True,
                                        "limit": {"context": 131072, "output": 4096}}}}}}))
        output = self.run_client(
            program(), "run", "--format", "json", said=prompt,
            environment={"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1",
                         "OPENCODE_DISABLE_LSP_DOWNLOAD": "1"})
        return [json.loads(line) for line in output.splitlines() if line.startswith("{")]

    def texts(self, events):
        return [event["part"]["text"] for event in events if event["type"] == "text"]

    def test_files_are_written_read_and_edited(self):
        file = self.work / "greeting.txt"
        edit = {"filePath": str(file), "oldString": "hello", "newString": "good morning"}
        events = self.opencode(
            f'fake: tool=write args={json.dumps({"filePath": str(file), "content": "hello there"})}\n'
            f'fake: tool=read args={json.dumps({"filePath": str(file)})}\n'
            f'fake: tool=edit args={json.dumps(edit)}\n')
        used = [event["part"] for event in events if event["type"] == "tool_use"]
        self.assertEqual([part["tool"] for part in used], ["write", "read", "edit"])
        self.assertEqual({part["state"]["status"] for part in used}, {"completed"})
        self.assertEqual(file.read_text(), "good morning there")
        self.assertIn("The tool said:", self.texts(events)[-1])

    def test_a_command_is_run(self):
        events = self.opencode(
            'fake: tool=bash args={"command": "echo $((6 * 7)) > answer", "description": "count"}\n')
        self.assertEqual((self.work / "answer").read_text(), "42\n")
        self.assertIn("The tool said:", self.texts(events)[-1])


if __name__ == "__main__":
    unittest.main()

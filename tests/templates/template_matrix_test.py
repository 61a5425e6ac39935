"""Chat templates of 70 models × conversations as clients send them: all texts are in the prompt, or
the request is refused by a clear reason. One server has a tiny model under the name of each
template; prompts come from its own /apply-template."""
import concurrent.futures
import http.client
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "sdk")]
import conversations  # noqa: E402
import real_templates  # noqa: E402
import tiny_model  # noqa: E402
from server import Server, skip_without  # noqa: E402

# Refused with a reason that the caller can act on: (template, conversation).
REFUSED = set()
ROWS = os.environ.get("PCAI_TEMPLATES", "")  # names of some only, with commas between


def is_there(word, prompt):
    return (word in prompt or json.dumps(word)[1:-1] in prompt
            or json.dumps(word, ensure_ascii=False)[1:-1] in prompt)


class TemplateMatrixTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        skip_without("llamacpp")
        folder = tempfile.TemporaryDirectory(prefix="pcai-templates-")
        cls.addClassCleanup(folder.cleanup)
        tiny_model.write(Path(folder.name, "tiny.gguf"))
        known = {path.stem: path for path in sorted(real_templates.folder().glob("*.jinja"))}
        cls.names = [name for name in known if not ROWS or name in ROWS.split(",")]
        lines = []
        for name in cls.names:
            lines += [f"[models.{json.dumps(name)}]", f"model = {json.dumps(folder.name + '/tiny.gguf')}",
                      f"chat_template = {json.dumps(str(known[name]))}", "threads = 1", ""]
        config = Path(folder.name, "pcai.toml")
        config.write_text("\n".join(lines))
        cls.server = Server("--config", str(config), "--discover", "off", "--isolation", "none",
                            "--log-level", "error")
        cls.addClassCleanup(cls.server.stop)
        cls.address = cls.server.url.removeprefix("http://")

    def problems(self, name):
        """What is wrong with this template's prompts, and the conversations that it refuses."""
        wrong, refused = [], []
        connection = http.client.HTTPConnection(self.address, timeout=300)
        for talk in conversations.conversations():
            body = {"model": name, "messages": talk.messages, **talk.fields}
            connection.request("POST", "/apply-template", json.dumps(body),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            status, said = answer.status, json.loads(answer.read())
            if status == 400:
                refused.append(talk.name)
                if len(said["error"]["message"]) < 30 or not said["error"]["param"]:
                    wrong.append(f"{talk.name}: no clear reason: {said}")
            elif status != 200:
                wrong.append(f"{talk.name}: status {status}: {said}")
            else:
                wrong += [f"{talk.name}: {problem}" for problem in self.look(talk, said["prompt"])]
        connection.close()
        return wrong, refused

    def look(self, talk, prompt):
        for word in talk.words:
            if not is_there(word, prompt):
                yield f"{word} is lost"
        if talk.last and not prompt.endswith(talk.last):
            yield f"ends with {prompt[-60:]!r}"

    def test_no_text_is_lost(self):
        self.assertGreaterEqual(len(conversations.conversations()), 30)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as threads:
            found = dict(zip(self.names, threads.map(self.problems, self.names)))
        wrong = [f"{name}: {problem}" for name, (problems, _) in found.items() for problem in problems]
        refused = {(name, talk) for name, (_, talks) in found.items() for talk in talks}
        wrong += [f"{name}: {talk}: is refused" for name, talk in sorted(refused - REFUSED)]
        if wrong:
            self.fail(f"{len(wrong)} problems:\n" + "\n".join(wrong[:200]))


if __name__ == "__main__":
    unittest.main()

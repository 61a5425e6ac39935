"""A tool whose text is mostly descriptions does not end a request: where the prompt does not fit, the
model sees the tools without their annotations, and the answer says so."""
import json
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "sdk")]
import tiny_model  # noqa: E402
from server import Server, skip_without  # noqa: E402

CONTEXT = 4096  # tokens, which are bytes
OWN_TOOLS = ("{% if tools %}{{ tools | tojson }}{% endif %}{% for m in messages %}<{{ m.role }}>"
             "{{ m.content }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}")


def tool(fields, words, **more):
    return {"type": "function", "function": {
        "name": "store", "description": "Keeps values", "parameters": {
            "type": "object", "additionalProperties": False, "required": ["description"],
            "properties": {"description": {"type": "string", "enum": ["ab"], "title": "T" * words},
                           **{f"field_{i}": {"type": "string", "description": "w" * words}
                              for i in range(fields)}}, **more}}}


class LongToolsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        skip_without("llamacpp")
        folder = tempfile.TemporaryDirectory(prefix="pcai-long-tools-")
        cls.addClassCleanup(folder.cleanup)
        tiny_model.write(Path(folder.name, "tiny.gguf"))
        Path(folder.name, "own.jinja").write_text(OWN_TOOLS)
        cls.servers = []
        for template in ([], ["--chat-template", folder.name + "/own.jinja"]):
            cls.servers.append(Server("--model", folder.name + "/tiny.gguf", "--isolation", "none",
                                      "--context", str(CONTEXT), "--threads", "1", *template))
            cls.addClassCleanup(cls.servers[-1].stop)

    def chat(self, server, tools, **fields):
        body = {"messages": [{"role": "user", "content": "hi"}], "tools": tools, "max_tokens": 120,
                **fields}
        request = urllib.request.Request(server.url + "/v1/chat/completions",
                                         json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def test_annotations_are_left_out_only_where_the_prompt_does_not_fit(self):
        for server in self.servers:
            for words, told in ((5, False), (900, True)):
                with self.subTest(server=server.url, words=words):
                    status, said = self.chat(server, [tool(6, words)])
                    self.assertEqual(status, 200, said)
                    warnings = [text for text in said.get("warnings") or [] if "tools" in text]
                    self.assertEqual(len(warnings), int(told), said.get("warnings"))
                    self.assertLess(said["usage"]["prompt_tokens"], CONTEXT)

    def test_what_is_enforced_stays(self):
        for server in self.servers:
            status, said = self.chat(server, [tool(1, 5000)], tool_choice="required", temperature=0,
                                     parallel_tool_calls=False)
            self.assertEqual(status, 200, said)
            call = said["choices"][0]["message"]["tool_calls"][0]["function"]
            self.assertTrue(call["arguments"].startswith('{"description": "ab"'), call)

    def test_what_does_not_fit_even_so_is_refused_with_both_numbers(self):
        for server in self.servers:
            status, said = self.chat(server, [tool(300, 20)])
            self.assertEqual((status, said["error"]["code"]), (400, "context_length_exceeded"), said)
            self.assertIn(str(CONTEXT), said["error"]["message"])


if __name__ == "__main__":
    unittest.main()

"""Each family's answers, in its own format, through the server: whole and streamed they become text,
reasoning and calls, and no mark of the format is left in them. A scripted model says each answer to
the template of each family that llama.cpp ships."""
import json
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "sdk")]

import real_templates  # noqa: E402
import scripted_model  # noqa: E402
from families import FAMILIES, FAMILY_OF, table  # noqa: E402
from server import Server, skip_without  # noqa: E402

TEXT, REASON = "Lemons are yellow.", "They ask about lemons."
LEMONS, LIMES = ("get_stock", {"item": "lemons", "count": 2}), ("get_stock", {"item": "limes"})
TOOL = {"type": "function", "function": {
    "name": "get_stock", "description": "Tells how much is there", "parameters": {
        "type": "object", "properties": {"item": {"type": "string", "enum": ["lemons", "limes"]},
                                         "count": {"type": "integer"}},
        "required": ["item"], "additionalProperties": False}}}
GAP = 4       # positions between two answers
CONTEXT = 8192


class Case:
    """An answer's parts and its text."""

    def __init__(self, name, answer, content="", reasoning="", calls=(), tools=False, **fields):
        self.name, self.answer, self.tools, self.fields = name, answer, tools, fields
        self.expected = (content, reasoning, list(calls))


def cases(family, opened):
    """`opened`: the prompt with and without tools has begun the reasoning."""
    def thought(text, tools):
        if not text and not opened[tools]:
            return ""
        begin, end = family.thought
        return ("" if opened[tools] else begin) + text + end

    def around(text, marks):
        return marks[0] + text + marks[1]

    silent = {tools: thought("", tools) if family.thought else "" for tools in (False, True)}
    yield Case("text", silent[False] + around(TEXT, family.text), TEXT)
    if family.thought:
        yield Case("reasoning and text", thought(REASON, False) + around(TEXT, family.text), TEXT,
                   REASON)
    yield Case("text beside tools", silent[True] + around(TEXT, family.text), TEXT, tools=True)
    one = silent[True] + family.calls([LEMONS])
    yield Case("a call", one, calls=[LEMONS], tools=True)
    if family.parallel:
        yield Case("two calls", silent[True] + family.calls([LEMONS, LIMES]), calls=[LEMONS, LIMES],
                   tools=True)
    if family.between is not None:
        before = around(TEXT, family.text_before_calls or family.text)
        yield Case("text and a call", silent[True] + before + family.between + family.calls([LEMONS]),
                   TEXT, calls=[LEMONS], tools=True)
    if family.thought:
        yield Case("reasoning and a call", thought(REASON, True) + family.calls([LEMONS]), "", REASON,
                   [LEMONS], tools=True)


class DocumentationTest(unittest.TestCase):
    def test_the_table_is_that_of_the_tests(self):
        self.assertIn(table(), (TESTS.parent / "docs/answer-formats.md").read_text())


class AnswerFormatsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        skip_without("llamacpp")
        cls.templates = real_templates.folder()

    def serve(self, template, family, answers, fields):
        path = Path(self.folder.name, "model.gguf")
        scripted_model.write(path, (*family.special, family.end), family.end, answers, CONTEXT)
        self.server = Server("--model", str(path), "--chat-template", str(template), "--isolation",
                             "none", "--context", str(CONTEXT), "--threads", "1", *fields)

    def post(self, path, body):
        request = urllib.request.Request(self.server.url + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read().decode()

    def body(self, tools, padding, **fields):
        return {"messages": [{"role": "user", "content": "x" * padding}], "temperature": 0,
                "max_tokens": 400, **({"tools": [TOOL]} if tools else {}), **fields}

    def ask(self, case, stream, **fields):
        """(content, reasoning, calls), the finish reason."""
        said = self.post("/v1/chat/completions",
                         self.body(case.tools, case.padding, stream=stream, **case.fields, **fields))
        if stream:
            return joined(said)
        choice = json.loads(said)["choices"][0]
        message = choice["message"]
        calls = [(call["function"]["name"], call["function"]["arguments"])
                 for call in message.get("tool_calls") or []]
        return ((message["content"] or "", message.get("reasoning_content") or "", calls),
                choice["finish_reason"])

    def check(self, template):
        family = FAMILIES[FAMILY_OF[template.stem]]
        self.folder = tempfile.TemporaryDirectory(prefix="pcai-formats-")
        self.addCleanup(self.folder.cleanup)
        self.serve(template, family, {}, ())
        try:
            lengths, opened = {}, {}
            for tools in (False, True):
                body = self.body(tools, 1)
                lengths[tools] = json.loads(self.post("/v1/chat/completions/input_tokens",
                                                      body))["input_tokens"]
                prompt = json.loads(self.post("/apply-template", body))["prompt"].rstrip()
                begin = family.thought[0].strip() if family.thought else ""
                opened[tools] = bool(family.thought) and prompt.endswith(begin)
            with self.subTest("who describes tools"):
                self.assertEqual("You can call functions." in prompt, family.in_our_words)
        finally:
            self.server.stop()
        chosen = list(cases(family, opened))
        vocabulary = scripted_model.Vocabulary((*family.special, family.end))
        end, answers = 0, {}
        for case in sorted(chosen, key=lambda case: case.tools):
            length = max(end + GAP, lengths[case.tools] + GAP)
            case.padding = length - lengths[case.tools] + 1
            case.tokens = vocabulary.tokens(case.answer + family.end)
            answers[length - 1] = case.answer + family.end
            end = length + len(case.tokens)
        self.assertLess(end, CONTEXT)
        self.serve(template, family, answers, ())
        try:
            for case in chosen:
                self.check_case(case, family)
            self.check_required(chosen)
            self.check_cut(chosen, family, vocabulary)
        finally:
            self.server.stop()

    def check_case(self, case, family):
        for stream in (False, True):
            with self.subTest(case.name, streamed=stream):
                (content, reasoning, calls), reason = self.ask(case, stream)
                calls = [(name, json.loads(arguments)) for name, arguments in calls]
                self.assertEqual((content, reasoning, calls), case.expected, case.answer)
                self.assertEqual(reason, "tool_calls" if case.expected[2] else "stop")

    def check_required(self, chosen):
        """Who would rather talk has to call, and who calls may."""
        for case in chosen:
            if case.name not in ("text beside tools", "a call"):
                continue
            with self.subTest("required: " + case.name):
                (content, _, calls), reason = self.ask(case, False, tool_choice="required")
                self.assertTrue(calls, (content, reason))
                self.assertEqual(calls[0][0], "get_stock")
                self.assertEqual(content, "")
                if reason != "length":
                    self.assertIn(json.loads(calls[0][1])["item"], ("lemons", "limes"))

    def check_cut(self, chosen, family, vocabulary):
        case = next(case for case in chosen if case.name == "a call")
        tokens = len(vocabulary.tokens(case.answer[:case.answer.index("lemons") + 3]))
        for stream in (False, True):
            with self.subTest("a call that is cut", streamed=stream):
                (content, _, calls), reason = self.ask(case, stream, max_tokens=tokens)
                self.assertEqual(reason, "length")
                self.assertEqual(content, "")
                self.assertLessEqual({name for name, _ in calls}, {"get_stock"})


def joined(stream):
    """A stream's deltas, joined."""
    content, reasoning, calls, reason = "", "", [], None
    for line in stream.splitlines():
        if not line.startswith("data: {"):
            continue
        chunk = json.loads(line[6:])
        if "error" in chunk:
            raise AssertionError(chunk["error"])
        for choice in chunk["choices"]:
            delta = choice["delta"]
            content += delta.get("content") or ""
            reasoning += delta.get("reasoning_content") or ""
            for call in delta.get("tool_calls") or []:
                if call["index"] == len(calls):
                    calls.append([call["function"]["name"], ""])
                calls[call["index"]][1] += call["function"].get("arguments") or ""
            reason = choice["finish_reason"] or reason
    return (content, reasoning, [tuple(call) for call in calls]), reason


def add_tests():
    """A test for each template."""
    for name in FAMILY_OF:
        def test(self, name=name):
            self.check(self.templates / (name + ".jinja"))
        identifier = "".join(c if c.isalnum() else "_" for c in name)
        setattr(AnswerFormatsTest, "test_" + identifier, test)


add_tests()

if __name__ == "__main__":
    unittest.main()

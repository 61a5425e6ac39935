"""Each family's answers, in its own format, through the server: whole and streamed they become text,
reasoning and calls, and no mark of the format is left in them. A scripted model says each answer to
the template of each family that llama.cpp ships."""
import json
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "sdk")]

import real_templates  # noqa: E402
import scripted_model  # noqa: E402
from families import FAMILIES, FAMILY_OF, NOT_READ, not_read, table  # noqa: E402
from server import Server, skip_without  # noqa: E402

TEXT, REASON = "Lemons are yellow.", "They ask about lemons."
LEMONS, LIMES = ("get_stock", {"item": "lemons", "count": 2}), ("get_stock", {"item": "limes"})
TOOL = {"type": "function", "function": {
    "name": "get_stock", "description": "Tells how much is there", "parameters": {
        "type": "object", "properties": {"item": {"type": "string", "enum": ["lemons", "limes"]},
                                         "count": {"type": "integer"}},
        "required": ["item"], "additionalProperties": False}}}
REQUIRED = {"tool_choice": "required"}
GAP = 8        # positions between two answers
MORE = 60      # tokens that an answer may be longer than its script
CONTEXT = 8192


class Case:
    """An answer's parts and its text."""

    def __init__(self, name, answer, content="", reasoning="", calls=(), tools=False):
        self.name, self.answer, self.tools = name, answer, tools
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

    def test_what_is_not_read_is_told(self):
        self.assertTrue(set(NOT_READ) <= set(FAMILY_OF))
        self.assertIn(not_read(), (TESTS.parent / "docs/answer-formats.md").read_text())


class AnswerFormatsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        skip_without("llamacpp")
        cls.templates = real_templates.folder()

    def serve(self, template, family, answers):
        path = Path(self.folder.name, "model.gguf")
        scripted_model.write(path, (*family.special, family.end), family.end, answers, CONTEXT)
        self.server = Server("--model", str(path), "--chat-template", str(template), "--isolation",
                             "none", "--context", str(CONTEXT), "--threads", "1")

    def post(self, path, body):
        request = urllib.request.Request(self.server.url + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read().decode()

    def body(self, family, tools, padding, **fields):
        return {"messages": [{"role": "user", "content": "x" * padding}], "temperature": 0,
                **({"tools": [TOOL]} if tools else {}), **dict(family.fields), **fields}

    def ask(self, case, stream, **fields):
        """(content, reasoning, calls), the finish reason."""
        padding = case.position - self.lengths[case.tools, "tool_choice" in fields] + 2
        said = self.post("/v1/chat/completions", self.body(
            self.family, case.tools, padding, stream=stream,
            **{"max_tokens": len(case.tokens) + MORE, **fields}))
        if stream:
            return joined(said)
        choice = json.loads(said)["choices"][0]
        message = choice["message"]
        calls = [(call["function"]["name"], call["function"]["arguments"])
                 for call in message.get("tool_calls") or []]
        return ((message["content"] or "", message.get("reasoning_content") or "", calls),
                choice["finish_reason"])

    def hold(self, name, check, stream=False):
        """Checks, and that a check in NOT_READ fails."""
        self.held.add(name)
        with self.subTest(name, streamed=stream):
            if name not in self.not_read:
                return check()
            with self.assertRaises((AssertionError, ValueError, urllib.error.HTTPError),
                                   msg="it is read now: take it off NOT_READ"):
                check()

    def check(self, template):
        self.family = family = FAMILIES[FAMILY_OF[template.stem]]
        _, self.not_read = NOT_READ.get(template.stem, ("", ()))
        self.held = set()
        self.folder = tempfile.TemporaryDirectory(prefix="pcai-formats-")
        self.addCleanup(self.folder.cleanup)
        chosen = self.choose_cases(template)
        vocabulary = scripted_model.Vocabulary((*family.special, family.end))
        end, answers = max(self.lengths.values()), {}
        for case in chosen:
            case.position = end + GAP
            case.tokens = vocabulary.tokens(case.answer + family.end)
            answers[case.position] = case.answer + family.end
            end = case.position + len(case.tokens)
        self.assertLess(end + GAP, CONTEXT)
        self.serve(template, family, answers)
        try:
            for case in chosen:
                self.check_case(case)
            self.check_required(chosen)
            self.check_cut(chosen, vocabulary)
        finally:
            self.server.stop()
        self.assertEqual(set(self.not_read) - self.held, set(), "NOT_READ names no such case")

    def choose_cases(self, template):
        """The cases, by what the template writes at a prompt's end. Sets `lengths`: the tokens of
        a prompt of one letter, by whether there are tools and whether a call is required."""
        family, self.lengths, opened = self.family, {}, {}
        self.serve(template, family, {})
        try:
            for tools, required in ((False, False), (True, False), (True, True)):
                body = self.body(family, tools, 1, **REQUIRED if required else {})
                self.lengths[tools, required] = json.loads(
                    self.post("/v1/chat/completions/input_tokens", body))["input_tokens"]
                if required:
                    continue
                prompt = json.loads(self.post("/apply-template", body))["prompt"].rstrip()
                begin = family.thought[0].strip() if family.thought else ""
                opened[tools] = bool(family.thought) and prompt.endswith(begin)
        finally:
            self.server.stop()
        self.hold("who describes tools", lambda: self.assertEqual(
            "You can call functions." in prompt, family.in_our_words))
        return list(cases(family, opened))

    def check_case(self, case):
        def check(stream):
            (content, reasoning, calls), reason = self.ask(case, stream)
            calls = [(name, json.loads(arguments)) for name, arguments in calls]
            self.assertEqual((content, reasoning, calls), case.expected, case.answer)
            self.assertEqual(reason, "tool_calls" if case.expected[2] else "stop")

        for stream in (False, True):
            self.hold(case.name, lambda: check(stream), stream)

    def check_required(self, chosen):
        """Who would rather talk has to call, and who calls may."""
        def check(case):
            (content, _, calls), reason = self.ask(case, False, **REQUIRED)
            self.assertEqual(content, "")
            self.assertTrue(calls or reason == "length", "nothing was called")
            self.assertLessEqual({name for name, _ in calls}, {"get_stock"})
            if reason != "length":
                self.assertIn(json.loads(calls[0][1])["item"], ("lemons", "limes"))

        for case in chosen:
            if case.name in ("text beside tools", "a call"):
                self.hold("required: " + case.name, lambda: check(case))

    def check_cut(self, chosen, vocabulary):
        case = next(case for case in chosen if case.name == "a call")
        tokens = len(vocabulary.tokens(case.answer[:case.answer.index("lemons") + 3]))

        def check(stream):
            (content, _, calls), reason = self.ask(case, stream, max_tokens=tokens)
            self.assertEqual(reason, "length")
            self.assertEqual(content, "")
            self.assertLessEqual({name for name, _ in calls}, {"get_stock"})

        for stream in (False, True):
            self.hold("a call that is cut", lambda: check(stream), stream)


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

"""Keeps phrases that are hard to read out of what users and newcomers read.

That is: README, CONTRIBUTING, CHANGELOG, docs/, the help of the PowerShell module, comments of the public
headers, and all texts in src/ (help, errors, descriptions of fields). A phrase that is found is rewritten
in plain English: subject first, one idea per sentence, "if" for conditions.
"""
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# (phrase, hard to read, plain). Phrases are matched in lines that were joined to paragraphs; ^ is the
# beginning of a sentence.
PHRASES = [
    (r"(?<!there )\b(is|are|was|were) no (?!longer\b|more\b|less\b|larger\b|smaller\b|better\b|worse\b)",
     "'x' is no address of this machine", "'x' is not an address of this machine"),
    (r"\bwhat (is|are|has) (no|none)\b",
     "What has no vector code is slow", "Formats without vector code are slow"),
    (r"^(?-i:What) [^.?!|]{3,120} (is|are) (not )?(\w+ed|\w+en|known|kept|sent|data|left|said|cut)\b",
     "What a file says is checked before it is believed.", "Everything that a file says is checked first."),
    (r"\bof which there (must|is|are|may)\b",
     "ids, of which there must be one", "at least one id"),
    (r"\bthat which\b", "Only that which fits", "Only models that fit"),
    (r"\bwhoever\b", "Whoever sends a signal", "A process that sends a signal"),
    (r"\bwho (leaves|wants to know|is (there|not needed)|comes next)\b",
     "who leaves ends it", "If the client disconnects, it ends"),
    (r"\bin (every |other |its |any )?company\b|\bcompany (changes|matters)\b",
     "the same bits in every company", "bit-identical regardless of other requests"),
    (r"\bso many (?!that\b)",
     "Sample from so many likeliest tokens", "Keep only the N most likely tokens"),
    (r"\btoo (long|large|small|deep|short) an? ",
     "too long a text is refused", "a text that is too long is refused"),
    (r"\bof (its|their|our|your|his) own\b(?=[.,;:)]|$| (and|or|for|in|with|that|which|at|to|under|over|as)\b)",
     "each in a process of its own, and", "each in its own process"),
    (r"\bof (ours|theirs|yours)\b", "a field of ours", "our extension"),
    (r"\b(of|by) (Ollama|LM Studio|Jan|OpenAI|Anthropic|Hugging Face)'s\b(?=[.;:)]| (brings|has|is|are|in|with)\b)",
     "A model of Ollama's brings defaults", "An Ollama model has defaults"),
    (r"\bone an? (line|model|request|token|step|customer|connection|tensor|session|byte|text)\b",
     "File of keys, one a line", "File with one key per line"),
    (r"\bone (file|line|key|model|thread|entry) an? ",
     "Ollama's own format, one file a tensor", "Ollama's own format, one file per tensor"),
    (r"\ban? (token|sentence|line|file|word) each\b",
     "what the load did without, a sentence each", "warnings of the load, one sentence per entry"),
    (r"\b(alternatives|pixels|numbers|bits|bytes|rows|tokens) an? (token|cell|side|weight|step|row)\b",
     "16,384 pixels a side", "16,384 pixels per side"),
    (r"\bMost (tokens|bytes|requests|layers|seconds)\b|\bthe most (is|tokens)\b",
     "Most tokens of the answer", "Maximum number of tokens in the answer"),
    (r"\blikeliest\b", "always the likeliest token", "always the most likely token"),
    (r"\bnor (is|are|does|do|can|has|have|will|was)\b",
     "nor is it cut", "and it is not cut"),
    (r"\b(hardly|scarcely)\b", "hardly larger", "almost as small"),
    (r"\b(but|save) for\b(?! (example|instance)\b)", "all but for the kernels", "all except the kernels"),
    (r"\ball but (the|a|one|its|their|`)", "all but `messages`", "all except `messages`"),
    (r"\bfor want of\b", "put back for want of cells", "preempted because no cell was free"),
    (r"\b(is|are) (not )?to (be|stay|come|have|hold)\b",
     "memory that is to stay free", "memory that stays free"),
    (r"\bin vain\b", "Nobody leaves in vain", "A model is unloaded only if its memory is needed"),
    (r"\bof (its|their) own accord\b|\bof no use\b", "Of no use to the models here", "No model here uses it"),
    (r"^(Should|Were|Had) (an?|the|it|this|that) [^?]*\.",
     "Should a model write U+0000, it is replaced.", "If a model writes U+0000, it is replaced."),
    (r"^So (is|are|does|do|has|can) ", "So is a last message.", "A last message is also refused."),
    (r"^(Refused|Allowed|Expected|Given|Shared|Listed) (is|are) ",
     "Refused are `not` and `if`", "`not` and `if` are refused"),
    (r"^(Looked for|Worked out|Taken) (in|from|by|out)\b",
     "Worked out from the header", "The figures are computed from the header"),
    (r"\bwhere (there (is|are)|none\b|one fits|it (does not|fits|can be helped|is (absent|missing))|nothing"
     r"|a (request|model|user|client) (gives|says|has|knows|names|does)|that is not set)",
     "null where there is none", "null if there is none"),
    (r"\bfor (other|others) than\b|\bothers than\b",
     "Others than loopback need a key", "Addresses other than loopback need a key"),
    (r"\bas a must\b", "kernels as a must (on)", "kernels required (on)"),
    (r"\bfor good\b", "0 = for good", "0 = never unloaded"),
    (r"\banew\b", "build both anew", "build both again"),
    (r"\bbegun\b", "an answer cannot be begun", "the server cannot begin an answer"),
    (r"\b(go(es)?|going|went) on with\b|\bmay go on\b",
     "Goes on with a text", "Continues a text"),
    (r"\bis there twice\b|\bhas (it |a key )?twice\b", "the name is there twice", "the name occurs twice"),
    (r"\b(is|are) on (its|their) way\b",
     "64 requests are on their way", "64 requests are running"),
    (r"\b(KiB|MiB|bytes|bits) in all\b", "16 KiB in all", "16 KiB in total"),
    (r"\b(picture|recording)s?\b", "a picture takes 256 tokens", "an image takes 256 tokens"),
    (r"\bfills? (a |no |the )?gaps?\b|\bgap's\b",
     "was not trained to fill gaps", "was not trained for fill-in-the-middle"),
    (r"\b(sees|hears) (no|or|images|audio)\b|\bthat (sees|hears)\b",
     "the model sees no images", "the model does not support images"),
    (r"\bculprit\b|\b(a|the) way out\b",
     "names the culprit and the way out", "names the cause and the remedy"),
    (r"\bhold(s)? (an|the|every|its|each) answers? to\b|\b(is|are) held to\b",
     "cannot hold an answer to a grammar", "does not support grammars"),
    (r"\bfor everybody\b|\blet you in\b",
     "what is not for everybody", "private repositories"),
    (r"\bcould be had\b|\bcan be had\b", "no memory could be had", "there is not enough memory"),
    (r"\b(is|are|be) taken up again\b", "is taken up again", "resumes"),
    (r"\bto be said of\b|\bsays? of (itself|themselves)\b|\btells? (more )?of\b",
     "show what it says of itself", "show its header"),
    (r"\bin place of\b", "96 MiB in place of 97 MiB", "96 MiB instead of 97 MiB"),
    (r"\bin silence\b", "left out in silence", "silently left out"),
    (r"\bthe other way about\b|\b(likewise|thereof|therein|whereby|whereof|hence|thus)\b",
     "hence no #ifdef", "so there is no #ifdef"),
]
COMPILED = [(re.compile(r"(?:(?<=[.;:!?] )|(?<![\s\S]))" + phrase[1:] if phrase.startswith("^") else phrase,
                       re.I), plain) for phrase, _, plain in PHRASES]


def complaints(where, text):
    for phrase, plain in COMPILED:
        for match in phrase.finditer(text):
            around = text[max(0, match.start() - 30):match.end() + 30].strip()
            yield f"{where}: '{around}': write it like '{plain}'"


def paragraphs(text):
    """(line, text) of each paragraph, table cell and list item of a Markdown page, without code."""
    text = re.sub(r"^```.*?^```", lambda code: "\n" * code[0].count("\n"), text, flags=re.M | re.S)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = re.sub(r"`[^`\n]*`", "`x`", text)
    start, lines = 1, []
    for number, line in enumerate(text.split("\n") + [""], 1):
        begins = re.match(r"\s*([-*] |\d+\. |#|\||$)", line)
        if begins and lines:
            yield start, " ".join(lines)
            lines = []
        if line.startswith("|"):
            for cell in line.strip("|").split("|"):
                yield number, cell.strip()
        elif line.strip():
            if not lines:
                start = number
            lines.append(re.sub(r"^\s*([-*] |\d+\. |#+ )", "", line).replace("**", "").strip())


TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|'(?:[^'\\\n]|\\.)+'|R\"(\w*)\(.*?\)\1\""
                   r"|\"(?:[^\"\\\n]|\\.)*\"|^\s*#\s*include[^\n]*", re.M | re.S)


def literals(source):
    """(line, text) of each string of C++, neighbours joined as the compiler does."""
    end, start, text = None, 0, ""
    for token in TOKEN.finditer(source):
        if not token[0].startswith('"'):
            continue
        piece = token[0][1:-1].replace("\\n", "\n").replace('\\"', '"')
        if end is not None and source[end:token.start()].strip() == "":
            text += piece
        else:
            if text:
                yield source.count("\n", 0, start) + 1, text
            start, text = token.start(), piece
        end = token.end()
    if text:
        yield source.count("\n", 0, start) + 1, text


def sentences(text):
    """The text of help or of a comment as paragraphs, without examples."""
    for paragraph in re.split(r"\n\s*\n", text):
        yield " ".join(line.strip() for line in paragraph.split("\n") if not line.startswith("  "))


def header_comments(source):
    """(line, text) of each block of comment lines of a C or C++ header."""
    for match in re.finditer(r"/\*.*?\*/|(?:^[ \t]*//[^\n]*\n)+|//[^\n]*", source, re.M | re.S):
        text = re.sub(r"^\s*(///?<?|/?\*+/?|\s)+", "", match[0], flags=re.M)
        yield source.count("\n", 0, match.start()) + 1, text


def pages():
    for file in [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]:
        yield file
    for file in sorted((ROOT / "docs").rglob("*.md")):
        if file.name != "licenses-mistralrs.md":
            yield file


def findings():
    for file in pages():
        for line, text in paragraphs(file.read_text(encoding="utf-8")):
            yield from complaints(f"{file.relative_to(ROOT)}:{line}", text)
    for file in sorted((ROOT / "src").rglob("*")):
        if file.suffix in (".cpp", ".h"):
            for line, text in literals(file.read_text(encoding="utf-8")):
                for paragraph in sentences(text) if " " in text else ():
                    yield from complaints(f"{file.relative_to(ROOT)}:{line}", paragraph)
    for file in sorted((ROOT / "include").rglob("*.h*")):
        for line, text in header_comments(file.read_text(encoding="utf-8")):
            for paragraph in sentences(text):
                yield from complaints(f"{file.relative_to(ROOT)}:{line}", paragraph)
    for file in [ROOT / "PC-AI.ps1", *sorted((ROOT / "powershell").rglob("*.ps1"))]:
        help_text = re.search(r"<#(.*?)#>", file.read_text(encoding="utf-8"), re.S)
        if help_text:
            text = "\n".join(line.strip() for line in help_text[1].split("\n"))
            for paragraph in re.split(r"\n(?:\s*\n|\.[A-Z]+[^\n]*\n)+", text):
                yield from complaints(file.relative_to(ROOT), " ".join(paragraph.split()))


class EnglishTest(unittest.TestCase):
    def test_each_phrase_is_found_in_its_example_and_not_in_the_better_one(self):
        for phrase, hard, plain in PHRASES:
            with self.subTest(phrase):
                self.assertIn(plain, "\n".join(complaints("", hard)))
                self.assertEqual("", "\n".join(complaints("", plain)))

    def test_texts_are_found_where_they_stand(self):
        page = "# Too long a title\n\nA text\nof which there is one.\n\n| `is no` | is no cell |\n"
        self.assertEqual([(1, "Too long a title"), (3, "A text of which there is one."), (6, "`x`"),
                          (6, "is no cell")], list(paragraphs(page)))
        source = '// "not this"\n#include "x.h"\nf(\'"\', "one "\n  "text", "another");\n'
        self.assertEqual([(3, "one text"), (4, "another")], list(literals(source)))

    def test_nothing_that_a_user_reads_has_such_a_phrase(self):
        found = list(findings())
        if found:
            self.fail("\n".join(["hard to read:", *map(str, found)]))


if __name__ == "__main__":
    unittest.main()

"""No document that the grammar of a schema allows is refused by the schema. The program schema_walks
walks the grammars of the corpus' schemas at random; the Python package jsonschema judges what it finds.

PCAI_WALKS says how many documents a schema (3 by default), PCAI_SEED the seed (else a random one)."""
import json
import os
import random
import re
import subprocess
import sys
import unittest
from pathlib import Path

GRAMMAR = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(GRAMMAR))

from make_schemas import judge  # noqa: E402

PROGRAM = Path(os.environ.get("PCAI_PROGRAM", GRAMMAR.parents[1] / "build/release/bin/pcai")).parent
WALKS = PROGRAM / "schema_walks"


def schemas():
    return {case["name"]: case["schema"] for folder in ("schemas", "libraries")
            for file in sorted((GRAMMAR / folder).glob("*.json"))
            for case in json.loads(file.read_text())}


@unittest.skipUnless(WALKS.exists(), f"{WALKS} was not built: this build has no grammars")
class RandomWalkTest(unittest.TestCase):
    def test_no_document_that_a_grammar_allows_is_invalid(self):
        seed = os.environ.get("PCAI_SEED") or str(random.SystemRandom().randrange(2**32))
        documents = os.environ.get("PCAI_WALKS", "3")
        walks = subprocess.run([WALKS, seed, documents], capture_output=True, text=True, check=True)
        judges = {name: judge(schema) for name, schema in schemas().items()}
        # In Python, \s means ASCII blanks wherever \d means ASCII digits; in ECMA-262 it does not.
        blanks = {name for name, schema in schemas().items() if r"\\s" in json.dumps(schema)}
        found, unfinished, wrong, unjudged = 0, 0, [], set()
        for line in walks.stdout.splitlines():
            walk = json.loads(line)
            if not walk["document"]:
                unfinished += 1
                continue
            found += 1
            if walk["name"] in blanks and any(c.isspace() and c > "\x7f" or c == "\ufeff"
                                              for c in walk["document"]):
                continue
            try:
                error = next(judges[walk["name"]].iter_errors(json.loads(walk["document"])), None)
            except re.error:  # a pattern that Python does not read
                unjudged.add(walk["name"])
                continue
            except ValueError as no_json:
                error = no_json
            if error is not None:
                wrong.append(f"{walk['name']}: {walk['document']}: {str(error).splitlines()[0]}")
        print(f"seed {seed}: {found} documents, {unfinished} walks without an end, "
              f"{len(unjudged)} schemas that cannot be judged")
        self.assertEqual(wrong, [], f"seed {seed}")
        self.assertLess(len(unjudged), 20, unjudged)
        self.assertGreater(found, 9 * unfinished)
        self.assertGreater(found, 400 * int(documents))


if __name__ == "__main__":
    unittest.main()

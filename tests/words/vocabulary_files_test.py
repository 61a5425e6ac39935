"""Texts have the tokens that llama.cpp's own vocabulary tests name: gets the files that
vocabulary_files_test.cpp needs, and runs it."""
import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import real_templates  # noqa: E402


class VocabularyFilesTest(unittest.TestCase):
    def test_texts_have_the_tokens_of_the_files(self):
        program = Path(os.environ["PCAI_PROGRAM"]).parent / "pre_tokenizers_test"
        if not program.exists():
            self.skipTest("the build has no llama.cpp, or no C++ tests")
        done = subprocess.run([program, "--gtest_filter=VocabularyFilesTest.*"], timeout=500,
                              env={**os.environ, "PCAI_VOCABULARIES": str(real_templates.vocabularies())},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("[  PASSED  ] 2 tests", done.stdout)


if __name__ == "__main__":
    unittest.main()

"""A mixture of experts that must answer as the dense model that it is made of, up to rounding."""
import unittest

from assembled import default_model, made
from client import Client, skip_without
from likeness import Likeness
from mixture import write_mixture
from questions import ONE_HUNDRED

TOKENS = 16


def setUpModule():
    skip_without("llamacpp")


class MixtureTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        dense = default_model()
        mixture = made("SmolLM2-135M-mixture.gguf", lambda path: write_mixture(dense, path))
        cls.dense = Client("--model", str(dense))
        cls.addClassCleanup(cls.dense.stop)
        cls.mixture = Client("--model", str(mixture))
        cls.addClassCleanup(cls.mixture.stop)

    def test_it_answers_as_the_dense_model(self):
        likeness = Likeness("the mixture of experts")
        for question in ONE_HUNDRED[::5]:
            _, ours = self.mixture.continued(question, TOKENS)
            _, theirs = self.dense.continued(question, TOKENS)
            likeness.add(question, ours, theirs)
        print(likeness)
        self.assertLess(likeness.gap, 0.5)
        self.assertLess(likeness.change, 0.1)


if __name__ == "__main__":
    unittest.main()

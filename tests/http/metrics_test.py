"""GET /metrics as Prometheus reads it: every line by its official parser, and the histograms counted
against the requests that were made."""
import json
import math
import sys
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
from server import Server  # noqa: E402

QUEUE, FIRST, BETWEEN, REQUEST = HISTOGRAMS = [
    f"pcai_model_{what}_seconds" for what in ("queue", "first_token", "between_tokens", "request")]


class MetricsTest(unittest.TestCase):
    def setUp(self):
        self.server = Server("--backend", "fake")
        self.addCleanup(self.server.stop)

    def chat(self, content, **fields):
        body = {"messages": [{"role": "user", "content": content}], **fields}
        request = urllib.request.Request(self.server.url + "/v1/chat/completions",
                                         json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            return error.read()

    def families(self):
        with urllib.request.urlopen(self.server.url + "/metrics", timeout=60) as answer:
            text = answer.read().decode()
        return {family.name: family for family in text_string_to_metric_families(text)}

    @staticmethod
    def histogram(family):
        """By model: the buckets as (bound, count), the sum and the count."""
        models = {}
        for sample in family.samples:
            labels = dict(sample.labels)
            one = models.setdefault(labels.pop("model"), {"buckets": []})
            if sample.name.endswith("_bucket"):
                one["buckets"].append((float(labels.pop("le")), sample.value))
            else:
                one[sample.name.removeprefix(family.name)] = sample.value
            assert not labels, labels
        return models

    def test_every_family_has_a_type_a_help_and_a_name_of_ours(self):
        self.chat("hello")
        families = self.families()
        self.assertGreater(len(families), 15)
        for family in families.values():
            with self.subTest(family.name):
                self.assertIn(family.type, ("counter", "gauge", "histogram"))
                self.assertTrue(family.documentation)
                self.assertTrue(family.name.startswith("pcai_"))

    def test_histograms_count_the_requests_of_each_model(self):
        self.assertEqual([self.histogram(self.families()[name]) for name in HISTOGRAMS], [{}] * 4,
                         "a model without requests has no lines")
        for _ in range(3):
            self.chat("fake: tokens=5 delay_ms=2", max_tokens=5)
        self.chat("fake: fail_after=2")
        families = self.families()
        found = {name: self.histogram(families[name]) for name in HISTOGRAMS}
        for name, models in found.items():
            with self.subTest(name):
                self.assertEqual(families[name].type, "histogram")
                self.assertEqual(len(models), 1)
                (one,) = models.values()
                bounds = [bound for bound, _ in one["buckets"]]
                counts = [count for _, count in one["buckets"]]
                self.assertEqual(bounds, sorted(bounds))
                self.assertEqual(bounds[-1], math.inf)
                self.assertEqual(counts, sorted(counts), "buckets are cumulative")
                self.assertEqual(counts[-1], one["_count"])
                self.assertLessEqual(len(bounds), 20)
        ((queue,), (first,), (between,), (request,)) = (found[name].values() for name in HISTOGRAMS)
        self.assertEqual(queue["_count"], 4)
        self.assertEqual(first["_count"], 4)
        self.assertEqual(request["_count"], 3, "the failed one has no length")
        self.assertEqual(between["_count"], 3 * 4 + 1)
        for one in (queue, first, between, request):
            self.assertGreater(one["_sum"], 0)

    def test_a_name_in_a_request_makes_no_lines(self):
        for name in ("nobody", 'x"} 1\npcai_forged 1', "a" * 200):
            self.chat("hello", model=name)
        families = self.families()
        self.assertNotIn("pcai_forged", families)
        models = {sample.labels["model"] for family in families.values()
                  for sample in family.samples if "model" in sample.labels}
        self.assertEqual(len(models), 1)


if __name__ == "__main__":
    unittest.main()

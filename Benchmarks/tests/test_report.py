"""The report is honest: it names what is absent, and tells pass from fail from not measured."""

import unittest
from dataclasses import replace

from harness import report
from harness.bars import Bar
from harness.load import Sample, median
from harness.outcome import Outcome
from harness.peers import Peer
from harness.scenario import HTTP

KEEP_ALIVE = HTTP[0]
SAMPLE = Sample(user=2, system=4, total=6, p50=100, p99=200, rate=1000, errors=0, others=0)
BAR = Bar("keep-alive", "total", 0.5, "go")


def peer(key, **rest):
    return Peer(key, key.title(), None, "not installed", lambda _: [], lambda _: "1.0", **rest)


def outcome(medians, peers=None):
    peers = peers or [peer("martlet"), peer("go")]
    found = {("keep-alive", key): sample for key, sample in medians.items()}
    return Outcome(scenarios=[KEEP_ALIVE], peers=peers, medians=found)


class ReportTests(unittest.TestCase):
    def test_the_median_is_of_each_number_and_errors_add_up(self):
        rounds = [replace(SAMPLE, user=user, p99=10 - user, errors=1) for user in (1, 9, 2)]
        found = median(rounds)
        self.assertEqual((found.user, found.p99, found.errors), (2, 8, 3))

    def test_a_bar_passes_at_its_limit_and_fails_above(self):
        at = outcome({"martlet": replace(SAMPLE, total=3), "go": SAMPLE})
        above = outcome({"martlet": replace(SAMPLE, total=3.1), "go": SAMPLE})
        self.assertIn("| 0.50 | pass |", report.bars([BAR], at)[-1])
        self.assertIn("| 0.52 | **fail** |", report.bars([BAR], above)[-1])

    def test_a_reading_just_above_its_limit_does_not_look_equal(self):
        above = outcome({"martlet": replace(SAMPLE, total=3.001), "go": SAMPLE})
        self.assertIn("| 0.5002 | **fail** |", report.bars([BAR], above)[-1])

    def test_a_bar_without_its_peer_is_not_measured(self):
        alone = outcome({"martlet": SAMPLE})
        alone.absences["keep-alive", "go"] = "not installed"
        self.assertIn("not measured: not installed", report.bars([BAR], alone)[-1])

    def test_an_absent_server_is_named_in_the_table(self):
        alone = outcome({"martlet": SAMPLE})
        alone.absences["keep-alive", "go"] = "failed: a | b"
        table = report.load_table({"go": ("total",)})(alone)
        self.assertIn("| Go | failed: a \\| b |", table[-1])
        self.assertTrue(all(line.count(" | ") == table[0].count(" | ") for line in table))

    def test_ratios_are_to_the_peer(self):
        both = outcome({"martlet": replace(SAMPLE, total=3), "go": SAMPLE})
        table = report.load_table({"go": ("total",)})(both)
        self.assertIn("| 3.00 | 0.50 |", table[2])
        self.assertIn("| 6.00 | 1.00 |", table[3])

    def test_noise_and_failed_requests_are_told(self):
        noisy = outcome({"martlet": replace(SAMPLE, others=0.2, errors=7)})
        told = "\n".join(report.noise(noisy))
        self.assertIn("up to 20%", told)
        self.assertIn("7 failed requests", told)
        self.assertEqual(report.noise(outcome({"martlet": SAMPLE})), [])

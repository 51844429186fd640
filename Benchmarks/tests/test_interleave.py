"""A run goes over the servers in turn, and goes on when one of them fails."""

import sys
import unittest
from argparse import Namespace
from unittest.mock import patch

from harness.interleave import InterleavedRun, turns
from harness.load import Sample
from harness.peers import Peer
from harness.process import ServerFailure
from harness.scenario import HTTP
from tests.servers import SERVER

KEEP_ALIVE, PACED = HTTP[:2]
SAMPLE = Sample(user=2, system=4, total=6, p50=100, p99=200, rate=1000, errors=0, others=0)
OPTIONS = Namespace(rounds=3, seconds=1, warm_up=1)


def python_peer(key, answer="Hello, World!", **rest):
    def arguments(start):
        return ["-c", SERVER, str(start.port), answer, "keep"]

    return Peer(key, key, sys.executable, "missing", arguments, lambda _: "1.0", **rest)


class ScriptedLoad:
    """Takes the place of wrk: notes whose turn it was, and fails where it is told to."""

    def __init__(self, failing_turn=None):
        self.ports = []
        self._failing_turn = failing_turn

    def run(self, server, scenario, seconds):
        pass

    def sample(self, server, scenario, seconds):
        self.ports.append(server.port)
        if len(self.ports) == self._failing_turn:
            raise ServerFailure("it completed no request")
        return SAMPLE


class InterleaveTests(unittest.TestCase):
    def setUp(self):
        silence = patch("harness.interleave.say")
        silence.start()
        self.addCleanup(silence.stop)

    def measure(self, peers, load, scenarios=(KEEP_ALIVE,)):
        return InterleavedRun(list(scenarios), peers, load, OPTIONS).measure()

    def test_each_round_begins_one_server_further_on(self):
        self.assertEqual(turns([1, 2, 3], 0), [1, 2, 3])
        self.assertEqual(turns([1, 2, 3], 1), [2, 3, 1])
        self.assertEqual(turns([1, 2, 3], 3), [1, 2, 3])

    def test_servers_are_loaded_in_turn(self):
        load = ScriptedLoad()
        self.measure([python_peer("a"), python_peer("b")], load)
        first, second = load.ports[:2]
        self.assertNotEqual(first, second)
        self.assertEqual(load.ports, [first, second, second, first, first, second])

    def test_a_server_that_fails_in_a_round_has_no_number_and_the_rest_go_on(self):
        outcome = self.measure([python_peer("a"), python_peer("b")], ScriptedLoad(failing_turn=3))
        self.assertEqual(outcome.value("keep-alive", "a", "total"), 6)
        self.assertIsNone(outcome.value("keep-alive", "b", "total"))
        self.assertEqual(outcome.reason("keep-alive", "b"), "failed: it completed no request")

    def test_a_server_that_answers_wrongly_is_not_measured(self):
        load = ScriptedLoad()
        outcome = self.measure([python_peer("a", answer="Hi"), python_peer("b")], load)
        self.assertEqual(len(set(load.ports)), 1)
        self.assertIn("wrong answer", outcome.reason("keep-alive", "a"))

    def test_a_scenario_that_a_server_has_not_is_explained(self):
        limited = python_peer("a", scenarios=frozenset({"keep-alive"}), without="it cannot")
        outcome = self.measure([limited], ScriptedLoad(), (KEEP_ALIVE, PACED))
        self.assertEqual(outcome.value("keep-alive", "a", "total"), 6)
        self.assertEqual(outcome.reason("paced", "a"), "it cannot")

"""Every configuration is filled in, and the peers' answers are held to one object."""

import json
import tempfile
import unittest
from pathlib import Path

from harness import grpc, peers, scenario
from harness.peers import Start
from harness.places import CONFIGURATIONS
from harness.suite import SUITES


class PeerTests(unittest.TestCase):
    def test_no_placeholder_is_left_in_a_configuration(self):
        for template in CONFIGURATIONS.iterdir():
            with self.subTest(template.name), tempfile.TemporaryDirectory() as folder:
                start = Start(port=1234, folder=folder, upstream="127.0.0.1:5678")
                text = Path(peers.configured(template.name, start)).read_text()
                self.assertNotRegex(text, r"@[a-z]+@")
                self.assertIn("1234", text)

    def test_every_bar_names_servers_and_scenarios_of_its_suite(self):
        every = scenario.HTTP + scenario.HTTP2 + scenario.PROXY + scenario.MEMORY + scenario.NET
        every += grpc.SERVING
        scenarios = {each.name: each for each in every}
        for suite in SUITES.values():
            known = {peer.key: peer for peer in suite.peers()}
            for bar in suite.bars:
                with self.subTest(bar=bar):
                    for key in filter(None, (bar.martlet, bar.peer)):
                        named = bar.peer_scenario if key == bar.peer else None
                        self.assertTrue(known[key].serves(scenarios[named or bar.scenario]))

    def test_the_profile_is_compared_whole(self):
        self.assertTrue(scenario.is_profile(json.dumps(scenario.PROFILE).encode()))
        self.assertFalse(scenario.is_profile(json.dumps({**scenario.PROFILE, "id": 1}).encode()))
        self.assertFalse(scenario.is_profile(b"no JSON"))
        self.assertEqual(len(scenario.PROFILE), 10)

    def test_calls_are_encoded_as_protocol_buffers_are(self):
        self.assertEqual(grpc.varint(300), b"\xac\x02")
        self.assertEqual(grpc.field(1, "testing"), b"\x0a\x07testing")
        self.assertEqual(grpc.field(2, True), b"\x10\x01")
        self.assertEqual(grpc.field(6, 1.0), b"\x31" + b"\0" * 6 + b"\xf0\x3f")
        self.assertEqual(grpc.field(7, ["a", "b"]), b"\x3a\x01a\x3a\x01b")
        self.assertEqual(grpc.framed(b"ab"), b"\0\0\0\0\x02ab")

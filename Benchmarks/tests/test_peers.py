"""Every configuration is filled in, and the peers' answers are held to one object."""

import json
import tempfile
import unittest
from pathlib import Path

from harness import peers, scenario
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
        scenarios = {each.name: each for each in every}
        for suite in SUITES.values():
            known = {peer.key: peer for peer in suite.peers()}
            for bar in suite.bars:
                with self.subTest(bar=bar):
                    for key in filter(None, (bar.martlet, bar.peer)):
                        self.assertTrue(known[key].serves(scenarios[bar.scenario]))

    def test_the_profile_is_compared_whole(self):
        self.assertTrue(scenario.is_profile(json.dumps(scenario.PROFILE).encode()))
        self.assertFalse(scenario.is_profile(json.dumps({**scenario.PROFILE, "id": 1}).encode()))
        self.assertFalse(scenario.is_profile(b"no JSON"))
        self.assertEqual(len(scenario.PROFILE), 10)

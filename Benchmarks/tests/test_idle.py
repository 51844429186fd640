"""Idle connections are held open, and a server that closes them is found out."""

import unittest

from harness import idle
from harness.idle import Idle
from harness.process import ServerFailure
from tests.servers import KEEP_ALIVE, python_server


class IdleTests(unittest.TestCase):
    def test_growth_is_divided_by_the_connections(self):
        held = Idle(before=1024 * 1024, after=3 * 1024 * 1024, connections=512)
        self.assertEqual(held.kibibytes, 4)

    def test_connections_are_held(self):
        with python_server() as server:
            server.check(KEEP_ALIVE)
            held = idle.sample(server, KEEP_ALIVE, 20, settle=0)
            self.assertEqual(held.connections, 20)

    def test_a_server_that_closes_is_found_out(self):
        with python_server(after="close") as server:
            server.check(KEEP_ALIVE)
            with self.assertRaisesRegex(ServerFailure, "20 were closed"):
                idle.sample(server, KEEP_ALIVE, 20, settle=0)

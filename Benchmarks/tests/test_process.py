"""What a server costs is counted whole, and a server is stopped whole."""

import os
import time
import unittest
from pathlib import Path

from harness.process import ServerFailure
from tests.servers import KEEP_ALIVE, python_server, shell_server

# Counts to a fixed number in a process of its own: some tenths of a second of CPU.
WORK = "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'"
PATIENCE_SECONDS = 30


def wait_for(path):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not path.exists():
        if time.monotonic() > deadline:
            raise AssertionError(f"{path.name} never came")
        time.sleep(0.02)


class ProcessTests(unittest.TestCase):
    def test_a_worker_is_counted_after_it_ended(self):
        with shell_server(f"{WORK}; touch done; sleep 60") as server:
            wait_for(server.folder / "done")
            ended = server.processor_time()
            self.assertGreater(ended.user + ended.system, 0)

    def test_a_worker_is_counted_while_it_runs(self):
        with shell_server(f"({WORK}; touch done; sleep 60) & sleep 60") as server:
            wait_for(server.folder / "done")
            running = server.processor_time()
            self.assertGreater(running.user + running.system, 0)

    def test_the_memory_of_workers_is_counted(self):
        with shell_server("sleep 60 & sleep 60 & touch done; wait") as server:
            wait_for(server.folder / "done")
            three = server.resident_bytes()
        with shell_server("touch done; exec sleep 60") as server:
            wait_for(server.folder / "done")
            self.assertGreater(three, server.resident_bytes())

    def test_workers_are_stopped_with_their_server_even_when_they_refuse(self):
        refuse = "trap '' TERM; echo $$ > worker; mv worker done; while :; do sleep 1; done"
        with shell_server(f'sh -c "{refuse.replace("$", chr(92) + "$")}" & wait') as server:
            wait_for(server.folder / "done")
            worker = int((server.folder / "done").read_text())
            os.kill(worker, 0)
        self.assertFalse(is_running(worker))

    def test_a_server_that_stops_is_reported_with_its_last_words(self):
        with shell_server("echo first; echo no such option") as server:
            with self.assertRaisesRegex(ServerFailure, "it stopped: no such option"):
                server.check(KEEP_ALIVE)

    def test_a_wrong_answer_is_refused(self):
        with python_server(answer="Hello!") as server:
            with self.assertRaisesRegex(ServerFailure, "wrong answer"):
                server.check(KEEP_ALIVE)


def is_running(process):
    """Whether a process is there and more than an entry that its parent has yet to read."""
    try:
        state = Path("/proc", str(process), "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"

"""Memory for each idle keep-alive connection that has served one request."""

import subprocess
import sys
import time
from dataclasses import dataclass

from harness.places import BENCHMARKS
from harness.process import ServerFailure

# Opening is one request after another, so that no server sees a burst.
OPEN_SECONDS = 120
# Long enough for a server to give back what it needed only while the connections came.
SETTLE_SECONDS = 2


@dataclass(frozen=True)
class Idle:
    """Resident memory before and with the connections, in bytes, and what that is for each."""

    before: float
    after: float
    connections: int

    @property
    def kibibytes(self):
        return (self.after - self.before) / self.connections / 1024


def sample(server, scenario, connections, settle=SETTLE_SECONDS):
    """Opens the connections from a process of its own and reads what the server holds."""
    before = server.resident_bytes()
    client = subprocess.Popen(
        [
            sys.executable, "-m", "harness.idle_client",
            str(server.port), scenario.path, str(connections),
            *(["http2"] if getattr(scenario, "streams", 0) else []),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=BENCHMARKS,
    )
    try:
        _expect(client, "open")
        time.sleep(settle)
        after = server.resident_bytes()
        client.stdin.write("\n")
        client.stdin.flush()
        _expect(client, "alive")
    finally:
        client.kill()
        client.communicate()
    return Idle(before=before, after=after, connections=connections)


def median(samples):
    return sorted(samples, key=lambda each: each.kibibytes)[(len(samples) - 1) // 2]


def _expect(client, word):
    """Reads the client's next line; anything but the word is the reason of a failure."""
    line = client.stdout.readline().strip()
    if line != word:
        raise ServerFailure(f"idle connections: {line or 'the client stopped'}")

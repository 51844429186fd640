"""Runs every server against the same load in turn, so that a slow minute is slow for all."""

import sys
import tempfile
from contextlib import ExitStack, contextmanager

from harness.load import median
from harness.outcome import Outcome
from harness.peers import Start
from harness.process import ServerFailure, ServerProcess, free_port


def say(line):
    """Progress, apart from the table on standard output."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def started(peer, scenario, upstream=""):
    """A running server that has answered the scenario's request rightly."""
    with tempfile.TemporaryDirectory(prefix="martlet-bench-") as folder:
        start = Start(port=free_port(), folder=folder, upstream=upstream)
        with ServerProcess(peer.command(start), start.port, folder) as server:
            server.check(scenario)
            yield server


def turns(peers, round_number):
    """The peers in an order that a round later begins one further on."""
    first = round_number % max(1, len(peers))
    return peers[first:] + peers[:first]


class InterleavedRun:
    """Every peer of a suite, running at once and loaded in turn."""

    def __init__(self, scenarios, peers, load, options):
        self.outcome = Outcome(scenarios=scenarios, peers=peers)
        self._load = load
        self._options = options
        self._servers = {}

    def measure(self, upstream_peers=()):
        """Measures every peer in every scenario; `upstream_peers` stand behind proxies."""
        with ExitStack() as stack:
            upstream = self._start_upstream(stack, upstream_peers) if upstream_peers else ""
            for peer in self.outcome.peers:
                self._start(stack, peer, upstream)
            for scenario in self.outcome.scenarios:
                self._measure_scenario(scenario)
        return self.outcome

    def _start_upstream(self, stack, candidates):
        """Starts the first upstream that is installed and returns its address."""
        for peer in candidates:
            if peer.executable is not None:
                server = stack.enter_context(started(peer, self.outcome.scenarios[0]))
                version = peer.version(peer.executable)
                self.outcome.notes.append(f"Upstream of every proxy: {peer.name} {version}.")
                return f"127.0.0.1:{server.port}"
        raise ServerFailure("no upstream for the proxies: " + candidates[0].missing)

    def _start(self, stack, peer, upstream):
        """Starts a peer, or says of all its scenarios why it is not there."""
        served = [scenario for scenario in self.outcome.scenarios if peer.serves(scenario)]
        if peer.executable is None:
            self._give_up(peer, served, peer.missing)
            return
        self.outcome.record_version(peer)
        try:
            self._servers[peer.key] = stack.enter_context(started(peer, served[0], upstream))
        except ServerFailure as failure:
            self._give_up(peer, served, f"failed: {failure}")

    def _measure_scenario(self, scenario):
        ready = [peer for peer in self.outcome.peers if self._is_ready(peer, scenario)]
        samples = {peer.key: [] for peer in ready}
        for round_number in range(self._options.rounds):
            for peer in turns(ready, round_number):
                try:
                    sample = self._load.sample(
                        self._servers[peer.key], scenario, self._options.seconds
                    )
                    samples[peer.key].append(sample)
                except ServerFailure as failure:
                    self._give_up(peer, [scenario], f"failed: {failure}")
                    ready.remove(peer)
            say(f"{scenario.name}: round {round_number + 1} of {self._options.rounds}")
        for peer in ready:
            self.outcome.medians[scenario.name, peer.key] = median(samples[peer.key])

    def _is_ready(self, peer, scenario):
        """Whether the peer answers the scenario rightly; warms it up."""
        if peer.key not in self._servers:
            return False
        if not peer.serves(scenario):
            self.outcome.absent(scenario, peer, peer.without)
            return False
        try:
            self._servers[peer.key].check(scenario)
            self._load.run(self._servers[peer.key], scenario, self._options.warm_up)
            return True
        except ServerFailure as failure:
            self._give_up(peer, [scenario], f"failed: {failure}")
            return False

    def _give_up(self, peer, scenarios, reason):
        for scenario in scenarios:
            say(f"{peer.name}, {scenario.name}: {reason}")
            self.outcome.absent(scenario, peer, reason)

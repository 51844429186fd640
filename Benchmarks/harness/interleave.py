"""Runs every server against the same load in turn, so that a slow minute is slow for all."""

import sys
import tempfile
from contextlib import ExitStack, contextmanager

from harness.load import Load, median
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
        with ServerProcess(peer.name, peer.command(start), start.port, folder) as server:
            server.check(scenario)
            yield server


def turns(peers, round_number):
    """The peers in an order that a round later begins one further on."""
    first = round_number % max(1, len(peers))
    return peers[first:] + peers[:first]


def start_all(stack, peers, outcome, upstream):
    """Starts what is there; says of the rest why it is not."""
    servers = {}
    for peer in peers:
        reason = peer.missing
        if peer.executable is not None:
            outcome.versions[peer.name] = peer.version(peer.executable)
            try:
                first = next(each for each in outcome.scenarios if peer.serves(each))
                servers[peer.key] = stack.enter_context(started(peer, first, upstream))
                continue
            except ServerFailure as failure:
                reason = f"failed: {failure}"
        say(f"{peer.name}: {reason}")
        for scenario in filter(peer.serves, outcome.scenarios):
            outcome.absent(scenario, peer, reason)
    return servers


def ready_for(scenario, peers, servers, outcome, load, warm_up):
    """The peers that answer the scenario rightly, warmed up."""
    ready = []
    for peer in peers:
        if peer.key not in servers:
            continue
        if not peer.serves(scenario):
            outcome.absent(scenario, peer, peer.without)
            continue
        try:
            servers[peer.key].check(scenario)
            load.run(servers[peer.key], scenario, warm_up)
            ready.append(peer)
        except ServerFailure as failure:
            say(f"{peer.name}, {scenario.name}: {failure}")
            outcome.absent(scenario, peer, f"failed: {failure}")
    return ready


def measure_scenario(scenario, peers, servers, outcome, load, options):
    samples = {}
    ready = ready_for(scenario, peers, servers, outcome, load, options.warm_up)
    for round_number in range(options.rounds):
        for peer in turns(ready, round_number):
            server = servers[peer.key]
            try:
                sample = load.sample(server, scenario, options.seconds)
                samples.setdefault(peer.key, []).append(sample)
            except ServerFailure as failure:
                say(f"{peer.name}, {scenario.name}: {failure}")
                outcome.absent(scenario, peer, f"failed: {failure}")
                ready.remove(peer)
                samples.pop(peer.key, None)
        say(f"{scenario.name}: round {round_number + 1} of {options.rounds}")
    for key, rounds in samples.items():
        outcome.medians[scenario.name, key] = median(rounds)


def measure(scenarios, peers, options, upstream_peers=()):
    """Measures every peer in every scenario; `upstream_peers` stand behind proxies."""
    outcome = Outcome(scenarios=scenarios, peers=peers)
    load = Load(threads=options.threads, connections=options.connections)
    with ExitStack() as stack:
        upstream = ""
        if upstream_peers:
            upstream = start_upstream(stack, upstream_peers, scenarios[0], outcome)
        servers = start_all(stack, peers, outcome, upstream)
        for scenario in scenarios:
            measure_scenario(scenario, peers, servers, outcome, load, options)
    return outcome


def start_upstream(stack, candidates, scenario, outcome):
    """Starts the first upstream that is installed and returns its address."""
    for peer in candidates:
        if peer.executable is not None:
            server = stack.enter_context(started(peer, scenario))
            version = peer.version(peer.executable)
            outcome.notes.append(f"Upstream of every proxy: {peer.name} {version}.")
            return f"127.0.0.1:{server.port}"
    raise ServerFailure("no upstream for the proxies: " + candidates[0].missing)

"""Runs every client against the same server in turn, and reads what each says that it cost."""

from harness.grpc import client
from harness.interleave import say, started, turns
from harness.load import Sample, median
from harness.outcome import Outcome
from harness.process import ServerFailure


def measure(scenarios, peers, server_peer, options):
    """Measures what a call costs each client, in CPU time that it read itself."""
    outcome = Outcome(scenarios=scenarios, peers=peers)
    for peer in peers:
        if peer.executable is None:
            for scenario in scenarios:
                outcome.absent(scenario, peer, peer.missing)
        else:
            outcome.record_version(peer)
    if server_peer.executable is None:
        raise ServerFailure(f"no server for the clients: {server_peer.missing}")
    outcome.notes.append(f"Server of every client: {server_peer.name}.")
    with started(server_peer, scenarios[0]) as server:
        for scenario in scenarios:
            _measure_scenario(outcome, scenario, server, options)
    return outcome


def _measure_scenario(outcome, scenario, server, options):
    samples = {}
    for round_number in range(options.rounds):
        for peer in turns(outcome.peers, round_number):
            if (scenario.name, peer.key) in outcome.absences:
                continue
            try:
                report = client(peer.command(None), server.port, scenario.streams, options.seconds)
                samples.setdefault(peer.key, []).append(sample(report))
            except ServerFailure as failure:
                say(f"{peer.name}: {failure}")
                outcome.absent(scenario, peer, f"failed: {failure}")
                samples.pop(peer.key, None)
        say(f"{scenario.name}: round {round_number + 1} of {options.rounds}")
    for key, several in samples.items():
        outcome.medians[scenario.name, key] = median(several)


def sample(report):
    """A client's report as a sample; how busy the machine was is not known."""
    requests = report["requests"]
    if requests == 0:
        raise ServerFailure("it completed no call")
    user, system = report["client"]
    return Sample(
        user=user / requests,
        system=system / requests,
        total=(user + system) / requests,
        p50=report["p50_us"],
        p99=report["p99_us"],
        rate=requests / (report["duration_us"] / 1_000_000),
        errors=report["refused"],
        others=0,
    )

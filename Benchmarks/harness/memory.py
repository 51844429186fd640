"""The memory suite: a new process for every sample, because memory remembers."""

from harness import idle
from harness.interleave import say, started, turns
from harness.outcome import Outcome
from harness.process import ServerFailure


def measure(scenario, peers, options):
    """Measures what an idle connection costs each peer."""
    outcome = Outcome(scenarios=[scenario], peers=peers)
    samples = {}
    for round_number in range(options.rounds):
        for peer in turns(peers, round_number):
            if (scenario.name, peer.key) in outcome.absences:
                continue
            reason = sample(peer, scenario, options, samples)
            if reason:
                say(f"{peer.name}: {reason}")
                outcome.absent(scenario, peer, reason)
                samples.pop(peer.key, None)
        say(f"{scenario.name}: round {round_number + 1} of {options.rounds}")
    for peer in peers:
        if peer.key in samples:
            outcome.record_version(peer)
            outcome.medians[scenario.name, peer.key] = idle.median(samples[peer.key])
    return outcome


def sample(peer, scenario, options, samples):
    """Adds one sample, or returns why there is none."""
    if peer.executable is None:
        return peer.missing
    try:
        with started(peer, scenario) as server:
            result = idle.sample(server, scenario, options.idle_connections)
            samples.setdefault(peer.key, []).append(result)
    except ServerFailure as failure:
        return f"failed: {failure}"
    return None

"""Where Martlet must stand, and whether it does."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """At most `limit`: a ratio to a peer, or a number by itself when there is no peer.

    `martlet` and `peer` are the keys of servers that were measured in the same run.
    """

    scenario: str
    metric: str
    limit: float
    peer: str | None
    martlet: str = "martlet"
    # The scenario of the peer, when it is another one.
    peer_scenario: str | None = None

    def reading(self, outcome):
        """The ratio or number that was measured, or None when either side is missing."""
        ours = outcome.value(self.scenario, self.martlet, self.metric)
        if ours is None or self.peer is None:
            return ours
        theirs = outcome.value(self.peer_scenario or self.scenario, self.peer, self.metric)
        return ours / theirs if theirs else None

    def absence(self, outcome):
        """Why there is no reading."""
        ours = outcome.value(self.scenario, self.martlet, self.metric)
        if ours is None:
            return outcome.reason(self.scenario, self.martlet)
        return outcome.reason(self.peer_scenario or self.scenario, self.peer)


HTTP = [
    Bar("keep-alive", "total", 0.85, "go"),
    Bar("keep-alive", "user", 0.65, "go"),
    Bar("keep-alive", "total", 0.45, "hummingbird"),
    Bar("keep-alive", "p99", 1.0, "go"),
    Bar("paced", "p99", 1.0, "go"),
    Bar("paced", "p99", 1.0, "go", martlet="martlet-stack"),
    Bar("pipelined", "total", 0.25, "go"),
    Bar("pipelined", "p99", 1.0, "go"),
    Bar("keep-alive", "total", 1.0, "go", martlet="martlet-stack"),
    Bar("keep-alive", "p99", 1.0, "go", martlet="martlet-stack"),
    Bar("keep-alive", "total", 0.85, "go", martlet="martlet-tasks"),
    Bar("keep-alive", "user", 0.65, "go", martlet="martlet-tasks"),
    Bar("pipelined", "total", 0.25, "go", martlet="martlet-tasks"),
    Bar("json", "total", 1.0, "go"),
    Bar("json", "p99", 1.0, "go"),
    Bar("echo", "p99", 1.0, "go"),
    Bar("route", "p99", 1.0, "go"),
]
HTTP2 = [
    Bar("streams-32", "total", 0.6, "go"),
    Bar("streams-1", "total", 0.6, "go"),
]
HTTP2_MEMORY = [Bar("idle", "kibibytes", 12.0, None)]
GRPC = [
    Bar("unary-32", "total", 0.8, "grpc-go"),
    Bar("unary-32", "total", 0.12, "grpc-swift"),
    Bar("unary-32", "total", 0.8, "grpc-go", martlet="martlet-tasks"),
    Bar("unary-1", "total", 0.85, "grpc-go"),
    Bar("unary-1", "total", 0.85, "grpc-go", martlet="martlet-tasks"),
    Bar("echo-32", "total", 0.8, "grpc-go"),
    Bar("object-32", "total", 0.5, "rest", peer_scenario="json-32"),
    Bar("object-1", "total", 0.5, "rest", peer_scenario="json-1"),
    Bar("object-32", "total", 0.5, "rest", peer_scenario="json-http1"),
]
GRPC_CLIENT = [
    Bar("unary-32", "total", 1.0, "grpc-go"),
    Bar("unary-1", "total", 1.0, "grpc-go"),
]
PROXY = [
    Bar("proxy", "total", 0.6, "envoy"),
    Bar("proxy", "total", 0.3, "caddy"),
]
# Packets a CPU second are the inverse of CPU a packet: 1.3 times Go's is 1 / 1.3 of its cost.
NET = [
    Bar("tcp-64", "total", 1.1, "go"),
    Bar("tcp-16k", "total", 0.5, "go"),
    Bar("accept", "total", 1.0, "go"),
    Bar("udp-64", "total", 1 / 1.3, "go", martlet="martlet-udp"),
]
NET_MEMORY = [Bar("idle", "kibibytes", 4.0, None)]
MEMORY = [Bar("idle", "kibibytes", 5.0, None)]

"""The suites: what each measures, of which servers, against which bars."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from harness import bars, clients, grpc, memory, peers, pool, report, scenario
from harness.interleave import InterleavedRun
from harness.load import EchoLoad, Load


@dataclass(frozen=True)
class Suite:
    """A table with a title, a list of peers and bars."""

    name: str
    title: str
    peers: Callable[[], list]
    bars: list
    table: Callable
    run: Callable
    load: str | None = None

    def measure(self, options):
        chosen = self.peers()
        if options.only:
            chosen = [peer if peer.key in options.only else left_out(peer) for peer in chosen]
        return self.run(chosen, options)


def left_out(peer):
    """The peer as one that is not there, so that the table still names it."""
    return replace(peer, executable=None, missing="left out by --only")


def _interleaved(scenarios, chosen, options):
    load = Load(threads=options.threads, connections=options.connections)
    return InterleavedRun(scenarios, chosen, load, options)


def _http(chosen, options):
    return _interleaved(scenario.HTTP, chosen, options).measure()


def _http2(chosen, options):
    return _interleaved(scenario.HTTP2, chosen, options).measure()


def _http2_memory(chosen, options):
    return memory.measure(scenario.HTTP2_MEMORY[0], chosen, options)


def _grpc(chosen, options):
    load = grpc.CallLoad(threads=options.threads, connections=options.connections)
    return InterleavedRun(grpc.SERVING, chosen, load, options).measure()


def _grpc_client(chosen, options):
    return clients.measure(grpc.CALLING, chosen, peers.grpc_go("serve"), options)


def _proxy(chosen, options):
    return _interleaved(scenario.PROXY, chosen, options).measure(peers.upstreams())


def _net(chosen, options):
    load = EchoLoad(threads=options.threads, connections=options.connections)
    outcome = InterleavedRun(scenario.NET, chosen, load, options).measure()
    outcome.notes += pool.notes()
    return outcome


def _net_memory(chosen, options):
    return memory.measure(scenario.NET_MEMORY[0], chosen, options)


def _memory(chosen, options):
    return memory.measure(scenario.MEMORY[0], chosen, options)


SUITES = {
    suite.name: suite
    for suite in (
        Suite(
            name="http",
            title="HTTP/1.1 server, CPU per request",
            peers=peers.http_servers,
            bars=bars.HTTP,
            table=report.load_table(
                {"go": ("total", "user", "p99"), "hummingbird": ("total",)}
            ),
            run=_http,
        ),
        Suite(
            name="http2",
            title="HTTP/2 server, CPU per request",
            peers=peers.http2_servers,
            bars=bars.HTTP2,
            table=report.load_table({"go": ("total", "user")}),
            run=_http2,
            load="h2load, 8 connections without TLS; the latency is a mean",
        ),
        Suite(
            name="http2-memory",
            title="Memory per idle HTTP/2 connection",
            peers=peers.http2_idle_servers,
            bars=bars.HTTP2_MEMORY,
            table=report.idle_table(("go",)),
            run=_http2_memory,
            load="one request a connection, without TLS",
        ),
        Suite(
            name="grpc",
            title="gRPC server, CPU per call",
            peers=peers.grpc_servers,
            bars=bars.GRPC,
            table=report.load_table(
                {"grpc-go": ("total", "user"), "grpc-swift": ("total",)}, unit="calls"
            ),
            run=_grpc,
            load="h2load, 8 connections without TLS, whose latency is a mean; for echo grpc-go's "
            "client, likewise; for json-http1 wrk, 64 connections",
        ),
        Suite(
            name="grpc-client",
            title="gRPC client, CPU per call",
            peers=peers.grpc_clients,
            bars=bars.GRPC_CLIENT,
            table=report.load_table({"grpc-go": ("total", "user")}, unit="calls"),
            run=_grpc_client,
            load="the clients themselves, 8 connections",
        ),
        Suite(
            name="proxy",
            title="Reverse proxy, CPU per request",
            peers=peers.proxies,
            bars=bars.PROXY,
            table=report.load_table({"envoy": ("total", "user", "p99"), "caddy": ("total",)}),
            run=_proxy,
        ),
        Suite(
            name="net",
            title="TCP and UDP echo, CPU per message",
            peers=peers.net_servers,
            bars=bars.NET,
            table=report.load_table(
                {"go": ("total", "user", "p99"), "epoll": ("total",)}, unit="messages"
            ),
            run=_net,
            load="netload",
        ),
        Suite(
            name="net-memory",
            title="Memory per idle TCP connection",
            peers=peers.idle_net_servers,
            bars=bars.NET_MEMORY,
            table=report.idle_table(("go",)),
            run=_net_memory,
            load="one message a connection",
        ),
        Suite(
            name="memory",
            title="Memory per idle connection",
            peers=peers.idle_servers,
            bars=bars.MEMORY,
            table=report.idle_table(("go", "fasthttp")),
            run=_memory,
        ),
    )
}

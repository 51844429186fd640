"""The servers: where each one is, how it is started, and which scenarios it can serve."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from harness import places, versions
from harness.places import CONFIGURATIONS, MARTLET_SERVER, PEER_BUILD

SETUP = "not installed, see `make bench-setup`"
BUILD = "not built, see `Benchmarks/build`"


@dataclass(frozen=True)
class Start:
    """What a peer is told when it starts."""

    port: int
    folder: str
    upstream: str = ""


@dataclass(frozen=True)
class Peer:
    """A server to measure.

    `missing` says what to do when it is not there. A peer that does not serve a scenario is listed
    under it with the reason in `without`, and not listed when there is none to give.
    """

    key: str
    name: str
    executable: str | None
    missing: str
    arguments: Callable[[Start], list[str]]
    version: Callable[[str], str]
    scenarios: frozenset[str] | None = None
    without: str = ""

    def serves(self, scenario):
        return self.scenarios is None or scenario.name in self.scenarios

    def is_listed(self, scenario):
        return self.serves(scenario) or self.without != ""

    def command(self, start):
        return [self.executable, *self.arguments(start)]


def configured(template, start):
    """Writes a configuration from its template; returns the path."""
    text = (CONFIGURATIONS / template).read_text()
    host, _, port = start.upstream.partition(":")
    values = {
        "port": str(start.port),
        "folder": start.folder,
        "upstream": start.upstream,
        "upstreamhost": host,
        "upstreamport": port,
    }
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    path = os.path.join(start.folder, template)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def port_only(start):
    return [str(start.port)]


def nginx_arguments(template):
    return lambda start: ["-p", start.folder, "-e", "stderr", "-c", configured(template, start)]


def martlet():
    return Peer(
        key="martlet",
        name="Martlet",
        executable=places.built(MARTLET_SERVER),
        missing=BUILD,
        arguments=lambda start: ["http", "--port", str(start.port)],
        version=versions.martlet,
    )


def martlet_stack():
    return Peer(
        key="martlet-stack",
        name="Martlet `--stack`",
        executable=places.built(MARTLET_SERVER),
        missing=BUILD,
        arguments=lambda start: ["http", "--port", str(start.port), "--stack"],
        version=versions.martlet,
        scenarios=frozenset({"keep-alive"}),
    )


def martlet_tasks():
    return Peer(
        key="martlet-tasks",
        name="Martlet `--tasks`",
        executable=places.built(MARTLET_SERVER),
        missing=BUILD,
        arguments=lambda start: ["http", "--port", str(start.port), "--tasks"],
        version=versions.martlet,
        scenarios=frozenset({"keep-alive", "pipelined"}),
    )


def go():
    return Peer(
        key="go",
        name="Go net/http",
        executable=places.built(PEER_BUILD / "go" / "nethttp"),
        missing=BUILD,
        arguments=port_only,
        version=versions.go,
    )


def fasthttp():
    return Peer(
        key="fasthttp",
        name="fasthttp",
        executable=places.built(PEER_BUILD / "go" / "fasthttp"),
        missing=BUILD,
        arguments=port_only,
        version=versions.fasthttp,
    )


def hummingbird():
    return Peer(
        key="hummingbird",
        name="Hummingbird",
        executable=places.built(PEER_BUILD / "release" / "hummingbird-server"),
        missing=BUILD,
        arguments=port_only,
        version=versions.hummingbird,
    )


def nginx():
    return Peer(
        key="nginx",
        name="nginx",
        executable=places.in_path("nginx"),
        missing=SETUP,
        arguments=nginx_arguments("nginx-http.conf"),
        version=versions.nginx,
        scenarios=frozenset({"keep-alive", "pipelined", "route", "idle"}),
        without="runs no code that could encode or echo",
    )


def martlet_proxy():
    return Peer(
        key="martlet",
        name="Martlet",
        executable=places.built(MARTLET_SERVER),
        missing=BUILD,
        arguments=lambda start: [
            "proxy", "--port", str(start.port), "--upstream", start.upstream,
        ],
        version=versions.martlet,
    )


def envoy():
    workers = str(os.cpu_count())
    return Peer(
        key="envoy",
        name="Envoy",
        executable=places.in_environment("lib/*/site-packages/envoy/_bin/envoy"),
        missing=SETUP,
        arguments=lambda start: [
            "-c", configured("envoy.yaml", start), "--concurrency", workers,
            "--disable-hot-restart", "-l", "error",
        ],
        version=versions.envoy,
    )


def nginx_proxy():
    return Peer(
        key="nginx",
        name="nginx",
        executable=places.in_path("nginx"),
        missing=SETUP,
        arguments=nginx_arguments("nginx-proxy.conf"),
        version=versions.nginx,
    )


def haproxy():
    return Peer(
        key="haproxy",
        name="HAProxy",
        executable=places.in_path("haproxy"),
        missing=SETUP,
        arguments=lambda start: ["-db", "-f", configured("haproxy.cfg", start)],
        version=versions.haproxy,
    )


def caddy():
    return Peer(
        key="caddy",
        name="Caddy",
        executable=places.in_environment("bin/caddy"),
        missing=SETUP,
        arguments=lambda start: [
            "run", "--config", configured("Caddyfile", start), "--adapter", "caddyfile",
        ],
        version=versions.caddy,
    )


def http_servers():
    return [martlet(), martlet_stack(), martlet_tasks(), go(), fasthttp(), hummingbird(), nginx()]


def proxies():
    return [martlet_proxy(), envoy(), nginx_proxy(), haproxy(), caddy()]


def idle_servers():
    return [martlet(), go(), fasthttp(), hummingbird(), nginx()]


TCP_SCENARIOS = frozenset({"tcp-64", "tcp-16k", "accept", "idle"})
UDP_SCENARIOS = frozenset({"udp-64"})


def martlet_tcp():
    return Peer(
        key="martlet",
        name="Martlet",
        executable=places.built(MARTLET_SERVER),
        missing=BUILD,
        arguments=lambda start: ["tcp", "--port", str(start.port)],
        version=versions.martlet,
        scenarios=TCP_SCENARIOS,
    )


def martlet_udp():
    return Peer(
        key="martlet-udp",
        name="Martlet",
        executable=places.built(MARTLET_SERVER),
        missing=BUILD,
        arguments=lambda start: ["udp", "--port", str(start.port)],
        version=versions.martlet,
        scenarios=UDP_SCENARIOS,
    )


def go_net():
    return Peer(
        key="go",
        name="Go net",
        executable=places.built(PEER_BUILD / "go" / "netecho"),
        missing=BUILD,
        arguments=port_only,
        version=versions.go,
    )


def epoll():
    return Peer(
        key="epoll",
        name="epoll in C",
        executable=places.built(PEER_BUILD / "epollecho"),
        missing=BUILD,
        arguments=port_only,
        version=lambda _: "the floor",
    )


def net_servers():
    return [martlet_tcp(), martlet_udp(), go_net(), epoll()]


def idle_net_servers():
    return [martlet_tcp(), go_net(), epoll()]


def upstreams():
    """What the proxies forward to: the first of these that is there, the same for all."""
    return [nginx(), go()]

"""The servers: where each one is, how it is started, and which scenarios it can serve."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from harness import places, versions
from harness.grpc import SERVING, Call
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
    scenarios: set[str] | None = None
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


def martlet(command, key="martlet", name="Martlet", flags=(), **rest):
    """Martlet's `bench-server COMMAND`."""

    def arguments(start):
        upstream = ["--upstream", start.upstream] if command == "proxy" else []
        return [command, "--port", str(start.port), *upstream, *flags]

    executable = places.built(MARTLET_SERVER)
    return Peer(key, name, executable, BUILD, arguments, versions.martlet, **rest)


def built(key, name, path, version):
    """A server that Benchmarks/build makes and that takes nothing but a port."""
    return Peer(key, name, places.built(PEER_BUILD / path), BUILD, port_only, version)


def go():
    return built("go", "Go net/http", "go/nethttp", versions.go)


def fasthttp():
    return built("fasthttp", "fasthttp", "go/fasthttp", versions.fasthttp)


def hummingbird():
    path = "release/hummingbird-server"
    return built("hummingbird", "Hummingbird", path, versions.hummingbird)


def go_net():
    return built("go", "Go net", "go/netecho", versions.go)


def grpc_go(*arguments, key="grpc-go", name="grpc-go", **rest):
    """The Go program of the gRPC suites, which serves as well as it asks."""
    executable = places.built(PEER_BUILD / "go/grpc")
    command = lambda start: [*arguments, str(start.port)] if start else list(arguments)
    return Peer(key, name, executable, BUILD, command, versions.grpc_go, **rest)


def grpc_swift(**rest):
    path = PEER_BUILD / "release/grpc-swift-server"
    executable = places.built(path)
    return Peer("grpc-swift", "grpc-swift-2", executable, BUILD, port_only, versions.grpc_swift,
                **rest)


def grpcio(**rest):
    messages = PEER_BUILD / "user.binpb"
    program = places.BENCHMARKS / "Python" / "grpc_server.py"
    installed_here = places.in_environment("lib/*/site-packages/grpc/__init__.py")
    python = places.in_environment("bin/python3") if installed_here else None
    executable = python if messages.is_file() else None
    return Peer(
        "grpcio", "grpcio", executable, SETUP if python is None else BUILD,
        lambda start: [str(program), str(start.port), str(messages)], versions.grpcio, **rest
    )


def epoll():
    return built("epoll", "epoll in C", "epollecho", lambda _: "the floor")


def installed(key, name, executable, arguments, version, **rest):
    """A server that `make bench-setup` installs."""
    return Peer(key, name, executable, SETUP, arguments, version, **rest)


def nginx(template="nginx-http.conf", **rest):
    arguments = nginx_arguments(template)
    return installed("nginx", "nginx", places.in_path("nginx"), arguments, versions.nginx, **rest)


def envoy():
    def arguments(start):
        workers = str(os.cpu_count())
        quiet = ["--disable-hot-restart", "-l", "error"]
        return ["-c", configured("envoy.yaml", start), "--concurrency", workers, *quiet]

    executable = places.in_environment("lib/*/site-packages/envoy/_bin/envoy")
    return installed("envoy", "Envoy", executable, arguments, versions.envoy)


def haproxy():
    def arguments(start):
        return ["-db", "-f", configured("haproxy.cfg", start)]

    executable = places.in_path("haproxy")
    return installed("haproxy", "HAProxy", executable, arguments, versions.haproxy)


def caddy():
    def arguments(start):
        return ["run", "--config", configured("Caddyfile", start), "--adapter", "caddyfile"]

    executable = places.in_environment("bin/caddy")
    return installed("caddy", "Caddy", executable, arguments, versions.caddy)


def http_servers():
    plain = {"keep-alive", "paced"}
    return [
        martlet("http"),
        martlet("http", "martlet-stack", "Martlet `--stack`", ["--stack"], scenarios=plain),
        martlet(
            "http",
            "martlet-tasks",
            "Martlet `--tasks`",
            ["--tasks"],
            scenarios=plain | {"pipelined"},
        ),
        go(),
        fasthttp(),
        hummingbird(),
        nginx(
            scenarios=plain | {"pipelined", "route"},
            without="runs no code that could encode or echo",
        ),
    ]


def http2_servers():
    return [martlet("http"), go()]


def grpc_servers():
    calls = {call.name for call in SERVING if isinstance(call, Call)}
    served = {"scenarios": calls}
    return [
        martlet("grpc", scenarios=calls),
        martlet("grpc", "martlet-tasks", "Martlet `--tasks`", ["--tasks"],
                scenarios={"unary-32", "unary-1"}),
        martlet("http", "rest", "Martlet, REST",
                scenarios={each.name for each in SERVING} - calls),
        grpc_go("serve", **served),
        grpc_swift(**served),
        grpcio(**served),
    ]


def grpc_clients():
    return [
        martlet_client(),
        grpc_go("unary"),
    ]


def martlet_client():
    """Martlet's client, when this build of `bench-server` has one."""
    executable = places.built(MARTLET_SERVER)
    return Peer("martlet", "Martlet", executable, BUILD, lambda _: ["grpc-client"],
                versions.martlet)


def http2_idle_servers():
    return [martlet("http"), go()]


def idle_servers():
    return [martlet("http"), go(), fasthttp(), hummingbird(), nginx()]


def proxies():
    return [martlet("proxy"), envoy(), nginx("nginx-proxy.conf"), haproxy(), caddy()]


def net_servers():
    streams = {"tcp-64", "tcp-16k", "accept"}
    return [
        martlet("tcp", scenarios=streams),
        martlet("udp", "martlet-udp", scenarios={"udp-64"}),
        go_net(),
        epoll(),
    ]


def idle_net_servers():
    return [martlet("tcp"), go_net(), epoll()]


def upstreams():
    """What the proxies forward to: the first of these that is there, the same for all."""
    return [nginx(), go()]

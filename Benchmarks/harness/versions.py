"""The versions that a result is worth nothing without."""

import json
import os
import platform
import re
import subprocess
from pathlib import Path

from harness import places
from harness.places import ROOT

UNKNOWN = "version unknown"


def _output(*command):
    """What a program prints, on either stream, or an empty string when it cannot run."""
    try:
        result = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=30,
            cwd=ROOT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout


def _first(pattern, text):
    found = re.search(pattern, text)
    return found.group(1) if found else UNKNOWN


def martlet(_):
    commit = _output("git", "rev-parse", "--short", "HEAD").strip() or UNKNOWN
    changed = _output("git", "status", "--porcelain", "--untracked-files=no").strip()
    swift = _first(r"Swift version (\S+)", _output("swift", "--version"))
    return f"{commit}{' with changes' if changed else ''}, Swift {swift}"


def go(executable):
    """The version of Go that built a program, which the program itself records."""
    compiler = places.in_environment("lib/*/site-packages/go/bin/go") or places.in_path("go")
    if compiler is None:
        return UNKNOWN
    return _first(r": go(\S+)", _output(compiler, "version", executable))


def fasthttp(executable):
    package = _output("dpkg-query", "-W", "-f", "${Version}", "golang-github-valyala-fasthttp-dev")
    return f"{_first(r'([0-9.]+)(?:-|$)', package)}, Go {go(executable)}"


def grpc_go(executable):
    package = _output("dpkg-query", "-W", "-f", "${Version}", "golang-google-grpc-dev")
    return f"{_first(r'([0-9.]+)(?:-|$)', package)}, Go {go(executable)}"


def grpc_swift(_):
    transport = _checked_out("grpc-swift-nio-transport")
    return f"{_checked_out('grpc-swift-2')} (transport {transport})"


def grpcio(executable):
    return _output(executable, "-c", "import grpc; print(grpc.__version__)").strip() or UNKNOWN


def hummingbird(_):
    return _checked_out("hummingbird")


def _checked_out(identity):
    """The version of a Swift package that was checked out to build the peers."""
    state = places.PEER_BUILD / "workspace-state.json"
    if not state.is_file():
        return UNKNOWN
    dependencies = json.loads(state.read_text())["object"]["dependencies"]
    found = [
        dependency["state"]["checkoutState"]["version"]
        for dependency in dependencies
        if dependency["packageRef"]["identity"] == identity
    ]
    return found[0] if found else UNKNOWN


def nginx(executable):
    return _first(r"nginx/(\S+)", _output(executable, "-v"))


def haproxy(executable):
    return _first(r"version ([0-9.]+)", _output(executable, "-v"))


def envoy(executable):
    return _first(r"version: [0-9a-f]+/([^/]+)/", _output(executable, "--version"))


def caddy(executable):
    return _first(r"v([0-9.]+)", _output(executable, "version"))


def wrk():
    return _first(r"([0-9]+\.[0-9]+\.[0-9]+)", _output(places.in_path("wrk"), "-v"))


def machine():
    """Cores, memory and kernel, and nothing that names the machine."""
    kernel = _first(r"^([0-9.]+)", platform.release())
    gibibytes = _memory_kibibytes() / 1024 / 1024
    return (
        f"{os.cpu_count()} cores, {gibibytes:.0f} GiB, "
        f"{platform.system()} {kernel}, {platform.machine()}"
    )


def _memory_kibibytes():
    text = Path("/proc/meminfo").read_text()
    return int(_first(r"MemTotal:\s+(\d+)", text))

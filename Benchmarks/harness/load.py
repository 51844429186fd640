"""One round of load by wrk, and what it cost the server."""

import json
import os
import re
import resource
import statistics
import subprocess
import time
from dataclasses import dataclass, fields
from pathlib import Path

from harness import places
from harness.places import BENCHMARKS
from harness.process import ServerFailure

# wrk waits for its threads a little longer than it was told to run.
GRACE_SECONDS = 20


@dataclass(frozen=True)
class Sample:
    """What one round measured, times in microseconds.

    `user`, `system` and `total` are CPU a request, `rate` is requests a second, and `others` is the
    share of the machine that neither the server nor wrk used, but something else.
    """

    user: float
    system: float
    total: float
    p50: float
    p99: float
    rate: float
    errors: float
    others: float


@dataclass(frozen=True)
class Load:
    """How hard wrk presses."""

    threads: int
    connections: int

    def run(self, server, scenario, seconds):
        """Runs wrk once and returns its report; or what else the scenario needs, in its words."""
        if scenario.rate:
            return netload("paced", server, self.connections, scenario.rate, seconds)
        if scenario.streams:
            return h2load(server, scenario, self.threads, seconds)
        command = [
            places.in_path("wrk"),
            "--threads", str(self.threads),
            "--connections", str(self.connections),
            "--duration", f"{seconds}s",
            "--latency",
            "--script", str(BENCHMARKS / "load.lua"),
            f"http://127.0.0.1:{server.port}{scenario.path}",
            "--", scenario.method, str(scenario.body_bytes), str(scenario.pipelined),
        ]
        try:
            result = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=seconds + GRACE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ServerFailure("wrk did not end in time") from error
        lines = result.stdout.strip().splitlines()
        if result.returncode != 0 or not lines or not lines[-1].startswith("{"):
            raise ServerFailure(f"wrk failed: {(result.stderr or result.stdout).strip()[-200:]}")
        return json.loads(lines[-1])

    def sample(self, server, scenario, seconds):
        """Runs wrk once and divides the server's CPU time by the requests it completed."""
        machine_before = _busy_seconds()
        client_before = _children_seconds()
        before = server.processor_time()
        started = time.monotonic()
        report = self.run(server, scenario, seconds)
        spent = server.processor_time() - before
        elapsed = time.monotonic() - started
        client = _children_seconds() - client_before
        machine = _busy_seconds() - machine_before
        requests = report["requests"]
        if requests == 0:
            raise ServerFailure("it completed no request")
        others = machine - client - (spent.user + spent.system) / 1_000_000
        return Sample(
            user=spent.user / requests,
            system=spent.system / requests,
            total=(spent.user + spent.system) / requests,
            p50=report["p50_us"],
            p99=report["p99_us"],
            rate=requests / (report["duration_us"] / 1_000_000),
            errors=report["refused"] + report["broken"] + report["timeouts"] + report["statuses"],
            others=max(0.0, others / elapsed / os.cpu_count()),
        )


@dataclass(frozen=True)
class EchoLoad(Load):
    """netload, which knows by the scenario how hard to press."""

    def run(self, server, scenario, seconds):
        """Runs netload once and returns its report in wrk's words."""
        return netload(scenario.load, server, scenario.count, scenario.body_bytes, seconds)


def netload(mode, server, count, amount, seconds):
    """Runs netload once and returns its report in wrk's words; see there for the arguments."""
    command = [str(places.PEER_BUILD / "netload"), mode]
    command += [str(number) for number in (server.port, count, amount, seconds)]
    return loaded(command, seconds)


def loaded(command, seconds):
    """Runs a load that prints netload's line of JSON, and returns its report in wrk's words."""
    name = Path(command[0]).name
    try:
        result = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=seconds + GRACE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServerFailure(f"{name} failed: {error}") from error
    if result.returncode != 0:
        raise ServerFailure(f"{name} failed: {result.stderr.strip()[-200:]}")
    counted = json.loads(result.stdout)
    return {
        "client": (counted.get("user_us", 0), counted.get("system_us", 0)),
        "requests": counted["messages"],
        "duration_us": counted["seconds"] * 1_000_000,
        "p50_us": counted["p50_us"],
        "p99_us": counted["p99_us"],
        "refused": counted["errors"],
        # Datagrams may be lost; those that are not answered are not counted either.
        "broken": 0,
        "timeouts": 0,
        "statuses": 0,
    }


# As many as the figures that we compare with were measured with.
HTTP2_CONNECTIONS = 8


def h2load(server, scenario, threads, seconds, more=()):
    """Runs h2load once and returns its report in wrk's words; it knows no percentiles."""
    command = [
        places.in_path("h2load"),
        f"--duration={seconds}",
        f"--clients={HTTP2_CONNECTIONS}",
        f"--max-concurrent-streams={scenario.streams}",
        f"--threads={threads}",
        *more,
        f"http://127.0.0.1:{server.port}{scenario.path}",
    ]
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds + GRACE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServerFailure(f"h2load failed: {error}") from error
    counts = re.search(
        r"(\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", result.stdout
    )
    mean = re.search(r"time for request: +\S+ +\S+ +([\d.]+)(us|ms|s) ", result.stdout)
    if result.returncode != 0 or not counts or not mean:
        raise ServerFailure(f"h2load failed: {(result.stderr or result.stdout).strip()[-200:]}")
    done, succeeded, failed, errored, timeouts = map(int, counts.groups())
    scale = {"us": 1, "ms": 1_000, "s": 1_000_000}[mean.group(2)]
    return {
        "requests": done,
        "duration_us": seconds * 1_000_000,
        "p50_us": float(mean.group(1)) * scale,
        "p99_us": float("nan"),
        "refused": failed,
        "broken": errored,
        "timeouts": timeouts,
        "statuses": done - succeeded,
    }


def median(samples):
    """The median of each number by itself; errors are summed, because none is expected."""
    values = {}
    for field in fields(Sample):
        column = [getattr(sample, field.name) for sample in samples]
        values[field.name] = sum(column) if field.name == "errors" else statistics.median(column)
    return Sample(**values)


def _children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _busy_seconds():
    """CPU time of the whole machine that was not idle or waiting for a disk."""
    fields_of_cpu = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    user, nice, system, _, _, interrupt, softirq, steal = map(int, fields_of_cpu)
    busy = user + nice + system + interrupt + softirq + steal
    return busy / os.sysconf("SC_CLK_TCK")

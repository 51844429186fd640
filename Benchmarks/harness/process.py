"""Starting a server, reading what it costs from /proc, and stopping it for certain."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

TICK_MICROSECONDS = 1_000_000 / os.sysconf("SC_CLK_TCK")
START_SECONDS = 20
STOP_SECONDS = 5
# A zombie waits for its parent to read its exit status; it holds nothing and runs no more.
ENDED_STATES = "ZX"


class ServerFailure(Exception):
    """A server did not start, died, or answered wrongly."""


@dataclass(frozen=True)
class ProcessorTime:
    """CPU time in microseconds, of every thread and process of a server."""

    user: float
    system: float

    def __sub__(self, earlier):
        return ProcessorTime(self.user - earlier.user, self.system - earlier.system)


def free_port():
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ServerProcess:
    """A server in a session of its own, so that its workers are counted and stopped with it."""

    def __init__(self, command, port, folder):
        self.port = port
        self._command = command
        self.folder = Path(folder)
        self._process = None

    def __enter__(self):
        environment = dict(os.environ, XDG_DATA_HOME=str(self.folder), HOME=str(self.folder))
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=environment,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_):
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._wait_for_workers()

    def check(self, scenario):
        """Waits until the server answers the scenario's request, and checks what it answers."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                body = scenario.answer(self.port)
                break
            except OSError as error:
                if self._process.poll() is not None:
                    raise ServerFailure(f"it stopped: {self._last_words()}") from error
                if time.monotonic() > deadline:
                    raise ServerFailure(f"no answer in {START_SECONDS} s: {error}") from error
                time.sleep(0.05)
            except ValueError as error:
                raise ServerFailure(f"wrong answer to {scenario.title}: {error}") from error
        if not scenario.is_right(body):
            raise ServerFailure(f"wrong answer to {scenario.title}: {body[:80]!r}")

    def processor_time(self):
        """User and system time so far; a worker that ended is in its parent's count."""
        user = system = 0
        for fields in self._process_fields():
            user += int(fields[11]) + int(fields[13])
            system += int(fields[12]) + int(fields[14])
        return ProcessorTime(user * TICK_MICROSECONDS, system * TICK_MICROSECONDS)

    def resident_bytes(self):
        """The resident set of every process of the server, summed."""
        return sum(_resident_bytes(fields[-1]) for fields in self._process_fields())

    @property
    def _log(self):
        return self.folder / "server.log"

    def _last_words(self):
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit status {self._process.returncode}"

    def _process_fields(self):
        """What `_session` finds, of a server that is expected to run."""
        found = self._session()
        if not found:
            raise ServerFailure(f"it stopped: {self._last_words()}")
        return found

    def _session(self):
        """/proc/PID/stat after the name, for each process of the session; the id comes last."""
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                text = Path("/proc", entry, "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            fields = text.rpartition(")")[2].split()
            if int(fields[3]) == self._process.pid and fields[0] not in ENDED_STATES:
                found.append(fields + [entry])
        return found

    def _signal(self, number):
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            pass

    def _wait_for_workers(self):
        """Waits until the killed workers, which are no children of ours, are gone."""
        deadline = time.monotonic() + STOP_SECONDS
        while self._session() and time.monotonic() < deadline:
            time.sleep(0.01)


def _resident_bytes(process):
    for line in Path("/proc", process, "smaps_rollup").read_text().splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1]) * 1024
    raise ServerFailure("the kernel reports no resident set")

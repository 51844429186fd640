"""gRPC calls: what is asked, what a right answer is, and who asks again and again."""

import struct
import subprocess
import tempfile
from dataclasses import dataclass

from harness import places
from harness.load import HTTP2_CONNECTIONS, Load, h2load, loaded
from harness.process import ServerFailure
from harness.scenario import PROFILE, Scenario, is_profile

SERVICE = "/example.UserService/"
CONTENT_TYPE = "content-type: application/grpc"
GRPC_GO = places.PEER_BUILD / "go" / "grpc"
# What curl leaves with when nobody listens.
REFUSED = 7


def varint(number):
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def field(number, value):
    """A field as Protocol Buffers encode it, chosen by the value's type."""
    if isinstance(value, list):
        return b"".join(field(number, each) for each in value)
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    if isinstance(value, str):
        return varint(number << 3 | 2) + varint(len(value)) + value.encode()
    return varint(number << 3) + varint(int(value))


def framed(message):
    return b"\0" + struct.pack(">I", len(message)) + message


USER_REQUEST = field(1, "42")
USER_RESPONSE = field(1, "user-42") + field(2, 30)
PERSON = b"".join(field(number + 1, value) for number, value in enumerate(PROFILE.values()))


@dataclass(frozen=True)
class Call:
    """A method that is called with one message; `load` is unary, or echo for many on a stream."""

    name: str
    method: str
    response: bytes
    streams: int
    load: str = "unary"

    @property
    def path(self):
        return SERVICE + self.method

    @property
    def title(self):
        what = "a message back and forth on each of" if self.load == "echo" else "unary,"
        return f"`{self.method}`, {what} {self.streams} streams a connection"

    def answer(self, port):
        """The bytes that the server answers one call with, read by curl."""
        command = [
            places.in_path("curl") or "curl", "--silent", "--show-error", "--max-time", "5",
            "--http2-prior-knowledge", "--header", CONTENT_TYPE, "--header", "te: trailers",
            "--data-binary", "@-", f"http://127.0.0.1:{port}{self.path}",
        ]
        request = framed(USER_REQUEST)
        result = subprocess.run(command, input=request, capture_output=True, check=False)
        if result.returncode == REFUSED:
            raise OSError("nobody answers")
        if result.returncode != 0:
            raise ValueError(f"no answer: {result.stderr.decode(errors='replace').strip()}")
        return result.stdout

    def is_right(self, body):
        return body == framed(self.response)


@dataclass(frozen=True)
class CallLoad(Load):
    """h2load with a prepared call, and grpc-go's client where streams go both ways."""

    def run(self, server, scenario, seconds):
        if not isinstance(scenario, Call):
            return super().run(server, scenario, seconds)
        if scenario.load == "echo":
            return client([str(GRPC_GO), "echo"], server.port, scenario.streams, seconds)
        with tempfile.NamedTemporaryFile() as file:
            file.write(framed(USER_REQUEST))
            file.flush()
            more = ["--data", file.name, "--header", CONTENT_TYPE, "--header", "te: trailers"]
            return h2load(server, scenario, self.threads, seconds, more)


def client(command, port, streams, seconds):
    """Runs a client that counts for itself: its report in wrk's words, with its own CPU time."""
    numbers = (port, HTTP2_CONNECTIONS, streams, seconds)
    return loaded([*command, *(str(number) for number in numbers)], seconds)


SERVING = [
    Call("unary-32", "GetUser", USER_RESPONSE, 32),
    Call("unary-1", "GetUser", USER_RESPONSE, 1),
    Call("echo-32", "Echo", USER_REQUEST, 32, load="echo"),
    Call("echo-1", "Echo", USER_REQUEST, 1, load="echo"),
    Call("object-32", "GetPerson", PERSON, 32),
    Call("object-1", "GetPerson", PERSON, 1),
    Scenario("json-32", "/json", is_profile, streams=32),
    Scenario("json-1", "/json", is_profile, streams=1),
    Scenario("json-http1", "/json", is_profile),
]
CALLING = [SERVING[0], SERVING[1]]

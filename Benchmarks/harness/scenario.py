"""The requests that are measured, and what a right answer to each is."""

import http.client
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass

GREETING = b"Hello, World!"
ECHO_BYTES = 1024
# Half of what Go net/http answers on the two cores that the first results were measured on.
PACE = 40_000
PROFILE = {
    "id": 42,
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "active": True,
    "age": 36,
    "score": 98.5,
    "tags": ["math", "engines"],
    "city": "London",
    "country": "GB",
    "createdAt": "2026-01-01T00:00:00Z",
}


@dataclass(frozen=True)
class Scenario:
    """One kind of request, how it is sent, and a check of the answer's body."""

    name: str
    path: str
    is_right: Callable[[bytes], bool]
    method: str = "GET"
    body_bytes: int = 0
    pipelined: int = 1
    # Requests a second; 0 is as many as the server answers.
    rate: int = 0
    # The concurrent streams of each HTTP/2 connection; 0 is HTTP/1.1.
    streams: int = 0

    def answer(self, port):
        """The body that a server on the port answers with.

        Raises OSError while nobody answers, and ValueError for an answer that is none.
        """
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            body = b"x" * self.body_bytes or None
            connection.request(self.method, self.path, body=body)
            response = connection.getresponse()
            text = response.read()
        except http.client.HTTPException as error:
            raise ValueError(f"no HTTP answer: {error!r}") from error
        finally:
            connection.close()
        if response.status != 200:
            raise ValueError(f"status {response.status}, {text[:80]!r}")
        return text

    @property
    def title(self):
        depth = f", {self.pipelined} pipelined" if self.pipelined > 1 else ""
        size = f" of {self.body_bytes} bytes" if self.body_bytes else ""
        pace = f", {self.rate:,} a second" if self.rate else ""
        pace += f", {self.streams} streams a connection" if self.streams else ""
        return f"`{self.method} {self.path}`{size}{depth}{pace}"


@dataclass(frozen=True)
class EchoScenario:
    """Messages that come back as they were sent; `load` is netload's word for how."""

    name: str
    load: str
    count: int
    body_bytes: int
    # What the client of idle connections takes for this kind of server.
    path: str = "echo"

    @property
    def title(self):
        what = {
            "tcp": f"{self.body_bytes} bytes, {self.count} connections",
            "udp": f"{self.body_bytes} bytes, {self.count} sockets, 16 datagrams at a time on each",
            "accept": f"connect, echo {self.body_bytes} bytes, close",
        }
        return what[self.load]

    def answer(self, port):
        kind = socket.SOCK_DGRAM if self.load == "udp" else socket.SOCK_STREAM
        with socket.socket(socket.AF_INET, kind) as peer:
            peer.settimeout(1)
            peer.connect(("127.0.0.1", port))
            peer.send(b"ping")
            return peer.recv(100)

    def is_right(self, body):
        return body == b"ping"


def is_greeting(body):
    return body == GREETING


def is_profile(body):
    try:
        return json.loads(body) == PROFILE
    except ValueError:
        return False


def is_echo(body):
    return body == b"x" * ECHO_BYTES


def names_the_user(body):
    return b"42" in body


HTTP = [
    Scenario("keep-alive", "/hello", is_greeting),
    Scenario("paced", "/hello", is_greeting, rate=PACE),
    Scenario("pipelined", "/hello", is_greeting, pipelined=16),
    Scenario("json", "/json", is_profile),
    Scenario("echo", "/echo", is_echo, method="POST", body_bytes=ECHO_BYTES),
    Scenario("route", "/users/42", names_the_user),
]
HTTP2 = [
    Scenario("streams-32", "/hello", is_greeting, streams=32),
    Scenario("streams-1", "/hello", is_greeting, streams=1),
    Scenario("json-32", "/json", is_profile, streams=32),
]
HTTP2_MEMORY = [Scenario("idle", "/hello", is_greeting, streams=1)]
PROXY = [Scenario("proxy", "/hello", is_greeting)]
NET = [
    EchoScenario("tcp-64", "tcp", 64, 64),
    EchoScenario("tcp-16k", "tcp", 64, 16 * 1024),
    EchoScenario("accept", "accept", 8, 64),
    EchoScenario("udp-64", "udp", 16, 64),
]
NET_MEMORY = [EchoScenario("idle", "tcp", 0, 64)]
MEMORY = [Scenario("idle", "/hello", is_greeting)]

"""The requests that are measured, and what a right answer to each is."""

import json
from collections.abc import Callable
from dataclasses import dataclass

GREETING = b"Hello, World!"
ECHO_BYTES = 1024
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

    @property
    def title(self):
        depth = f", {self.pipelined} pipelined" if self.pipelined > 1 else ""
        size = f" of {self.body_bytes} bytes" if self.body_bytes else ""
        return f"`{self.method} {self.path}`{size}{depth}"


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
    Scenario("pipelined", "/hello", is_greeting, pipelined=16),
    Scenario("json", "/json", is_profile),
    Scenario("echo", "/echo", is_echo, method="POST", body_bytes=ECHO_BYTES),
    Scenario("route", "/users/42", names_the_user),
]
PROXY = [Scenario("proxy", "/hello", is_greeting)]
MEMORY = [Scenario("idle", "/hello", is_greeting)]

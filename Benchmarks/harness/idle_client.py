"""Holds idle keep-alive connections. Run as a process of its own: PORT PATH CONNECTIONS [http2].

It prints "open" when every connection has had one answer, waits for a line on standard input, then
prints "alive" when none of them was closed meanwhile, and waits again for the end of the input.
"""

import socket
import struct
import sys

# Several source addresses, each with ports of its own.
SOURCES = [f"127.0.0.{number}" for number in range(1, 5)]
ANSWER_SECONDS = 10
# What an echo server is asked in place of an HTTP request, when the path is "echo".
ECHO_REQUEST = b"x" * 64
# HTTP/2's preface and empty SETTINGS, and the acknowledgement of the server's (RFC 9113).
HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
HTTP2_ACKNOWLEDGED = bytes([0, 0, 0, 4, 1, 0, 0, 0, 0])
FRAME_DATA, FRAME_HEADERS, FRAME_SETTINGS, END_STREAM = 0, 1, 4, 1
# Closing without TIME_WAIT, so that the next round finds its ports free.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def open_connection(number, port, request):
    """Connects, asks once and reads one answer."""
    source = (SOURCES[number % len(SOURCES)], 0)
    connection = socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS, source)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    connection.sendall(request)
    if request.startswith(HTTP2_PREFACE):
        read_http2_answer(connection)
    elif request == ECHO_REQUEST:
        read_echo(connection)
    else:
        read_answer(connection)
    return connection


def read_echo(connection):
    received = b""
    while len(received) < len(ECHO_REQUEST):
        received += receive(connection)
    if received != ECHO_REQUEST:
        raise OSError(f"echo {received[:40]!r}")


def read_answer(connection):
    received = b""
    while b"\r\n\r\n" not in received:
        received += receive(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise OSError(f"answer {head[:40]!r}")
    remaining = body_length(head) - len(body)
    while remaining > 0:
        remaining -= len(receive(connection))


def http2_request(path, port):
    """GET on stream 1, its fields as literals that are not indexed (RFC 7541 §6.2.2)."""
    block = bytes([0x82, 0x86])
    for index, value in ((4, path), (1, f"127.0.0.1:{port}")):
        block += bytes([index, len(value)]) + value.encode()
    head = bytes([0, 0, len(block), FRAME_HEADERS, 4 | END_STREAM, 0, 0, 0, 1])
    return HTTP2_PREFACE + head + block


def read_http2_answer(connection):
    """Reads until stream 1 has ended and both sides' SETTINGS are acknowledged."""
    received = b""
    has_ended = is_acknowledged = False
    while not (has_ended and is_acknowledged):
        while len(received) < 9 or len(received) < 9 + int.from_bytes(received[:3], "big"):
            received += receive(connection)
        kind, flags, size = received[3], received[4], int.from_bytes(received[:3], "big")
        received = received[9 + size:]
        if kind == FRAME_SETTINGS and not flags:
            connection.sendall(HTTP2_ACKNOWLEDGED)
        elif kind == FRAME_SETTINGS:
            is_acknowledged = True
        elif kind in (FRAME_DATA, FRAME_HEADERS):
            has_ended = bool(flags & END_STREAM)


def body_length(head):
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise OSError("an answer without Content-Length")


def receive(connection):
    data = connection.recv(4096)
    if not data:
        raise OSError("the server closed a connection")
    return data


def is_open(connection):
    """Whether the server has neither closed the connection nor sent more."""
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def main():
    port, path, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    if "http2" in sys.argv[4:]:
        request = http2_request(path, port)
    elif path == "echo":
        request = ECHO_REQUEST
    else:
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    connections = []
    try:
        for number in range(count):
            connections.append(open_connection(number, port, request))
    except OSError as error:
        print(f"after {len(connections)} connections: {error}", flush=True)
        return
    print("open", flush=True)
    sys.stdin.readline()
    closed = sum(not is_open(connection) for connection in connections)
    print(f"{closed} were closed" if closed else "alive", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()

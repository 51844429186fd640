"""Small servers that tests start in place of real ones."""

import sys
import tempfile
from contextlib import contextmanager

from harness.process import ServerProcess, free_port
from harness.scenario import HTTP

KEEP_ALIVE = HTTP[0]

# Answers `answer` to everything, and keeps the connection unless it is told to close.
SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = sys.argv[2].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = sys.argv[3] == "close"
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@contextmanager
def python_server(answer="Hello, World!", after="keep"):
    """A server that answers as told."""
    port = free_port()
    command = [sys.executable, "-c", SERVER, str(port), answer, after]
    with tempfile.TemporaryDirectory() as folder:
        with ServerProcess(command, port, folder) as server:
            yield server


@contextmanager
def shell_server(script):
    """A program that is no server, for what is measured and stopped."""
    with tempfile.TemporaryDirectory() as folder:
        with ServerProcess(["sh", "-c", script], free_port(), folder) as server:
            yield server

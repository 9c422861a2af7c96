"""A server that takes what a webhook is told."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

HANG = 0
"""In place of a status: no answer."""


class Hook:
    """A real server that takes posts, or answers with `answers` first."""

    def __init__(self):
        self.taken = []
        self.answers = []
        self.came = threading.Event()
        self.go_on = threading.Event()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = hook.answers.pop(0) if hook.answers else 204
                hook.came.set()
                if status == HANG:
                    hook.go_on.wait(30)
                    return
                if status == 204:
                    hook.taken.append((body, dict(self.headers)))
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def do_GET(self):
                raise AssertionError("a post was led elsewhere")

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook"

    @property
    def told(self):
        return [json.loads(body) for body, _ in self.taken]


@contextlib.contextmanager
def listening() -> Iterator[Hook]:
    made = Hook()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        thread.join()
        made.server.server_close()

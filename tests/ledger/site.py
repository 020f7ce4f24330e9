"""A site with a log: the public addresses as docs/log-format.md describes them, in a thread."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.factories.ledger import LogBook


class Site:
    """Serves one log, which a test may exchange; remembers what witnesses sent."""

    def __init__(self, book: LogBook) -> None:
        self.book = book
        self.address = ""
        self.received: list[str] = []

    def answer(self, path: str, query: dict[str, int]) -> str:
        tree = self.book.tree
        if path == "/log/checkpoint":
            return str(self.book.notes[-1])
        if path == "/log/export.json":
            return json.dumps(self.book.export(), ensure_ascii=False)
        if path == "/log/proof/inclusion":
            proof = tree.inclusion_proof(query["leaf"], query["size"])
        else:
            assert path == "/log/proof/consistency"
            proof = tree.consistency_proof(query["from"], query["to"])
        return json.dumps({**query, "hashes": [one.hex() for one in proof]})


@contextmanager
def serving(book: LogBook) -> Iterator[Site]:
    site = Site(book)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            try:
                text = site.answer(url.path, {name: int(values[0]) for name, values in parse_qs(url.query).items()})
            except (AssertionError, IndexError, KeyError, ValueError):
                self.send_error(404)
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())

        def do_POST(self) -> None:
            assert self.path == "/log/cosignatures"
            site.received.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""The demo's control: an address on this machine at which the sandbox stops the bot's process, and starts it anew."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


class BotControl:
    """`POST /stop` and `POST /start`, one at a time."""

    def __init__(self, stop: Callable[[], None], start: Callable[[], None]) -> None:
        lock = threading.Lock()
        calls = {"/stop": stop, "/start": start}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                call = calls.get(self.path)
                status = 404
                if call is not None:
                    with lock:
                        try:
                            call()
                            status = 200
                        except Exception:  # the page must hear that it failed
                            status = 500
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "BotControl":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

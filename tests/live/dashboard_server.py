"""Serves a built Saleor Dashboard as its own image does: any address is its one page.

Which Saleor it asks is written into the page when it is served, as the image's start does.
"""

import contextlib
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST = "127.0.0.1"
MOUNT = "/dashboard/"
API_URL = re.compile(r'(\bAPI_URL:\s*")[^"]*(")')


class DashboardPages(SimpleHTTPRequestHandler):
    """Answers a file of the build, or its page for every other address below the mount."""

    def __init__(self, *arguments: object, api_url: str, **more: object) -> None:
        self._api_url = api_url
        super().__init__(*arguments, **more)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send a file, or the page with the address of Saleor's API in it."""
        path = self.path.split("?", 1)[0]
        if not path.startswith(MOUNT):
            self.send_error(404)
            return
        self.path = "/" + path.removeprefix(MOUNT)
        folder = Path(self.directory)
        if self.path != "/" and (folder / self.path.lstrip("/")).is_file():
            super().do_GET()
            return
        page = (folder / "index.html").read_text("utf-8")
        body = API_URL.sub(rf"\g<1>{self._api_url}\g<2>", page, count=1).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def running_dashboard(build: Path, api_url: str) -> Iterator[str]:
    """Serve the folder of a built Dashboard on a free port; give its address, with the mount."""
    pages = partial(DashboardPages, api_url=api_url, directory=str(build))
    with ThreadingHTTPServer((HOST, 0), pages) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_address[1]}{MOUNT}"
        finally:
            server.shutdown()
            thread.join()

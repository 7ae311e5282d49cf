"""The Office with its page in the Dashboard beside a running Saleor, and the Dashboard's double."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx

from saleor_alencon.local.json_server import serving
from saleor_alencon.local.processes import find_free_port, started_processes
from saleor_alencon.local.saleor_stack import create_saleor_app, run_office, start_office
from saleor_alencon.saleor_api.merchants import town_app_keep
from tests.live.live_saleor import LiveSaleor
from tests.live.merchants import BOOKSHOP, CHEESE, Shops

# As the Dashboard does: the page says that it is ready, and gets its token by message.
FRAMES = """<!doctype html><title>Dashboard</title><style>body {{ margin: 0 }}
iframe {{ border: 0; width: 100%; height: 100vh }}</style>
<iframe name="page" src="{page}?saleorApiUrl=x&theme=light"
  sandbox="allow-same-origin allow-forms allow-scripts allow-downloads allow-popups"></iframe>
<script>
const token = decodeURIComponent(location.hash.slice(1));
window.said = [];
window.tell = (message) => window.frames.page.postMessage(message, "{origin}");
addEventListener("message", (event) => {{
  if (event.origin !== "{origin}") return;
  window.said.push(event.data.type);
  if (event.data.type !== "notifyReady") return;
  window.tell({{ type: "theme", payload: {{ theme: "defaultLight" }} }});
  window.tell({{ type: "handshake", payload: {{ token, version: 1 }} }});
}});
</script>"""


@contextlib.contextmanager
def web_page(text: str) -> Iterator[int]:
    """Serve one page on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode() if self.path == "/" else b"")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with serving(Handler) as port:
        yield port


@dataclass
class PageTown:
    """The Office with its page, the Dashboard's double that frames it, and one that may not."""

    shops: Shops
    office: str
    dashboard: str
    stranger: str
    app_token: str
    order: str = ""
    theirs: str = ""

    def today(self, token: str, language: str = "fr") -> httpx.Response:
        """Ask for what the counter's page shows, as the page does."""
        return self.ask("jour", token, language)

    def ask(self, path: str, token: str, language: str = "fr") -> httpx.Response:
        """Ask for what a page shows, as the page does."""
        headers = {"Accept-Language": language}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return httpx.get(
            f"{self.office}/encart/{path}", headers=headers, timeout=60, trust_env=False
        )

    def keep(self, page_url: str | None = None) -> str:
        """Keep the App as setting Saleor up does."""
        url = f"{self.shops.live.stack.saleor_url}/graphql/"
        page_url = page_url or f"{self.office}/encart"
        return town_app_keep(url=url, token=self.app_token, page_url=page_url)


@contextlib.contextmanager
def running_page_town(live: LiveSaleor, shops: Shops) -> Iterator[PageTown]:
    """Run the Office's web server beside Saleor, with an order of each shop for today."""
    run_office(live.stack, "seed")
    office_port = find_free_port()
    office = f"http://127.0.0.1:{office_port}"
    page = FRAMES.format(page=f"{office}/encart/", origin=office)
    app_token = create_saleor_app(live.stack, "alencon.test.pages", ("MANAGE_STAFF",))
    with web_page(page) as port, web_page(page) as other_port, started_processes() as processes:
        dashboard = f"http://127.0.0.1:{port}"
        town = PageTown(shops, office, dashboard, f"http://127.0.0.1:{other_port}", app_token)
        start_office(
            live.stack,
            processes,
            office_port,
            log=live.stack.folder / "office-pages.log",
            OFFICE_URL=f"{office}/",
            DASHBOARD_URL=f"{dashboard}/",
            SALEOR_APP_TOKEN=app_token,
        )
        assert town.keep() in ("created", "changed")
        mixed = live.town.buy({f"{BOOKSHOP}-1": 2, f"{CHEESE}-1": 1}, customer="Cliente Démo 31")
        theirs = live.town.buy({f"{CHEESE}-2": 1}, customer="Cliente Démo 32")
        town.order, town.theirs = mixed.number, theirs.number
        for order in (mixed, theirs):
            live.wait_for(order.id, lambda row: row.order["isPaid"])
        run_office(live.stack, "ingest")
        live.admin.execute(
            "UPDATE alencon.orders_pickup p SET state = 'ready', slot_starts_at = at, slot_ends_at"
            " = at + interval '1 hour' FROM (SELECT (date_trunc('day', now() AT TIME ZONE"
            " 'Europe/Paris') + interval '16 hours') AT TIME ZONE 'Europe/Paris' AS at) t,"
            " alencon.orders_shoporder s, alencon.orders_order o"
            " WHERE s.id = p.shop_order_id AND o.id = s.order_id AND o.number = ANY(%s)",
            [[mixed.number, theirs.number]],
        )
        yield town

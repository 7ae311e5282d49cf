"""Setup of the pages and of the two menus of Saleor's own storefront.

Both are given once: a page is the Office's to write from then on, a menu the Office's to order.
"""

from pathlib import Path
from typing import Any

from saleor_alencon.provisioning.connections import nodes
from saleor_alencon.provisioning.editor_text import editor_json
from saleor_alencon.provisioning.names import SETUP_KEY, SHOPS_ITEM
from saleor_alencon.provisioning.report import Report
from saleor_alencon.saleor_api.client import SaleorClient

PAGES_FOLDER = Path(__file__).with_name("town") / "pages"
PAGE_TYPE = "information"
PAGES = (
    "livraison",
    "mentions-legales",
    "conditions-generales-de-vente",
    "retractation",
    "confidentialite",
)
MENUS: dict[str, tuple[str, ...]] = {"navbar": ("livraison",), "footer": PAGES}
DONE = "done"
SHOPS_TITLE = "Nos boutiques"
INFORMATION_TITLE = "Informations"


def read_page(slug: str) -> tuple[str, str]:
    """Return a draft's title, its first line, and its text."""
    title, _, text = (PAGES_FOLDER / f"{slug}.txt").read_text("utf-8").partition("\n")
    return title.strip(), text


def keep_content(client: SaleorClient, report: Report) -> None:
    """Keep the pages and the menus."""
    answer = client.run("setup_content", pageType=PAGE_TYPE)
    types = nodes(answer["pageTypes"])
    page_ids = keep_pages(client, report, types[0]["id"] if types else None)
    for slug, pages in MENUS.items():
        MenuKeeper(client, report, slug, answer[slug], page_ids).keep(pages)


def keep_pages(client: SaleorClient, report: Report, type_id: str | None) -> dict[str, str]:
    """Create the pages that are not there; return the ids by slug."""
    if type_id is None:
        fields = {"name": "Information", "slug": PAGE_TYPE}
        payload = client.run("page_type_create", input=fields)["pageTypeCreate"]
        type_id = payload["pageType"]["id"]
        report.add(f"page type {PAGE_TYPE}", "created")
    else:
        report.add(f"page type {PAGE_TYPE}", "unchanged")
    ids = {}
    for slug in PAGES:
        page = client.run("page_by_slug", slug=slug)["page"]
        report.add(f"page {slug}", "unchanged" if page else "created")
        if page is None:
            title, text = read_page(slug)
            fields = {"slug": slug, "title": title, "content": editor_json(text)}
            payload = client.run(
                "page_create", input=fields | {"pageType": type_id, "isPublished": True}
            )
            page = payload["pageCreate"]["page"]
        ids[slug] = page["id"]
    return ids


class MenuKeeper:
    """Fills one menu; once filled it is marked, and never touched again."""

    def __init__(
        self,
        client: SaleorClient,
        report: Report,
        slug: str,
        present: dict[str, Any] | None,
        page_ids: dict[str, str],
    ) -> None:
        self.client = client
        self.report = report
        self.slug = slug
        self.present = present
        self.page_ids = page_ids
        items = (present or {}).get("items") or []
        self.items = [*items, *(child for item in items for child in item["children"] or [])]
        self.menu_id = ""

    def keep(self, pages: tuple[str, ...]) -> None:
        """Create the menu, or fill it where setup stopped before."""
        place = f"menu {self.slug}"
        if self.present and self.present["key"] == DONE:
            self.report.add(place, "unchanged")
            return
        if self.present:
            self.menu_id = self.present["id"]
        else:
            payload = self.client.run("menu_create", input={"name": self.slug, "slug": self.slug})
            self.menu_id = payload["menuCreate"]["menu"]["id"]
        parent: str | None = None
        if self.slug == "footer":
            shops = self.find(SHOPS_TITLE) or self.create(name=SHOPS_TITLE)
            self.mark(shops, SHOPS_ITEM)
            parent = self.find(INFORMATION_TITLE) or self.create(name=INFORMATION_TITLE)
        linked = {item["page"]["id"] for item in self.items if item["page"]}
        for slug in pages:
            if self.page_ids[slug] not in linked:
                title, _text = read_page(slug)
                self.create(name=title, page=self.page_ids[slug], parent=parent)
        self.mark(self.menu_id, DONE)
        self.report.add(place, "changed" if self.present else "created")

    def find(self, name: str) -> str | None:
        """Return the id of the menu's item of this name."""
        return next((str(item["id"]) for item in self.items if item["name"] == name), None)

    def create(self, **fields: Any) -> str:
        """Add an item to the menu and return its id."""
        given = {name: value for name, value in fields.items() if value is not None}
        payload = self.client.run("menu_item_create", input={"menu": self.menu_id, **given})
        return str(payload["menuItemCreate"]["menuItem"]["id"])

    def mark(self, object_id: str, value: str) -> None:
        """Note on a menu or an item what it is."""
        marks = [{"key": SETUP_KEY, "value": value}]
        self.client.run("private_metadata_update", id=object_id, input=marks)

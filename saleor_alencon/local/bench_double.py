"""A local double of Saleor for the memory bench: it holds 50,000 products that it makes up.

Set-up, values and categories are asked of the real Saleor. Products, and every mutation of them,
are answered here, in the form of Saleor's answers: the real one would take half an hour.
"""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

import httpx

from saleor_alencon.local.json_server import json_server

PAGE = 100
NO_ERRORS: dict[str, Any] = {"errors": []}


@dataclass
class ProductsDouble:
    """Products of one shop by ``tag``; each differs from the file in all that a file may change."""

    saleor: str  # address of the real API
    shop: str
    channel: str
    tag: str
    held: int  # how many products it says it has
    created: int = 0
    updated: int = 0
    collected: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: dict[str, Any], authorization: str) -> dict[str, Any]:
        """Return the answer to one operation, made here or by Saleor."""
        variables = request.get("variables") or {}
        names = set(variables)
        with self._lock:
            if names == {"products"}:
                return {"data": {"productBulkCreate": self.create(variables["products"])}}
            if "newVariants" in names:
                self.updated += 1
                return {"data": self.update(variables)}
            if names == {"collection", "products"}:
                self.collected += len(variables["products"])
                return {"data": {"collectionAddProducts": NO_ERRORS}}
            if names == {"warehouse", "after"}:
                start = int(variables["after"] or 0)
                return {"data": {"products": self.page(start, variables["warehouse"])}}
        headers = {"Authorization": authorization}
        real = httpx.post(self.saleor, json=request, headers=headers, trust_env=False, timeout=60)
        return dict(real.json())

    def create(self, products: list[dict[str, Any]]) -> dict[str, Any]:
        """Answer productBulkCreate."""
        first, self.created = self.created, self.created + len(products)
        made = [{"id": f"UHJvZHVjdDo{first + place:08}"} for place in range(len(products))]
        return {"results": [{"product": one, "errors": []} for one in made], "errors": []}

    def update(self, variables: dict[str, Any]) -> dict[str, Any]:
        """Answer the parts of a product's update that are asked for."""
        results = {"results": [NO_ERRORS for _one in variables["variants"]], "errors": []}
        parts = {
            "withProduct": ("productUpdate", NO_ERRORS),
            "withListing": ("productChannelListingUpdate", NO_ERRORS),
            "withVariants": ("productVariantBulkUpdate", results),
        }
        return dict(answer for flag, answer in parts.items() if variables[flag])

    def page(self, start: int, warehouse: str) -> dict[str, Any]:
        """Return a page of the products."""
        end = min(start + PAGE, self.held)
        edges = [{"node": self.product(number, warehouse)} for number in range(start, end)]
        info = {"hasNextPage": end < self.held, "endCursor": str(end)}
        return {"edges": edges, "pageInfo": info}

    def product(self, number: int, warehouse: str) -> dict[str, Any]:
        """Return one product, of which name, text, category, tax and places differ."""
        text = f"Ancien texte {number}. " * 12
        block = {"type": "paragraph", "data": {"text": text}}
        return {
            "id": f"UHJvZHVjdDo{number:08}",
            "name": f"Ancien nom {number} de la boutique",
            "externalReference": f"{self.shop}/{self.tag}-{number:05}",
            "description": json.dumps({"blocks": [block]}),
            "shop": self.shop,
            "image": None,
            "import": "0",
            "hidden": None,
            "category": {"id": "Q2F0ZWdvcnk6MA=="},
            "taxClass": {"id": "VGF4Q2xhc3M6MA=="},
            "collections": [],
            "media": [],
            "channelListings": [],
            "variants": [self.variant(number, warehouse)],
        }

    def variant(self, number: int, warehouse: str) -> dict[str, Any]:
        """Return a product's only variant, of which everything differs."""
        price = {"amount": 999.99}
        return {
            "id": f"UHJvZHVjdFZhcmlhbnQ6{number:08}",
            "sku": f"{self.shop}/{self.tag}-{number:05}",
            "name": f"Ancienne variante {number}",
            "ean": "0000000000000",
            "weight": None,
            "stocks": [
                {"id": f"U3RvY2s6{number:08}", "quantity": 999, "warehouse": {"id": warehouse}}
            ],
            "channelListings": [
                {
                    "id": f"UHJvZHVjdFZhcmlhbnRMaXN0aW5nOg{number:08}",
                    "price": price,
                    "channel": {"id": self.channel},
                }
            ],
        }


@contextlib.contextmanager
def answering(double: ProductsDouble) -> Iterator[str]:
    """Give the address at which the double answers."""

    def answer(_path: str, headers: Message, body: dict[str, Any]) -> dict[str, Any]:
        return double.answer(body, headers.get("Authorization", ""))

    with json_server(answer) as port:
        yield f"http://127.0.0.1:{port}/graphql/"

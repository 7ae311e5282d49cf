"""How every connection of Saleor's API is read to its end."""

from collections.abc import Iterator
from typing import Any

from saleor_alencon.saleor_api.client import SaleorClient


def nodes(connection: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the nodes of one answer."""
    return [edge["node"] for edge in connection["edges"]]


def every_node(
    client: SaleorClient, operation: str, field: str, **variables: Any
) -> Iterator[dict[str, Any]]:
    """Yield all nodes of ``field``, page after page."""
    after: str | None = None
    while True:
        connection = client.run(operation, after=after, **variables)[field]
        yield from nodes(connection)
        if not connection["pageInfo"]["hasNextPage"]:
            return
        after = connection["pageInfo"]["endCursor"]

"""Saleor's images reach shoppers; what lies beside them does not."""

import httpx
import pytest

from tests.live.live_saleor import LiveSaleor

PICTURE = b"not really a picture"


@pytest.fixture
def media(live: LiveSaleor) -> httpx.Client:
    """Fill the folder as Saleor would, and give a shopper's connection to it."""
    for folder in ("products", "thumbnails", "invoices", "export_files"):
        (live.stack.folder / "media" / folder).mkdir(parents=True, exist_ok=True)
        (live.stack.folder / "media" / folder / "proof.png").write_bytes(PICTURE)
    return httpx.Client(base_url=f"{live.stack.saleor_url}/media/", trust_env=False)


@pytest.mark.parametrize("folder", ["products", "thumbnails"])
def test_a_picture_is_served_and_never_run_as_a_page(media: httpx.Client, folder: str) -> None:
    answer = media.get(f"{folder}/proof.png")

    assert (answer.status_code, answer.content) == (200, PICTURE)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = media.get(
        f"{folder}/proof.png", headers={"If-Modified-Since": answer.headers["Last-Modified"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("invoices/proof.png", 404),
        ("export_files/proof.png", 404),
        ("products/%2e%2e/invoices/proof.png", 400),
        ("products/%2e%2e%2finvoices%2fproof.png", 400),
        ("products//invoices/proof.png", 404),
        ("products/", 404),
        ("products/none.png", 404),
        ("", 404),
    ],
)
def test_invoices_exports_and_folders_are_not_served(
    media: httpx.Client, path: str, status: int
) -> None:
    answer = media.get(path)

    assert answer.status_code == status, answer.text
    assert PICTURE not in answer.content

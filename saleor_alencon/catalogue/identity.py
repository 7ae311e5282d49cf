"""How a merchant's own references live in Saleor, where they must differ over all shops.

Reference "A-12" of shop "librairie-des-halles" is, in Saleor, SKU and external reference
"librairie-des-halles/A-12"; a product's external reference is made of its product code likewise.
References hold no "/", so two shops can never meet. A product that came into Saleor without an
import keeps its SKU, and that SKU is its reference.
"""

import hashlib
import re
import unicodedata

SHOP_KEY = "alencon.shop"
EAN_KEY = "alencon.ean"
IMAGE_KEY = "alencon.image"
IMPORT_KEY = "alencon.import"
HIDDEN_KEY = "alencon.hidden"
SLUG_CHARACTERS = 80


def qualified(shop: str, reference: str) -> str:
    """Return the SKU or external reference of a shop's reference."""
    return f"{shop}/{reference}"


def reference_of(shop: str, name: str) -> str:
    """Return the shop's reference for an SKU or external reference."""
    return name.removeprefix(f"{shop}/")


def slug_text(text: str) -> str:
    """Return lower-case letters, digits and hyphens: "Goûter d'été" is "gouter-d-ete"."""
    decomposed = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", decomposed.lower()).strip("-")


def product_slug(shop: str, code: str, name: str) -> str:
    """Return a product's address: its name, and what keeps it apart from all others."""
    digest = hashlib.sha256(qualified(shop, code).encode()).hexdigest()[:10]
    return f"{slug_text(name)[:SLUG_CHARACTERS].strip('-') or 'article'}-{digest}"

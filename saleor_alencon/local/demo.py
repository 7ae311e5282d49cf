"""The demo: the Office, its shops and its people, as ``make run`` shows them."""

import datetime

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.local.demo_shops import read_shops
from saleor_alencon.shops.models import Association, CommissionRate, Shop, ShopMember

PASSWORD = "demo-alencon"  # noqa: S105 - printed by `make run`, for the demo only
LOGINS = {
    "operateur@alencon.example": Role.OPERATOR,
    "approbateur@alencon.example": Role.APPROVER,
    "auditeur@alencon.example": Role.AUDITOR,
    "librairie@alencon.example": Role.MERCHANT,
}
MERCHANT_SHOP = "librairie-des-halles"
RATES_FROM = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
SHOP_FIELDS = (
    "name", "legal_name", "kind", "state", "siret", "vat_number", "iban", "bic", "email", "phone",
    "address_line", "postal_code", "city",
)  # fmt: skip


def demo_seed() -> None:
    """Create what is missing of the demo; what exists is left as it is."""
    Association.objects.get_or_create(
        id=1,
        defaults={
            "name": "Office de commerce d'Alençon",
            "legal_name": "Office de commerce et de l'artisanat d'Alençon (démonstration)",
            "address_line": "Place Foch",
            "postal_code": "61000",
            "city": "Alençon",
            "email": "office@alencon.example",
            "iban": "FR7630006000011234567890189",
            "bic": "AGRIFRPPXXX",
        },
    )
    for row in read_shops():
        shop, _ = Shop.objects.get_or_create(
            slug=row["slug"],
            defaults={field: row[field] for field in SHOP_FIELDS},
        )
        CommissionRate.objects.get_or_create(
            shop=shop, valid_from=RATES_FROM, defaults={"rate_bps": row["commission_rate_bps"]}
        )
    for email, role in LOGINS.items():
        if not User.objects.filter(email=email).exists():
            User.objects.create_user(email, PASSWORD, role=role, name=str(role.label).capitalize())
    merchant = User.objects.get(role=Role.MERCHANT, email="librairie@alencon.example")
    ShopMember.objects.get_or_create(shop=Shop.objects.get(slug=MERCHANT_SHOP), user=merchant)

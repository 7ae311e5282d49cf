"""The demo: the Office, its shops and its people, as ``make run`` shows them."""

import datetime
from zoneinfo import ZoneInfo

from tqdm import tqdm

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.inbox.models import InboxDocument
from saleor_alencon.local.demo_shops import fixtures_folder, read_shops
from saleor_alencon.orders.services import document_ingest, document_store
from saleor_alencon.settlement.models import SettlementRun
from saleor_alencon.settlement.services import run_create
from saleor_alencon.shops.models import Association, CommissionRate, Shop, ShopMember

PASSWORD = "demo-alencon"  # noqa: S105 - printed by `make run`, for the demo only
LOGINS = {
    "operateur@alencon.example": Role.OPERATOR,
    "approbateur@alencon.example": Role.APPROVER,
    "auditeur@alencon.example": Role.AUDITOR,
    "librairie@alencon.example": Role.MERCHANT,
}
MERCHANT_SHOP = "librairie-des-halles"
RATES_FROM = datetime.datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Paris"))
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
        if not CommissionRate.objects.filter(shop=shop).exists():
            CommissionRate.objects.create(
                shop=shop, valid_from=RATES_FROM, rate_bps=row["commission_rate_bps"]
            )
    for email, role in LOGINS.items():
        if not User.objects.filter(email=email).exists():
            User.objects.create_user(email, PASSWORD, role=role, name=str(role.label).capitalize())
    merchant = User.objects.get(role=Role.MERCHANT, email="librairie@alencon.example")
    ShopMember.objects.get_or_create(shop=Shop.objects.get(slug=MERCHANT_SHOP), user=merchant)


def demo_fill(now: datetime.datetime) -> None:
    """Ingest the recorded orders into an empty inbox; draft a run where there is none."""
    if not InboxDocument.objects.exists():
        files = sorted((fixtures_folder() / "snapshots" / "v1").glob("*.json"))
        for file in tqdm(files, desc="recorded orders", unit="document"):
            document = document_store(file.read_text(), source="file")
            document_ingest(document_id=document.pk, now=now)
    if not SettlementRun.objects.exists():
        operator = User.objects.get(email=next(iter(LOGINS)))
        run_create(created_by=operator, cutoff=now, now=now)

"""The demo: the Office, its shops and its people, as ``make run`` shows them."""

import datetime
import itertools
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from tqdm import tqdm

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.dac7.models import SellerIdentity
from saleor_alencon.domain.bearing import Bearer
from saleor_alencon.dues.models import DuesRate
from saleor_alencon.inbox.models import InboxDocument
from saleor_alencon.local.demo_cheques import cheque_terms_seed, cheques_fill
from saleor_alencon.local.demo_commission import plans_seed
from saleor_alencon.local.demo_places import places_seed
from saleor_alencon.local.demo_provider import provider_fill
from saleor_alencon.local.demo_rounds import rounds_seed
from saleor_alencon.local.demo_shops import fixtures_folder, read_hours, read_shops
from saleor_alencon.local.stripe_process import data_file, test_server_port
from saleor_alencon.orders.models import Order
from saleor_alencon.orders.services import document_ingest, document_store
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.privacy.models import PrivacyRequest, RequestKind
from saleor_alencon.privacy.services import request_open
from saleor_alencon.settlement.adjustments import adjustment_draft
from saleor_alencon.settlement.models import Adjustment, AdjustmentKind, SettlementRun
from saleor_alencon.settlement.services import run_create
from saleor_alencon.shops.models import (
    Association,
    Dues,
    PayoutRail,
    Shop,
    ShopEventKind,
    ShopMember,
    ShopState,
    VatRegime,
    VatStatus,
)
from saleor_alencon.shops.services import event_add

PASSWORD = "demo-alencon"  # noqa: S105 - printed by `make run`, for the demo only
LOGINS = {
    "operateur@alencon.example": Role.OPERATOR,
    "approbateur@alencon.example": Role.APPROVER,
    "tresorier@alencon.example": Role.TREASURER,
    "auditeur@alencon.example": Role.AUDITOR,
    "librairie@alencon.example": Role.MERCHANT,
    "livreur@alencon.example": Role.COURIER,
}
SIRET, VAT_NUMBER = "99900061500008", "FR35999000615"
"""Numbers of no company, right in form."""
OPERATOR = "operateur@alencon.example"
MERCHANT_SHOP = "librairie-des-halles"
RATES_FROM = datetime.datetime(2026, 1, 1, tzinfo=TOWN_TIME)
FIRST_SHOP_AT = datetime.datetime(2026, 5, 4, 10, tzinfo=TOWN_TIME)
SHOP_FIELDS = (
    "slug", "name", "legal_name", "state", "description", "agreement_signed_on", "siret",
    "vat_number", "iban", "bic", "contact_name", "email", "phone", "address_line", "postal_code",
    "city", "pickup_note",
)  # fmt: skip
HISTORY = (
    (ShopEventKind.RECORDED, ShopState.PROSPECT),
    (ShopEventKind.COMMIT, ShopState.COMMITTED),
    (ShopEventKind.APPROVE, ShopState.APPROVED),
    (ShopEventKind.OPEN, ShopState.LIVE),
)
"""What happened to a shop on its way, three weeks apart, and the state it was in afterwards."""


def demo_seed(now: datetime.datetime | None = None) -> None:
    """Create what is missing of the demo; what exists is left as it is."""
    now = now or timezone.now()
    Association.objects.get_or_create(
        id=1,
        defaults={
            "name": "Office de commerce d'Alençon",
            "legal_name": "Office de commerce et de l'artisanat d'Alençon (démonstration)",
            "siret": SIRET,
            "vat_number": VAT_NUMBER,
            "address_line": "Place Foch",
            "postal_code": "61000",
            "city": "Alençon",
            "email": "office@alencon.example",
            "iban": "FR7630006000011234567890189",
            "bic": "AGRIFRPPXXX",
            # Without a payment provider there is only the bank to pay by.
            "payout_rail": PayoutRail.CONNECT if settings.STRIPE_SECRET_KEY else PayoutRail.SEPA,
            "charge_fee_bearer": Bearer.SHARED,
        },
    )
    VatStatus.objects.get_or_create(
        valid_from=RATES_FROM.date(), defaults={"regime": VatRegime.LIABLE, "rate_bps": 2000}
    )
    for email, role in LOGINS.items():
        if not User.objects.filter(email=email).exists():
            User.objects.create_user(email, PASSWORD, role=role, name=str(role.label).capitalize())
    DuesRate.objects.get_or_create(
        year=timezone.localdate(now).year,
        defaults={"base_cents": 12_000, "surcharge_cents": 3_500},
    )
    known = set(Shop.objects.values_list("slug", flat=True))
    for number, row in enumerate(read_shops(), start=1):
        if row["slug"] not in known:
            with transaction.atomic():
                seed_shop(row, number, now)
    plans_seed(valid_from=RATES_FROM, now=now)
    cheque_terms_seed(valid_from=RATES_FROM.date(), now=now)
    places_seed()
    merchant = User.objects.get(role=Role.MERCHANT, email="librairie@alencon.example")
    ShopMember.objects.get_or_create(shop=Shop.objects.get(slug=MERCHANT_SHOP), user=merchant)
    identities_seed()


def identities_seed() -> None:
    """Give the selling shops the tax identity of a company, but for the last one: it is asked."""
    selling = Shop.objects.filter(state=ShopState.LIVE, seller_identity=None).order_by("pk")
    for shop in list(selling)[:-1]:
        SellerIdentity.objects.create(shop=shop, account_holder=shop.legal_name)


def seed_shop(row: dict[str, Any], number: int, now: datetime.datetime) -> None:
    """Create one shop with its dues and the history that led to its state.

    Its state is set, not reached by the use cases: these ask a Saleor what it holds of the shop.
    """
    today = timezone.localdate(now)
    shop = Shop.objects.create(
        **{field: row[field] for field in SHOP_FIELDS},
        kind=row["category"],
        hours=read_hours(row, today).to_json(),
        created_at=FIRST_SHOP_AT + datetime.timedelta(days=number),
    )
    if row["dues_paid"]:
        Dues.objects.create(shop=shop, year=today.year, paid_on=datetime.date(today.year, 1, 1))
    operator = User.objects.get(email=OPERATOR)
    for (kind, state), weeks in zip(HISTORY, itertools.count(step=3)):
        shop.state = state
        done_at = shop.created_at + datetime.timedelta(weeks=weeks)
        event_add(shop=shop, kind=kind, done_by=operator, now=done_at)
        if state == row["state"]:
            break


def privacy_seed(operator: User, now: datetime.datetime) -> None:
    """Note that the shopper of the newest order asks for a copy of its data."""
    newest = Order.objects.exclude(customer_email="").order_by("-created_at", "-id").first()
    if newest is not None and not PrivacyRequest.objects.exists():
        request_open(
            kind=RequestKind.EXPORT,
            email=newest.customer_email,
            asked_on=timezone.localdate(now),
            opened_by=operator,
            now=now,
        )


def demo_fill(now: datetime.datetime) -> None:
    """Ingest the recorded orders into an empty inbox; draft a run where there is none.

    Where this process was led to the Stripe test server, the orders' payments are made there.
    """
    if not InboxDocument.objects.exists():
        files = sorted((fixtures_folder() / "snapshots" / "v1").glob("*.json"))
        for file in tqdm(files, desc="recorded orders", unit="document", disable=None):
            document = document_store(file.read_text(), source="file")
            document_ingest(document_id=document.pk, now=now)
    seller = User.objects.get(email=OPERATOR)
    cheques_fill(shop_slug=MERCHANT_SHOP, seller=seller, now=now)
    rounds_seed(now)
    if (port := test_server_port()) is not None:
        provider_fill(data=data_file(), port=port, now=now)
    operator = User.objects.get(email=OPERATOR)
    privacy_seed(operator, now)
    if not SettlementRun.objects.exists():
        run_create(created_by=operator, cutoff=now, now=now)
    if not Adjustment.objects.exists():
        adjustment_draft(
            shop=Shop.objects.get(slug=MERCHANT_SHOP),
            kind=AdjustmentKind.GOODWILL,
            amount_cents=1_200,
            bearer=Bearer.SHARED,
            office_bps=5_000,
            reason="Livre abîmé pendant la livraison, remboursé au client",
            drafted_by=operator,
            now=now,
        )

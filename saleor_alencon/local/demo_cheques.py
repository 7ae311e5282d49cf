"""Gift cheques of the demo: most shops accept them, and three sales; recorded orders used none."""

import datetime

from django.db import transaction

from saleor_alencon.accounts.models import User
from saleor_alencon.cheques.models import ChequeAcceptance, ChequeRules, ChequeSale
from saleor_alencon.cheques.movements import redemption_reserve
from saleor_alencon.cheques.saleor import movement_settle
from saleor_alencon.cheques.services import acceptance_set, cheques_sell
from saleor_alencon.shops.models import Shop, ShopState

WITHOUT = ("optique-de-la-place", "horlogerie-du-carillon", "bijouterie-du-fil-d-or")
"""Shops that do not accept gift cheques."""
SALES = (
    ("Comité d'entreprise des Ateliers de la Sarthe", 2000, 40, "transfer", 30),
    ("Club de lecture de la médiathèque", 5000, 1, "card", 12),
    ("Union sportive du pays d'Alençon", 1000, 25, "cheque", 5),
)


def cheque_terms_seed(*, valid_from: datetime.date, now: datetime.datetime) -> None:
    """Let the demo's shops accept cheques from a day on; what exists is left as it is."""
    ChequeRules.objects.get_or_create(
        valid_from=valid_from,
        defaults={"validity_months": 12, "fee_rate_bps": 300, "write_off_after_days": 30},
    )
    if ChequeAcceptance.objects.exists():
        return
    with transaction.atomic():
        for shop in Shop.objects.filter(state=ShopState.LIVE).order_by("pk"):
            if shop.slug not in WITHOUT:
                acceptance_set(shop_id=shop.pk, accepts=True, valid_from=valid_from, now=now)


def cheques_fill(*, shop_slug: str, seller: User, now: datetime.datetime) -> None:
    """Sell cheques where there are none, and let one shop take two of them at its counter."""
    if ChequeSale.objects.exists():
        return
    sales = [
        cheques_sell(
            buyer_name=buyer,
            face_cents=face_cents,
            count=count,
            method=method,
            paid_on=(now - datetime.timedelta(days=days)).date(),
            sold_by=seller,
            now=now - datetime.timedelta(days=days),
            key=f"demo {number}",
        )
        for number, (buyer, face_cents, count, method, days) in enumerate(SALES)
    ]
    shop = Shop.objects.get(slug=shop_slug)
    taken = ((sales[0], 2000, "Ticket 1042"), (sales[1], 3150, "Ticket 1057"))
    for sale, amount_cents, reason in taken:
        movement = redemption_reserve(
            code=sale.cheques.order_by("pk")[0].code,
            shop=shop,
            amount_cents=amount_cents,
            asked_by=None,
            now=now - datetime.timedelta(days=2),
            key=f"demo {sale.pk}",
            reason=reason,
        )
        movement_settle(movement_id=movement.pk, clock=lambda: now - datetime.timedelta(days=2))

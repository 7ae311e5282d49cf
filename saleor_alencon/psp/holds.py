"""What the provider knows that holds a shop's money back: disputes, an account not complete."""

import datetime
from collections import Counter
from collections.abc import Collection

from django.utils.translation import gettext as _

from saleor_alencon.domain.allocation import allocate
from saleor_alencon.localized import amount_text
from saleor_alencon.psp.models import Dispute
from saleor_alencon.psp.requirements import missing_words
from saleor_alencon.settlement.holds import hold_rule
from saleor_alencon.settlement.models import CarriedReason
from saleor_alencon.settlement.rule_models import settlement_rules
from saleor_alencon.shops.models import Association, ConnectedAccount, PayoutRail

OVER = ("won", "lost", "warning_closed", "prevented")


def disputed_cents(shop_ids: Collection[int]) -> dict[int, int]:
    """Return each shop's part of the payments whose dispute is open, in cents.

    A payment's shops share a dispute by what the payment brought them and they still have.
    """
    found: Counter[int] = Counter()
    disputes = Dispute.objects.exclude(status__in=OVER).filter(
        order__shop_orders__shop__in=shop_ids
    )
    for dispute in disputes.distinct().prefetch_related("order__tenders__shares__shop_order"):
        assert dispute.order is not None
        shares = [
            share
            for tender in dispute.order.tenders.all()
            if tender.psp_reference == dispute.payment_intent
            for share in tender.shares.all()
        ]
        weights: Counter[str] = Counter()
        for share in shares:
            weights[str(share.shop_order.shop_id)] += share.charged_cents - share.refunded_cents
        if weights:
            for shop_id, cents in allocate(dispute.amount_cents, weights).items():
                found[int(shop_id)] += cents
    return {shop_id: found[shop_id] for shop_id in shop_ids if found[shop_id]}


@hold_rule(CarriedReason.DISPUTE)
def held_for_disputes(shop_ids: Collection[int], _now: datetime.datetime) -> dict[int, str]:
    limit = settlement_rules().dispute_hold_cents
    if limit is None:
        return {}
    return {
        shop_id: _(
            "Paiements contestés par des clients : %(amount)s pour votre boutique ; vos versements "
            "attendent la décision de leur banque."
        )
        % {"amount": amount_text(cents)}
        for shop_id, cents in disputed_cents(shop_ids).items()
        if cents >= limit
    }


@hold_rule(CarriedReason.MISSING_ACCOUNT)
def held_for_what_stripe_asks(shop_ids: Collection[int], _now: datetime.datetime) -> dict[int, str]:
    """Hold while the shop's account may not receive money and Stripe says what it lacks."""
    if not Association.objects.filter(payout_rail=PayoutRail.CONNECT).exists():
        return {}
    asked = ConnectedAccount.objects.filter(shop__in=shop_ids, ready=False).exclude(account_id="")
    return {
        account.shop_id: _("Stripe attend encore de vous : %(what)s.")
        % {"what": ", ".join(missing_words(account.missing))}
        for account in asked.exclude(missing=[])
    }

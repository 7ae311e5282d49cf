"""Freezing a line's commission: at its sale, from what the oldest paid snapshot says of it.

A line is sold when its order is first seen paid. The facts of the sale come from the oldest
document of the inbox that shows the line in a paid order, whatever document is processed first;
so the terms do not depend on the order in which snapshots are ingested.
"""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q

from saleor_alencon.commission.services import plan_at, plan_rules, turnover_at
from saleor_alencon.domain.commission import (
    NO_COMMISSION,
    CommissionTerms,
    Sale,
    first_match,
    month_before,
)
from saleor_alencon.domain.order_books import TenderKind
from saleor_alencon.inbox.models import InboxDocument
from saleor_alencon.inbox.snapshot import Order as SaleorOrder
from saleor_alencon.inbox.snapshot import OrderSnapshot, parse_snapshot
from saleor_alencon.inbox.snapshot_errors import SnapshotError
from saleor_alencon.inbox.snapshot_parts import OrderLine
from saleor_alencon.orders.facts import (
    charged_cents,
    shop_delivery,
    sorted_transactions,
    tender_kind,
)
from saleor_alencon.orders.models import ShopOrderLine
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.shops.models import Shop, vat_rate_at

Sold = dict[str, Any]
"""Values of ``ShopOrderLine.SOLD_FIELDS``; empty for a line that is not sold yet."""


def lines_sold(
    snapshot: OrderSnapshot,
    digest: str,
    slugs: Mapping[str, str],
    shops: Mapping[str, Shop],
    known: Mapping[str, ShopOrderLine],
) -> dict[str, Sold]:
    """Return, by line id, what is frozen of each line; what is known already stays as it is.

    :raises TurnoverNotCounted: a tier needs a month that is not counted yet.
    """
    sold = {line_id: _frozen(line) for line_id, line in known.items()}
    new = {line.id for line in snapshot.order.lines if not sold.get(line.id)}
    if not new or _main_tender(snapshot.order) is None:
        return sold
    rules = plan_rules(plan_at(snapshot.order.created))
    vat_rate_bps = vat_rate_at(_day(snapshot.order.created))
    for document in _documents(snapshot, digest):
        for line, sale in _sales(document.order, slugs):
            if line.id not in new:
                continue
            new.remove(line.id)
            rule = first_match(rules, sale)
            terms = CommissionTerms("", 0, vat_rate_bps)
            if rule is not None:
                month = month_before(_day(document.captured_at))
                turnover_cents = (
                    turnover_at(shop_id=shops[sale.shop].pk, month=month) if rule.tiers else 0
                )
                terms = rule.terms(turnover_cents=turnover_cents, vat_rate_bps=vat_rate_bps)
            sold[line.id] = _sold(document, line, sale, rule.id if rule else None, terms)
        if not new:
            break
    return sold


def line_terms(sold: Sold) -> CommissionTerms:
    """Return the terms among what is frozen of a line; none before it is sold."""
    if not sold:
        return NO_COMMISSION
    return CommissionTerms(
        rule_name=sold["commission_rule_name"],
        rate_bps=sold["commission_rate_bps"],
        vat_rate_bps=sold["commission_vat_rate_bps"],
        fixed_cents=sold["commission_fixed_cents"],
        minimum_cents=sold["commission_minimum_cents"],
        maximum_cents=sold["commission_maximum_cents"],
    )


def _frozen(line: ShopOrderLine) -> Sold:
    if line.sold_at is None:
        return {}
    return {name: getattr(line, name) for name in ShopOrderLine.SOLD_FIELDS}


def _documents(snapshot: OrderSnapshot, digest: str) -> Iterator[OrderSnapshot]:
    """Give the order's older snapshots in the inbox, the oldest first, then the one at hand."""
    older = InboxDocument.objects.filter(order_id=snapshot.order.id).filter(
        Q(captured_at__lt=snapshot.captured_at)
        | Q(captured_at=snapshot.captured_at, digest__lt=digest)
    )
    for payload in older.order_by("captured_at", "digest").values_list("payload", flat=True):
        try:
            yield parse_snapshot(payload)
        except SnapshotError:
            continue
    yield snapshot


def _main_tender(order: SaleorOrder) -> TenderKind | None:
    """Return the kind of the tender that charged most, the oldest of equals; None when none did."""
    paid = [item for item in sorted_transactions(order) if charged_cents(item) > 0]
    return tender_kind(max(paid, key=charged_cents)) if paid else None


def _sales(order: SaleorOrder, slugs: Mapping[str, str]) -> Iterator[tuple[OrderLine, Sale]]:
    """Give the lines of a paid order, with what rules may ask of them; none of an unpaid one."""
    tender = _main_tender(order)
    if tender is None:
        return
    day = _day(order.created)
    for line in order.lines:
        if line.id in slugs:
            product = line.variant.product if line.variant else None
            yield (
                line,
                Sale(
                    shop=slugs[line.id],
                    category=product.category.slug if product and product.category else "",
                    product_type=product.product_type.slug if product else "",
                    delivery=shop_delivery(order, slugs[line.id]).choice,
                    tender=tender,
                    day=day,
                ),
            )


def _day(moment: datetime.datetime) -> datetime.date:
    return moment.astimezone(TOWN_TIME).date()


def _sold(
    document: OrderSnapshot,
    line: OrderLine,
    sale: Sale,
    rule_id: int | None,
    terms: CommissionTerms,
) -> Sold:
    return {
        "sold_at": document.captured_at,
        "sold_cents": line.total_price.gross.cents,
        "category": sale.category,
        "product_type": sale.product_type,
        "sold_delivery": sale.delivery,
        "sold_tender": sale.tender,
        "commission_rule_id": rule_id,
        "commission_rule_name": terms.rule_name,
        "commission_rate_bps": terms.rate_bps,
        "commission_fixed_cents": terms.fixed_cents,
        "commission_minimum_cents": terms.minimum_cents,
        "commission_maximum_cents": terms.maximum_cents,
        "commission_vat_rate_bps": terms.vat_rate_bps,
    }

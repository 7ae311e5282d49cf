"""A town of three shops, and baskets whose every state becomes a real OrderSnapshot."""

import datetime
import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.commission.models import CommissionRule, Plan, RateTier
from saleor_alencon.commission.services import plan_create, plan_publish, rule_save
from saleor_alencon.orders.models import Order, ShopOrder, ShopOrderLine
from saleor_alencon.orders.services import document_ingest, document_store
from saleor_alencon.settlement.models import SettlementRun, Statement
from saleor_alencon.settlement.services import run_approve, run_create, run_execute
from saleor_alencon.shops.models import Association, Shop, VatStatus

NOW = datetime.datetime(2026, 11, 25, 9, tzinfo=datetime.UTC)
PLACED = datetime.datetime(2026, 10, 1, 10, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
IBAN, BIC = "FR7630006000011234567890189", "AGRIFRPP"
BEFORE = PLACED - 1000 * HOUR
RATES_BPS = {"librairie": 800, "fromagerie": 1000, "mercerie": 0}
RECORDED = Path(__file__).parents[2] / "fixtures/snapshots/v1"


def open_town() -> None:
    """Create the association, its people and its shops, each with an account at the bank."""
    Association.objects.create(
        id=1, name="Office", legal_name="Office du commerce", address_line="Place Foch",
        postal_code="61000", city="Alençon", email="office@alencon.example", iban=IBAN, bic=BIC,
        payout_rail="sepa",
    )  # fmt: skip
    for role in (Role.OPERATOR, Role.APPROVER):
        User.objects.create_user(f"{role}@alencon.example", "un-mot-de-passe-long", role=role)
    for slug in RATES_BPS:
        Shop.objects.create(
            slug=slug, name=slug.capitalize(), legal_name=slug.capitalize(), siret="81234567800014",
            iban=IBAN, bic=BIC,
        )  # fmt: skip
    VatStatus.objects.create(valid_from=BEFORE.date(), regime="liable", rate_bps=2000)
    publish(
        [
            CommissionRule(name=f"Taux {slug}", rate_bps=rate_bps, shops=[slug])
            for slug, rate_bps in RATES_BPS.items()
        ],
        valid_from=BEFORE,
        now=BEFORE,
    )


def publish(rules, *, valid_from: datetime.datetime, now: datetime.datetime, tiers=()) -> Plan:
    """Publish a plan; ``tiers`` are those of its first rule, as cents and basis points."""
    plan = plan_create(name=f"Barème {valid_from:%d/%m/%Y %H:%M}", now=now)
    for rule in rules:
        rule_save(rule=rule, plan_id=plan.pk)
    for from_cents, rate_bps in tiers:
        RateTier.objects.create(rule=rules[0], from_cents=from_cents, rate_bps=rate_bps)
    return plan_publish(plan_id=plan.pk, valid_from=valid_from, published_by=None, now=now)


def operator() -> User:
    return User.objects.get(role=Role.OPERATOR)


def approver() -> User:
    return User.objects.get(role=Role.APPROVER)


def draft(now: datetime.datetime = NOW) -> SettlementRun:
    return run_create(created_by=operator(), cutoff=now, now=now)


def pay(run: SettlementRun, now: datetime.datetime = NOW) -> SettlementRun:
    """Approve a run and declare it executed."""
    run_approve(run_id=run.pk, approved_by=approver(), now=now)
    return run_execute(run_id=run.pk, executed_by=operator(), now=now)


def statement(run: SettlementRun, shop: str) -> Statement:
    return run.statements.get(shop__slug=shop)


def stated(run: SettlementRun, shop: str) -> tuple[int, int, int, int, str]:
    """Return opening, net, payable, carried and the reason of a shop's statement."""
    found = statement(run, shop)
    return (found.opening_cents, found.net_cents, found.payable_cents, found.carried_cents,
            found.carried_reason)  # fmt: skip


def shop_order(number: str, shop: str) -> ShopOrder:
    return ShopOrder.objects.get(order__number=number, shop__slug=shop)


def order_line(number: str, position: int = 0) -> ShopOrderLine:
    return ShopOrderLine.objects.get(saleor_id=f"line-{number}-{position}")


@dataclass
class Line:
    shop: str
    gross_cents: int
    pieces: int = 1
    vat_bps: int = 2000
    handed_over: int = 0
    returned: int = 0
    id: str = ""
    category: str = "livres"
    product_type: str = "article"


@dataclass
class Tender:
    """``reference`` is the payment's id at the provider, ``returned`` what each refund's id gave
    back, ``disputed`` what each dispute's id took back and whether it was won.
    """

    charged_cents: int
    refunded_cents: int = 0
    gift: bool = False
    reference: str = ""
    card: str = ""
    returned: dict[str, int] = field(default_factory=dict)
    disputed: dict[str, tuple[int, bool]] = field(default_factory=dict)


@dataclass
class Refund:
    """``lines`` says how many pieces of which line; with none it is for a mere amount."""

    cents: int
    lines: dict[int, int] = field(default_factory=dict)
    shipping: bool = False
    status: str = "SUCCESS"
    tender: int = 0


@dataclass
class Basket:
    """One order of Saleor as it stands. Change it, then :meth:`deliver` its new snapshot."""

    number: str
    lines: list[Line]
    tenders: list[Tender]
    shipping_cents: int = 0
    refunds: list[Refund] = field(default_factory=list)
    cancelled: bool = False
    home: bool = False
    captured_at: datetime.datetime = PLACED
    placed_at: datetime.datetime = PLACED
    lines_ever: int = 0

    def hand_over(self, *shops: str) -> None:
        """Hand everything of these shops over, or of all."""
        for line in self.lines:
            if not shops or line.shop in shops:
                line.handed_over = line.pieces

    def take_back(self, *shops: str) -> None:
        """Cancel the hand-over."""
        for line in self.lines:
            if line.shop in shops:
                line.handed_over = 0

    def bring_back(self, position: int, pieces: int) -> None:
        """Let the shopper bring pieces of a line back: Saleor's return."""
        self.lines[position].handed_over -= pieces
        self.lines[position].returned += pieces

    def refund(self, cents: int, **meant_for) -> None:
        """Grant a refund and let its tender give the money back."""
        granted = Refund(cents, **meant_for)
        self.refunds.append(granted)
        self.tenders[granted.tender].refunded_cents += cents

    def deliver(self) -> Order:
        """Let Saleor capture the order as it is now, and the Office process it."""
        document = document_store(self.snapshot(), source="file")
        assert document_ingest(document_id=document.pk, now=NOW) == "done"
        return Order.objects.get(number=self.number)

    def snapshot(self) -> str:
        """Return the document of the order's state, captured an hour after the one before."""
        self.captured_at += HOUR
        for line in self.lines:
            if not line.id:
                line.id = f"line-{self.number}-{self.lines_ever}"
                self.lines_ever += 1
        recorded, moment = _recorded(), self.captured_at.isoformat()
        delivery = recorded["order"]["deliveryMethod"]
        goods_cents = sum(line.gross_cents for line in self.lines)
        order = recorded["order"] | {
            "id": f"order-{self.number}",
            "number": self.number,
            "created": self.placed_at.isoformat(),
            "updatedAt": moment,
            "deliveryMethod": delivery | {"delivery": "home" if self.home else "collect"},
            "status": "CANCELED" if self.cancelled else "UNFULFILLED",
            "lines": [_line(line) for line in self.lines],
            "transactions": [self._tender(position) for position in range(len(self.tenders))],
            "fulfillments": [
                _fulfillment(line, status, pieces)
                for line in self.lines
                for status, pieces in (
                    ("FULFILLED", line.handed_over), ("REFUNDED_AND_RETURNED", line.returned)
                )
                if pieces
            ],
            "grantedRefunds": [self._refund(position) for position in range(len(self.refunds))],
            "shippingPrice": _taxed(self.shipping_cents),
            "subtotal": _taxed(goods_cents),
            "total": _taxed(goods_cents + self.shipping_cents),
        }  # fmt: skip
        return json.dumps(recorded | {"capturedAt": moment, "order": order})

    def _tender(self, position: int) -> dict:
        tender = self.tenders[position]
        details = {
            "__typename": "GiftCardPaymentMethodDetails",
            "name": "Chèque",
            "lastChars": tender.card or None,
        }
        open_cents = sum(cents for cents, won in tender.disputed.values() if not won)
        kept_cents = tender.charged_cents - tender.refunded_cents - open_cents
        return _recorded()["order"]["transactions"][0] | {
            "id": f"tender-{self.number}-{position}",
            "pspReference": tender.reference,
            "createdAt": (PLACED + position * HOUR).isoformat(),
            "paymentMethodDetails": details if tender.gift else None,
            "chargedAmount": _money(kept_cents),
            "refundedAmount": _money(tender.refunded_cents),
            "events": _events(tender),
        }

    def _refund(self, position: int) -> dict:
        refund = self.refunds[position]
        found = _recorded()["order"]["grantedRefunds"][0]
        return found | {
            "id": f"refund-{self.number}-{position}",
            "createdAt": (PLACED + position * HOUR).isoformat(),
            "amount": _money(refund.cents),
            "status": refund.status,
            "shippingCostsIncluded": refund.shipping,
            "transaction": {"id": f"tender-{self.number}-{refund.tender}"},
            "lines": [
                {"id": f"of-{line}", "quantity": pieces, "reason": None,
                 "orderLine": {"id": self.lines[line].id}}
                for line, pieces in refund.lines.items()
            ],
        }  # fmt: skip


def sell(number: str = "1", cents: int = 10_000, shop: str = "librairie") -> Basket:
    """Sell something, paid by card, on the 1st of October 2026; hand it over an hour later."""
    basket = Basket(number, [Line(shop, cents)], [Tender(cents)])
    basket.hand_over()
    basket.deliver()
    return basket


def _events(tender: Tender) -> list[dict]:
    """Return what Saleor was told of a tender: its charge, its refunds, its disputes."""
    told = [("CHARGE_SUCCESS", tender.reference, tender.charged_cents)]
    told += [("REFUND_SUCCESS", name, cents) for name, cents in tender.returned.items()]
    for name, (cents, won) in tender.disputed.items():
        told.append(("CHARGE_BACK", name, cents))
        if won:
            told.append(("CHARGE_SUCCESS", name, cents))
    return [
        {"id": f"event-{number}", "type": kind, "pspReference": name, "amount": _money(cents),
         "createdAt": (PLACED + number * HOUR).isoformat()}
        for number, (kind, name, cents) in enumerate(told)
    ]  # fmt: skip


def _line(line: Line) -> dict:
    found = _recorded()["order"]["lines"][0]
    variant = found["variant"]
    product = {
        "shop": line.shop,
        "category": {"slug": line.category} if line.category else None,
        "productType": {"slug": line.product_type},
    }
    return found | {
        "variant": variant | {"product": variant["product"] | product},
        "id": line.id,
        "productName": f"Article {line.id}",
        "quantity": line.pieces,
        "taxRate": line.vat_bps / 10_000,
        "totalPrice": _taxed(line.gross_cents, line.vat_bps),
        "unitPrice": _taxed(line.gross_cents // max(line.pieces, 1), line.vat_bps),
    }


def _fulfillment(line: Line, status: str, pieces: int) -> dict:
    piece = {"id": f"piece-{line.id}-{status}", "quantity": pieces}
    return _recorded()["order"]["fulfillments"][0] | {
        "id": f"fulfilment-{line.id}-{status}",
        "status": status,
        "created": (PLACED + HOUR).isoformat(),
        "lines": [piece | {"orderLine": {"id": line.id}}],
    }


def _recorded(kept: dict = {}) -> dict:  # noqa: B006 - read once
    """Return a recorded order that has one of everything, to be filled anew; it is not changed."""
    if not kept:
        for file in sorted(RECORDED.glob("*.json")):
            document = json.loads(file.read_text())
            order = document["order"]
            if order["transactions"] and order["fulfillments"] and order["grantedRefunds"]:
                kept.update(document)
                break
    return kept


def _money(cents: int) -> dict:
    return {"amount": float(Decimal(cents) / 100), "currency": "EUR"}


def _taxed(gross_cents: int, vat_bps: int = 2000) -> dict:
    """Return a price whose net is rounded half up, as Saleor stores it."""
    divisor = 10_000 + vat_bps
    net_cents = (2 * gross_cents * 10_000 + divisor) // (2 * divisor)
    amounts = {"gross": gross_cents, "net": net_cents, "tax": gross_cents - net_cents}
    return {name: {"amount": float(Decimal(cents) / 100)} for name, cents in amounts.items()}

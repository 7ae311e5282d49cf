"""From what an order *is* to what the ledger must say of it: a pure function.

An order's facts are the newest snapshot, nothing else. The result is the whole truth about the
money of that order: what each line was paid and refunded, by which tender, the commission, and
the balanced positions of the ledger. Ingest posts only the difference with what is posted, so
any history of snapshots ends in the same books as its last one (scenario 20).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.allocation import allocate, allocate_capped, draw_down
from saleor_alencon.domain.commission import CommissionTerms

SHIPPING = "shipping:"
"""Prefix of the part that carries a shop order's share of the delivery fee."""


class TenderKind(StrEnum):
    CARD = "card"
    GIFT_CHEQUE = "gift_cheque"
    OTHER = "other"


TENDER_ACCOUNT = {
    TenderKind.CARD: AccountKind.PSP_CLEARING,
    TenderKind.GIFT_CHEQUE: AccountKind.GIFT_CHEQUE_LIABILITY,
    TenderKind.OTHER: AccountKind.OTHER_TENDER_CLEARING,
}


class PositionKind(StrEnum):
    CHARGE = "charge"
    REFUND = "refund"
    COMMISSION = "commission"


@dataclass(frozen=True)
class LineFact:
    """One order line: its shop and what the shopper owes for it, VAT and discounts included."""

    id: str
    shop: str
    gross_cents: int


@dataclass(frozen=True)
class TenderFact:
    """One means of payment: everything it ever charged, and what of it went back.

    ``shops`` are those that accept it, None when every shop does. ``is_offered`` says of a gift
    card that the Office did not sell it: nobody paid for it, so what it pays is the Office's gift.
    """

    id: str
    kind: TenderKind
    charged_cents: int
    refunded_cents: int
    shops: frozenset[str] | None = None
    is_offered: bool = False

    @property
    def account(self) -> AccountKind:
        """What a charge debits: money received, a debt to a holder, or a charge."""
        return AccountKind.GOODWILL if self.is_offered else TENDER_ACCOUNT[self.kind]


@dataclass(frozen=True)
class RefundFact:
    """A refund the Office granted: an amount, and the lines (or delivery) it is meant for.

    ``line_cents`` weighs the lines; with no line and no shipping the amount is for the order.
    ``shipping_shop`` is the shop whose share of the delivery fee it gives back, ``tenders`` the
    means of payment it was to go back to, when that is known.
    """

    id: str
    amount_cents: int
    line_cents: Mapping[str, int] = field(default_factory=dict)
    includes_shipping: bool = False
    shipping_shop: str | None = None
    tenders: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrderFacts:
    """The money of one order.

    Tenders are in the order of time, oldest first; refunds in the order in which returned money
    is counted towards them: those known to be paid first.
    """

    id: str
    lines: tuple[LineFact, ...]
    shipping_gross_cents: int
    tenders: tuple[TenderFact, ...]
    refunds: tuple[RefundFact, ...] = ()


@dataclass(frozen=True)
class PartBooks:
    """What became of one line, or of one shop's share of the delivery fee, in cents."""

    shop: str
    gross_cents: int
    charged_cents: int
    refunded_cents: int
    commission_cents: int
    commission_vat_cents: int

    @property
    def kept_cents(self) -> int:
        return self.charged_cents - self.refunded_cents

    @property
    def net_cents(self) -> int:
        return self.kept_cents - self.commission_cents - self.commission_vat_cents


@dataclass(frozen=True)
class TenderShare:
    """What one tender paid and got back for one shop's goods and delivery, in cents."""

    charged_cents: int
    refunded_cents: int


@dataclass(frozen=True)
class PositionEntry:
    """One leg: an account, the shop it concerns (or none), and a signed amount.

    A leg on ``SHOP_HOLD`` means "the shop's money": ingest writes it to the available account
    once the shop order is released.
    """

    account: AccountKind
    shop: str | None
    amount_cents: int


@dataclass(frozen=True)
class Position:
    """A balanced set of legs that the ledger must hold for one subject (a tender, an order)."""

    kind: PositionKind
    subject: str
    entries: tuple[PositionEntry, ...]

    def __post_init__(self) -> None:
        assert sum(entry.amount_cents for entry in self.entries) == 0, self


PositionEntryKey = tuple[AccountKind, str | None]
"""An account and the shop it concerns: what the legs of a position are summed by."""


@dataclass(frozen=True)
class OrderBooks:
    """Everything derived from :class:`OrderFacts`."""

    parts: Mapping[str, PartBooks]
    tender_shares: Mapping[tuple[str, str], TenderShare]
    shopper_credit_cents: int
    positions: tuple[Position, ...]


def split_shipping(facts: OrderFacts) -> dict[str, int]:
    """Return each shop's share of the delivery fee, by the goods it sells, to the cent."""
    goods: dict[str, int] = {}
    for line in facts.lines:
        goods[line.shop] = goods.get(line.shop, 0) + line.gross_cents
    return allocate(facts.shipping_gross_cents, goods)


def derive_order_books(facts: OrderFacts, terms: Mapping[str, CommissionTerms]) -> OrderBooks:
    """Return the books of one order.

    ``terms`` has one entry per line of the order. Commission is on goods only, per line, on what
    was paid and not refunded; VAT on the commission is rounded half up.

    :raises KeyError: when a line of the order has no terms.
    :raises ValueError: when an amount is negative or more was refunded than charged.
    """
    owed = {line.id: line.gross_cents for line in facts.lines}
    shop_of = {line.id: line.shop for line in facts.lines}
    for shop, share_cents in split_shipping(facts).items():
        owed[SHIPPING + shop] = share_cents
        shop_of[SHIPPING + shop] = shop

    charged, credit_in = _charge_parts(facts.tenders, owed, shop_of)
    paid = {part: sum(row.get(part, 0) for row in charged.values()) for part in owed}
    refunded, credit_out, meant = _refund_parts(facts, paid, shop_of, sum(credit_in.values()))

    parts = {part: _part_books(part, shop_of[part], owed[part], paid[part], refunded[part], terms)
             for part in owed}  # fmt: skip
    refund_rows = draw_down(
        {**refunded, "": credit_out},
        {t.id: t.refunded_cents for t in facts.tenders},
        meant,
        {tender: {**row, "": credit_in[tender]} for tender, row in charged.items()},
    )
    positions = [
        *_tender_positions(PositionKind.CHARGE, facts, charged, credit_in, shop_of),
        *_tender_positions(
            PositionKind.REFUND, facts, refund_rows,
            {tender: row.get("", 0) for tender, row in refund_rows.items()}, shop_of,
        ),
        *_commission_position(facts.id, parts),
    ]  # fmt: skip
    credit = sum(credit_in.values()) - credit_out
    kept = sum(part.kept_cents for part in parts.values())
    assert kept + credit == sum(t.charged_cents - t.refunded_cents for t in facts.tenders)
    return OrderBooks(parts, _tender_shares(charged, refund_rows, shop_of), credit,
                      tuple(positions))  # fmt: skip


def _charge_parts(
    tenders: tuple[TenderFact, ...], owed: Mapping[str, int], shop_of: Mapping[str, str]
) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Each tender in turn pays what the parts still owe; what is over is the shopper's credit.

    A tender that only some of the basket's shops accept comes before those that all do, and pays
    the parts of these shops. What it charged beyond them pays the other parts all the same: the
    money was taken, and no shop loses it.
    """
    remaining, shops = dict(owed), set(shop_of.values())
    charged: dict[str, dict[str, int]] = {}
    credit: dict[str, int] = {}
    for tender in sorted(tenders, key=lambda each: not _is_narrow(each, shops)):
        left, row = tender.charged_cents, dict.fromkeys(owed, 0)
        for tier in _charge_tiers(tender, shops, shop_of):
            room = {part: remaining[part] for part in tier}
            usable = min(left, sum(room.values()))
            left -= usable
            for part, share_cents in allocate(usable, room).items():
                row[part] += share_cents
                remaining[part] -= share_cents
                assert remaining[part] >= 0
        charged[tender.id], credit[tender.id] = row, left
    return charged, credit


def _is_narrow(tender: TenderFact, shops: set[str]) -> bool:
    """Say whether some of the basket's shops accept the tender, and not all."""
    return tender.shops is not None and bool(shops & tender.shops) and not shops <= tender.shops


def _charge_tiers(
    tender: TenderFact, shops: set[str], shop_of: Mapping[str, str]
) -> tuple[list[str], ...]:
    """Return the parts that a tender pays, those to be paid first at the beginning."""
    if not _is_narrow(tender, shops):
        return (list(shop_of),)
    accepting = [part for part, shop in shop_of.items() if shop in (tender.shops or ())]
    return accepting, [part for part in shop_of if part not in accepting]


def _refund_parts(
    facts: OrderFacts, paid: Mapping[str, int], shop_of: Mapping[str, str], credit_cents: int
) -> tuple[dict[str, int], int, dict[str, dict[str, int]]]:
    """Say which parts the refunded money is for, and how much of it was the shopper's credit.

    A granted refund goes to its lines, then to the delivery of their shops, then to the other
    shops' delivery. Everything else takes the shopper's credit first, then every part in
    proportion to what it still keeps. The third value says which tender was meant to refund
    which part.
    """
    left = sum(tender.refunded_cents for tender in facts.tenders)
    if left > sum(tender.charged_cents for tender in facts.tenders):
        raise ValueError(f"order {facts.id}: more was refunded than charged")
    refunded = dict.fromkeys(paid, 0)
    meant: dict[str, dict[str, int]] = {}
    unplaced = 0
    for refund in facts.refunds:
        unmoved = min(refund.amount_cents, left)
        left -= unmoved
        for tier in _refund_tiers(refund, paid, shop_of):
            room = {part: paid[part] - refunded[part] for part in tier}
            placed = allocate_capped(min(unmoved, sum(room.values())), tier, room)
            for part, share_cents in placed.items():
                refunded[part] += share_cents
                unmoved -= share_cents
                for tender in refund.tenders:
                    row = meant.setdefault(tender, {})
                    row[part] = row.get(part, 0) + share_cents
        unplaced += unmoved
    left += unplaced
    credit_out = min(left, credit_cents)
    room = {part: paid[part] - refunded[part] for part in paid}
    for part, share_cents in allocate_capped(left - credit_out, room, room).items():
        refunded[part] += share_cents
    return refunded, credit_out, meant


def _refund_tiers(
    refund: RefundFact, paid: Mapping[str, int], shop_of: Mapping[str, str]
) -> tuple[dict[str, int], ...]:
    """Return what a refund is meant for, weighted, the first to be served first."""
    lines = {part: cents for part, cents in refund.line_cents.items() if part in paid}
    shops = {shop_of[part] for part in lines} if refund.includes_shipping else set()
    own = {SHIPPING + shop for shop in (shops | {refund.shipping_shop}) if shop} & paid.keys()
    delivery = {part for part in paid if part.startswith(SHIPPING)} - own
    others = delivery if refund.includes_shipping else set()
    return lines, {part: paid[part] for part in own}, {part: paid[part] for part in others}


def _part_books(
    part: str,
    shop: str,
    gross: int,
    charged: int,
    refunded: int,
    terms: Mapping[str, CommissionTerms],
) -> PartBooks:
    if part.startswith(SHIPPING):
        return PartBooks(shop, gross, charged, refunded, 0, 0)
    commission = terms[part].commission_cents(charged - refunded)
    vat = terms[part].vat_cents(commission)
    return PartBooks(shop, gross, charged, refunded, commission, vat)


def _payable_account(part: str) -> AccountKind:
    is_shipping = part.startswith(SHIPPING)
    return AccountKind.DELIVERY_REVENUE if is_shipping else AccountKind.SHOP_HOLD


def _tender_positions(
    kind: PositionKind,
    facts: OrderFacts,
    rows: Mapping[str, Mapping[str, int]],
    credit: Mapping[str, int],
    shop_of: Mapping[str, str],
) -> list[Position]:
    """A charge debits the tender's account and credits those it is owed to; a refund reverses."""
    sign = 1 if kind is PositionKind.CHARGE else -1
    positions = []
    for tender in facts.tenders:
        legs: dict[tuple[AccountKind, str | None], int] = {}
        for part, cents in rows[tender.id].items():
            if part in shop_of:
                key = (_payable_account(part), shop_of[part])
                legs[key] = legs.get(key, 0) - cents
        legs[(AccountKind.SHOPPER_CREDIT, None)] = -credit[tender.id]
        legs[(tender.account, None)] = -sum(legs.values())
        entries = _entries({key: sign * cents for key, cents in legs.items()})
        if entries:
            positions.append(Position(kind, tender.id, entries))
    return positions


def _commission_position(order_id: str, parts: Mapping[str, PartBooks]) -> list[Position]:
    legs: dict[tuple[AccountKind, str | None], int] = {}
    for part in parts.values():
        for account, cents in (
            (AccountKind.SHOP_HOLD, part.commission_cents + part.commission_vat_cents),
            (AccountKind.COMMISSION_REVENUE, -part.commission_cents),
            (AccountKind.COMMISSION_VAT, -part.commission_vat_cents),
        ):
            legs[(account, part.shop)] = legs.get((account, part.shop), 0) + cents
    entries = _entries(legs)
    return [Position(PositionKind.COMMISSION, order_id, entries)] if entries else []


def _entries(legs: Mapping[tuple[AccountKind, str | None], int]) -> tuple[PositionEntry, ...]:
    ordered = sorted(legs.items(), key=lambda leg: (leg[0][0], leg[0][1] or ""))
    return tuple(PositionEntry(account, shop, cents) for (account, shop), cents in ordered if cents)


def _tender_shares(
    charged: Mapping[str, Mapping[str, int]],
    refunded: Mapping[str, Mapping[str, int]],
    shop_of: Mapping[str, str],
) -> dict[tuple[str, str], TenderShare]:
    shares: dict[tuple[str, str], TenderShare] = {}
    for tender, row in charged.items():
        for shop in sorted(set(shop_of.values())):
            paid = sum(cents for part, cents in row.items() if shop_of.get(part) == shop)
            back = sum(
                cents for part, cents in refunded[tender].items() if shop_of.get(part) == shop
            )
            if paid or back:
                shares[(tender, shop)] = TenderShare(paid, back)
    return shares


def diff_position(
    target: Mapping[PositionEntryKey, int], posted: Mapping[PositionEntryKey, int]
) -> dict[PositionEntryKey, int]:
    """Return the legs that bring what is posted to the target; empty when they agree."""
    delta = {key: target.get(key, 0) - posted.get(key, 0) for key in {*target, *posted}}
    changed = {key: cents for key, cents in sorted(delta.items(), key=str) if cents}
    assert sum(changed.values()) == sum(target.values()) - sum(posted.values())
    return changed

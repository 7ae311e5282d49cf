"""What can happen in a story, one step after the other; a step that is not possible is refused."""

import random

from saleor_alencon.domain.order_books import TenderKind
from saleor_alencon.local.stripe_server.errors import StripeError
from tests.integration.small_town import Line
from tests.stories.account import Account, Grant, Paid, Sale

SHOPS = ("librairie", "fromagerie", "mercerie")
STEPS = {
    "refund_asked": 5,
    "refund_in_dashboard": 3,
    "refund_too_much": 1,
    "refund_fails": 3,
    "dispute": 3,
    "dispute_ends": 4,
    "nothing": 1,
}
"""How often each is chosen of those that have something to do."""


def sell(account: Account, number: str, rng: random.Random) -> Sale:
    """Sell a basket of one to three shops, paid by one or two cards and perhaps a gift cheque."""
    shops = rng.sample(SHOPS, rng.randint(1, 3))
    lines = [Line(shop, rng.randint(50, 20_000), rng.randint(1, 3)) for shop in shops]
    shipping_cents = rng.choice([0, 0, 490])
    total = sum(line.gross_cents for line in lines) + shipping_cents
    kinds = [TenderKind.CARD]
    kinds += rng.choice([[], [], [TenderKind.GIFT_CHEQUE], [TenderKind.CARD]])
    rng.shuffle(kinds)
    part = total // len(kinds)
    if part < 50:  # Stripe charges no less.
        kinds, part = [TenderKind.CARD], total
    sale = Sale(number, lines, shipping_cents, [Paid(kind, part) for kind in kinds])
    sale.tenders[0].cents += total - part * len(kinds)
    for place, paid in enumerate(sale.tenders):
        if paid.kind is TenderKind.CARD:
            paid.intent, paid.charge = account.charge(paid.cents, f"tender-{number}-{place}")
    return sale


def take(account: Account, sale: Sale, rng: random.Random) -> str:
    """Let one step happen, and return its name; empty when Stripe did not let it."""
    weights = STEPS | {
        "refund_fails": STEPS["refund_fails"] if sale.refunds else 0,
        "dispute_ends": STEPS["dispute_ends"] if sale.disputes else 0,
    }
    (name,) = rng.choices(list(weights), weights=weights.values())
    return name if globals()[name](account, sale, rng) else ""


def nothing(_account: Account, _sale: Sale, _rng: random.Random) -> bool:
    return True


def refund_asked(account: Account, sale: Sale, rng: random.Random) -> bool:
    """Grant a refund in Saleor, for lines, for delivery, or as a mere amount, and make it."""
    place, paid = sale.card(rng)
    lines = {
        position: rng.randint(1, line.pieces)
        for position, line in enumerate(sale.lines)
        if rng.random() < 0.4
    }
    made = _refund(account, sale, paid, rng)
    if made:
        shipping = bool(sale.shipping_cents) and rng.random() < 0.3
        sale.grants.append(Grant(made["id"], place, made["amount"], lines, shipping))
    return made is not None


def refund_in_dashboard(account: Account, sale: Sale, rng: random.Random) -> bool:
    """Refund at Stripe, where nobody says what for."""
    return _refund(account, sale, sale.card(rng)[1], rng) is not None


def _refund(account: Account, sale: Sale, paid: Paid, rng: random.Random) -> dict | None:
    left = account.left(paid)
    cents = rng.choice([left, rng.randint(1, left)]) if left else 1
    try:
        made = account.ask("/v1/refunds", payment_intent=paid.intent, amount=cents)
    except StripeError:
        return None  # Nothing is left, or the payment is disputed.
    sale.refunds.append(made["id"])
    return made


def refund_too_much(account: Account, sale: Sale, rng: random.Random) -> bool:
    """Try to refund more than is left: Stripe refuses, and nothing changes."""
    _, paid = sale.card(rng)
    before = account.balance_cents()
    try:
        account.ask("/v1/refunds", payment_intent=paid.intent, amount=account.left(paid) + 1)
    except StripeError:
        assert account.balance_cents() == before
        return True
    raise AssertionError("Stripe refunds more than it charged")


def refund_fails(account: Account, sale: Sale, rng: random.Random) -> bool:
    """Let a refund come back from the shopper's bank."""
    if not sale.refunds:
        return False
    account.control.refund(sale.refunds.pop(rng.randrange(len(sale.refunds))), "fail")
    return True


def dispute(account: Account, sale: Sale, rng: random.Random) -> bool:
    """Let the shopper's bank dispute a payment, or a part of it, whatever was refunded before."""
    _, paid = sale.card(rng)
    left = account.left(paid)
    cents = rng.choice([left, rng.randint(1, left)]) if left else 1
    try:
        made = account.control.dispute(charge=paid.charge, amount=cents)
    except StripeError:
        return False  # It is disputed already, or nothing is left.
    sale.disputes.append(made["id"])
    return True


def dispute_ends(account: Account, sale: Sale, rng: random.Random) -> bool:
    if not sale.disputes:
        return False
    account.control.dispute(sale.disputes.pop(), rng.choice(["win", "lose"]))
    return True


def of_the_account(account: Account, payouts: list[str], rng: random.Random) -> None:
    """Pay out to the bank, let a payout come back, or take a fee that is about no payment."""
    step = rng.random()
    if step < 0.5:
        account.control.move_clock(advance=7 * 86_400)
        made = account.control.payout()
        payouts += [made["id"]] if made.get("id") else []
    elif step < 0.75 and payouts:
        account.control.payout(payouts.pop(), "fail")
    else:
        account.fee(rng.randint(1, 900))

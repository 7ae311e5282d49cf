"""The association's account at a test server in this process, used without HTTP."""

import random
from dataclasses import dataclass, field
from urllib.parse import urlencode

from saleor_alencon.domain.order_books import TenderKind
from saleor_alencon.local.stripe_server import balance
from saleor_alencon.local.stripe_server.answering import SECRET_KEY, Answering, Request
from saleor_alencon.local.stripe_server.control import Control
from saleor_alencon.local.stripe_server.engine import Engine
from saleor_alencon.local.stripe_server.errors import StripeError
from saleor_alencon.local.stripe_server.store import Store
from saleor_alencon_plugins.payments.reading import read_dispute, read_intent, read_refund
from tests.integration.small_town import PLACED, Line

HOUR_SECONDS = 3600
VERSION = "2022-11-15"
"""The one that the payment plugin asks in."""


@dataclass
class Paid:
    """One means of payment of a sale; ``intent`` is empty for a gift cheque."""

    kind: TenderKind
    cents: int
    intent: str = ""
    charge: str = ""


@dataclass
class Grant:
    """A refund that was asked for in Saleor, for some pieces of lines or as a mere amount."""

    refund: str
    tender: int
    cents: int
    lines: dict[int, int]
    shipping: bool


@dataclass
class Sale:
    """A basket with all that is true of it, whoever has heard of it."""

    number: str
    lines: list[Line]
    shipping_cents: int
    tenders: list[Paid]
    grants: list[Grant] = field(default_factory=list)
    refunds: list[str] = field(default_factory=list)
    disputes: list[str] = field(default_factory=list)

    def card(self, rng: random.Random) -> tuple[int, Paid]:
        """Return one of the cards that paid, and its place among the tenders."""
        cards = [place for place, each in enumerate(self.tenders) if each.intent]
        place = rng.choice(cards)
        return place, self.tenders[place]


class Account:
    """What happens at Stripe, and what Stripe answers."""

    def __init__(self, engine: Engine | None = None) -> None:
        self.engine = engine or Engine(Store(None))
        self.api = Answering(self.engine)
        self.control = Control(self.engine)
        self.control.change_rules(automatic_payouts=False)
        self.control.move_clock(at=int(PLACED.timestamp()))
        self.seen = 0

    def ask(self, path: str, **body: object) -> dict:
        """Answer an API request as it would come by HTTP."""
        headers = {"authorization": f"Bearer {SECRET_KEY}", "stripe-version": VERSION}
        request = Request("POST", path, headers, urlencode(body).encode())
        answer = self.api.answer(request)
        if answer.status != 200:
            raise StripeError(str(answer.body["error"]["message"]))
        return answer.body

    def charge(self, cents: int, tender: str) -> tuple[str, str]:
        """Charge a card, and return the ids of payment and charge."""
        made = self.ask(
            "/v1/payment_intents",
            **{
                "amount": cents,
                "currency": "eur",
                "capture_method": "automatic",
                "automatic_payment_methods[enabled]": "true",
                "automatic_payment_methods[allow_redirects]": "never",
                "payment_method": "pm_card_visa",
                "confirm": "true",
                "metadata[saleor_transaction]": tender,
            },
        )
        return made["id"], made["latest_charge"]

    def left(self, paid: Paid) -> int:
        """Return what of a charge was not refunded."""
        charge = self.engine.store.get(paid.charge)
        return charge["amount_captured"] - charge["amount_refunded"]

    def fee(self, cents: int) -> None:
        """Take a fee of its own, as Stripe does for its services."""
        with self.engine.working() as work:
            balance.post(work, "stripe_fee", amount=-cents, source=None, category="fee")

    # What is asked of Stripe

    def payment(self, intent: str) -> tuple:
        """Return a payment as the plugin reads it: intent, refunds, disputes."""
        store, of = self.engine.store, {"payment_intent": intent}
        with store.transaction():
            return (
                read_intent(store.get(intent)),
                [read_refund(each) for each in store.find("refund", where=of, oldest_first=True)],
                [read_dispute(each) for each in store.find("dispute", where=of, oldest_first=True)],
            )

    def new_messages(self) -> list[str]:
        """Return the payment that each message is about that Stripe sends since the last call."""
        rows = self.engine.store.connection.execute(
            "SELECT seq, coalesce(json_extract(body, '$.data.object.payment_intent'),"
            " json_extract(body, '$.data.object.id')) FROM object"
            " WHERE kind = 'event' AND seq > ? ORDER BY seq",
            (self.seen,),
        ).fetchall()
        self.seen = rows[-1][0] if rows else self.seen
        return [intent for _, intent in rows if intent.startswith("pi_")]

    def movements(self, since: int | None) -> list[dict]:
        """Return the movements of the balance since a moment, newest first, with their sources."""
        found, more = [], True
        wanted = {"limit": 100, "expand": ["data.source"]}
        wanted |= {"created": {"gte": since}} if since is not None else {}
        with self.engine.working() as work:
            while more:
                after = {"starting_after": found[-1]["id"]} if found else {}
                page = balance.list_all(work, wanted | after)
                found += page["data"]
                more = page["has_more"]
        return found

    def dispute(self, name: str) -> dict:
        return self.engine.store.get(name)

    def balance_cents(self) -> int:
        with self.engine.working() as work:
            return balance.sum_nets(work)

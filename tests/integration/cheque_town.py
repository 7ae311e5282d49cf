"""Gift cheques of the small town, and Saleor's gift cards as a double of them."""

import base64
import datetime
import threading
from contextlib import contextmanager
from decimal import Decimal
from unittest import mock

from saleor_alencon.cheques import saleor as saleor_module
from saleor_alencon.cheques.models import Cheque
from saleor_alencon.cheques.movements import redemption_reserve
from saleor_alencon.cheques.saleor import movement_settle
from saleor_alencon.cheques.services import acceptance_set, cheques_sell
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.ledger.balances import balances_by_kind, shop_balances
from saleor_alencon.saleor_api.client import SaleorUnreachable
from saleor_alencon.shops.models import Shop
from tests.integration.small_town import NOW, PLACED, Tender, operator

SOLD = PLACED - datetime.timedelta(days=10)


def clock() -> datetime.datetime:
    return NOW


def accept(*slugs: str, since: datetime.datetime = SOLD) -> None:
    for slug in slugs:
        acceptance_set(
            shop_id=Shop.objects.get(slug=slug).pk, accepts=True, valid_from=since.date(), now=SOLD
        )


def sell(face_cents: int = 5000, count: int = 1, key: str = "one", **more) -> list[Cheque]:
    """Sell cheques that hold for a year; return them as they are now."""
    fields = {"buyer_name": "Comité", "method": "transfer", "paid_on": SOLD.date(), **more}
    sale = cheques_sell(
        face_cents=face_cents, count=count, sold_by=operator(), now=SOLD, key=key, **fields
    )
    return list(sale.cheques.order_by("serial"))


def redeem(cheque: Cheque, slug: str, amount_cents: int, key: str = "k", now=NOW):
    """Take an amount at a shop's counter, and bring it to its end."""
    movement = redemption_reserve(
        code=cheque.code, shop=Shop.objects.get(slug=slug), amount_cents=amount_cents,
        asked_by=None, now=now, key=key,
    )  # fmt: skip
    return movement_settle(movement_id=movement.pk, clock=lambda: now)


def liability() -> int:
    return -balances_by_kind().get(AccountKind.GIFT_CHEQUE_LIABILITY, 0)


def available(slug: str) -> int:
    balances = shop_balances().get(Shop.objects.get(slug=slug).pk, {})
    return -balances.get(AccountKind.SHOP_AVAILABLE, 0)


def paid_by(cheque: Cheque, cents: int) -> Tender:
    return Tender(cents, gift=True, card=cheque.last_characters)


def left(cheque: Cheque) -> int:
    cheque.refresh_from_db()
    return cheque.remaining_cents


class GiftCards:
    """Saleor's gift cards: an adjustment below zero is clamped without a word, as in 3.23."""

    def __init__(self) -> None:
        self.cards: dict[str, dict] = {}
        self.lost_answers = 0
        self.lost_calls = 0
        self.sent: list[str] = []
        self.before_adjusting = lambda: None
        self.lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def of(self, cheque: Cheque) -> dict:
        cheque.refresh_from_db()
        return self.cards[cheque.saleor_id]

    def pay(self, cheque: Cheque, cents: int) -> None:
        """Let a web order take from the card, under Saleor's lock."""
        with self.lock:
            card = self.of(cheque)
            assert cents <= card["balance"]
            card["balance"] -= cents
            card["paid"] += cents

    def run(self, operation: str, **variables):
        if self.lost_calls:
            self.lost_calls -= 1
            raise SaleorUnreachable("lost on the way there")
        self.sent.append(operation)
        if operation == "gift_card_adjust":
            self.before_adjusting()
        with self.lock:
            found = getattr(self, "_" + operation.removeprefix("gift_card_"))(**variables)
        if self.lost_answers and operation not in ("gift_card_state", "gift_card_by_code"):
            self.lost_answers -= 1
            raise SaleorUnreachable("lost on the way back")
        return found

    def _by_code(self, code):
        found = [name for name, card in self.cards.items() if card["code"] == code]
        return {"giftCards": {"edges": [{"node": {"id": name}} for name in found]}}

    def _create(self, input):
        assert not self._by_code(input["code"])["giftCards"]["edges"]
        name = base64.b64encode(f"GiftCard:{len(self.cards) + 1}".encode()).decode()
        self.cards[name] = {
            "code": input["code"],
            "balance": int(Decimal(input["balance"]["amount"]) * 100),
            "active": input["isActive"],
            "expires": input["expiryDate"],
            "events": [],
            "paid": 0,
        }
        return {"giftCardCreate": {"giftCard": {"id": name}, "errors": []}}

    def _state(self, id):
        card = self.cards[id]
        money = [{"amount": float(cents) / 100} for each in card["events"] for cents in each]
        return {
            "giftCard": {
                "isActive": card["active"],
                "expiryDate": card["expires"],
                "currentBalance": {"amount": card["balance"] / 100},
                "events": [
                    {"id": f"R2lmdDo{number}", "date": f"2026-11-25T09:00:{number:02}+00:00",
                     "balance": {"oldCurrentBalance": old, "currentBalance": new}}
                    for number, (old, new) in enumerate(zip(money[::2], money[1::2], strict=True))
                ],
            }
        }  # fmt: skip

    def _adjust(self, id, amount):
        card = self.cards[id]
        old = card["balance"]
        card["balance"] = max(old + int(Decimal(amount) * 100), 0)
        card["events"].append((old, card["balance"]))
        return {"giftCardBalanceAdjust": {"errors": []}}

    def _activate(self, id):
        self.cards[id]["active"] = True
        return {"giftCardActivate": {"errors": []}}

    def _deactivate(self, id):
        self.cards[id]["active"] = False
        return {"giftCardDeactivate": {"errors": []}}

    def _update(self, id, input):
        self.cards[id]["expires"] = input["expiryDate"]
        return {"giftCardUpdate": {"errors": []}}


@contextmanager
def saleor_there(cards: GiftCards, settings):
    """Let the Office have a Saleor: the double."""
    settings.SALEOR_API_URL = "http://saleor.example/graphql/"
    with mock.patch.object(saleor_module, "office_client", return_value=cards):
        yield cards
    settings.SALEOR_API_URL = None

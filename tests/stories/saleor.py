"""What Saleor knows of a sale: what the payment plugin told it, by the plugin's own rules."""

import copy

from saleor_alencon_plugins.payments.reports import charge_report, dispute_reports, refund_report
from tests.integration.small_town import Basket, Refund, Tender, _money
from tests.stories.account import Account, Sale

STATUS = {"succeeded": "SUCCESS", "failed": "FAILURE", "canceled": "FAILURE"}


class Told(Basket):
    """The order as Saleor shows it; its transactions' amounts are those of the events told."""

    told: list[list[tuple[str, str, int]]]

    def _tender(self, position: int) -> dict:
        shown = super()._tender(position)
        if self.tenders[position].gift:
            return shown
        events = self.told[position]
        shown["events"] = [
            {"id": f"event-{place}", "type": kind, "pspReference": name, "amount": _money(cents),
             "createdAt": f"2026-10-01T10:{place // 60:02}:{place % 60:02}+00:00"}
            for place, (kind, name, cents) in enumerate(events)
        ]  # fmt: skip
        return shown


class MemorySaleor:
    """One order of Saleor's, and what it heard of it."""

    def __init__(self, sale: Sale) -> None:
        self.sale = sale
        self.told: list[list[tuple[str, str, int]]] = [[] for _ in sale.tenders]
        self.refunds: dict[str, str] = {}
        self.basket = Told(sale.number, copy.deepcopy(sale.lines), [], sale.shipping_cents)

    def hear(self, account: Account, intent: str) -> None:
        """Do as the plugin does when any message about a payment comes: ask, and tell the rest."""
        place = next(at for at, paid in enumerate(self.sale.tenders) if paid.intent == intent)
        told = self.told[place]
        found, refunds, disputes = account.payment(intent)

        def knows(kind: str, reference: str) -> bool:
            return any(each[:2] == (kind, reference) for each in told)

        due = [charge_report(found, knows)]
        due += [refund_report(refund, knows) for refund in refunds]
        due += [report for dispute in disputes for report in dispute_reports(dispute)]
        for report in filter(None, due):
            event = (report.type, report.reference, report.amount_cents)
            if event not in told:
                told.append(event)
        self.refunds |= {refund.id: refund.status for refund in refunds}

    def snapshot(self) -> str:
        """Capture the order as it is known now."""
        basket = self.basket
        basket.told = self.told
        basket.tenders = [self._tender(place) for place in range(len(self.sale.tenders))]
        basket.refunds = [
            Refund(
                grant.cents,
                grant.lines,
                grant.shipping,
                STATUS.get(self.refunds.get(grant.refund, ""), "PENDING"),
                grant.tender,
            )
            for grant in self.sale.grants
        ]
        return basket.snapshot()

    def _tender(self, place: int) -> Tender:
        """Return a transaction with its amounts as Saleor counts its events."""
        paid, told = self.sale.tenders[place], self.told[place]
        if not paid.intent:
            return Tender(paid.cents, gift=True)
        charged = sum(
            cents for kind, name, cents in told if (kind, name) == ("CHARGE_SUCCESS", paid.intent)
        )
        refunds: dict[str, int] = {}
        backs: dict[str, int] = {}
        for kind, name, cents in told:
            if kind.startswith("REFUND"):
                refunds[name] = cents if kind == "REFUND_SUCCESS" else 0
            elif kind == "CHARGE_BACK":
                backs[name] = backs.get(name, 0) + cents
            elif name != paid.intent:
                backs[name] = backs.get(name, 0) - cents
        disputed = {name: (cents, False) for name, cents in backs.items() if cents}
        return Tender(charged, sum(refunds.values()), reference=paid.intent, disputed=disputed)

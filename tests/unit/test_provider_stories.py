"""10,000 sequences of charges, refunds, disputes and payouts: the books do not depend on how
they became known.

Each sequence happens at the Stripe test server. One Saleor and one Office hear of everything once
and in order; to others messages and snapshots come dropped, doubled and shuffled, and Stripe is
read now and then. A story is ten sequences on one account; a failing one is told again by its seed:
``tell_in_memory([seed])``.
"""

import pytest

from tests.stories.office import MemoryOffice
from tests.stories.run import SALES, tell_in_memory, tell_many
from tests.stories.telling import AnyHow

SEQUENCES = 10_000
FEW = range(6)


def test_10_000_sequences_told_anyhow_end_in_the_books_of_those_told_in_order(say):
    wrong, counts = tell_many(SEQUENCES // SALES)
    assert dict(list(wrong.items())[:3]) == {}
    assert counts["sale"] == SEQUENCES
    for step in ("refund_asked", "refund_in_dashboard", "refund_too_much", "refund_fails",
                 "dispute", "dispute_ends", "of the account"):  # fmt: skip
        assert counts[step] > 1000, step
    steps = sum(counts.values()) - counts[""]
    steps -= counts["messages"] + counts["snapshots"] + counts["readings"]
    say(
        f"{SEQUENCES:,} sequences at the payment provider ({steps:,} steps) told anyhow, by "
        f"{counts['messages']:,} messages, {counts['snapshots']:,} snapshots and "
        f"{counts['readings']:,} readings: the books of each as told once and in order, residual 0"
    )


class OlderWins(MemoryOffice):
    """Takes the last snapshot that came for the newest."""

    def is_stale(self, _order, _version):
        return False


class PostsTwice(MemoryOffice):
    """Posts a movement again when it is read again."""

    def read(self, account):
        super().read(account)
        for row in self.mirror.values():
            if row.kind == "payout":
                self.waiting.setdefault(row.provider_id, row)


class FirstStateDecides(MemoryOffice):
    """Leaves costs with whom they were posted to first, whatever becomes known of the order."""

    def costs_post(self, of, new):
        if new is not None:
            super().costs_post(of, new)
        self.counted[of] = self.orders[of[0]].known


class LosesARefund(AnyHow):
    """Loses for good what Stripe says of a refund, as if nobody ever asked about a payment."""

    def meet(self, sale):
        super().meet(sale)
        saleor, hear = self.saleors[sale.number], self.saleors[sale.number].hear

        def hear_half(account, intent):
            hear(account, intent)
            for told in saleor.told:
                told[:] = [event for event in told if not event[0].startswith("REFUND")]

        saleor.hear = hear_half


class NoSweep(AnyHow):
    """Lets the last snapshots be lost."""

    def end(self, account):
        for text in self.documents:
            self.document(text)
        self.read(account)


@pytest.mark.parametrize(
    ("office", "anyhow"),
    [
        (OlderWins, AnyHow),
        (PostsTwice, AnyHow),
        (FirstStateDecides, AnyHow),
        (MemoryOffice, LosesARefund),
        (MemoryOffice, NoSweep),
    ],
)
def test_a_broken_delivery_or_a_broken_office_is_noticed(office, anyhow):
    wrong, _ = tell_in_memory(FEW, office, anyhow)
    assert len(wrong) >= len(FEW) // 2

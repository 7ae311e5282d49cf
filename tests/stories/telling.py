"""One account, many sales, and two who hear of them: one in order and once, one in any way."""

import random
from collections import Counter
from typing import Protocol

from saleor_alencon.domain.reconciliation import MatchStatus, Reconciliation
from tests.stories.account import HOUR_SECONDS, Account, Sale
from tests.stories.office import Books
from tests.stories.saleor import MemorySaleor
from tests.stories.steps import of_the_account, sell, take

COSTS = ("charge_fee", "refund_fee", "dispute", "dispute_fee")


class Office(Protocol):
    def ingest(self, text: str) -> None: ...

    def read(self, account: Account) -> None: ...

    def books(self) -> Books: ...

    def reconciliation(self) -> Reconciliation: ...


def random_rules(rng: random.Random) -> dict:
    """Return who bears which cost."""
    rules: dict = {f"{each}_bearer": rng.choice(["office", "shop", "shared"]) for each in COSTS}
    return rules | {f"{each}_shared_bps": rng.randint(0, 10_000) for each in COSTS}


class InOrder:
    """Hears of everything once, when it happens, and captures and reads after each."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.saleors: dict[str, MemorySaleor] = {}
        self.by_intent: dict[str, MemorySaleor] = {}

    def meet(self, sale: Sale) -> None:
        saleor = self.saleors[sale.number] = MemorySaleor(sale)
        self.by_intent |= {paid.intent: saleor for paid in sale.tenders if paid.intent}

    def hear(self, account: Account, messages: list[str]) -> None:
        for intent in messages:
            self.by_intent[intent].hear(account, intent)
        for number in {self.by_intent[intent].sale.number: None for intent in messages}:
            self.office.ingest(self.saleors[number].snapshot())
        self.office.read(account)

    def end(self, account: Account) -> None:
        self.office.read(account)


class AnyHow(InOrder):
    """Messages and snapshots are dropped, doubled and shuffled; Stripe is read now and then.

    At the end the watch asks about every payment, the sweep captures every order, Stripe is read
    to its end, and then all that was under way arrives still, once more.
    """

    def __init__(self, office: Office, rng: random.Random) -> None:
        super().__init__(office)
        self.rng = rng
        self.messages: list[str] = []
        self.documents: list[str] = []
        self.counts: Counter[str] = Counter()

    def hear(self, account: Account, messages: list[str]) -> None:
        rng = self.rng
        self.messages += messages
        for intent in rng.sample(self.messages, rng.randint(0, min(3, len(self.messages)))):
            self.message(account, intent)
            if rng.random() < 0.7:  # Else it comes again.
                self.messages.remove(intent)
            if rng.random() < 0.6:
                self.documents.append(self.by_intent[intent].snapshot())
        for text in rng.sample(self.documents, rng.randint(0, min(2, len(self.documents)))):
            self.document(text)
            if rng.random() < 0.7:
                self.documents.remove(text)
        if rng.random() < 0.3:
            self.read(account)

    def message(self, account: Account, intent: str) -> None:
        self.counts["messages"] += 1
        self.by_intent[intent].hear(account, intent)

    def document(self, text: str) -> None:
        self.counts["snapshots"] += 1
        self.office.ingest(text)

    def read(self, account: Account) -> None:
        self.counts["readings"] += 1
        self.office.read(account)

    def end(self, account: Account) -> None:
        self.rng.shuffle(self.messages)
        for intent in self.messages[: len(self.messages) // 3]:
            self.message(account, intent)
        for intent, saleor in self.by_intent.items():
            saleor.hear(account, intent)
        saleors = list(self.saleors.values())
        self.rng.shuffle(saleors)
        newest = [saleor.snapshot() for saleor in saleors]
        late = [*self.documents, *newest]
        self.rng.shuffle(late)
        for text in late:
            self.document(text)
        self.read(account)
        for text in self.rng.sample(late, len(late) // 2):
            self.document(text)
        self.read(account)


class Story:
    """So many sales, each a sequence of its own, told to several at the same time."""

    def __init__(self, seed: int, account: Account, sales: int) -> None:
        self.seed, self.account, self.count = seed, account, sales
        self.rng = random.Random(seed)
        self.rules = random_rules(self.rng)
        self.steps: Counter[str] = Counter()

    def tell(self, *hearers: InOrder) -> None:
        rng, account = self.rng, self.account
        sales: list[Sale] = []
        payouts: list[str] = []
        turns = [number for number in range(self.count) for _ in range(rng.randint(1, 7))]
        rng.shuffle(turns)
        known: dict[int, Sale] = {}
        for turn in turns:
            if rng.random() < 0.1:
                of_the_account(account, payouts, rng)
                self.steps["of the account"] += 1
            if turn not in known:
                sale = known[turn] = sell(account, f"{self.seed}-{turn}", rng)
                sales.append(sale)
                for hearer in hearers:
                    hearer.meet(sale)
                self.steps["sale"] += 1
            else:
                step = take(account, known[turn], rng)
                self.steps[step] += 1
                if not step:
                    continue  # Stripe refused: nobody hears of anything.
            messages = account.new_messages()
            for hearer in hearers:
                hearer.hear(account, messages)
            account.control.move_clock(advance=rng.choice([0, 60, HOUR_SECONDS, 9 * HOUR_SECONDS]))
        for hearer in hearers:
            hearer.end(account)


def differences(first: Office, second: Office) -> list[str]:
    """Return what one has otherwise than the other, a line each; empty when their books agree."""
    here, there = first.books(), second.books()
    found = [
        f"order {number or 'none'}: {here.get(number)} | {there.get(number)}"
        for number in sorted({*here, *there})
        if here.get(number) != there.get(number)
    ]
    one, two = first.reconciliation(), second.reconciliation()
    for status in MatchStatus:
        if one.count(status) != two.count(status):
            found.append(f"{status}: {one.count(status)} | {two.count(status)}")
    return found


def disagreements(office: Office, account: Account) -> list[str]:
    """Return in what an Office and Stripe disagree."""
    found = office.reconciliation()
    wrong = [match for match in found.matches if match.status is not MatchStatus.MATCHED]
    lines = [f"{match.status}: {match.here_cents} | {match.there_cents}" for match in wrong]
    if found.residual_cents or found.here_cents != account.balance_cents():
        lines.append(f"residual {found.residual_cents}, {found.here_cents} in the books")
    return lines

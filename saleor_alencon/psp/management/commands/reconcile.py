from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from saleor_alencon.domain.reconciliation import Match, MatchStatus
from saleor_alencon.psp.gateway import Gateway
from saleor_alencon.psp.models import FetchState
from saleor_alencon.psp.reconciliation import other_currencies, psp_reconcile
from saleor_alencon.psp.services import news_take

WRONG = (MatchStatus.MISSING_HERE, MatchStatus.MISSING_THERE, MatchStatus.AMOUNT_DIFFERS)


class Command(BaseCommand):
    help = (
        "Read what is new at the payment provider, and hold the books against it. "
        "Exits 1 when the two do not agree."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--offline", action="store_true", help="ask nothing of the provider: what was read"
        )

    def handle(self, **options: object) -> None:
        if not options["offline"]:
            # Half of what the worker is reading would not agree with the books.
            news = news_take(gateway=Gateway.from_settings(), now=timezone.now(), wait=True)
            self.stdout.write(f"{news.read} movements read, {news.posted} posted")
        state = FetchState.objects.filter(pk=1).first()
        if state is None or state.complete_at is None:
            raise CommandError(
                "the provider was never read: set STRIPE_SECRET_KEY, then call again"
            )
        found = psp_reconcile()
        for status in MatchStatus:
            self.stdout.write(f"{status.replace('_', ' ')}: {found.count(status)}")
        for match in found.of(*WRONG):
            self.stdout.write(line(match))
        others = other_currencies()
        for each in others:
            self.stdout.write(f"  in another currency: {each}")
        unread = (state.balance_cents or 0) - found.there_cents
        self.stdout.write(
            f"PSP clearing in the ledger {text(found.here_cents)}, at the provider "
            f"{text(found.there_cents)} (not read yet: {text(unread)})"
        )
        self.stdout.write(
            f"residual {text(found.residual_cents)}, unexplained {text(found.unexplained_cents)}"
        )
        if found.of(*WRONG) or found.residual_cents or others:
            raise CommandError("the books and the provider do not agree: see the lines above")


def line(match: Match) -> str:
    """Name both sides of a match, and what they say."""
    here = match.booked.key if match.booked else "—"
    there = match.provided.key if match.provided else "—"
    return (
        f"  {match.status.replace('_', ' ')}: {here} {text(match.here_cents)} | "
        f"{there} {text(match.there_cents)}"
    )


def text(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from saleor_alencon.messaging.models import TROUBLE_STATES, Message
from saleor_alencon.messaging.sending import messages_send


class Command(BaseCommand):
    help = "Send the Office's messages, and show those that did not arrive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("send", help="send what is due")
        actions.add_parser("stuck", help="list what did not arrive; exit 1 when there is any")

    def handle(self, *args: object, **options: object) -> None:
        if options["action"] == "send":
            counts = messages_send(clock=timezone.now)
            told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
            self.stdout.write(told or "nothing to send")
            return
        stuck = Message.objects.filter(state__in=TROUBLE_STATES).order_by("id")
        for message in stuck:
            self.stdout.write(
                f"{message.pk} {message.kind} {message.recipient or '—'} {message.state} "
                f"({message.attempts_count}): {message.answer}"
            )
        self.stdout.write(f"{len(stuck)} stuck")
        if stuck:
            raise CommandError("some messages did not arrive: see the list above", returncode=1)

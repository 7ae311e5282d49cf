import datetime
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.inbox.models import ErasedOrder
from saleor_alencon.orders.models import Order
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.privacy.export import person_archive
from saleor_alencon.privacy.models import PrivacyRequest, RequestKind, RequestState
from saleor_alencon.privacy.saleor import saleor_erase
from saleor_alencon.privacy.services import (
    erase_due,
    orders_due,
    request_erase,
    request_open,
    requests_continue,
    retention,
)
from saleor_alencon.saleor_api.client import office_client


class Command(BaseCommand):
    help = "Shoppers' personal data: what is due, erasing it, one person's copy."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("report", help="say what is kept, due and asked for")
        actions.add_parser("erase-due", help="erase the shoppers whose time has come")
        erase = actions.add_parser("erase", help="erase one person, at their request")
        erase.add_argument("email", metavar="E-MAIL")
        erase.add_argument("--by", required=True, metavar="E-MAIL", help="who carries it out")
        export = actions.add_parser("export", help="write one person's data as a ZIP")
        export.add_argument("email", metavar="E-MAIL")
        export.add_argument(
            "--to", type=Path, default=Path("donnees-personnelles.zip"), metavar="FILE"
        )
        actions.add_parser("saleor", help="erase in Saleor's orders what is erased here")

    def handle(self, **options: object) -> None:
        now = timezone.now()
        action = str(options["action"])
        if action == "report":
            self._report(now)
        elif action == "erase-due":
            erased = erase_due(now=now)
            done = requests_continue(now=now)
            self.stdout.write(
                f"{erased.orders} orders and {erased.documents} set-aside documents erased, "
                f"{done} requests done"
            )
        elif action == "erase":
            self._erase(str(options["email"]), str(options["by"]), now)
        elif action == "export":
            path = Path(str(options["to"]))
            path.touch(mode=0o600)
            path.write_bytes(person_archive(str(options["email"]), now=now))
            self.stdout.write(f"{path}: give it to that person only")
        else:
            with office_client() as client:
                told = saleor_erase(client=client, clock=timezone.now)
            self.stdout.write(f"{told} orders erased in Saleor")

    def _report(self, now: datetime.datetime) -> None:
        day = now.astimezone(TOWN_TIME).date()
        open_requests = PrivacyRequest.objects.filter(
            state__in=[RequestState.OPEN, RequestState.WAITING]
        )
        named = Order.objects.exclude(customer_name="", customer_email="", customer_phone="")
        self.stdout.write(
            f"contact data is kept {retention().contact_days} days after the last hand-over\n"
            f"{named.count()} of {Order.objects.count()} orders have a shopper, "
            f"{orders_due(now=now).count()} are due\n"
            f"{open_requests.count()} requests open, "
            f"{open_requests.filter(due_on__lt=day).count()} of them late"
        )
        for cause, count in (
            ErasedOrder.objects.values_list("cause").annotate(count=Count("id")).order_by("cause")
        ):
            self.stdout.write(f"{count} orders erased by {cause}")
        refused = ErasedOrder.objects.exclude(saleor_refusal="").count()
        untold = ErasedOrder.objects.filter(in_saleor_at=None, saleor_refusal="").count()
        self.stdout.write(f"{untold} erased orders to be told to Saleor, {refused} refused by it")

    def _erase(self, email: str, by: str, now: datetime.datetime) -> None:
        user = User.objects.filter(email=by).first()
        if user is None:
            raise CommandError(f"--by {by}: nobody here has this e-mail address")
        if not user.has_perm("privacy.handle_requests"):
            raise CommandError(f"--by {by}: this role does not handle shoppers' requests")
        email = email.strip().lower()
        request = PrivacyRequest.objects.filter(
            kind=RequestKind.ERASE,
            email=email,
            state__in=[RequestState.OPEN, RequestState.WAITING],
        ).first() or request_open(
            kind=RequestKind.ERASE,
            email=email,
            asked_on=now.astimezone(TOWN_TIME).date(),
            opened_by=user,
            now=now,
        )
        request = request_erase(request_id=request.pk, done_by=user, now=now)
        self.stdout.write(
            f"request {request.pk}: {request.orders_erased} orders erased, "
            f"{request.orders_kept} kept until they are handed over or no more disputed"
        )

from django.core.management.base import BaseCommand

from saleor_alencon.local.demo import LOGINS, PASSWORD, demo_seed


class Command(BaseCommand):
    help = "Create the demo: the Office, its shops and its people. Leaves what exists."

    def handle(self, **options: object) -> None:
        demo_seed()
        for email, role in LOGINS.items():
            self.stdout.write(f"{role.value:13} {email}  {PASSWORD}")

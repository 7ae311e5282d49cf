from django.core.management.base import BaseCommand

from saleor_alencon.saleor_api.sweep import sweep_request


class Command(BaseCommand):
    help = "Ask Saleor to capture again every order that changed since the last sweep."

    def handle(self, **options: object) -> None:
        totals = sweep_request()
        self.stdout.write(f"{totals['captured']} captured, {totals['failed']} failed")

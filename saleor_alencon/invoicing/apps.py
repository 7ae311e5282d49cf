from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InvoicingConfig(AppConfig):
    name = "saleor_alencon.invoicing"
    verbose_name = _("Factures")

    def ready(self) -> None:
        from saleor_alencon.invoicing.services import dues_files
        from saleor_alencon.messaging.attachments import attach
        from saleor_alencon.messaging.kinds import Kind

        attach(Kind.DUES, dues_files)

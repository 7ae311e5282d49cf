from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InvoicingConfig(AppConfig):
    name = "saleor_alencon.invoicing"
    verbose_name = _("Factures")

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PspConfig(AppConfig):
    name = "saleor_alencon.psp"
    verbose_name = _("Prestataire de paiement")

    def ready(self) -> None:
        from saleor_alencon.psp import holds  # noqa: F401 - its rules join those of settlement

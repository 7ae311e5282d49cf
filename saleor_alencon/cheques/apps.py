from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChequesConfig(AppConfig):
    name = "saleor_alencon.cheques"
    verbose_name = _("Chèques cadeaux")

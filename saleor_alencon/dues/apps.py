from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DuesConfig(AppConfig):
    name = "saleor_alencon.dues"
    verbose_name = _("Cotisations")

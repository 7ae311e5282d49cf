from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PickupsConfig(AppConfig):
    name = "saleor_alencon.pickups"
    verbose_name = _("Retraits")

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "saleor_alencon.desk"
    verbose_name = _("Comptoirs")

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShopsConfig(AppConfig):
    name = "saleor_alencon.shops"
    verbose_name = _("Boutiques")

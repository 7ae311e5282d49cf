from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Dac7Config(AppConfig):
    name = "saleor_alencon.dac7"
    verbose_name = _("Déclaration DAC7")

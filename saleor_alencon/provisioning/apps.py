from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProvisioningConfig(AppConfig):
    name = "saleor_alencon.provisioning"
    verbose_name = _("Mise en place dans Saleor")

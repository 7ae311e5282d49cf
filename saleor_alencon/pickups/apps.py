from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PickupsConfig(AppConfig):
    name = "saleor_alencon.pickups"
    verbose_name = _("Retraits")

    def ready(self) -> None:
        from saleor_alencon.messaging.links import lead_to_orders
        from saleor_alencon.pickups.links import order_link

        lead_to_orders(order_link)

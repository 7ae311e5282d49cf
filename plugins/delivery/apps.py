from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "saleor_alencon_plugins.delivery"
    label = "alencon_delivery"

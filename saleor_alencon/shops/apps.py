from django.apps import AppConfig


class ShopsConfig(AppConfig):
    name = "saleor_alencon.shops"

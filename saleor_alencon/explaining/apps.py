from django.apps import AppConfig


class ExplainingConfig(AppConfig):
    name = "saleor_alencon.explaining"

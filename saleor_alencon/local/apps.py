from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "saleor_alencon.local"

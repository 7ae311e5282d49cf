from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "saleor_alencon.office"

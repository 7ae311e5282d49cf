from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "saleor_alencon.settlement"

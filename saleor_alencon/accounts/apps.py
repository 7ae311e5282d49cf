from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "saleor_alencon.accounts"

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "saleor_alencon.inbox"

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "saleor_alencon.orders"

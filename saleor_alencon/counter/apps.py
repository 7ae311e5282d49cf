from django.apps import AppConfig


class CounterConfig(AppConfig):
    name = "saleor_alencon.counter"

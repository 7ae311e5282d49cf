from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "saleor_alencon.api"

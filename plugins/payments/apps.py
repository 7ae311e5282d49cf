from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "saleor_alencon_plugins.payments"
    label = "alencon_payments"
    default_auto_field = "django.db.models.BigAutoField"

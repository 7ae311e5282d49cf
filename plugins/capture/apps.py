from django.apps import AppConfig


class CaptureConfig(AppConfig):
    name = "saleor_alencon_plugins.capture"
    label = "alencon_capture"

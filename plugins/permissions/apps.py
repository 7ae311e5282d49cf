from django.apps import AppConfig


class PermissionsConfig(AppConfig):
    name = "saleor_alencon_plugins.permissions"
    label = "alencon_permissions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .tasks import connect

        connect()

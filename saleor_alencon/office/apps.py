from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "saleor_alencon.office"

    def ready(self) -> None:
        """Let the web process hand its tasks to this service's Celery, not to Celery's default."""
        from saleor_alencon.celery import app

        app.set_default()  # For all threads; an application is otherwise its own thread's.

"""The Celery application of the Office service."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saleor_alencon_settings.office")

app = Celery("saleor_alencon")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

"""The Celery application of the Office service."""

import os
from typing import Any

from celery import Celery, Task
from django.conf import settings
from django.utils.translation import override

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saleor_alencon_settings.office")


class DefaultLanguageTask(Task):
    """A task, also one that a web request runs at once, stores its texts in the default language.

    Otherwise they would be in the language of whoever's request it happened to be.
    """

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        with override(settings.LANGUAGE_CODE):
            return super().__call__(*arguments, **options)


app = Celery("saleor_alencon", task_cls=DefaultLanguageTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

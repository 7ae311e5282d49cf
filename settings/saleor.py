"""Saleor's own settings plus what our plugins need; runs in Saleor's environment only."""

import datetime
import os

import dj_database_url
from saleor.settings import *  # noqa: F403
from saleor.settings import CELERY_BEAT_SCHEDULE, DATABASES, INSTALLED_APPS

# Role alencon_capture of the Office's database. Short time-outs: the capture is done outside
# shoppers' requests, and a retry is cheap.
DATABASES["alencon"] = dj_database_url.parse(
    os.environ["ALENCON_CAPTURE_DATABASE_URL"], conn_max_age=0
) | {"TEST": {"MIRROR": "default"}}
DATABASES["alencon"]["OPTIONS"] = {
    **DATABASES["alencon"].get("OPTIONS", {}),
    "connect_timeout": 3,
    "options": "-c search_path=alencon -c statement_timeout=10s -c lock_timeout=5s",
}

# Merchants' requests to the GraphQL API run in the scope of their shop (docs/merchant-scope.md).
INSTALLED_APPS.append("saleor_alencon_plugins.permissions")
ROOT_URLCONF = "saleor_alencon_plugins.permissions.urls"

SWEEP_SECONDS = float(os.environ.get("ALENCON_SWEEP_SECONDS", "60"))

CELERY_BEAT_SCHEDULE["alencon-sweep"] = {
    "task": "saleor_alencon_plugins.capture.sweep_orders",
    "schedule": datetime.timedelta(seconds=SWEEP_SECONDS),
    "options": {"expires": SWEEP_SECONDS},
}

"""Saleor's own settings plus what our plugins need; runs in Saleor's environment only."""

import datetime
import os

import dj_database_url
from saleor.settings import *  # noqa: F403
from saleor.settings import CELERY_BEAT_SCHEDULE, DATABASES

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

# Saleor reads neither from its environment, and serves media in development only.
if os.environ.get("ALENCON_MEDIA_FOLDER"):
    MEDIA_ROOT = os.environ["ALENCON_MEDIA_FOLDER"]
    ROOT_URLCONF = "saleor_alencon_plugins.urls"

SWEEP_SECONDS = float(os.environ.get("ALENCON_SWEEP_SECONDS", "60"))

CELERY_BEAT_SCHEDULE["alencon-sweep"] = {
    "task": "saleor_alencon_plugins.capture.sweep_orders",
    "schedule": datetime.timedelta(seconds=SWEEP_SECONDS),
    "options": {"expires": SWEEP_SECONDS},
}

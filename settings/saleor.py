"""Saleor's own settings plus what our plugins need; runs in Saleor's environment only."""

import datetime
import os

import dj_database_url
from saleor.settings import *  # noqa: F403
from saleor.settings import (
    CELERY_BEAT_SCHEDULE,
    DATABASES,
    DEBUG,
    INSTALLED_APPS,
    LOGGING,
    PLUGINS,
)

from saleor_alencon_plugins.payments.keys import read_stripe_keys

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
ROOT_URLCONF = "saleor_alencon_plugins.urls"

# Saleor reads neither from its environment, and serves media in development only.
SERVES_MEDIA = bool(os.environ.get("ALENCON_MEDIA_FOLDER"))
if SERVES_MEDIA:
    MEDIA_ROOT = os.environ["ALENCON_MEDIA_FOLDER"]

SWEEP_SECONDS = float(os.environ.get("ALENCON_SWEEP_SECONDS", "60"))

CELERY_BEAT_SCHEDULE["alencon-sweep"] = {
    "task": "saleor_alencon_plugins.capture.sweep_orders",
    "schedule": datetime.timedelta(seconds=SWEEP_SECONDS),
    "options": {"expires": SWEEP_SECONDS},
}

# The payments. Saleor asks its webhook plugin about every refund and would note a failure, since
# the payment App has no webhook: the one in its place leaves our App's transactions to our plugin.
PLUGINS[PLUGINS.index("saleor.plugins.webhook.plugin.WebhookPlugin")] = (
    "saleor_alencon_plugins.payments.webhook_plugin.WebhookPlugin"
)
# The library's log of each call would hold, at its finest, bodies with client secrets.
LOGGING["loggers"]["stripe"] = {"level": "WARNING", "propagate": True}
ALENCON_STRIPE = read_stripe_keys(os.environ, debug=DEBUG)
ALENCON_ORDER_MINUTES = float(os.environ.get("ALENCON_ORDER_MINUTES", "60"))
PAYMENT_WATCH_SECONDS = float(os.environ.get("ALENCON_PAYMENT_WATCH_SECONDS", "60"))

CELERY_BEAT_SCHEDULE["alencon-payments"] = {
    "task": "saleor_alencon_plugins.payments.watch_payments",
    "schedule": datetime.timedelta(seconds=PAYMENT_WATCH_SECONDS),
    "options": {"expires": PAYMENT_WATCH_SECONDS},
}

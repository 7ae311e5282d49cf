"""Runs in Saleor's environment: the settings of Saleor's own tests, with ours on top."""

import saleor.settings
from saleor.tests.settings import *  # noqa: F403

import saleor_alencon_settings.saleor as ours

# Databases, apps and the schedule are Saleor's own objects, which our settings have added to.
for name in dir(ours):
    if name.isupper() and not hasattr(saleor.settings, name):
        globals()[name] = getattr(ours, name)
ROOT_URLCONF = ours.ROOT_URLCONF
# Saleor's tests run without any plugin, and name the ones they need: ours are there besides.
PLUGINS = [name for name in ours.PLUGINS if name.startswith("saleor_alencon_plugins.")]
PLUGINS.remove("saleor_alencon_plugins.payments.webhook_plugin.WebhookPlugin")

"""Settings of the tests: the Office's own, on the embedded server, with cheap passwords."""

import os

os.environ.setdefault("SECRET_KEY", "for-tests-only-for-tests-only-for-tests-only-for-tests")
os.environ.setdefault("DATABASE_URL", "postgres://alencon@/alencon?host=set-by-conftest")
os.environ.setdefault("SEPA_RAIL", "enabled")
# A test names its provider itself.
os.environ.pop("STRIPE_SECRET_KEY", None)
os.environ.pop("STRIPE_API_BASE", None)

from saleor_alencon_settings.office import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

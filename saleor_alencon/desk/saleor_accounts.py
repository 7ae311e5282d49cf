"""A merchant signs in here with its account in Saleor: one password for the Dashboard and here."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.saleor_api.client import SaleorClient, SaleorError

TIMEOUT_SECONDS = 10.0


class SaleorAccountBackend(ModelBackend):
    """Asks Saleor for the password of a merchant that the Office knows.

    Only staff accounts count, which the Office's provisioning makes: anybody may register in
    Saleor as a shopper, with whatever address. Office people sign in with their password here:
    who may approve payouts does not hang on another system.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_more: Any,
    ) -> User | None:
        """Return the merchant; None when it is none, or Saleor does not say that it is right."""
        if not username or not password or settings.SALEOR_API_URL is None:
            return None
        user = User.objects.filter(
            email=username.lower(), role=Role.MERCHANT, is_active=True
        ).first()
        if user is None:
            return None
        try:
            with SaleorClient(settings.SALEOR_API_URL, timeout=TIMEOUT_SECONDS) as client:
                answer = client.run("sign_in", email=user.email, password=password)["tokenCreate"]
        except SaleorError:
            return None
        account = answer["user"] or {}
        right = account.get("isStaff") and account.get("isActive")
        same = str(account.get("email", "")).lower() == user.email
        return user if right and same else None

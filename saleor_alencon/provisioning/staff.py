"""The staff account in Saleor that makes groups and accounts: Saleor lets no app do that."""

import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from django.conf import settings
from django.utils.translation import gettext as _

from saleor_alencon.provisioning.setup_app import log_in
from saleor_alencon.saleor_api.client import SaleorClient, SaleorError

LOGIN_SECONDS = 240.0  # Saleor ends a login after five minutes
NEEDED = ("MANAGE_STAFF", "MANAGE_USERS")


class StaffLoginMissing(SaleorError):
    """Raised when merchants' accounts have to change and no sufficient staff login is set."""


@dataclass
class StaffLogin:
    """Logs in when it is first needed, and again before Saleor ends the login.

    Most provisionings change no account.
    """

    url: str
    email: str = ""
    password: str = ""
    redirect_url: str = ""
    _client: SaleorClient | None = field(default=None, init=False)
    _since: float = field(default=0.0, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, if there are any."""
        if self._client:
            self._client.close()
            self._client = None

    def client(self) -> SaleorClient:
        """Return a client of the account.

        :raises StaffLoginMissing: none is set, or it may not do what it is needed for.
        """
        if time.monotonic() - self._since > LOGIN_SECONDS:
            self.close()
        if self._client is None:
            if not self.email or not self.password:
                raise StaffLoginMissing(
                    _(
                        "Le groupe et les comptes de la boutique restent à faire : définissez "
                        "SALEOR_STAFF_EMAIL et SALEOR_STAFF_PASSWORD (voir docs/provisioning.md)."
                    )
                )
            self._client = log_in(self.url, self.email, self.password)
            self._since = time.monotonic()
            held = {
                permission["code"]
                for permission in self._client.run("staff_self")["me"]["userPermissions"]
            }
            missing = [code for code in NEEDED if code not in held]
            if missing:
                raise StaffLoginMissing(
                    _("Il manque au compte %(email)s dans Saleor : %(permissions)s.")
                    % {"email": self.email, "permissions": ", ".join(missing)}
                )
        return self._client


def office_staff_login() -> StaffLogin:
    """Return the login that the settings name, if they name one."""
    password = settings.SALEOR_STAFF_PASSWORD
    return StaffLogin(
        url=str(settings.SALEOR_API_URL),
        email=settings.SALEOR_STAFF_EMAIL or "",
        password=password.get_secret_value() if password else "",
        redirect_url=settings.SALEOR_STAFF_REDIRECT_URL or "",
    )

"""Setup of the Office's app in Saleor and its token: the one part that needs a staff login."""

import os
from pathlib import Path
from typing import Any

from saleor_alencon.provisioning.connections import every_node
from saleor_alencon.provisioning.differences import Difference
from saleor_alencon.provisioning.names import APP_PERMISSIONS, OFFICE_APP
from saleor_alencon.provisioning.report import Report
from saleor_alencon.saleor_api.client import SaleorClient, SaleorError, SaleorRefused
from saleor_alencon.saleor_api.merchants import town_app_keep


class AppMissing(SaleorError):
    """Raised when the app cannot do its work; says how a staff login cures it."""


def log_in(url: str, email: str, password: str) -> SaleorClient:
    """Return a client of a staff account.

    :raises SaleorRefused: the address or the password is wrong.
    """
    with SaleorClient(url) as public:
        token = public.run("token_create", email=email, password=password)["tokenCreate"]["token"]
    return SaleorClient(url, token)


def keep_app(staff: SaleorClient, report: Report, *, new_token: bool = False) -> str | None:
    """Keep the Office's app with its permissions; return its token when a new one was made.

    Permissions are added, never taken away: those that the Office gave stay.

    :raises SaleorRefused: the staff account may not give what the app needs.
    """
    apps = every_node(staff, "apps", "apps")
    present = next((app for app in apps if app["identifier"] == OFFICE_APP), None)
    token: str | None = None
    wanted = {"permissions": True}
    held = [permission["code"] for permission in present["permissions"]] if present else []
    missing = [code for code in APP_PERMISSIONS if code not in held]

    def create() -> None:
        nonlocal token
        fields = {"name": "Office de commerce", "identifier": OFFICE_APP}
        payload = staff.run("app_create", input=fields | {"permissions": list(APP_PERMISSIONS)})
        token = payload["appCreate"]["authToken"]

    def change(_differences: list[Difference]) -> None:
        assert present is not None
        staff.run("app_update", id=present["id"], input={"permissions": [*held, *missing]})

    report.keep(
        f"app {OFFICE_APP}",
        wanted,
        present and {"permissions": True if not missing else f"without {', '.join(missing)}"},
        create=create,
        change=change,
    )
    if present and new_token:
        fields = {"name": "Office", "app": present["id"]}
        payload = staff.run("app_token_create", input=fields)["appTokenCreate"]
        token = payload["authToken"]
        report.add(f"token of app {OFFICE_APP}", "created")
    return token


def check_app(client: SaleorClient, report: Report) -> None:
    """Make sure that the client is the Office's app and may do all it needs.

    :raises AppMissing: it is another app, or lacks a permission.
    """
    cure = "run `alencon saleor setup --email ... --password-stdin` with a staff login."
    try:
        app: dict[str, Any] = client.run("app_self")["app"]
    except SaleorRefused:
        raise AppMissing(
            f"Saleor does not know the token in SALEOR_APP_TOKEN: {cure} --new-token makes another."
        ) from None
    held = {permission["code"] for permission in app["permissions"]}
    missing = [code for code in APP_PERMISSIONS if code not in held]
    if missing:
        raise AppMissing(f"The app {app['identifier']} lacks {', '.join(missing)}: {cure}")
    report.add(f"app {app['identifier']}", "unchanged")


def keep_town_app(url: str, token: str, page_url: str, report: Report) -> None:
    """Keep the App that shows the Office's page in the Dashboard.

    The scope's own endpoint does it: Saleor's API installs an App only from a manifest that it
    fetches, which it may not from a private address, and never changes its page afterwards.

    :raises ScopeRefused, ScopeAbsent, SaleorUnreachable: see there.
    """
    outcome = town_app_keep(url=url, token=token, page_url=page_url)
    report.add("page in the Dashboard", outcome)


def write_token(path: Path, token: str) -> None:
    """Write the token where only this user can read it, in place of an older one."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{token}\n")
    temporary.replace(path)

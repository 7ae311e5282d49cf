"""Who may do what in the back-office: one readable table, no rows in the database.

Permission names are Django's (``app.verb_model``). A pattern may end in ``*``.
"""

from fnmatch import fnmatchcase

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("administrateur")
    OPERATOR = "operator", _("opérateur de l'Office")
    APPROVER = "approver", _("approbateur de l'Office")
    TREASURER = "treasurer", _("trésorier")
    AUDITOR = "auditor", _("auditeur")
    MERCHANT = "merchant", _("commerçant")
    COURIER = "courier", _("livreur")


OFFICE_ROLES = frozenset(set(Role) - {Role.MERCHANT, Role.COURIER})

READ_EVERYTHING = ("*.view_*",)
PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.ADMINISTRATOR: (
        *READ_EVERYTHING,
        "accounts.*",
        "commission.*",
        "cheques.*",
        "shops.*",
        "provisioning.look_shop",
        "provisioning.provision_shop",
        "inbox.replay_inboxdocument",
        "shopper.add_*",
        "shopper.change_*",
    ),
    Role.OPERATOR: (
        *READ_EVERYTHING,
        "catalogue.import_catalogue",
        "cheques.*",
        "commission.*",
        "provisioning.look_shop",
        "provisioning.provision_shop",
        "shops.add_*",
        "shops.change_*",
        "inbox.replay_inboxdocument",
        "pickups.work",
        "psp.fetch",
        "rounds.*",
        "shopper.*",
        "dues.*",
        "dac7.add_selleridentity",
        "dac7.change_selleridentity",
        "dac7.chase",
        "dac7.export",
        "invoicing.issue",
        "settlement.create_run",
        "settlement.cancel_run",
        "settlement.execute_run",
        "settlement.return_payout",
    ),
    Role.APPROVER: (
        *READ_EVERYTHING,
        "psp.fetch",
        "settlement.approve_run",
        "settlement.cancel_run",
        "settlement.execute_run",
        "settlement.return_payout",
    ),
    Role.TREASURER: (*READ_EVERYTHING, "books.export_books", "books.close_year", "dac7.*"),
    Role.AUDITOR: (*READ_EVERYTHING, "books.export_books", "dac7.export"),
    Role.MERCHANT: (),
    Role.COURIER: ("rounds.drive",),
}


def role_allows(role: str, permission: str) -> bool:
    """Say whether ``role`` holds ``permission`` (for example ``settlement.approve_run``)."""
    return any(fnmatchcase(permission, pattern) for pattern in PERMISSIONS[Role(role)])

"""What the provider still waits for of a shop's account, in words.

Source: docs.stripe.com/api/accounts/object#account_object-requirements.
"""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "external_account": _("le compte bancaire"),
    "tos_acceptance": _("l'accord aux conditions de Stripe"),
    "business_profile": _("l'activité de la boutique"),
    "business_type": _("la forme juridique"),
    "individual": _("l'identité du commerçant"),
    "company": _("l'identité de l'entreprise"),
    "representative": _("l'identité du représentant"),
    "directors": _("les dirigeants"),
    "executives": _("les dirigeants"),
    "owners": _("les associés"),
    "documents": _("un justificatif"),
}
"""By how the name of a requirement begins, up to its first dot."""


def missing_words(missing: Iterable[str]) -> list[str]:
    """Return what is missing, each once; a name that is not known stays as it is.

    A person whom the provider numbered (``person_...``) is a representative of the company.
    """
    found: dict[str, None] = {}
    for name in missing:
        first = name.split(".")[0]
        group = "representative" if first.startswith("person_") else first
        found[str(WORDS.get(group, name))] = None
    return list(found)

"""What the plan comptable says of a number: its class, and where a year's result goes.

Source: plan comptable général (règlement ANC 2014-03, art. 931-1 et 932-1), for associations
règlement ANC 2018-06.
"""

from saleor_alencon.domain.accounts import PlanEntry, gettext_noop

RESULT_CLASSES = ("6", "7")
"""Classes of the accounts that begin each year at nothing: charges and revenue."""

SURPLUS = PlanEntry("120000", gettext_noop("Excédent de l'exercice précédent"))
DEFICIT = PlanEntry("129000", gettext_noop("Déficit de l'exercice précédent"))
CARRIED_SURPLUS = PlanEntry("110000", gettext_noop("Report à nouveau, solde créditeur"))
CARRIED_DEFICIT = PlanEntry("119000", gettext_noop("Report à nouveau, solde débiteur"))


def is_result(number: str) -> bool:
    """Say whether an account is of charges or revenue, by its number."""
    return number.startswith(RESULT_CLASSES)


def result_account(balance_cents: int, *, previous_year: bool) -> PlanEntry:
    """Return where the balance of all charges and revenue is carried to, by its sign.

    ``balance_cents`` is signed as the ledger's: below zero is a surplus. The year just before is
    shown apart (12), because the members have not decided yet what becomes of it; what came
    before it is carried (11).
    """
    if previous_year:
        return SURPLUS if balance_cents < 0 else DEFICIT
    return CARRIED_SURPLUS if balance_cents < 0 else CARRIED_DEFICIT

"""The file that a SEPA run is paid with."""

import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from saleor_alencon.outputs.sepa import SepaDebtor, SepaTransfer, read_control_sum, render_pain_001
from saleor_alencon.settlement.errors import SettlementError
from saleor_alencon.settlement.models import Payout, SettlementRun
from saleor_alencon.shops.models import Association


def payment_file(
    run: SettlementRun,
    payouts: list[Payout],
    execution_date: datetime.date,
    now: datetime.datetime,
) -> bytes:
    """Return the pain.001 of a run's payouts.

    :raises SettlementError: while the rail is not enabled, or without the association's account.
    """
    if not settings.SEPA_RAIL_ENABLED:
        raise SettlementError(
            _(
                "Le virement SEPA n'est pas activé : voir SEPA_RAIL dans docs/settings.md (il "
                "faut un avis juridique écrit)."
            )
        )
    office = Association.objects.get()
    if not office.iban or not office.bic:
        raise SettlementError(_("L'IBAN ou le BIC de l'association manque : complétez sa fiche."))
    data = render_pain_001(
        SepaDebtor(office.legal_name[:70], office.iban, office.bic),
        [
            SepaTransfer(
                payout.end_to_end_id, payout.payee_name, payout.iban, payout.bic,
                payout.amount_cents, f"Reversement {run.number}",
            )
            for payout in payouts
        ],
        message_id=f"ALENCON-{run.number}",
        created_at=now,
        execution_date=execution_date,
    )  # fmt: skip
    total = sum(payout.amount_cents for payout in payouts)
    assert read_control_sum(data) == (total, len(payouts)), run
    return data


def next_business_day(day: datetime.date) -> datetime.date:
    """Return the first day after ``day`` that is neither Saturday nor Sunday."""
    following = day + datetime.timedelta(days=1)
    while following.isoweekday() > 5:
        following += datetime.timedelta(days=1)
    return following

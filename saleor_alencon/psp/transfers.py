"""Paying a run by the provider: one transfer per payout, whatever is interrupted or repeated.

For each payout an attempt is stored with its idempotency key, then the provider is called, then
the answer is recorded. An attempt without a recorded answer is resolved by asking the provider
for the run's transfers; only what is not there is sent again, under the same key. Nothing of this
holds a database transaction open during a call.
"""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.psp.gateway import (
    Gateway,
    Json,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
    every,
)
from saleor_alencon.psp.kinds import REVERSALS
from saleor_alencon.psp.locks import held_alone
from saleor_alencon.psp.mirror import PAYOUT_METADATA
from saleor_alencon.psp.models import BalanceTransaction, Transfer, TransferState
from saleor_alencon.settlement.models import Payout, PayoutState, RunState, SettlementRun
from saleor_alencon.settlement.services import (
    SettlementError,
    payout_fail,
    payout_return,
    payout_send,
    run_finish,
)
from saleor_alencon.shops.models import ConnectedAccount, PayoutRail


@dataclass(frozen=True)
class Sending:
    """What became of a run's payouts in one call."""

    run: SettlementRun
    sent: int
    refused: int
    waiting: int
    problem: str = ""


def run_send(
    *, run_id: int, executed_by: User, gateway: Gateway, now: datetime.datetime
) -> Sending:
    """Send the transfers of an approved run; a payout that the provider refuses is owed again.

    A refusal for want of available funds leaves the payout waiting, and so does no answer: call
    again. Once nothing waits the run is executed.

    :raises SettlementError: the run is not approved or not paid by the provider, or another
        process sends it at this moment.
    """
    with held_alone(f"psp-run-{run_id}") as alone:
        run = SettlementRun.objects.get(pk=run_id)
        if run.rail != PayoutRail.CONNECT:
            raise SettlementError(
                _("Ce reversement part par fichier SEPA : il n'a pas de transferts à envoyer.")
            )
        if not alone:
            raise SettlementError(_("Les transferts de %(run)s partent déjà.") % {"run": run})
        if run.state != RunState.APPROVED:
            raise SettlementError(
                _("Le reversement %(run)s est « %(state)s » : il n'a rien à envoyer.")
                % {"run": run, "state": run.get_state_display()}
            )
        known = _known(gateway, run)
        problem = ""
        for payout in run.payouts.filter(state=PayoutState.APPROVED).order_by("id"):
            try:
                _payout_transfer(payout, run, known, gateway, now)
            except ProviderError as error:
                problem = str(error)
                if isinstance(error, ProviderUnreachable):
                    break
        with transaction.atomic():
            run = run_finish(run_id=run_id, executed_by=executed_by, now=now)
        states = list(run.payouts.values_list("state", flat=True))
        return Sending(
            run,
            sent=states.count(PayoutState.EXECUTED),
            refused=states.count(PayoutState.FAILED),
            waiting=states.count(PayoutState.APPROVED),
            problem=problem,
        )


def _known(gateway: Gateway, run: SettlementRun) -> dict[str, Json]:
    """Return the run's transfers that the provider has, by payout, when an answer is missing."""
    unsure = Transfer.objects.filter(payout__run=run, state=TransferState.PREPARED)
    if not unsure.exists():
        return {}
    made = every(lambda after: gateway.transfers(run.number, after))
    return {str((each.get("metadata") or {}).get(PAYOUT_METADATA)): each for each in made}


def _payout_transfer(
    payout: Payout,
    run: SettlementRun,
    known: dict[str, Json],
    gateway: Gateway,
    now: datetime.datetime,
) -> None:
    """Make one payout's transfer, or record the one that was made.

    :raises ProviderError: no answer, or a refusal that may pass: the payout waits.
    """
    transfer = _attempt(payout, now)
    answer = known.get(payout.end_to_end_id)
    try:
        if answer is None:
            answer = gateway.transfer_create(_details(payout, run), key=transfer.key)
    except ProviderRefused as refusal:
        _refused(transfer, refusal, now)
        if refusal.retryable:
            raise
        return
    with transaction.atomic():
        payout_send(payout_id=payout.pk, now=now)
        transfer.state, transfer.provider_id = TransferState.SENT, answer["id"]
        transfer.answered_at = now
        transfer.save()


def _attempt(payout: Payout, now: datetime.datetime) -> Transfer:
    """Return the payout's open attempt, stored now when there is none."""
    with transaction.atomic():
        Payout.objects.select_for_update().get(pk=payout.pk)
        attempts = Transfer.objects.filter(payout=payout)
        found = attempts.filter(state=TransferState.PREPARED).first()
        if found is not None:
            return found
        number = (attempts.aggregate(last=Max("attempt"))["last"] or 0) + 1
        return Transfer.objects.create(
            payout=payout,
            attempt=number,
            key=f"alencon-{payout.end_to_end_id}-{number}",
            prepared_at=now,
        )


def _refused(transfer: Transfer, refusal: ProviderRefused, now: datetime.datetime) -> None:
    """Close an attempt that moved nothing; the debt is open again unless it may pass later."""
    with transaction.atomic():
        transfer.state, transfer.answered_at = TransferState.REFUSED, now
        transfer.refusal = str(refusal)[:200]
        transfer.save()
        if not refusal.retryable:
            payout = payout_fail(payout_id=transfer.payout_id, reason=str(refusal), now=now)
            # The account may be the cause: it is asked about again before another run.
            ConnectedAccount.objects.filter(shop=payout.shop_id).update(checked_at=None)


def _details(payout: Payout, run: SettlementRun) -> Json:
    return {
        "amount": payout.amount_cents,
        "currency": "eur",
        "destination": payout.connected_account,
        "transfer_group": run.number,
        "description": f"Reversement {run.number}",
        "metadata": {PAYOUT_METADATA: payout.end_to_end_id},
    }


def transfer_reverse(
    *, payout_id: int, returned_by: User, reason: str, gateway: Gateway, now: datetime.datetime
) -> Payout:
    """Take a payout back from the shop's account at the provider: the debt is open again.

    :raises SettlementError: no reason, or the payout is not one that the provider executed.
    :raises ProviderError: nothing is recorded; a second call finds what was done.
    """
    transfer = Transfer.objects.filter(payout=payout_id, state=TransferState.SENT).first()
    if transfer is None:
        raise SettlementError(_("Ce virement n'a pas de transfert à reprendre."))
    if not reason.strip():
        raise SettlementError(_("Indiquez le motif : il figurera sur le relevé."))
    assert transfer.provider_id is not None
    if not gateway.transfer(transfer.provider_id).get("reversed"):
        gateway.transfer_reverse(transfer.provider_id, key=f"{transfer.key}-reverse")
    return _reversed(transfer, returned_by, reason, now)


def _reversed(
    transfer: Transfer, returned_by: User | None, reason: str, now: datetime.datetime
) -> Payout:
    with transaction.atomic():
        locked = Transfer.objects.select_for_update().get(pk=transfer.pk)
        payout = Payout.objects.get(pk=transfer.payout_id)
        if locked.state != TransferState.SENT:
            return payout
        locked.state = TransferState.REVERSED
        locked.save(update_fields=["state"])
        return payout_return(
            payout_id=transfer.payout_id, returned_by=returned_by, reason=reason, now=now
        )


def reversals_follow(*, now: datetime.datetime) -> int:
    """Open the debt again for transfers that were taken back whole at the provider itself.

    Whole is also what was taken back in parts. A part of it stays an item of the reconciliation:
    no rule says what it was for.
    """
    sent = Transfer.objects.filter(state=TransferState.SENT).select_related("payout")
    back = BalanceTransaction.objects.filter(
        kind__in=REVERSALS, related__in=sent.values("provider_id")
    )
    cents = dict(back.order_by().values_list("related").annotate(cents=Sum("amount_cents")))
    whole = [
        each
        for each in sent.filter(provider_id__in=cents)
        if cents[str(each.provider_id)] == each.payout.amount_cents
    ]
    for transfer in whole:
        _reversed(transfer, None, _("Transfert repris chez Stripe"), now)
    return len(whole)

"""Settlement runs: draft, approval by a second person, execution, returned payouts."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable, SerializationFailure

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.dues.services import dues_withhold
from saleor_alencon.ledger.models import TransactionKind
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.settlement.demands import demands_call_due, demands_withhold
from saleor_alencon.settlement.drafting import statements_draft
from saleor_alencon.settlement.errors import SettlementError
from saleor_alencon.settlement.holds import holds_of
from saleor_alencon.settlement.models import (
    Claim,
    Payout,
    PayoutState,
    RunState,
    SettlementRun,
    StatementItem,
    StatementLine,
    StatementTender,
)
from saleor_alencon.settlement.notices import (
    approvers_tell,
    approvers_untell,
    payout_reopened_tell,
    payouts_tell,
    statements_tell,
)
from saleor_alencon.settlement.payment_file import next_business_day, payment_file
from saleor_alencon.settlement.periods import nobody_due_text, shops_due
from saleor_alencon.settlement.release import release_due
from saleor_alencon.settlement.reserves import reserves_cancel, reserves_move
from saleor_alencon.settlement.seals import documents_seal
from saleor_alencon.shops.models import Association, PayoutRail

PAID_FROM = {PayoutRail.SEPA: AccountKind.BANK, PayoutRail.CONNECT: AccountKind.PSP_CLEARING}
"""Where the money of a payout leaves from, and comes back to."""
DRAFTING_TRIES = 10


def run_create(
    *,
    created_by: User,
    cutoff: datetime.datetime,
    now: datetime.datetime,
    due_only: bool = False,
) -> SettlementRun:
    """Draft a run: release what is due at ``cutoff``, claim it, freeze a statement per shop.

    ``due_only`` takes the shops whose day has come since the run before, else all are taken.

    The release is committed on its own: it is right whatever becomes of the draft, and the draft
    then reads one snapshot of the database that no ingest can disturb. Dues are withheld with the
    draft, never from a balance that another draft is about to pay.

    :raises SettlementError: when another run waits, or nothing is there to settle.
    """
    with transaction.atomic():
        release_due(cutoff=cutoff, now=now)
    for tries_left in reversed(range(DRAFTING_TRIES)):
        try:
            return _run_draft(created_by, cutoff, now, due_only)
        except OperationalError as error:
            # An order changed after the snapshot was taken, and its row is wanted: begin again.
            if not isinstance(error.__cause__, SerializationFailure) or connection.in_atomic_block:
                raise
            if not tries_left:
                raise SettlementError(
                    _("Des commandes changent en ce moment : réessayez dans une minute.")
                ) from error
    raise AssertionError("unreachable")


def _run_draft(
    created_by: User, cutoff: datetime.datetime, now: datetime.datetime, due_only: bool
) -> SettlementRun:
    with _drafting():
        if waiting := SettlementRun.objects.filter(state=RunState.DRAFT).first():
            raise SettlementError(
                _("Le reversement %(run)s attend une décision : approuvez-le ou abandonnez-le.")
                % {"run": waiting}
            )
        taken = shops_due(cutoff=cutoff) if due_only else None
        if taken is not None and not taken:
            raise SettlementError(nobody_due_text(now))
        dues_withhold(now=now)
        count = SettlementRun.objects.count()
        run = SettlementRun.objects.create(
            number=f"R{now.astimezone(TOWN_TIME):%Y}-{count + 1:04d}",
            cutoff=cutoff,
            rail=Association.objects.get().payout_rail,
            created_by=created_by,
            created_at=now,
        )
        demands_call_due(shop_ids=taken, now=now)
        demands_withhold(shop_ids=taken, now=now)
        reserves_move(run, shop_ids=taken, now=now)
        if not statements_draft(run, now=now, shop_ids=taken):
            raise SettlementError(_("Rien à reverser : aucun solde disponible à cette date."))
        approvers_tell(run, now=now)
        return run


@contextmanager
def _drafting() -> Iterator[None]:
    """Work on one snapshot of the database, taken once no other run is being drafted.

    The lock comes before the snapshot: ``LOCK TABLE`` takes none, unlike an advisory lock, which
    is a query. So whoever waited sees the run that it waited for.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        try:
            cursor.execute("LOCK TABLE settlement_settlementrun IN SHARE ROW EXCLUSIVE MODE")
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise SettlementError(
                _("Un reversement est déjà en préparation : patientez.")
            ) from error
        yield


def run_cancel(*, run_id: int, cancelled_by: User, now: datetime.datetime) -> SettlementRun:
    """Drop a draft: its claims are free again, its statements and payouts never happened.

    What it put by for shops is given back by correcting entries; what it released of old reserves,
    withheld by consent or asked for stays, and is on the next run's statements.
    """
    with transaction.atomic():
        run = _locked(run_id, RunState.DRAFT)
        reserves_cancel(run, now=now)
        Claim.objects.filter(statement__run=run).delete()
        StatementItem.objects.filter(line__statement__run=run).delete()
        StatementTender.objects.filter(line__statement__run=run).delete()
        StatementLine.objects.filter(statement__run=run).delete()
        run.payouts.all().delete()
        run.statements.all().delete()
        run.state = RunState.CANCELLED
        run.save(update_fields=["state"])
        approvers_untell(run, now=now)
        return run


def run_approve(*, run_id: int, approved_by: User, now: datetime.datetime) -> SettlementRun:
    """Approve a draft as a second person: the payouts are posted and a SEPA run's file is made.

    :raises SettlementError: same person as the drafter, the run's rail not enabled, the
        association's own IBAN or BIC is missing, or a shop's account changed or its money was
        held since the draft.
    """
    with transaction.atomic():
        run = _locked(run_id, RunState.DRAFT)
        if run.created_by_id == approved_by.pk:
            raise SettlementError(
                _("Vous avez préparé ce reversement : une seconde personne doit l'approuver.")
            )
        payouts = list(run.payouts.select_related("statement", "shop").order_by("id"))
        _check_still_payable(payouts, now)
        execution_date = next_business_day(now.astimezone(TOWN_TIME).date())
        run.execution_date = execution_date
        if payouts and run.rail == PayoutRail.SEPA:
            run.payment_file = payment_file(run, payouts, execution_date, now)
        elif payouts and settings.STRIPE_SECRET_KEY is None:
            raise SettlementError(
                _("Stripe n'est pas configuré : voir STRIPE_SECRET_KEY dans docs/settings.md.")
            )
        _payouts_post(payouts, now)
        run.state, run.approved_by, run.approved_at = RunState.APPROVED, approved_by, now
        run.save()
        run.payouts.update(state=PayoutState.APPROVED)
        documents_seal(run, now=now)
        transaction.on_commit(lambda: _files_seal(run.pk))
        return run


def _files_seal(run_id: int) -> None:
    """Let the worker keep the digests of the files: it renders each, which takes a while."""
    from saleor_alencon.settlement.tasks import seal_run

    seal_run.delay(run_id)


def _check_still_payable(payouts: list[Payout], now: datetime.datetime) -> None:
    """Refuse what the draft could not know: a rule that holds a shop now, an account changed."""
    held = holds_of([payout.shop_id for payout in payouts], now=now)
    changed = {
        payout.shop_id
        for payout in payouts
        if payout.iban and (payout.iban, payout.bic) != (payout.shop.iban, payout.shop.bic)
    }
    names = [payout.shop.name for payout in payouts if payout.shop_id in {*held, *changed}]
    if names:
        raise SettlementError(
            _(
                "Depuis la préparation, les versements sont retenus ou le compte a changé pour : "
                "%(shops)s. Abandonnez ce reversement et préparez-en un nouveau."
            )
            % {"shops": ", ".join(names)}
        )


def _payouts_post(payouts: list[Payout], now: datetime.datetime) -> None:
    """Move each payout from the shop's available balance into transit, and claim that entry."""
    if not payouts:
        return
    accounts = accounts_ensure(
        {(AccountKind.SHOP_AVAILABLE, payout.shop_id) for payout in payouts}
        | {(AccountKind.PAYOUT_TRANSIT, None)}
    )
    _post(
        payouts, TransactionKind.PAYOUT, now,
        lambda payout: (
            accounts[(AccountKind.SHOP_AVAILABLE, payout.shop_id)],
            accounts[(AccountKind.PAYOUT_TRANSIT, None)],
        ),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO settlement_claim (entry_id, statement_id)
               SELECT e.id, p.statement_id
                 FROM settlement_payout p
                 JOIN ledger_transaction t
                   ON t.kind = %s AND t.source_id = p.end_to_end_id
                 JOIN ledger_entry e ON e.transaction_id = t.id
                 JOIN ledger_account a ON a.id = e.account_id AND a.kind = %s
                WHERE p.id = ANY(%s)""",
            [TransactionKind.PAYOUT, AccountKind.SHOP_AVAILABLE, [p.pk for p in payouts]],
        )


def _post(
    payouts: list[Payout],
    kind: TransactionKind,
    now: datetime.datetime,
    sides: Callable[[Payout], tuple[int, int]],
    *,
    reason: str = "",
) -> None:
    """Post one transaction per payout; ``sides(payout)`` gives the accounts (debit, credit)."""
    drafts = []
    for payout in payouts:
        debit, credit = sides(payout)
        drafts.append(
            Draft(
                kind=kind,
                source_id=payout.end_to_end_id,
                occurred_at=now,
                reason=reason,
                legs=(Leg(debit, payout.amount_cents), Leg(credit, -payout.amount_cents)),
            )
        )
    transactions_post(drafts, now=now)


def run_execute(*, run_id: int, executed_by: User, now: datetime.datetime) -> SettlementRun:
    """Record that the bank executed the file: the money in transit has left the bank.

    :raises SettlementError: when the run is not approved, or not paid by a file.
    """
    with transaction.atomic():
        run = _locked(run_id, RunState.APPROVED)
        if run.rail != PayoutRail.SEPA:
            raise SettlementError(
                _("Ce reversement part par Stripe : envoyez ses transferts, rien n'est à déclarer.")
            )
        approved = run.payouts.filter(state=PayoutState.APPROVED)
        payouts = list(approved.select_related("shop", "run").order_by("id"))
        accounts = accounts_ensure({(AccountKind.PAYOUT_TRANSIT, None), (AccountKind.BANK, None)})
        _post(
            payouts, TransactionKind.PAYOUT_EXECUTED, now,
            lambda _: (accounts[(AccountKind.PAYOUT_TRANSIT, None)],
                       accounts[(AccountKind.BANK, None)]),
        )  # fmt: skip
        run.state, run.executed_by, run.executed_at = RunState.EXECUTED, executed_by, now
        run.save()
        run.payouts.filter(state=PayoutState.APPROVED).update(
            state=PayoutState.EXECUTED, executed_at=now
        )
        payouts_tell(payouts, now=now)
        statements_tell(run, now=now)
        return run


def payout_return(
    *, payout_id: int, returned_by: User | None, reason: str, now: datetime.datetime
) -> Payout:
    """Record that a payout came back: the debt to the shop is open again.

    The amount comes back to where it was paid from, and as a line of the shop's next statement.
    ``returned_by`` is None for what the payment provider told.

    :raises SettlementError: when the payout is not executed, or no reason is given.
    """
    if not reason.strip():
        raise SettlementError(_("Indiquez le motif du retour, tel que la banque l'a donné."))
    with transaction.atomic():
        payout = Payout.objects.select_for_update(of=("self",)).select_related("run").get(
            pk=payout_id
        )  # fmt: skip
        if payout.state != PayoutState.EXECUTED:
            raise SettlementError(
                _("Le virement %(payout)s n'est pas exécuté : il ne peut pas être retourné.")
                % {"payout": payout}
            )
        _reopen(payout, PAID_FROM[PayoutRail(payout.run.rail)], PayoutState.RETURNED, reason, now)
        return payout


def payout_send(*, payout_id: int, now: datetime.datetime) -> Payout:
    """Record that the payment provider made an approved payout. A second call changes nothing.

    Called inside a database transaction.
    """
    payout = Payout.objects.select_for_update(of=("self",)).select_related("run").get(pk=payout_id)
    if payout.state != PayoutState.APPROVED:
        return payout
    source = PAID_FROM[PayoutRail(payout.run.rail)]
    accounts = accounts_ensure({(AccountKind.PAYOUT_TRANSIT, None), (source, None)})
    _post(
        [payout], TransactionKind.PAYOUT_EXECUTED, now,
        lambda _: (accounts[(AccountKind.PAYOUT_TRANSIT, None)], accounts[(source, None)]),
    )  # fmt: skip
    payout.state, payout.executed_at = PayoutState.EXECUTED, now
    payout.save(update_fields=["state", "executed_at"])
    payouts_tell([payout], now=now)
    return payout


def payout_fail(*, payout_id: int, reason: str, now: datetime.datetime) -> Payout:
    """Record that an approved payout was refused and nothing left: the debt is open again.

    Called inside a database transaction.
    """
    payout = Payout.objects.select_for_update().get(pk=payout_id)
    if payout.state == PayoutState.APPROVED:
        _reopen(payout, AccountKind.PAYOUT_TRANSIT, PayoutState.FAILED, reason, now)
    return payout


def run_finish(*, run_id: int, executed_by: User, now: datetime.datetime) -> SettlementRun:
    """Close an approved run none of whose payouts waits any more; a second call changes nothing.

    Called inside a database transaction.
    """
    run = SettlementRun.objects.select_for_update().get(pk=run_id)
    if (
        run.state == RunState.APPROVED
        and not run.payouts.filter(state=PayoutState.APPROVED).exists()
    ):
        run.state, run.executed_by, run.executed_at = RunState.EXECUTED, executed_by, now
        run.save(update_fields=["state", "executed_by", "executed_at"])
        statements_tell(run, now=now)
    return run


def _reopen(
    payout: Payout,
    source: AccountKind,
    state: PayoutState,
    reason: str,
    now: datetime.datetime,
) -> None:
    """Give the amount of a payout back to its shop, from where it went."""
    shop = (AccountKind.SHOP_AVAILABLE, payout.shop_id)
    accounts = accounts_ensure({(source, None), shop})
    reason = reason.strip()[:200]
    _post(
        [payout], TransactionKind.PAYOUT_RETURNED, now,
        lambda _: (accounts[(source, None)], accounts[shop]), reason=reason,
    )  # fmt: skip
    payout.state, payout.returned_at, payout.return_reason = state, now, reason
    payout.save(update_fields=["state", "returned_at", "return_reason"])
    payout_reopened_tell(payout, now=now)


def _locked(run_id: int, state: RunState) -> SettlementRun:
    run = SettlementRun.objects.select_for_update().get(pk=run_id)
    if run.state != state:
        raise SettlementError(
            _("Le reversement %(run)s est « %(state)s » : cette action demande « %(wanted)s ».")
            % {"run": run, "state": run.get_state_display(), "wanted": state.label}
        )
    return run

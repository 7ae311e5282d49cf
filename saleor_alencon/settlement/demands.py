"""Asking a shop for its negative balance: called, paid in parts, withheld, reminded, cancelled.

A balance below zero is carried, and later sales make it up. When they do not, the association asks
for it: by hand, or by its rule after so many runs. The shop's available balance is then zero
again, and what it owes is on its receivable account.
"""

import datetime
import json
from collections.abc import Collection

from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.dues.models import OffsetConsent, PaymentMethod
from saleor_alencon.errors import AlenconError
from saleor_alencon.ledger.balances import shop_balances
from saleor_alencon.ledger.models import Transaction, TransactionKind
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.localized import amount_text
from saleor_alencon.outputs.demand import DemandDocument
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.settlement.demand_models import Demand, DemandPayment
from saleor_alencon.settlement.demand_notices import (
    demand_tell,
    demand_tell_again,
    demand_untell,
)
from saleor_alencon.settlement.documents import party_of
from saleor_alencon.settlement.models import RunState, Statement
from saleor_alencon.settlement.rule_models import settlement_rules
from saleor_alencon.shops.models import Association, Shop

BY_RULE = "solde négatif sur plusieurs relevés de suite"


class DemandError(AlenconError):
    """Raised when a balance cannot be asked for, paid or cancelled; the message says why."""


def demand_call(
    *, shop_id: int, reason: str, called_by: User | None, now: datetime.datetime
) -> Demand:
    """Ask a shop for the whole of its negative balance.

    :raises DemandError: without a reason, or when its balance is not negative.
    """
    reason = reason.strip()[:160]
    if not reason:
        raise DemandError(_("Donnez le motif : il figure sur l'appel de règlement."))
    with transaction.atomic():
        # One at a time for a shop, whose balance would else be asked for twice; and the numbers.
        office = Association.objects.select_for_update().get()
        shop = Shop.objects.select_for_update(of=("self",)).get(pk=shop_id)
        owed = shop_balances().get(shop_id, {}).get(AccountKind.SHOP_AVAILABLE, 0)
        if owed <= 0:
            raise DemandError(
                _("Le solde de « %(shop)s » n'est pas négatif : il n'y a rien à appeler.")
                % {"shop": shop}
            )
        return _create(shop, office, owed, reason, called_by, now)


def _create(
    shop: Shop,
    office: Association,
    cents: int,
    reason: str,
    called_by: User | None,
    now: datetime.datetime,
) -> Demand:
    today = now.astimezone(TOWN_TIME).date()
    last = Demand.objects.filter(year=today.year).aggregate(last=Max("sequence"))["last"]
    sequence = int(last or 0) + 1
    number = f"AR{today.year}-{sequence:04d}"
    due_on = today + datetime.timedelta(days=settlement_rules().demand_days)
    document = DemandDocument(
        number=number,
        issued_on=today,
        due_on=due_on,
        issuer=party_of(office),
        shop=party_of(shop),
        amount_cents=cents,
        reason=reason,
        statements=tuple(_statements(shop)),
        iban=office.iban,
        bic=office.bic,
    )
    demand = Demand.objects.create(
        shop=shop,
        year=today.year,
        sequence=sequence,
        number=number,
        amount_cents=cents,
        reason=reason,
        called_at=now,
        called_by=called_by,
        due_on=due_on,
        remind_on=due_on + datetime.timedelta(days=1),
        document=json.loads(document.to_json()),
    )
    _post(demand, TransactionKind.DEMAND, AccountKind.SHOP_RECEIVABLE, AccountKind.SHOP_AVAILABLE,
          cents, number, now, f"appel de règlement {number} : {reason}")  # fmt: skip
    demand_tell(demand, cents, now=now)
    return demand


def _statements(shop: Shop) -> list[str]:
    """Return the numbers of the statements that carried the balance below zero, the last first."""
    found = []
    for statement in _standing(shop.pk):
        if statement.carried_cents >= 0:
            break
        found.append(statement.number)
    return found[:6]


def _standing(shop_id: int) -> list[Statement]:
    """Return a shop's statements of runs that were approved, the newest first."""
    states = [RunState.APPROVED, RunState.EXECUTED]
    found = Statement.objects.filter(shop=shop_id, run__state__in=states)
    return list(found.defer("document").order_by("-id")[:24])


def demands_call_due(*, shop_ids: Collection[int] | None, now: datetime.datetime) -> list[Demand]:
    """Ask the shops whose last so many statements were all below zero, as the rules say.

    Called inside the database transaction that drafts a run, which then states it.
    """
    runs = settlement_rules().demand_after_runs
    if runs is None:
        return []
    found = []
    for shop_id, balances in sorted(shop_balances().items()):
        taken = shop_ids is None or shop_id in shop_ids
        if taken and balances.get(AccountKind.SHOP_AVAILABLE, 0) > 0:
            last = _standing(shop_id)[:runs]
            if len(last) == runs and all(each.carried_cents < 0 for each in last):
                found.append(demand_call(shop_id=shop_id, reason=BY_RULE, called_by=None, now=now))
    return found


def demand_pay(
    *,
    demand_id: int,
    amount_cents: int,
    paid_on: datetime.date,
    method: str,
    recorded_by: User | None,
    now: datetime.datetime,
    reference: str = "",
) -> DemandPayment:
    """Record that a shop paid what it was asked for, in whole or in part.

    :raises DemandError: for more than is owed, nothing, a day to come, or a cancelled demand.
    """
    with transaction.atomic():
        demand = _locked(demand_id)
        owed = owed_cents(demand)
        if not 0 < amount_cents <= owed:
            raise DemandError(
                _("Il reste %(owed)s à payer sur %(demand)s : %(amount)s ne convient pas.")
                % {
                    "owed": amount_text(owed),
                    "demand": demand,
                    "amount": amount_text(amount_cents),
                }
            )
        if paid_on > now.astimezone(TOWN_TIME).date():
            raise DemandError(_("La date du paiement n'est pas encore venue."))
        return _payment_add(demand, amount_cents, paid_on, method, recorded_by, now, reference)


def demands_withhold(*, shop_ids: Collection[int] | None, now: datetime.datetime) -> int:
    """Withhold what was asked for from new money of the shops that consented to offsets.

    Never more than the balance. Called inside the transaction that drafts a run; returns how
    many payments were made.
    """
    today = now.astimezone(TOWN_TIME).date()
    consenting = OffsetConsent.objects.filter(given_on__lte=today).exclude(withdrawn_on__lte=today)
    owed = Demand.objects.owed().filter(shop__offset_consent__in=consenting)
    if shop_ids is not None:
        owed = owed.filter(shop__in=shop_ids)
    balances, count = shop_balances(), 0
    ids = list(owed.values_list("pk", flat=True))
    for demand in Demand.objects.filter(pk__in=ids).select_for_update(of=("self",)).order_by("id"):
        balance = balances.get(demand.shop_id, {})
        available = -balance.get(AccountKind.SHOP_AVAILABLE, 0)
        cents = min(owed_cents(demand), available)
        if cents > 0:
            _payment_add(demand, cents, today, PaymentMethod.OFFSET, None, now)
            balance[AccountKind.SHOP_AVAILABLE] += cents
            count += 1
    return count


def demand_cancel(
    *, demand_id: int, cancelled_by: User, reason: str, now: datetime.datetime
) -> Demand:
    """Take back what of a demand is not paid: the shop's balance is negative again.

    :raises DemandError: without a reason, when it is paid, or cancelled already.
    """
    reason = reason.strip()[:160]
    if not reason:
        raise DemandError(_("Donnez le motif de l'annulation."))
    with transaction.atomic():
        demand = _locked(demand_id)
        rest = owed_cents(demand)
        if not rest:
            raise DemandError(_("%(demand)s est payé : rien n'est à annuler.") % {"demand": demand})
        demand.cancelled_at, demand.cancelled_by = now, cancelled_by
        demand.cancel_reason = reason
        demand.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
        first = Transaction.objects.get(kind=TransactionKind.DEMAND, source_id=demand.number)
        _post(demand, TransactionKind.DEMAND_CANCELLED, AccountKind.SHOP_AVAILABLE,
              AccountKind.SHOP_RECEIVABLE, rest, demand.number, now,
              f"appel de règlement {demand} annulé : {reason}", corrects_id=first.pk)  # fmt: skip
        demand_untell(demand, now=now)
        return demand


def demand_remind(*, demand_id: int, now: datetime.datetime) -> Demand:
    """Remind the shop by e-mail of what it still owes, and note when to do it again.

    :raises DemandError: when nothing is owed any more.
    """
    with transaction.atomic():
        demand = _locked(demand_id)
        owed = owed_cents(demand)
        if not owed:
            raise DemandError(_("%(demand)s est payé : n'en relancez pas.") % {"demand": demand})
        days = settlement_rules().demand_days
        demand.reminders += 1
        demand.remind_on = now.astimezone(TOWN_TIME).date() + datetime.timedelta(days=days)
        demand.save(update_fields=["reminders", "remind_on"])
        demand_tell(demand, owed, now=now)
        return demand


def demand_send(*, demand_id: int, now: datetime.datetime) -> int:
    """Send what found no address, since the shop's record has one; return how many messages.

    :raises DemandError: when the shop has none, or nothing waits for one.
    """
    with transaction.atomic():
        demand = _locked(demand_id)
        if not demand.shop.email:
            raise DemandError(
                _("%(shop)s n'a pas d'adresse électronique : complétez sa fiche, ou écrivez-lui.")
                % {"shop": demand.shop}
            )
        sent = demand_tell_again(demand, now=now)
        if not sent:
            raise DemandError(_("Rien n'attend d'adresse : voyez l'envoi sur cette page."))
        return sent


def owed_cents(demand: Demand) -> int:
    """Return what is still to be paid of a demand."""
    if demand.cancelled_at is not None:
        return 0
    paid = demand.payments.aggregate(cents=Sum("amount_cents"))["cents"] or 0
    return int(demand.amount_cents - paid)


def _locked(demand_id: int) -> Demand:
    demand = Demand.objects.select_for_update().get(pk=demand_id)
    if demand.cancelled_at is not None:
        raise DemandError(_("%(demand)s est annulé.") % {"demand": demand})
    return demand


def _payment_add(
    demand: Demand,
    cents: int,
    paid_on: datetime.date,
    method: str,
    recorded_by: User | None,
    now: datetime.datetime,
    reference: str = "",
) -> DemandPayment:
    payment = DemandPayment.objects.create(
        demand=demand,
        amount_cents=cents,
        paid_on=paid_on,
        method=PaymentMethod(method),
        reference=reference.strip()[:80],
        recorded_at=now,
        recorded_by=recorded_by,
    )
    offset = method == PaymentMethod.OFFSET
    if not owed_cents(demand):
        demand_untell(demand, now=now)
    kind = TransactionKind.DEMAND_WITHHELD if offset else TransactionKind.DEMAND_PAID
    source = AccountKind.SHOP_AVAILABLE if offset else AccountKind.BANK
    reason = f"appel de règlement {demand}, retenu avec votre accord" if offset else reference
    number = str(payment.pk)
    _post(demand, kind, source, AccountKind.SHOP_RECEIVABLE, cents, number, now, reason)
    return payment


def _post(
    demand: Demand,
    kind: TransactionKind,
    debit: AccountKind,
    credit: AccountKind,
    cents: int,
    source_id: str,
    now: datetime.datetime,
    reason: str,
    *,
    corrects_id: int | None = None,
) -> None:
    keys = [
        (side, None if side is AccountKind.BANK else demand.shop_id) for side in (debit, credit)
    ]
    accounts = accounts_ensure(keys)
    posted = transactions_post(
        [
            Draft(
                kind=kind,
                source_id=source_id,
                subject=demand.number,
                occurred_at=now,
                corrects_id=corrects_id,
                reason=reason[:200],
                legs=(Leg(accounts[keys[0]], cents), Leg(accounts[keys[1]], -cents)),
            )
        ],
        now=now,
    )
    assert posted, f"{demand}: {kind} was posted already"

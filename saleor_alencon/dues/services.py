"""Calling, collecting and cancelling the members' dues. Each step is posted to the ledger."""

import datetime
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.money import share_of
from saleor_alencon.dues.models import (
    DuesBill,
    DuesPayment,
    DuesRate,
    OffsetConsent,
    PaymentMethod,
)
from saleor_alencon.errors import AlenconError
from saleor_alencon.ledger.balances import shop_balances
from saleor_alencon.ledger.models import Transaction, TransactionKind
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.localized import amount_text
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.shops.models import Dues, Shop, ShopState, vat_rate_at

MEMBERS = (ShopState.COMMITTED, ShopState.APPROVED, ShopState.LIVE, ShopState.SUSPENDED)
LISTED = (ShopState.LIVE, ShopState.SUSPENDED)
"""The states in which a shop pays the surcharge of those that sell online."""


class DuesError(AlenconError):
    """Raised when dues cannot be called, paid or cancelled; the message says why."""


def shops_to_bill(year: int) -> list[Shop]:
    """Return the members that neither paid the dues of ``year`` nor were asked for them."""
    asked = DuesBill.objects.filter(year=year, cancelled_at=None).values("shop")
    paid = Dues.objects.filter(year=year).values("shop")
    members = Shop.objects.filter(state__in=MEMBERS)
    return list(members.exclude(pk__in=asked).exclude(pk__in=paid).order_by("name"))


def bill_create(*, shop: Shop, year: int, billed_by: User, now: datetime.datetime) -> DuesBill:
    """Ask a member for its dues of a year. Called inside a database transaction.

    :raises DuesError: when no amount was set for the year, it is nothing, or it was asked before.
    """
    rate = DuesRate.objects.filter(year=year).first()
    if rate is None:
        raise DuesError(
            _("Aucun montant n'est fixé pour %(year)s : ajoutez-le aux montants des cotisations.")
            % {"year": year}
        )
    surcharge = rate.surcharge_cents if shop.state in LISTED else 0
    vat_bps = vat_rate_at(now.astimezone(TOWN_TIME).date())
    vat = share_of(surcharge, vat_bps)
    if not rate.base_cents + surcharge:
        raise DuesError(
            _("%(shop)s n'a rien à payer pour %(year)s.") % {"shop": shop, "year": year}
        )
    try:
        with transaction.atomic():
            bill = DuesBill.objects.create(
                shop=shop,
                year=year,
                base_cents=rate.base_cents,
                surcharge_cents=surcharge,
                surcharge_vat_rate_bps=vat_bps if surcharge else 0,
                surcharge_vat_cents=vat,
                total_cents=rate.base_cents + surcharge + vat,
                due_on=now.astimezone(TOWN_TIME).date() + datetime.timedelta(days=rate.days_to_pay),
                billed_at=now,
                billed_by=billed_by,
            )
    except IntegrityError as error:
        raise DuesError(
            _("La cotisation %(year)s de %(shop)s est déjà appelée.") % {"shop": shop, "year": year}
        ) from error
    _bill_post(bill, TransactionKind.DUES, 1, now=now)
    return bill


def bill_cancel(
    *, bill_id: int, cancelled_by: User, reason: str, now: datetime.datetime
) -> DuesBill:
    """Take a bill back of which nothing was paid. Called inside a database transaction.

    :raises DuesError: when something was paid, it is cancelled already, or no reason is given.
    """
    if not reason.strip():
        raise DuesError(_("Indiquez le motif de l'annulation : il figure sur l'avoir."))
    bill = _bill_locked(bill_id)
    if bill.payments.exists():
        raise DuesError(_("Une partie de %(bill)s est payée : il ne peut plus être annulé.")
                        % {"bill": bill})  # fmt: skip
    bill.cancelled_at, bill.cancelled_by = now, cancelled_by
    bill.cancel_reason = reason.strip()[:200]
    bill.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    _bill_post(bill, TransactionKind.DUES_CANCELLED, -1, now=now)
    return bill


def payment_record(
    *,
    bill_id: int,
    amount_cents: int,
    paid_on: datetime.date,
    method: str,
    recorded_by: User | None,
    now: datetime.datetime,
    reference: str = "",
) -> DuesPayment:
    """Record that a member paid, in whole or in part.

    :raises DuesError: for more than is owed, nothing, a day to come, or a cancelled bill.
    """
    with transaction.atomic():
        bill = _bill_locked(bill_id)
        owed = owed_cents(bill)
        if not 0 < amount_cents <= owed:
            raise DuesError(
                _("Il reste %(owed)s à payer sur %(bill)s : %(amount)s ne convient pas.")
                % {"owed": amount_text(owed), "bill": bill, "amount": amount_text(amount_cents)}
            )
        if paid_on > now.astimezone(TOWN_TIME).date():
            raise DuesError(_("La date du paiement n'est pas encore venue."))
        return _payment_add(bill, amount_cents, paid_on, PaymentMethod(method), recorded_by, now,
                            reference)  # fmt: skip


def dues_withhold(*, now: datetime.datetime) -> int:
    """Withhold owed dues from the available balance of the shops that consented.

    Never more than the balance: the rest stays owed. Returns how many payments were made. Called
    inside the database transaction that drafts a settlement run; a second call withholds nothing.
    """
    today = now.astimezone(TOWN_TIME).date()
    consenting = OffsetConsent.objects.filter(given_on__lte=today).exclude(withdrawn_on__lte=today)
    owed = DuesBill.objects.owed().filter(shop__offset_consent__in=consenting)
    bills = DuesBill.objects.filter(pk__in=list(owed.values_list("pk", flat=True)))
    balances, count = shop_balances(), 0
    for bill in bills.select_for_update(of=("self",)).order_by("id"):
        balance = balances.get(bill.shop_id, {})
        available = -balance.get(AccountKind.SHOP_AVAILABLE, 0)
        amount = min(owed_cents(bill), available)
        if amount > 0:
            _payment_add(bill, amount, today, PaymentMethod.OFFSET, None, now)
            balance[AccountKind.SHOP_AVAILABLE] += amount
            count += 1
    return count


def owed_cents(bill: DuesBill) -> int:
    """Return what is still to be paid of a bill."""
    if bill.cancelled_at is not None:
        return 0
    paid = bill.payments.aggregate(cents=Sum("amount_cents"))["cents"] or 0
    return bill.total_cents - int(paid)


def shops_in_arrears(today: datetime.date) -> Collection[int]:
    """Return the ids of the shops whose payouts wait for dues that are long overdue."""
    days = dict(
        DuesRate.objects.exclude(hold_after_days=None).values_list("year", "hold_after_days")
    )
    return {
        bill.shop_id
        for bill in DuesBill.objects.owed().filter(due_on__lt=today)
        if bill.year in days and bill.due_on + datetime.timedelta(days=days[bill.year] or 0) < today
    }


def _payment_add(
    bill: DuesBill,
    amount_cents: int,
    paid_on: datetime.date,
    method: PaymentMethod,
    recorded_by: User | None,
    now: datetime.datetime,
    reference: str = "",
) -> DuesPayment:
    payment = DuesPayment.objects.create(
        bill=bill,
        amount_cents=amount_cents,
        paid_on=paid_on,
        method=method,
        reference=reference.strip()[:80],
        recorded_at=now,
        recorded_by=recorded_by,
    )
    offset = method == PaymentMethod.OFFSET
    source = (AccountKind.SHOP_AVAILABLE, bill.shop_id) if offset else (AccountKind.BANK, None)
    receivable = (AccountKind.SHOP_RECEIVABLE, bill.shop_id)
    accounts = accounts_ensure({source, receivable})
    transactions_post(
        [
            Draft(
                kind=TransactionKind.DUES_WITHHELD if offset else TransactionKind.DUES_PAID,
                source_id=str(payment.pk),
                subject=str(bill.pk),
                occurred_at=now,
                legs=(
                    Leg(accounts[source], amount_cents),
                    Leg(accounts[receivable], -amount_cents),
                ),
            )
        ],
        now=now,
    )
    if not owed_cents(bill):
        Dues.objects.get_or_create(
            shop_id=bill.shop_id, year=bill.year, defaults={"paid_on": paid_on}
        )
    return payment


def _bill_post(bill: DuesBill, kind: TransactionKind, sign: int, *, now: datetime.datetime) -> None:
    """Post what a bill claims; with ``sign`` -1 what it no longer does."""
    receivable = (AccountKind.SHOP_RECEIVABLE, bill.shop_id)
    revenue, vat = (AccountKind.DUES_REVENUE, None), (AccountKind.COMMISSION_VAT, None)
    accounts = accounts_ensure({receivable, revenue, vat})
    legs = [
        Leg(accounts[receivable], sign * bill.total_cents),
        Leg(accounts[revenue], -sign * (bill.base_cents + bill.surcharge_cents)),
    ]
    if bill.surcharge_vat_cents:
        legs.append(Leg(accounts[vat], -sign * bill.surcharge_vat_cents))
    corrected = None
    if sign < 0:
        earlier = Transaction.objects.filter(kind=TransactionKind.DUES, source_id=str(bill.pk))
        corrected = earlier.values_list("pk", flat=True).get()
    transactions_post(
        [
            Draft(
                kind=kind,
                source_id=str(bill.pk),
                subject=str(bill.pk),
                occurred_at=now,
                corrects_id=corrected,
                reason=bill.cancel_reason,
                legs=tuple(legs),
            )
        ],
        now=now,
    )


def _bill_locked(bill_id: int) -> DuesBill:
    bill = DuesBill.objects.select_for_update().get(pk=bill_id)
    if bill.cancelled_at is not None:
        raise DuesError(_("%(bill)s est annulé.") % {"bill": bill})
    return bill

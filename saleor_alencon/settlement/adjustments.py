"""Corrections by hand: drafted with a reason, approved by a second person, reversed by another."""

import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.bearing import Bearer
from saleor_alencon.domain.corrections import shop_part_cents
from saleor_alencon.errors import AlenconError
from saleor_alencon.ledger.models import Transaction, TransactionKind
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.settlement.attachments import Attachment
from saleor_alencon.settlement.correction_models import (
    Adjustment,
    AdjustmentKind,
    AdjustmentState,
)
from saleor_alencon.shops.models import Shop

WHOLE_BPS = {Bearer.OFFICE: 10_000, Bearer.SHOP: 0}
LONGEST_REASON = 160


class AdjustmentError(AlenconError):
    """Raised when an adjustment cannot be drafted, decided or reversed; the message says why."""


def adjustment_draft(
    *,
    shop: Shop,
    kind: str,
    amount_cents: int,
    bearer: str,
    reason: str,
    drafted_by: User,
    now: datetime.datetime,
    office_bps: int | None = None,
    shop_order: ShopOrder | None = None,
    attachment: Attachment | None = None,
) -> Adjustment:
    """Write down a correction of a shop's balance, for a second person to approve.

    ``amount_cents`` above zero is in the shop's favour, below zero at its cost; ``office_bps``
    is the Office's part when both bear it.

    :raises AdjustmentError: without a reason or an amount, when it changes nothing, for another
        shop's order, or a « régularisation » without a document.
    """
    reason = reason.strip()
    if not reason:
        raise AdjustmentError(_("Donnez le motif : il figure sur le relevé de la boutique."))
    if shop_order is not None and shop_order.shop_id != shop.pk:
        raise AdjustmentError(
            _("La commande %(order)s n'est pas de « %(shop)s ».")
            % {"order": shop_order, "shop": shop}
        )
    if kind == AdjustmentKind.MANUAL and attachment is None:
        raise AdjustmentError(_("Joignez la pièce qui justifie cette régularisation."))
    part_bps = WHOLE_BPS.get(Bearer(bearer), office_bps)
    if part_bps is None or (bearer == Bearer.SHARED and not 0 < part_bps < 10_000):
        raise AdjustmentError(_("Donnez la part de l'Office, plus de 0 % et moins de 100 %."))
    shop_cents = shop_part_cents(amount_cents, part_bps)
    if not shop_cents:
        raise AdjustmentError(
            _("Rien ne changerait au solde de la boutique : celui qui doit payer l'a déjà fait.")
        )
    return Adjustment.objects.create(
        shop=shop,
        kind=AdjustmentKind(kind),
        amount_cents=amount_cents,
        bearer=bearer,
        office_bps=part_bps,
        shop_cents=shop_cents,
        shop_order=shop_order,
        reason=reason[:LONGEST_REASON],
        attachment=attachment.content if attachment else None,
        attachment_name=attachment.name if attachment else "",
        attachment_type=attachment.content_type if attachment else "",
        drafted_by=drafted_by,
        drafted_at=now,
    )


def adjustment_approve(
    *, adjustment_id: int, approved_by: User, now: datetime.datetime
) -> Adjustment:
    """Approve a correction as a second person: it is posted, and on the shop's next statement.

    :raises AdjustmentError: when it is decided already, or by who drafted it.
    """
    with transaction.atomic():
        adjustment = _locked(adjustment_id)
        if adjustment.drafted_by_id == approved_by.pk:
            raise AdjustmentError(
                _("Vous avez préparé cette régularisation : une seconde personne doit l'approuver.")
            )
        _post(adjustment, now)
        adjustment.state = AdjustmentState.APPROVED
        adjustment.approved_by, adjustment.approved_at = approved_by, now
        adjustment.save(update_fields=["state", "approved_by", "approved_at"])
        return adjustment


def adjustment_refuse(
    *, adjustment_id: int, refused_by: User, now: datetime.datetime
) -> Adjustment:
    """Drop a correction that was not approved yet; its drafter may, too. Nothing is posted."""
    with transaction.atomic():
        adjustment = _locked(adjustment_id)
        adjustment.state = AdjustmentState.REFUSED
        adjustment.approved_by, adjustment.approved_at = refused_by, now
        adjustment.reverses = None
        adjustment.save(update_fields=["state", "approved_by", "approved_at", "reverses"])
        return adjustment


def adjustment_reverse(
    *, adjustment_id: int, reason: str, drafted_by: User, now: datetime.datetime
) -> Adjustment:
    """Draft the adjustment that takes an approved one back; a second person approves it as well.

    :raises AdjustmentError: without a reason, when it is not approved, is a reversal itself, or
        one is under way.
    """
    reason = reason.strip()
    if not reason:
        raise AdjustmentError(_("Donnez le motif : il figure sur le relevé de la boutique."))
    with transaction.atomic():
        first = Adjustment.objects.select_for_update().get(pk=adjustment_id)
        if first.state != AdjustmentState.APPROVED or first.reverses_id is not None:
            raise AdjustmentError(
                _("Seule une régularisation approuvée s'annule ; faites-en une nouvelle.")
            )
        try:
            with transaction.atomic():
                return Adjustment.objects.create(
                    shop_id=first.shop_id,
                    kind=first.kind,
                    amount_cents=-first.amount_cents,
                    bearer=first.bearer,
                    office_bps=first.office_bps,
                    shop_cents=-first.shop_cents,
                    shop_order_id=first.shop_order_id,
                    reason=reason[:LONGEST_REASON],
                    reverses=first,
                    drafted_by=drafted_by,
                    drafted_at=now,
                )
        except IntegrityError as error:
            raise AdjustmentError(_("Son annulation est déjà préparée.")) from error


def _locked(adjustment_id: int) -> Adjustment:
    adjustment = Adjustment.objects.select_for_update().get(pk=adjustment_id)
    if adjustment.state != AdjustmentState.DRAFT:
        raise AdjustmentError(
            _("%(adjustment)s est « %(state)s » : il n'y a plus rien à décider.")
            % {"adjustment": adjustment, "state": adjustment.get_state_display()}
        )
    return adjustment


def _office_account(adjustment: Adjustment) -> AccountKind:
    """Return where the Office's side of a correction is; a reversal is where the first one was."""
    if adjustment.kind == AdjustmentKind.GOODWILL:
        return AccountKind.GOODWILL
    first = adjustment.reverses or adjustment
    return AccountKind.ADJUSTMENT_COSTS if first.shop_cents > 0 else AccountKind.ADJUSTMENT_REVENUE


def _post(adjustment: Adjustment, now: datetime.datetime) -> None:
    """Move the shop's part between its available balance and the Office's charges or revenue."""
    office = (_office_account(adjustment), None)
    shop = (AccountKind.SHOP_AVAILABLE, adjustment.shop_id)
    accounts = accounts_ensure({office, shop})
    corrects = None
    if adjustment.reverses_id is not None:
        earlier = Transaction.objects.filter(
            kind=TransactionKind.ADJUSTMENT, source_id=str(adjustment.reverses_id)
        )
        corrects = earlier.values_list("pk", flat=True).get()
    posted = transactions_post(
        [
            Draft(
                kind=TransactionKind.ADJUSTMENT,
                source_id=str(adjustment.pk),
                order_id=adjustment.shop_order.order_id if adjustment.shop_order else None,
                occurred_at=now,
                corrects_id=corrects,
                reason=f"{AdjustmentKind(adjustment.kind).label} : {adjustment.reason}"[:200],
                legs=(
                    Leg(accounts[office], adjustment.shop_cents),
                    Leg(accounts[shop], -adjustment.shop_cents),
                ),
            )
        ],
        now=now,
    )
    assert posted, f"{adjustment}: posted already"

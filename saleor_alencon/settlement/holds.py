"""Why a shop is paid nothing for now: rules that may hold together, each in words for the shop."""

import datetime
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.dac7.requests import shops_withheld
from saleor_alencon.dues.services import shops_in_arrears
from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.outputs.french_text import date_text as french_date_text
from saleor_alencon.settlement.models import CarriedReason
from saleor_alencon.settlement.rule_models import (
    AccountConfirmation,
    ShopHold,
    settlement_rules,
)
from saleor_alencon.shops.models import Association, PayoutRail, Shop, ShopEvent, ShopEventKind

ACCOUNT_FIELDS = ("iban", "bic")


class HoldError(AlenconError):
    """Raised when a hold cannot be set, lifted or confirmed; the message says why."""


@dataclass(frozen=True)
class Hold:
    """One reason why a shop's money stays, as a kind and as a sentence that it may read."""

    reason: CarriedReason
    text: str


Rule = Callable[[Collection[int], datetime.datetime], dict[int, str]]
"""Gives the sentence of each shop that the rule holds, by shop id."""

RULES: dict[CarriedReason, Rule] = {}


def hold_rule(reason: CarriedReason) -> Callable[[Rule], Rule]:
    """Register a rule; apps that know more than this one add theirs when they are ready."""

    def register(rule: Rule) -> Rule:
        RULES[reason] = rule
        return rule

    return register


ORDER = (
    CarriedReason.OFFICE,
    CarriedReason.IBAN_CHANGED,
    CarriedReason.MISSING_IDENTITY,
    CarriedReason.DISPUTE,
    CarriedReason.DUES_UNPAID,
    CarriedReason.MISSING_ACCOUNT,
)
"""Which reason is named first when several hold."""


def holds_of(shop_ids: Collection[int], *, now: datetime.datetime) -> dict[int, tuple[Hold, ...]]:
    """Return every rule that holds each shop's money back; a shop that is held by none is absent.

    As many queries for one shop as for all.
    """
    found: dict[int, list[Hold]] = {}
    for reason in ORDER:
        if (rule := RULES.get(reason)) is None:
            continue
        for shop_id, text in rule(shop_ids, now).items():
            found.setdefault(shop_id, []).append(Hold(reason, text))
    return {shop_id: tuple(holds) for shop_id, holds in found.items()}


@hold_rule(CarriedReason.OFFICE)
def held_by_the_office(shop_ids: Collection[int], now: datetime.datetime) -> dict[int, str]:
    rows = ShopHold.objects.filter(
        Q(lifted_at=None) | Q(lifted_at__gt=now), shop__in=shop_ids, held_at__lte=now
    )
    return {
        row.shop_id: _("L'Office retient vos versements : %(reason)s") % {"reason": row.reason}
        for row in rows
    }


@hold_rule(CarriedReason.DUES_UNPAID)
def held_for_dues(shop_ids: Collection[int], now: datetime.datetime) -> dict[int, str]:
    late = set(shops_in_arrears(now.astimezone(TOWN_TIME).date()))
    text = _("Cotisation en retard : vos versements reprennent une fois qu'elle est payée.")
    return {shop_id: text for shop_id in shop_ids if shop_id in late}


@hold_rule(CarriedReason.IBAN_CHANGED)
def held_for_a_new_account(shop_ids: Collection[int], now: datetime.datetime) -> dict[int, str]:
    return {
        event.shop_id: _(
            "Compte bancaire changé le %(changed)s : vos versements attendent le %(until)s, ou la "
            "confirmation d'une seconde personne de l'Office."
        )
        % {
            "changed": french_date_text(event.done_at.astimezone(TOWN_TIME).date()),
            "until": french_date_text(waits_until(event).astimezone(TOWN_TIME).date()),
        }
        for event in account_changes(shop_ids, now=now)
    }


def waits_until(event: ShopEvent) -> datetime.datetime:
    return event.done_at + datetime.timedelta(days=settlement_rules().iban_hold_days)


def account_changes(shop_ids: Collection[int], *, now: datetime.datetime) -> list[ShopEvent]:
    """Return each shop's latest change of its bank account that is young and not confirmed.

    With Stripe Connect the account at the bank is not ours to watch: Stripe checks it.
    """
    days = settlement_rules().iban_hold_days
    if not days or not Association.objects.filter(payout_rail=PayoutRail.SEPA).exists():
        return []
    changes = ShopEvent.objects.filter(
        Q(detail__has_key="iban") | Q(detail__has_key="bic"),
        shop__in=shop_ids,
        kind=ShopEventKind.DETAILS,
        done_at__gt=now - datetime.timedelta(days=days),
        done_at__lte=now,
    ).select_related("shop", "done_by")
    latest = {event.shop_id: event for event in changes.order_by("done_at", "id")}
    confirmed = set(
        AccountConfirmation.objects.filter(
            event__in=latest.values(), confirmed_at__lte=now
        ).values_list("event", flat=True)
    )
    return [event for event in latest.values() if event.pk not in confirmed]


@hold_rule(CarriedReason.MISSING_IDENTITY)
def held_for_identity(shop_ids: Collection[int], now: datetime.datetime) -> dict[int, str]:
    """Hold for what the shop's record lacks, and for what was asked for DAC7 in vain."""
    found: dict[int, list[str]] = {}
    if settlement_rules().hold_without_identity:
        incomplete = Shop.objects.filter(Q(siret="") | Q(legal_name=""), pk__in=shop_ids)
        text = _("Identité de l'entreprise incomplète : donnez sa raison sociale et son SIRET.")
        for shop_id in incomplete.values_list("pk", flat=True):
            found.setdefault(shop_id, []).append(text)
    text = _(
        "Identité fiscale manquante (DAC7) : donnez à l’Office ce qu’il vous a demandé, le solde "
        "sera versé au prochain reversement."
    )
    for shop_id in shops_withheld(now.astimezone(TOWN_TIME).date()) & set(shop_ids):
        found.setdefault(shop_id, []).append(text)
    return {shop_id: " ".join(texts) for shop_id, texts in found.items()}


def hold_set(*, shop: Shop, reason: str, held_by: User, now: datetime.datetime) -> ShopHold:
    """Hold a shop's payouts until somebody lifts it; what is due to the shop is carried.

    :raises HoldError: without a reason, or when the shop is held already.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise HoldError(_("Donnez le motif : la boutique le lit sur sa page et son relevé."))
    try:
        with transaction.atomic():
            return ShopHold.objects.create(shop=shop, reason=reason, held_by=held_by, held_at=now)
    except IntegrityError as error:
        raise HoldError(
            _("Les versements de « %(shop)s » sont déjà retenus.") % {"shop": shop}
        ) from error


def hold_lift(*, hold_id: int, lifted_by: User, now: datetime.datetime) -> ShopHold:
    """End a hold; what was carried is paid by the shop's next run.

    :raises HoldError: when it is lifted already.
    """
    with transaction.atomic():
        hold = ShopHold.objects.select_for_update().get(pk=hold_id)
        if hold.lifted_at is not None:
            raise HoldError(_("Cette retenue est déjà levée."))
        hold.lifted_by, hold.lifted_at = lifted_by, now
        hold.save(update_fields=["lifted_by", "lifted_at"])
        return hold


def account_confirm(
    *, shop: Shop, how: str, confirmed_by: User, now: datetime.datetime
) -> AccountConfirmation:
    """Say, as a second person, that a shop's new bank account was checked with the shop.

    :raises HoldError: when nothing waits for it, it is said by who changed the account, or it is
        not told how it was checked.
    """
    changes = account_changes([shop.pk], now=now)
    if not changes:
        raise HoldError(
            _("Aucun changement de compte de « %(shop)s » n'attend de confirmation.")
            % {"shop": shop}
        )
    (event,) = changes
    if event.done_by_id == confirmed_by.pk:
        raise HoldError(_("Vous avez changé ce compte : une seconde personne doit le confirmer."))
    if not how.strip():
        raise HoldError(_("Dites comment le compte a été vérifié, par exemple par téléphone."))
    try:
        with transaction.atomic():
            return AccountConfirmation.objects.create(
                event=event,
                changed_by_id=event.done_by_id,
                confirmed_by=confirmed_by,
                confirmed_at=now,
                how=how.strip()[:200],
            )
    except IntegrityError as error:
        raise HoldError(_("Ce compte est déjà confirmé.")) from error

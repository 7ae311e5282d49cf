"""What the pages and letters call the outcomes of a stop, and what a shopper reads of it."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saleor_alencon.domain.delivery_rounds import (
    FailReason,
    LeftWith,
    ParcelState,
    RoundState,
    StopState,
)
from saleor_alencon.domain.shop_orders import ShopOrderState
from saleor_alencon.localized import date_text
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.rounds.models import Parcel, PreparedParcel

LEFT_WITH = {
    LeftWith.NEIGHBOUR: gettext_lazy("chez un voisin"),
    LeftWith.SAFE_PLACE: gettext_lazy("en lieu sûr"),
}
FAIL_REASONS = {
    FailReason.ABSENT: gettext_lazy("personne n'a ouvert"),
    FailReason.WRONG_ADDRESS: gettext_lazy("adresse introuvable"),
    FailReason.REFUSED: gettext_lazy("colis refusé par le client"),
    FailReason.DAMAGED: gettext_lazy("colis abîmé"),
    FailReason.OTHER: gettext_lazy("autre raison"),
}


@dataclass(frozen=True)
class DeliveryWord:
    """What the shopper reads of a delivery, and the code while it is to be told."""

    text: str
    code: str = ""


def delivery_word(shop_order: ShopOrder) -> DeliveryWord:
    """Say where a shop order to be delivered is."""
    parcel = (
        Parcel.objects.filter(shop_order=shop_order)
        .exclude(state=ParcelState.MISSING)
        .exclude(stop__state=StopState.CALLED_OFF)
        .select_related("stop__round")
        .order_by("-id")
        .first()
    )
    if shop_order.state == ShopOrderState.CANCELLED:
        return DeliveryWord(_("Cette livraison est annulée."))
    if shop_order.state == ShopOrderState.AWAITING_PAYMENT:
        return DeliveryWord(_("La livraison attend le paiement."))
    if parcel is not None:
        return _on_its_way(parcel)
    if shop_order.state == ShopOrderState.HANDED_OVER:
        return DeliveryWord(_("Livré."))
    if PreparedParcel.objects.filter(shop_order=shop_order).exists():
        return DeliveryWord(_("Votre colis est prêt et attend sa tournée."))
    return DeliveryWord(_("La boutique prépare votre colis."))


def _on_its_way(parcel: Parcel) -> DeliveryWord:
    stop, found = parcel.stop, parcel.stop.round
    if stop.state == StopState.WAITING and found.state == RoundState.UNDER_WAY:
        return DeliveryWord(_("Votre colis est en route."), stop.code)
    if stop.state == StopState.WAITING:
        text = _("Livraison prévue le %(day)s.") % {"day": date_text(found.day)}
        return DeliveryWord(text, stop.code)
    assert stop.ended_at is not None
    words = {
        "when": date_format(localtime(stop.ended_at), "DATETIME_FORMAT"),
        "detail": stop.detail,
    }
    if parcel.state in (ParcelState.FAILED, ParcelState.BACK):
        return DeliveryWord(
            _("Pas livré le %(when)s : %(detail)s. Il repart par une prochaine tournée.") % words
        )
    if stop.state == StopState.LEFT:
        return DeliveryWord(_("Déposé le %(when)s, %(detail)s.") % words)
    return DeliveryWord(_("Livré le %(when)s.") % words)

"""Delivery rounds, their stops and parcels. A stop is an order's door; a parcel, a shop's part."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from saleor_alencon.domain.delivery_rounds import TAKEN, ParcelState, RoundState, StopState
from saleor_alencon.domain.shop_orders import PickupPlace
from saleor_alencon.orders.models import Order, ShopOrder

PLACES = [
    (PickupPlace.SHOP.value, _("à la boutique")),
    (PickupPlace.CENTRAL.value, _("au point central")),
]
ROUND_STATES = [
    (RoundState.PLANNED.value, _("planifiée")),
    (RoundState.UNDER_WAY.value, _("en cours")),
    (RoundState.FINISHED.value, _("terminée")),
    (RoundState.CANCELLED.value, _("abandonnée")),
]
STOP_STATES = [
    (StopState.WAITING.value, _("à livrer")),
    (StopState.DELIVERED.value, _("livré avec le code")),
    (StopState.LEFT.value, _("laissé")),
    (StopState.FAILED.value, _("pas livré")),
    (StopState.CALLED_OFF.value, _("sans objet")),
]
PARCEL_STATES = [
    (ParcelState.TO_FETCH.value, _("à charger")),
    (ParcelState.ON_BOARD.value, _("chargé")),
    (ParcelState.MISSING.value, _("manquant")),
    (ParcelState.DELIVERED.value, _("livré")),
    (ParcelState.FAILED.value, _("à rapporter")),
    (ParcelState.BACK.value, _("rapporté")),
]


def person(label: Any, **options: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options
    )


class PreparedParcel(models.Model):
    """A shop order to be delivered that stands packed: in how many boxes, and where."""

    shop_order = models.OneToOneField(
        ShopOrder,
        models.PROTECT,
        primary_key=True,
        related_name="prepared_parcel",
        verbose_name=_("commande boutique"),
    )
    boxes = models.PositiveSmallIntegerField(
        _("cartons"), validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    place = models.CharField(_("lieu"), max_length=16, choices=PLACES)
    ready_at = models.DateTimeField(_("prêt le"))
    ready_by = person(_("par"))

    class Meta:
        verbose_name = _("colis prêt")
        verbose_name_plural = _("colis prêts")

    def __str__(self) -> str:
        return str(self.shop_order)


class DeliveryRound(models.Model):
    """One courier's way through town on one day. ``capacity`` counts boxes."""

    number = models.CharField(_("numéro"), max_length=20, unique=True)
    day = models.DateField(_("jour"))
    postal_codes = models.JSONField(_("codes postaux"), default=list)
    capacity = models.PositiveSmallIntegerField(
        _("cartons au plus"), validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    courier = person(_("livreur"), null=True, blank=True)
    state = models.CharField(
        _("état"), max_length=16, choices=ROUND_STATES, default=RoundState.PLANNED.value
    )
    planned_by = person(_("planifiée par"))
    planned_at = models.DateTimeField(_("planifiée le"))
    started_at = models.DateTimeField(_("partie le"), null=True, blank=True)
    ended_at = models.DateTimeField(_("close le"), null=True, blank=True)

    class Meta:
        verbose_name = _("tournée")
        verbose_name_plural = _("tournées")
        ordering = ("-day", "-id")
        permissions = [
            ("plan", _("Planifier des tournées")),
            ("drive", _("Livrer une tournée")),
        ]

    def __str__(self) -> str:
        return self.number


class Stop(models.Model):
    """One door of a round. ``code`` is what the shopper tells once the parcels are there."""

    round = models.ForeignKey(
        DeliveryRound, models.PROTECT, related_name="stops", verbose_name=_("tournée")
    )
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="stops", verbose_name=_("commande")
    )
    position = models.PositiveSmallIntegerField(_("rang"))
    code = models.CharField(max_length=8)
    state = models.CharField(
        _("état"), max_length=16, choices=STOP_STATES, default=StopState.WAITING.value
    )
    wrong_codes = models.PositiveSmallIntegerField(_("codes faux"), default=0)
    detail = models.CharField(_("détail"), max_length=300, blank=True)
    ended_at = models.DateTimeField(_("le"), null=True, blank=True)
    ended_by = person(_("par"), null=True, blank=True)

    class Meta:
        verbose_name = _("arrêt")
        verbose_name_plural = _("arrêts")
        ordering = ("round", "position")
        constraints = [
            models.UniqueConstraint(fields=("round", "order"), name="stop_of_an_order_once"),
            models.CheckConstraint(
                condition=models.Q(state=StopState.WAITING.value, ended_at=None)
                | (~models.Q(state=StopState.WAITING.value) & models.Q(ended_at__isnull=False)),
                name="stop_ended_when_not_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} · {self.position}"

    @property
    def address(self) -> dict[str, str]:
        """Where the door is, as the order said it when it was last captured."""
        return {key: str(value) for key, value in self.order.delivery_address.items()}


class Parcel(models.Model):
    """One shop's part of an order on its way; PostgreSQL keeps it to one round at a time."""

    stop = models.ForeignKey(Stop, models.PROTECT, related_name="parcels", verbose_name=_("arrêt"))
    shop_order = models.ForeignKey(
        ShopOrder, models.PROTECT, related_name="parcels", verbose_name=_("commande boutique")
    )
    boxes = models.PositiveSmallIntegerField(_("cartons"))
    place = models.CharField(_("lieu"), max_length=16, choices=PLACES)
    state = models.CharField(
        _("état"), max_length=16, choices=PARCEL_STATES, default=ParcelState.TO_FETCH.value
    )

    class Meta:
        verbose_name = _("part d'une tournée")
        verbose_name_plural = _("parts d'une tournée")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=("shop_order",),
                name="parcel_in_one_round_at_a_time",
                condition=models.Q(state__in=[state.value for state in TAKEN]),
            )
        ]

    def __str__(self) -> str:
        return str(self.shop_order)


class RoundEventKind(models.TextChoices):
    PLANNED = "planned", _("planifiée")
    MOVED = "moved", _("arrêt déplacé")
    FETCHED = "fetched", _("colis chargé")
    MISSING = "missing", _("colis manquant")
    STARTED = "started", _("départ")
    DELIVERED = "delivered", _("livré avec le code")
    WRONG_CODE = "wrong_code", _("code faux")
    LEFT = "left", _("laissé")
    FAILED = "failed", _("pas livré")
    FINISHED = "finished", _("terminée")
    CANCELLED = "cancelled", _("abandonnée")


class RoundEvent(models.Model):
    """One thing done in a round: what, by whom, when.

    PostgreSQL lets a row lose its detail, and change in nothing else.
    """

    round = models.ForeignKey(
        DeliveryRound, models.PROTECT, related_name="events", verbose_name=_("tournée")
    )
    stop = models.ForeignKey(
        Stop, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("arrêt")
    )
    kind = models.CharField(_("action"), max_length=16, choices=RoundEventKind.choices)
    done_by = person(_("par"))
    done_at = models.DateTimeField(_("le"))
    detail = models.CharField(_("détail"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("action de tournée")
        verbose_name_plural = _("actions de tournée")
        ordering = ("done_at", "id")

    def __str__(self) -> str:
        return f"{self.round} · {self.get_kind_display()}"

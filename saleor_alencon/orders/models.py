"""Orders as the Office knows them: one Saleor order, split into shop orders.

Everything here except local states (a pickup's code, "ready") is derived from the newest
snapshot of the order; the money is in the ledger, and repeated here only as integer totals.
"""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saleor_alencon.domain.order_books import TenderKind
from saleor_alencon.domain.shop_orders import (
    DeliveryChoice,
    PickupPlace,
    PickupState,
    ShopOrderState,
)

SHOP_ORDER_STATES = [
    (ShopOrderState.AWAITING_PAYMENT, _("à payer")),
    (ShopOrderState.TO_PREPARE, _("à préparer")),
    (ShopOrderState.PARTLY_HANDED_OVER, _("remise en partie")),
    (ShopOrderState.HANDED_OVER, _("remise")),
    (ShopOrderState.CANCELLED, _("annulée")),
]
DELIVERY_CHOICES = [
    (DeliveryChoice.COLLECT, _("retrait en boutique")),
    (DeliveryChoice.HOME, _("livraison à domicile")),
    (DeliveryChoice.NONE, _("sans livraison")),
]
PICKUP_PLACES = [
    (PickupPlace.SHOP, _("en boutique")),
    (PickupPlace.CENTRAL, _("au point de retrait central")),
]
PICKUP_STATES = [
    (PickupState.AWAITING_PAYMENT, _("à payer")),
    (PickupState.TO_PREPARE, _("à préparer")),
    (PickupState.READY, _("prêt")),
    (PickupState.HANDED_OVER, _("remis")),
    (PickupState.UNCOLLECTED, _("non retiré")),
    (PickupState.CANCELLED, _("annulé")),
]
TENDER_KINDS = [
    (TenderKind.CARD, _("carte bancaire")),
    (TenderKind.GIFT_CHEQUE, _("chèque cadeau")),
    (TenderKind.OTHER, _("autre moyen de paiement")),
]


class SaleorStatus(models.TextChoices):
    """An order's state as Saleor names it (``OrderStatusEnum``)."""

    DRAFT = "DRAFT", _("brouillon")
    UNCONFIRMED = "UNCONFIRMED", _("à confirmer")
    UNFULFILLED = "UNFULFILLED", _("à servir")
    PARTIALLY_FULFILLED = "PARTIALLY_FULFILLED", _("servie en partie")
    FULFILLED = "FULFILLED", _("servie")
    PARTIALLY_RETURNED = "PARTIALLY_RETURNED", _("rendue en partie")
    RETURNED = "RETURNED", _("rendue")
    CANCELED = "CANCELED", _("annulée")
    EXPIRED = "EXPIRED", _("expirée")


class Order(models.Model):
    """One order of Saleor, whole."""

    saleor_id = models.CharField(_("identifiant Saleor"), max_length=128, unique=True)
    number = models.CharField(_("numéro"), max_length=32, db_index=True)
    created_at = models.DateTimeField(_("passée le"), db_index=True)
    saleor_status = models.CharField(
        _("état dans Saleor"), max_length=32, choices=SaleorStatus.choices
    )
    channel = models.CharField(_("canal"), max_length=80)
    currency = models.CharField(_("devise"), max_length=3)
    customer_name = models.CharField(_("client"), max_length=256, blank=True)
    customer_email = models.CharField(_("adresse électronique"), max_length=254, blank=True)
    customer_phone = models.CharField(_("téléphone"), max_length=40, blank=True)
    delivery_choice = models.CharField(_("livraison"), max_length=16, choices=DELIVERY_CHOICES)
    total_gross_cents = models.BigIntegerField(_("total TTC (centimes)"))
    shipping_gross_cents = models.BigIntegerField(_("livraison TTC (centimes)"))
    shopper_credit_cents = models.BigIntegerField(_("trop-perçu (centimes)"), default=0)
    delivery_postal_code = models.CharField(
        _("code postal de livraison"), max_length=20, blank=True, db_index=True
    )
    delivery_address = models.JSONField(_("adresse de livraison"), default=dict, blank=True)
    captured_at = models.DateTimeField(_("état au"))
    digest = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("commande")
        verbose_name_plural = _("commandes")
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return gettext("n° %(number)s") % {"number": self.number}


class ShopOrder(models.Model):
    """The part of one Saleor order that one shop serves."""

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="shop_orders", verbose_name=_("commande")
    )
    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="shop_orders", verbose_name=_("boutique")
    )
    state = models.CharField(_("état"), max_length=24, choices=SHOP_ORDER_STATES, db_index=True)
    delivery_choice = models.CharField(
        _("livraison"), max_length=16, choices=DELIVERY_CHOICES, default=DeliveryChoice.COLLECT
    )
    handed_over_at = models.DateTimeField(_("remise le"), null=True, blank=True)
    released_at = models.DateTimeField(
        _("libérée le"), null=True, blank=True, help_text=_("La somme est versable depuis ce jour.")
    )
    goods_gross_cents = models.BigIntegerField(_("marchandises TTC (centimes)"))
    shipping_share_cents = models.BigIntegerField(_("part de livraison (centimes)"))
    paid_cents = models.BigIntegerField(_("payé (centimes)"))
    refunded_cents = models.BigIntegerField(_("remboursé (centimes)"))
    commission_cents = models.BigIntegerField(_("commission (centimes)"))
    commission_vat_cents = models.BigIntegerField(_("TVA sur commission (centimes)"))
    net_cents = models.BigIntegerField(_("net boutique (centimes)"))

    class Meta:
        verbose_name = _("commande boutique")
        verbose_name_plural = _("commandes boutique")
        ordering = ("-order__created_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("order", "shop"), name="shop_order_once"),
        ]
        indexes = [
            models.Index(
                fields=("handed_over_at",),
                name="shop_order_to_release",
                condition=models.Q(released_at__isnull=True, handed_over_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.shop}"


class ShopOrderLine(models.Model):
    """One line of a shop order, with Saleor's stored totals and what became of the money.

    The fields of ``SOLD_FIELDS`` are frozen once ``sold_at`` is set, which is when the order was
    first seen paid: PostgreSQL refuses to change them.
    """

    shop_order = models.ForeignKey(
        ShopOrder, models.PROTECT, related_name="lines", verbose_name=_("commande boutique")
    )
    saleor_id = models.CharField(_("identifiant Saleor"), max_length=128, unique=True)
    position = models.PositiveIntegerField(_("rang"))
    name = models.CharField(_("article"), max_length=512)
    sku = models.CharField(_("référence"), max_length=255, blank=True)
    quantity = models.PositiveIntegerField(_("quantité"))
    quantity_handed_over = models.PositiveIntegerField(_("quantité remise"))
    quantity_returned = models.PositiveIntegerField(_("quantité refusée ou rendue"), default=0)
    gross_cents = models.BigIntegerField(_("total TTC (centimes)"))
    net_cents = models.BigIntegerField(_("total HT (centimes)"))
    vat_rate_bps = models.PositiveIntegerField(_("TVA (points de base)"))
    paid_cents = models.BigIntegerField(_("payé (centimes)"))
    refunded_cents = models.BigIntegerField(_("remboursé (centimes)"))
    commission_cents = models.BigIntegerField(_("commission (centimes)"))
    commission_vat_cents = models.BigIntegerField(_("TVA sur commission (centimes)"))
    sold_at = models.DateTimeField(_("vue payée le"), null=True, blank=True)
    sold_cents = models.BigIntegerField(_("vendue TTC (centimes)"), default=0)
    category = models.CharField(_("catégorie"), max_length=255, blank=True)
    product_type = models.CharField(_("type de produit"), max_length=255, blank=True)
    sold_delivery = models.CharField(
        _("livraison à la vente"), max_length=16, choices=DELIVERY_CHOICES, blank=True
    )
    sold_tender = models.CharField(
        _("moyen de paiement à la vente"), max_length=16, choices=TENDER_KINDS, blank=True
    )
    commission_rule = models.ForeignKey(
        "commission.CommissionRule",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("règle de commission"),
    )
    commission_rule_name = models.CharField(_("règle de commission"), max_length=80, blank=True)
    commission_rate_bps = models.PositiveIntegerField(
        _("taux de commission (points de base)"), default=0
    )
    commission_fixed_cents = models.PositiveIntegerField(
        _("part fixe de commission (centimes)"), default=0
    )
    commission_minimum_cents = models.PositiveIntegerField(
        _("commission minimum (centimes)"), default=0
    )
    commission_maximum_cents = models.PositiveIntegerField(
        _("commission maximum (centimes)"), null=True, blank=True
    )
    commission_vat_rate_bps = models.PositiveIntegerField(
        _("TVA sur commission (points de base)"), default=0
    )

    SOLD_FIELDS = (
        "sold_at",
        "sold_cents",
        "category",
        "product_type",
        "sold_delivery",
        "sold_tender",
        "commission_rule_id",
        "commission_rule_name",
        "commission_rate_bps",
        "commission_fixed_cents",
        "commission_minimum_cents",
        "commission_maximum_cents",
        "commission_vat_rate_bps",
    )

    class Meta:
        verbose_name = _("ligne")
        verbose_name_plural = _("lignes")
        ordering = ("shop_order", "position")

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"


class Tender(models.Model):
    """One means of payment of an order, with what it charged and gave back, in cents."""

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="tenders", verbose_name=_("commande")
    )
    saleor_id = models.CharField(_("identifiant Saleor"), max_length=128, unique=True)
    kind = models.CharField(_("moyen de paiement"), max_length=16, choices=TENDER_KINDS)
    label = models.CharField(_("libellé"), max_length=160, blank=True)
    psp_reference = models.CharField(_("référence"), max_length=512, blank=True)
    created_at = models.DateTimeField(_("créé le"))
    charged_cents = models.BigIntegerField(_("encaissé (centimes)"))
    refunded_cents = models.BigIntegerField(_("remboursé (centimes)"))
    pending_cents = models.BigIntegerField(_("en attente (centimes)"))

    class Meta:
        verbose_name = _("moyen de paiement")
        verbose_name_plural = _("moyens de paiement")
        ordering = ("created_at", "id")
        indexes = [models.Index(fields=("psp_reference",), name="tender_by_reference")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.psp_reference}".strip()


class TenderRefund(models.Model):
    """What one tender gave back under one reference of the payment provider's, in cents.

    The empty reference has what the order's amounts say beyond its events.
    """

    tender = models.ForeignKey(
        Tender, models.PROTECT, related_name="refunds", verbose_name=_("moyen de paiement")
    )
    reference = models.CharField(_("référence"), max_length=512, blank=True)
    amount_cents = models.BigIntegerField(_("montant (centimes)"))

    class Meta:
        verbose_name = _("remboursement d'un moyen de paiement")
        verbose_name_plural = _("remboursements des moyens de paiement")
        constraints = [
            models.UniqueConstraint(fields=("tender", "reference"), name="tender_refund_once")
        ]

    def __str__(self) -> str:
        return f"{self.tender} {self.reference}"


class TenderShare(models.Model):
    """What one tender paid, and got back, for one shop order, delivery share included."""

    tender = models.ForeignKey(
        Tender, models.PROTECT, related_name="shares", verbose_name=_("moyen de paiement")
    )
    shop_order = models.ForeignKey(
        ShopOrder,
        models.PROTECT,
        related_name="tender_shares",
        verbose_name=_("commande boutique"),
    )
    charged_cents = models.BigIntegerField(_("encaissé (centimes)"))
    refunded_cents = models.BigIntegerField(_("remboursé (centimes)"))

    class Meta:
        verbose_name = _("part de paiement")
        verbose_name_plural = _("parts de paiement")
        constraints = [
            models.UniqueConstraint(fields=("tender", "shop_order"), name="tender_share_once")
        ]

    def __str__(self) -> str:
        return f"{self.tender} → {self.shop_order}"


class Pickup(models.Model):
    """Handing one shop order over at the shop. The code is what the shopper shows."""

    shop_order = models.OneToOneField(
        ShopOrder, models.PROTECT, related_name="pickup", verbose_name=_("commande boutique")
    )
    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="pickups", verbose_name=_("boutique")
    )
    code = models.CharField(_("code"), max_length=8)
    state = models.CharField(_("état"), max_length=16, choices=PICKUP_STATES)
    place = models.CharField(
        _("lieu"), max_length=16, choices=PICKUP_PLACES, default=PickupPlace.SHOP
    )
    slot_starts_at = models.DateTimeField(_("créneau, de"), null=True, blank=True)
    slot_ends_at = models.DateTimeField(_("créneau, à"), null=True, blank=True)
    slot_asked = models.BooleanField(_("créneau demandé par le client"), default=False)
    slot_changed_at = models.DateTimeField(
        _("créneau changé par le client le"), null=True, blank=True
    )
    handing_over_since = models.DateTimeField(
        _("remis, Saleor pas encore informé, depuis le"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("retrait")
        verbose_name_plural = _("retraits")
        ordering = ("-id",)
        constraints = [models.UniqueConstraint(fields=("shop", "code"), name="pickup_code_once")]

    def __str__(self) -> str:
        return self.code

    @property
    def qr_text(self) -> str:
        """What the QR code says; a counter reads it as it reads the code."""
        return f"ALENCON:{self.shop.slug}:{self.code}"

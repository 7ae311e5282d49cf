"""The association's rules for shoppers, where the shops are, and what shoppers declared."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from saleor_alencon.domain.shopper_rights import CancelRule, Exception221
from saleor_alencon.domain.walking import Place
from saleor_alencon.orders.models import Order, ShopOrder, ShopOrderLine
from saleor_alencon.shops.models import Shop

CANCEL_RULES = [
    (CancelRule.NEVER.value, _("jamais : il demande à la boutique")),
    (CancelRule.MINUTES.value, _("pendant quelques minutes après la commande")),
    (CancelRule.UNTIL_READY.value, _("tant que la boutique n'a pas préparé la commande")),
]
EXCEPTIONS = [
    (Exception221.MADE_TO_MEASURE.value, _("fait sur mesure ou personnalisé (L221-28, 3°)")),
    (Exception221.PERISHABLE.value, _("périssable rapidement (L221-28, 4°)")),
    (Exception221.SEALED_HYGIENE.value, _("descellé, hygiène ou santé (L221-28, 5°)")),
    (Exception221.MIXED.value, _("mélangé de manière indissociable (L221-28, 6°)")),
    (Exception221.SEALED_RECORDING.value, _("enregistrement descellé (L221-28, 9°)")),
    (Exception221.PRESS.value, _("journal ou magazine (L221-28, 10°)")),
    (Exception221.DIGITAL.value, _("contenu numérique fourni aussitôt (L221-28, 13°)")),
]


class ShopperRules(models.Model):
    """What the association lets shoppers do alone: one row; without it the defaults hold."""

    id = models.SmallAutoField(primary_key=True)
    cancel_rule = models.CharField(
        _("le client annule lui-même"),
        max_length=16,
        choices=CANCEL_RULES,
        default=CancelRule.UNTIL_READY.value,
        help_text=_("Des articles d'une boutique, entiers ou en partie ; il est remboursé."),
    )
    cancel_minutes = models.PositiveSmallIntegerField(
        _("minutes après la commande"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(10_080)],
        help_text=_("Pour la règle des minutes ; et jamais après que la boutique a préparé."),
    )

    class Meta:
        verbose_name = _("règles pour les clients")
        verbose_name_plural = _("règles pour les clients")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="shopper_rules_are_one_row")
        ]

    def __str__(self) -> str:
        return self.get_cancel_rule_display()

    @classmethod
    def in_force(cls) -> "ShopperRules":
        return cls.objects.first() or cls(id=1)


class ShopPlace(models.Model):
    """Where a shop is in town, for the order of the walk and the link to a map."""

    shop = models.OneToOneField(
        Shop, models.PROTECT, primary_key=True, related_name="place", verbose_name=_("boutique")
    )
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("Comme 48,431200 : clic droit sur openstreetmap.org, « Afficher l'adresse »."),
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    street_order = models.PositiveSmallIntegerField(
        _("rang dans la promenade"),
        null=True,
        blank=True,
        help_text=_("Sans coordonnées : le client passe d'abord aux plus petits rangs."),
    )

    class Meta:
        verbose_name = _("emplacement de boutique")
        verbose_name_plural = _("emplacements des boutiques")
        ordering = ("shop__name",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(latitude__isnull=False, longitude__isnull=False),
                name="shop_place_has_both_coordinates",
                violation_error_message=_("Donnez la latitude et la longitude, ou aucune."),
            )
        ]

    def __str__(self) -> str:
        return str(self.shop)

    @property
    def point(self) -> Place | None:
        if self.latitude is None or self.longitude is None:
            return None
        return Place(int(self.latitude * 1_000_000), int(self.longitude * 1_000_000))


class WithdrawalException(models.Model):
    """Goods that cannot be withdrawn from, by product type or category, and why not."""

    goods = models.CharField(
        _("type de produit ou catégorie"),
        max_length=255,
        unique=True,
        help_text=_("Son identifiant dans Saleor, comme « produits-frais »."),
    )
    ground = models.CharField(_("motif légal"), max_length=4, choices=EXCEPTIONS)

    class Meta:
        verbose_name = _("exception à la rétractation")
        verbose_name_plural = _("exceptions à la rétractation")
        ordering = ("goods",)

    def __str__(self) -> str:
        return f"{self.goods} · {self.get_ground_display()}"


class ActionKind(models.TextChoices):
    SLOT = "slot", _("créneau")
    CANCEL = "cancel", _("annulation")
    WITHDRAWAL = "withdrawal", _("rétractation")


class ShopperAction(models.Model):
    """One form that a shopper sent: its key is used once, however often it is clicked."""

    key = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=ActionKind.choices)
    done_at = models.DateTimeField()

    class Meta:
        verbose_name = _("action d'un client")
        verbose_name_plural = _("actions des clients")

    def __str__(self) -> str:
        return f"{self.order} · {self.get_kind_display()}"


class WithdrawalState(models.TextChoices):
    OPEN = "open", _("à traiter")
    DONE = "done", _("traitée")
    REFUSED = "refused", _("refusée")


class Withdrawal(models.Model):
    """A shopper's declaration that it withdraws from goods of one shop (art. L221-21).

    It moves no money: the shop or the Office takes the goods back and refunds, then says so.
    """

    shop_order = models.ForeignKey(
        ShopOrder, models.PROTECT, related_name="withdrawals", verbose_name=_("commande boutique")
    )
    declared_at = models.DateTimeField(_("déclarée le"))
    received_on = models.DateField(_("articles reçus le"), null=True, blank=True)
    language = models.CharField(_("langue"), max_length=8, default="fr")
    message = models.CharField(_("message du client"), max_length=500, blank=True)
    state = models.CharField(
        _("état"), max_length=16, choices=WithdrawalState.choices, default=WithdrawalState.OPEN
    )
    ended_at = models.DateTimeField(_("close le"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("close par"),
    )
    outcome = models.CharField(_("suite donnée"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("rétractation")
        verbose_name_plural = _("rétractations")
        ordering = ("-declared_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at=None)
                | (~models.Q(state="open") & models.Q(ended_at__isnull=False)),
                name="withdrawal_ended_when_closed",
            )
        ]
        permissions = [("end_withdrawal", _("Clore une rétractation"))]

    def __str__(self) -> str:
        return f"{self.shop_order} · {self.pk}"


class WithdrawalLine(models.Model):
    """The pieces of one line that are withdrawn from."""

    withdrawal = models.ForeignKey(Withdrawal, models.PROTECT, related_name="lines")
    line = models.ForeignKey(
        ShopOrderLine, models.PROTECT, related_name="+", verbose_name=_("article")
    )
    quantity = models.PositiveIntegerField(_("pièces"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("article rendu")
        verbose_name_plural = _("articles rendus")
        constraints = [
            models.UniqueConstraint(fields=("withdrawal", "line"), name="withdrawal_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.name}"


class Throttle(models.Model):
    """How often something came from one place within a while. The place is kept as a hash."""

    place = models.CharField(max_length=64)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("frein")
        verbose_name_plural = _("freins")
        constraints = [models.UniqueConstraint(fields=("place", "since"), name="throttle_once")]

    def __str__(self) -> str:
        return f"{self.since} · {self.count}"

"""Corrections by hand, and what is put by of a shop's sales."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from saleor_alencon.domain.bearing import Bearer
from saleor_alencon.settlement.rule_models import by_whom
from saleor_alencon.shops.models import BEARERS


class AdjustmentKind(models.TextChoices):
    GOODWILL = "goodwill", _("geste commercial")
    PRICE_ERROR = "price_error", _("erreur de prix")
    MANUAL = "manual", _("régularisation")


class AdjustmentState(models.TextChoices):
    DRAFT = "draft", _("à approuver")
    APPROVED = "approved", _("approuvée")
    REFUSED = "refused", _("refusée")


class Adjustment(models.Model):
    """A correction of a shop's balance, drafted by one person and approved by another.

    ``amount_cents`` is what it is about: above zero in the shop's favour, below zero at its cost.
    ``shop_cents`` is what the shop's balance changes by, once its bearer has had its part. Once
    approved it stays: PostgreSQL refuses to change it, another one reverses it.
    """

    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="adjustments", verbose_name=_("boutique")
    )
    kind = models.CharField(_("nature"), max_length=16, choices=AdjustmentKind.choices)
    amount_cents = models.BigIntegerField(_("montant (centimes)"))
    bearer = models.CharField(_("à la charge de"), max_length=8, choices=BEARERS)
    office_bps = models.PositiveIntegerField(
        _("part de l'Office (points de base)"), validators=[MaxValueValidator(10_000)]
    )
    shop_cents = models.BigIntegerField(_("effet sur le solde (centimes)"))
    shop_order = models.ForeignKey(
        "orders.ShopOrder",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="adjustments",
        verbose_name=_("commande boutique"),
    )
    reason = models.CharField(_("motif"), max_length=160)
    attachment = models.BinaryField(_("pièce jointe"), null=True, editable=False)
    attachment_name = models.CharField(_("pièce jointe"), max_length=120, blank=True)
    attachment_type = models.CharField(max_length=40, blank=True, editable=False)
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("annule"),
    )
    state = models.CharField(
        _("état"), max_length=16, choices=AdjustmentState.choices, default=AdjustmentState.DRAFT
    )
    drafted_by = by_whom(_("préparé par"))
    drafted_at = models.DateTimeField(_("préparé le"))
    approved_by = by_whom(_("décidé par"), null=True, blank=True)
    approved_at = models.DateTimeField(_("décidé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("régularisation")
        verbose_name_plural = _("régularisations")
        ordering = ("-id",)
        permissions = [
            ("draft_adjustment", _("Préparer une régularisation")),
            ("approve_adjustment", _("Approuver une régularisation")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(amount_cents=0) & ~models.Q(shop_cents=0),
                name="adjustment_is_of_something",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="adjustment_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(bearer=Bearer.OFFICE.value, office_bps=10_000)
                | models.Q(bearer=Bearer.SHOP.value, office_bps=0)
                | models.Q(bearer=Bearer.SHARED.value, office_bps__gt=0, office_bps__lt=10_000),
                name="adjustment_part_fits_its_bearer",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True)
                | ~models.Q(approved_by=models.F("drafted_by"))
                | models.Q(state="refused"),
                name="adjustment_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", approved_by=None, approved_at=None)
                | models.Q(
                    state__in=["approved", "refused"],
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                ),
                name="adjustment_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="manual", attachment_name="")
                | models.Q(reverses__isnull=False)
                | models.Q(state="refused"),
                name="manual_adjustment_has_a_document",
            ),
        ]

    def __str__(self) -> str:
        return f"AJ-{self.pk}"


class Reserve(models.Model):
    """What one run put by of a shop's new sales, until a day or until it is needed.

    A run that is abandoned cancels its reserves, by a correcting entry.
    """

    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="reserves", verbose_name=_("boutique")
    )
    run = models.ForeignKey(
        "settlement.SettlementRun",
        models.PROTECT,
        related_name="reserves",
        verbose_name=_("reversement"),
    )
    sales_cents = models.BigIntegerField(_("nouvelles ventes, net (centimes)"))
    rate_bps = models.PositiveIntegerField(_("taux (points de base)"))
    amount_cents = models.BigIntegerField(_("mis en réserve (centimes)"))
    release_on = models.DateField(_("libérable le"))
    cancelled_at = models.DateTimeField(_("annulé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("réserve de garantie")
        verbose_name_plural = _("réserves de garantie")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=("run", "shop"), name="reserve_once_a_run"),
            models.CheckConstraint(condition=models.Q(amount_cents__gt=0), name="reserve_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.run}-{self.shop}"


class ReserveRelease(models.Model):
    """What of a reserve was given back: by its age, or to cover a negative balance."""

    reserve = models.ForeignKey(
        Reserve, models.PROTECT, related_name="releases", verbose_name=_("réserve")
    )
    amount_cents = models.BigIntegerField(_("libéré (centimes)"))
    covers = models.BooleanField(_("couvre un solde négatif"))
    released_at = models.DateTimeField(_("libéré le"))

    class Meta:
        verbose_name = _("libération de réserve")
        verbose_name_plural = _("libérations de réserve")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0), name="reserve_release_positive"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reserve} {self.amount_cents}"

"""What each member owes the association for a year, and what was paid of it."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _


class DuesRate(models.Model):
    """What the general meeting decided for a year, in cents.

    The contribution is exempt from VAT; the surcharge pays a service, as a commission does.
    """

    year = models.PositiveSmallIntegerField(
        _("année"),
        unique=True,
        validators=[MinValueValidator(2000), MaxValueValidator(2100)],
    )
    base_cents = models.PositiveIntegerField(_("cotisation (centimes)"))
    surcharge_cents = models.PositiveIntegerField(
        _("supplément des boutiques en ligne, HT (centimes)"), default=0
    )
    days_to_pay = models.PositiveSmallIntegerField(
        _("jours pour payer"), default=30, validators=[MaxValueValidator(365)]
    )
    hold_after_days = models.PositiveSmallIntegerField(
        _("versements retenus après (jours)"),
        null=True,
        blank=True,
        default=60,
        validators=[MaxValueValidator(365)],
        help_text=_(
            "Jours de retard après lesquels les reversements de la boutique sont reportés. Vide : "
            "jamais."
        ),
    )

    class Meta:
        verbose_name = _("montant de la cotisation")
        verbose_name_plural = _("montants des cotisations")
        ordering = ("-year",)

    def __str__(self) -> str:
        return str(self.year)


class OffsetConsent(models.Model):
    """A shop's written consent that its dues are withheld from what is owed to it.

    Without it nothing is withheld: the money is the shop's (Code civil, art. 1348-2).
    """

    shop = models.OneToOneField(
        "shops.Shop", models.PROTECT, related_name="offset_consent", verbose_name=_("boutique")
    )
    given_on = models.DateField(_("donné le"))
    withdrawn_on = models.DateField(_("retiré le"), null=True, blank=True)

    class Meta:
        verbose_name = _("accord de retenue")
        verbose_name_plural = _("accords de retenue")
        ordering = ("shop",)

    def __str__(self) -> str:
        return str(self.shop)


class DuesBillQuerySet(models.QuerySet["DuesBill"]):
    def with_paid(self) -> "DuesBillQuerySet":
        """Add ``paid_cents``, the sum of the payments."""
        paid = Coalesce(models.Sum("payments__amount_cents"), 0)
        return self.annotate(paid_cents=paid)

    def owed(self) -> "DuesBillQuerySet":
        """Return the bills of which something is still to be paid."""
        called = self.filter(cancelled_at=None).with_paid()
        rest = models.F("total_cents") - models.F("paid_cents")
        return called.alias(owed_cents=rest).exclude(owed_cents=0)


class DuesBill(models.Model):
    """What one member was asked to pay for one year, in cents; a cancelled one may be followed."""

    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="dues_bills", verbose_name=_("boutique")
    )
    year = models.PositiveSmallIntegerField(_("année"))
    base_cents = models.PositiveIntegerField(_("cotisation (centimes)"))
    surcharge_cents = models.PositiveIntegerField(_("supplément HT (centimes)"))
    surcharge_vat_rate_bps = models.PositiveIntegerField(_("TVA du supplément (points de base)"))
    surcharge_vat_cents = models.PositiveIntegerField(_("TVA du supplément (centimes)"))
    total_cents = models.PositiveIntegerField(_("total TTC (centimes)"))
    due_on = models.DateField(_("à payer avant le"))
    billed_at = models.DateTimeField(_("appelée le"))
    billed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("appelée par")
    )
    cancelled_at = models.DateTimeField(_("annulée le"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("annulée par"),
    )
    cancel_reason = models.CharField(_("motif"), max_length=200, blank=True)

    objects = DuesBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("appel de cotisation")
        verbose_name_plural = _("appels de cotisation")
        ordering = ("-year", "shop")
        permissions = [("collect", _("Appeler et encaisser les cotisations"))]
        constraints = [
            models.UniqueConstraint(
                fields=("shop", "year"),
                condition=models.Q(cancelled_at=None),
                name="dues_called_once_a_year",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    total_cents=models.F("base_cents")
                    + models.F("surcharge_cents")
                    + models.F("surcharge_vat_cents")
                ),
                name="dues_bill_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(total_cents__gt=0), name="dues_bill_is_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop} {self.year}"


class PaymentMethod(models.TextChoices):
    TRANSFER = "transfer", _("virement bancaire")
    CHEQUE = "cheque", _("chèque bancaire")
    DEBIT = "debit", _("prélèvement")
    OFFSET = "offset", _("retenue sur reversement")


class DuesPayment(models.Model):
    """One payment of a bill, or what was withheld for it from the shop's available balance."""

    bill = models.ForeignKey(
        DuesBill, models.PROTECT, related_name="payments", verbose_name=_("appel de cotisation")
    )
    amount_cents = models.PositiveIntegerField(_("montant (centimes)"))
    paid_on = models.DateField(_("payé le"))
    method = models.CharField(_("moyen"), max_length=16, choices=PaymentMethod.choices)
    reference = models.CharField(_("référence"), max_length=80, blank=True)
    recorded_at = models.DateTimeField(_("noté le"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("noté par"),
    )

    class Meta:
        verbose_name = _("paiement de cotisation")
        verbose_name_plural = _("paiements de cotisation")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0), name="dues_payment_positive"
            )
        ]

    def __str__(self) -> str:
        return f"{self.bill} {self.amount_cents}"

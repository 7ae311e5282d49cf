"""Negative balances that are asked for as a debt, and what was paid of them."""

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from saleor_alencon.dues.models import PaymentMethod
from saleor_alencon.settlement.rule_models import by_whom


class DemandQuerySet(models.QuerySet["Demand"]):
    def with_paid(self) -> "DemandQuerySet":
        """Add ``paid_cents``, the sum of the payments."""
        return self.annotate(paid_cents=Coalesce(models.Sum("payments__amount_cents"), 0))

    def owed(self) -> "DemandQuerySet":
        """Return the demands of which something is still to be paid."""
        asked = self.filter(cancelled_at=None).with_paid()
        rest = models.F("amount_cents") - models.F("paid_cents")
        return asked.alias(owed_cents=rest).exclude(owed_cents=0)


class Demand(models.Model):
    """A shop's negative balance turned into a debt that it is asked to pay.

    No invoice: nothing is sold by it, and no VAT is due. ``called_by`` is nobody when the
    association's rule asked. What was paid stays when the rest is cancelled.
    """

    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="demands", verbose_name=_("boutique")
    )
    year = models.PositiveSmallIntegerField(_("année"))
    sequence = models.PositiveIntegerField(_("rang"))
    number = models.CharField(_("numéro"), max_length=24, unique=True)
    amount_cents = models.BigIntegerField(_("montant (centimes)"))
    reason = models.CharField(_("motif"), max_length=160)
    called_at = models.DateTimeField(_("appelé le"))
    called_by = by_whom(_("appelé par"), null=True, blank=True)
    due_on = models.DateField(_("à payer avant le"))
    remind_on = models.DateField(_("relancer le"))
    reminders = models.PositiveSmallIntegerField(_("relances"), default=0)
    cancelled_at = models.DateTimeField(_("annulé le"), null=True, blank=True)
    cancelled_by = by_whom(_("annulé par"), null=True, blank=True)
    cancel_reason = models.CharField(_("motif de l'annulation"), max_length=160, blank=True)
    document = models.JSONField(_("document"), editable=False)

    objects = DemandQuerySet.as_manager()

    class Meta:
        verbose_name = _("appel de règlement")
        verbose_name_plural = _("appels de règlement")
        ordering = ("-id",)
        permissions = [("collect_demand", _("Appeler et encaisser les soldes négatifs"))]
        constraints = [
            models.UniqueConstraint(fields=("year", "sequence"), name="demand_number_once"),
            models.CheckConstraint(condition=models.Q(amount_cents__gt=0), name="demand_positive"),
        ]

    def __str__(self) -> str:
        return self.number


class DemandPayment(models.Model):
    """One payment of a demand, or what was withheld for it from the shop's available balance."""

    demand = models.ForeignKey(
        Demand, models.PROTECT, related_name="payments", verbose_name=_("appel de règlement")
    )
    amount_cents = models.BigIntegerField(_("montant (centimes)"))
    paid_on = models.DateField(_("payé le"))
    method = models.CharField(_("moyen"), max_length=16, choices=PaymentMethod.choices)
    reference = models.CharField(_("référence"), max_length=80, blank=True)
    recorded_at = models.DateTimeField(_("noté le"))
    recorded_by = by_whom(_("noté par"), null=True, blank=True)

    class Meta:
        verbose_name = _("paiement d'un appel de règlement")
        verbose_name_plural = _("paiements d'appels de règlement")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0), name="demand_payment_positive"
            )
        ]

    def __str__(self) -> str:
        return f"{self.demand} {self.amount_cents}"

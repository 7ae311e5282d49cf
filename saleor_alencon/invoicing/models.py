"""Invoices and credit notes. PostgreSQL refuses to change or remove one, or to skip a number."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InvoiceKind(models.TextChoices):
    INVOICE = "invoice", _("facture")
    CREDIT_NOTE = "credit_note", _("avoir")


class Invoice(models.Model):
    """One document sent to a shop, about a statement's commission or a call for dues, in cents.

    ``document`` is all that it says; ``file`` the Factur-X made of it, kept once it was made.
    """

    kind = models.CharField(_("nature"), max_length=16, choices=InvoiceKind.choices)
    year = models.PositiveSmallIntegerField(_("année"))
    sequence = models.PositiveIntegerField(_("rang"))
    number = models.CharField(_("numéro"), max_length=24, unique=True)
    issued_on = models.DateField(_("date"))
    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="invoices", verbose_name=_("boutique")
    )
    statement = models.OneToOneField(
        "settlement.Statement",
        models.PROTECT,
        null=True,
        related_name="invoice",
        verbose_name=_("relevé"),
    )
    dues_bill = models.ForeignKey(
        "dues.DuesBill",
        models.PROTECT,
        null=True,
        related_name="invoices",
        verbose_name=_("appel de cotisation"),
    )
    net_cents = models.BigIntegerField(_("total HT (centimes)"))
    vat_cents = models.BigIntegerField(_("TVA (centimes)"))
    total_cents = models.BigIntegerField(_("total TTC (centimes)"))
    document = models.JSONField(_("document"), editable=False)
    file = models.BinaryField(_("fichier"), null=True, editable=False)

    class Meta:
        verbose_name = _("facture")
        verbose_name_plural = _("factures")
        ordering = ("-issued_on", "-id")
        permissions = [("issue", _("Établir les factures"))]
        constraints = [
            models.UniqueConstraint(
                fields=("kind", "year", "sequence"), name="invoice_number_once"
            ),
            models.UniqueConstraint(fields=("dues_bill", "kind"), name="invoice_of_dues_once"),
            models.CheckConstraint(
                condition=models.Q(statement__isnull=True) ^ models.Q(dues_bill__isnull=True),
                name="invoice_is_about_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(total_cents=models.F("net_cents") + models.F("vat_cents"))
                & models.Q(net_cents__gte=0, total_cents__gte=0),
                name="invoice_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return self.number

"""Who the sellers are to the tax authority, what was asked of them, and what was declared.

PostgreSQL refuses to change a frozen report or a seller's part of it: a correction is a version
more.
"""

import datetime
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saleor_alencon.domain.dac7 import Exclusion, SellerStatus
from saleor_alencon.domain.dac7 import SellerKind as Kind
from saleor_alencon.messaging.models import Message, MessageState

COUNTRIES = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
"""The Union's members: a seller who lives elsewhere is not declared under DAC7."""
COUNTRY = RegexValidator(re.compile(r"[A-Z]{2}\Z"), _("Deux lettres majuscules : FR, BE, IT…"))
TAX_NUMBER = RegexValidator(re.compile(r"[0-9]{13}\Z"), _("13 chiffres, sans espaces."))


class SellerKind(models.TextChoices):
    ENTITY = Kind.ENTITY.value, _("société ou association")
    INDIVIDUAL = Kind.INDIVIDUAL.value, _("entrepreneur individuel")


EXCLUSIONS = [
    (Exclusion.NONE.value, _("aucune")),
    (Exclusion.PUBLIC_BODY.value, _("entité publique")),
    (Exclusion.LISTED_COMPANY.value, _("société cotée ou sa filiale")),
]
STATUSES = [
    (SellerStatus.DECLARED.value, _("déclarée")),
    (SellerStatus.SMALL.value, _("sous les seuils")),
    (SellerStatus.PUBLIC_BODY.value, _("entité publique")),
    (SellerStatus.LISTED_COMPANY.value, _("société cotée ou sa filiale")),
    (SellerStatus.NOTHING.value, _("rien à déclarer")),
]


class SellerIdentity(models.Model):
    """What the tax authority asks of a seller beyond the shop's own record."""

    shop = models.OneToOneField(
        "shops.Shop", models.PROTECT, related_name="seller_identity", verbose_name=_("boutique")
    )
    kind = models.CharField(
        _("forme"), max_length=12, choices=SellerKind.choices, default=SellerKind.ENTITY
    )
    first_name = models.CharField(_("prénom"), max_length=80, blank=True)
    last_name = models.CharField(_("nom de famille"), max_length=80, blank=True)
    birth_date = models.DateField(_("date de naissance"), null=True, blank=True)
    birth_city = models.CharField(_("ville de naissance"), max_length=80, blank=True)
    birth_country = models.CharField(
        _("pays de naissance"), max_length=2, blank=True, validators=[COUNTRY]
    )
    tax_number = models.CharField(
        _("numéro fiscal"),
        max_length=13,
        blank=True,
        validators=[TAX_NUMBER],
        help_text=_("Celui de la personne. Sans lui, donnez son lieu de naissance."),
    )
    country = models.CharField(
        _("pays de résidence"),
        max_length=2,
        default="FR",
        choices=[(code, code) for code in COUNTRIES],
    )
    account_holder = models.CharField(_("titulaire du compte bancaire"), max_length=160, blank=True)
    exclusion = models.CharField(
        _("dispense de déclaration"),
        max_length=16,
        choices=EXCLUSIONS,
        default=Exclusion.NONE.value,
        blank=True,
        help_text=_("Les petits vendeurs sont reconnus à leurs ventes, chaque année."),
    )
    exclusion_proof = models.CharField(_("justificatif de la dispense"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("identité fiscale")
        verbose_name_plural = _("identités fiscales")
        ordering = ("shop__name",)
        permissions = [("chase", _("Relancer les boutiques dont l'identité est incomplète"))]

    def __str__(self) -> str:
        return str(self.shop)

    def clean(self) -> None:
        if self.exclusion and not self.exclusion_proof:
            raise ValidationError(
                {"exclusion_proof": _("Dites ce qui prouve la dispense : statuts, décret, ISIN…")}
            )


class Channel(models.TextChoices):
    EMAIL = "email", _("courrier électronique")
    LETTER = "letter", _("lettre ou remise en main propre")


class IdentityRequest(models.Model):
    """One time that a seller was asked for what is missing: first, or as a reminder.

    One by e-mail has its message in the outbox. Requests that an answer settled have
    ``answered_at``; what is missing later is asked anew from the first.
    """

    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="identity_requests", verbose_name=_("boutique")
    )
    number = models.PositiveSmallIntegerField(_("rang"))
    channel = models.CharField(_("moyen"), max_length=8, choices=Channel.choices)
    message = models.OneToOneField(
        Message, models.PROTECT, null=True, related_name="+", verbose_name=_("message")
    )
    missing = models.JSONField(_("demandé"), default=list)
    asked_at = models.DateTimeField(_("demandé le"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("par")
    )
    answered_at = models.DateTimeField(_("répondu le"), null=True)

    class Meta:
        verbose_name = _("demande d'identité")
        verbose_name_plural = _("demandes d'identité")
        ordering = ("-asked_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("shop", "number"),
                condition=models.Q(answered_at=None),
                name="identity_request_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.shop} · {self.number}"

    @property
    def sent_at(self) -> datetime.datetime | None:
        """Return when it was handed over, or its e-mail left; None when that did not arrive."""
        if self.message is None:
            return self.asked_at
        return self.message.settled_at if self.message.state == MessageState.SENT else None


class YearReport(models.Model):
    """One version of what was declared of a year, frozen.

    ``last_transaction_id`` is the ledger's last one then: the figures are those of the ledger up
    to it, for good. ``operator`` is the association as it was named.
    """

    year = models.PositiveSmallIntegerField(_("année"))
    version = models.PositiveSmallIntegerField(_("version"))
    frozen_at = models.DateTimeField(_("arrêtée le"))
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("arrêtée par")
    )
    reason = models.CharField(_("motif"), max_length=200, blank=True)
    last_transaction_id = models.BigIntegerField(_("dernière écriture"))
    operator = models.JSONField(_("opérateur"))

    class Meta:
        verbose_name = _("déclaration DAC7")
        verbose_name_plural = _("déclarations DAC7")
        ordering = ("-year", "-version")
        constraints = [
            models.UniqueConstraint(fields=("year", "version"), name="year_report_version_once")
        ]
        permissions = [
            ("export", _("Exporter la déclaration DAC7")),
            ("freeze", _("Arrêter la déclaration DAC7")),
        ]

    def __str__(self) -> str:
        return gettext("DAC7 %(year)s, version %(version)s") % {
            "year": self.year,
            "version": self.version,
        }


class ReportedSeller(models.Model):
    """One seller's part of a report: identity and figures as they were, in cents.

    ``revision`` counts how often the seller's own data were declared, each time other than before,
    as the tax authority's file does; 0 of one that never was.
    """

    report = models.ForeignKey(YearReport, models.PROTECT, related_name="sellers")
    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="reported", verbose_name=_("boutique")
    )
    status = models.CharField(_("suite"), max_length=16, choices=STATUSES)
    revision = models.PositiveSmallIntegerField(_("révision"), default=0)
    identity = models.JSONField(_("identité"))
    missing = models.JSONField(_("manque"), default=list)
    consideration_cents = models.JSONField(_("contrepartie par trimestre (centimes)"))
    fees_cents = models.JSONField(_("frais et commissions par trimestre (centimes)"))
    sales = models.JSONField(_("ventes par trimestre"))
    total_cents = models.BigIntegerField(_("contrepartie de l'année (centimes)"))

    class Meta:
        verbose_name = _("boutique déclarée")
        verbose_name_plural = _("boutiques déclarées")
        ordering = ("report", "shop__name")
        constraints = [
            models.UniqueConstraint(fields=("report", "shop"), name="reported_seller_once")
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.shop}"

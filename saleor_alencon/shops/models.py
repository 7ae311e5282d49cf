"""The association, its member shops, and what was agreed with each."""

import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from saleor_alencon.domain.bearing import Bearer, CostKind, shop_share_bps
from saleor_alencon.domain.opening_hours import DAYS_OF_WEEK, OpeningHours
from saleor_alencon.localized import rate_text
from saleor_alencon.shops.validators import (
    check_bank_account,
    check_company,
    validate_bic,
    validate_hours,
    validate_iban,
    validate_phone,
    validate_postal_code,
    validate_siret,
    validate_vat_number,
)


class PayoutRail(models.TextChoices):
    CONNECT = "connect", _("Stripe Connect (transferts)")
    SEPA = "sepa", _("fichier SEPA remis à la banque")


BEARERS = [
    (Bearer.OFFICE.value, _("l'Office")),
    (Bearer.SHOP.value, _("la boutique")),
    (Bearer.SHARED.value, _("partagé")),
]


def bearer_field(label: Any, default: Bearer) -> models.CharField:
    return models.CharField(label, max_length=8, choices=BEARERS, default=default.value)


def bearer_share_field() -> models.PositiveIntegerField:
    return models.PositiveIntegerField(
        _("part des boutiques si partagé (points de base)"),
        default=5000,
        validators=[MaxValueValidator(10_000)],
        help_text=_("5000 = 50 %."),
    )


class Association(models.Model):
    """The Office itself: one row, with what its documents and payments need."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(_("nom"), max_length=120)
    legal_name = models.CharField(_("raison sociale"), max_length=160)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True, validators=[validate_siret])
    vat_number = models.CharField(
        _("numéro de TVA"), max_length=20, blank=True, validators=[validate_vat_number]
    )
    address_line = models.CharField(_("adresse"), max_length=200)
    postal_code = models.CharField(_("code postal"), max_length=10)
    city = models.CharField(_("ville"), max_length=80)
    email = models.EmailField(_("adresse électronique"))
    iban = models.CharField(_("IBAN"), max_length=34, blank=True, validators=[validate_iban])
    bic = models.CharField(_("BIC"), max_length=11, blank=True, validators=[validate_bic])
    hold_days = models.PositiveSmallIntegerField(
        _("jours de garde"),
        default=14,
        validators=[MaxValueValidator(365)],
        help_text=_(
            "Jours entre la remise au client et le moment où la somme est versable. "
            "14 jours couvrent le droit de rétractation (art. L221-18 du Code de la consommation)."
        ),
    )
    minimum_payout_cents = models.PositiveIntegerField(
        _("virement minimum (centimes)"),
        default=500,
        help_text=_("En dessous, le solde est reporté au reversement suivant."),
    )
    collect_within_days = models.PositiveSmallIntegerField(
        _("jours pour venir chercher"),
        default=14,
        help_text=_("Passé ce délai, un retrait prêt est « non retiré »."),
    )
    year_start_month = models.SmallIntegerField(_("début d'exercice"), choices=MONTHS, default=1)
    launch_goal = models.PositiveSmallIntegerField(
        _("objectif du lancement (boutiques engagées)"),
        default=40,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
    )
    payout_rail = models.CharField(
        _("versements aux boutiques par"),
        max_length=8,
        choices=PayoutRail.choices,
        default=PayoutRail.CONNECT,
        help_text=_("S'applique aux reversements préparés ensuite."),
    )
    charge_fee_bearer = bearer_field(_("frais d'encaissement à la charge de"), Bearer.OFFICE)
    charge_fee_shared_bps = bearer_share_field()
    refund_fee_bearer = bearer_field(
        _("frais gardés sur remboursement à la charge de"), Bearer.OFFICE
    )
    refund_fee_shared_bps = bearer_share_field()
    dispute_bearer = bearer_field(_("paiements contestés à la charge de"), Bearer.SHOP)
    dispute_shared_bps = bearer_share_field()
    dispute_fee_bearer = bearer_field(_("frais de litige à la charge de"), Bearer.OFFICE)
    dispute_fee_shared_bps = bearer_share_field()

    class Meta:
        verbose_name = _("association")
        verbose_name_plural = _("association")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="association_is_one_row")
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        check_company(self.siret, self.vat_number)
        check_bank_account(self.iban, self.bic)

    def shop_bps(self, kind: CostKind) -> int:
        """Return the shops' part of a cost in basis points, by the rule now in force."""
        return shop_share_bps(
            Bearer(getattr(self, f"{kind}_bearer")), getattr(self, f"{kind}_shared_bps")
        )


class VatRegime(models.TextChoices):
    FRANCHISE = "franchise", _("franchise en base (art. 293 B du CGI)")
    LIABLE = "liable", _("assujettie")


class VatStatus(models.Model):
    """Whether the association charges VAT on its services (commission, dues), from a day on.

    A status is added, never edited; a sale keeps that of its day. Before the first one no VAT
    is due.
    """

    association = models.ForeignKey(
        Association, models.PROTECT, default=1, related_name="vat_statuses", editable=False
    )
    valid_from = models.DateField(_("à partir du"), unique=True)
    regime = models.CharField(_("régime de TVA"), max_length=16, choices=VatRegime.choices)
    rate_bps = models.PositiveIntegerField(
        _("TVA sur commission (points de base)"),
        default=2000,
        validators=[MaxValueValidator(3000)],
        help_text=_("2000 = 20 %. 0 si l'association est en franchise de TVA."),
    )

    class Meta:
        verbose_name = _("statut de TVA de l'association")
        verbose_name_plural = _("statut de TVA de l'association")
        ordering = ("-valid_from",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(regime=VatRegime.FRANCHISE, rate_bps=0)
                | models.Q(regime=VatRegime.LIABLE, rate_bps__gt=0),
                name="vat_rate_fits_its_regime",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_regime_display()}, {rate_text(self.rate_bps)}"

    def clean(self) -> None:
        if self.regime == VatRegime.FRANCHISE and self.rate_bps:
            raise ValidationError({"rate_bps": _("En franchise de TVA le taux est 0.")})
        if self.regime == VatRegime.LIABLE and not self.rate_bps:
            raise ValidationError({"rate_bps": _("Donnez le taux, par exemple 2000 pour 20 %.")})


def vat_rate_at(day: datetime.date) -> int:
    """Return the rate of VAT that the association charges on a day, in basis points."""
    rates = VatStatus.objects.filter(valid_from__lte=day).values_list("rate_bps", flat=True)
    return rates.order_by("-valid_from").first() or 0


LOGO_FOLDER = "logos"


class ShopState(models.TextChoices):
    PROSPECT = "prospect", _("prospect")
    COMMITTED = "committed", _("engagée")
    APPROVED = "approved", _("validée")
    LIVE = "live", _("en ligne")
    SUSPENDED = "suspended", _("suspendue")
    CLOSED = "closed", _("fermée")


class Shop(models.Model):
    """A member merchant that sells on the platform. ``slug`` is its name in Saleor's metadata."""

    slug = models.SlugField(
        _("identifiant"),
        max_length=80,
        unique=True,
        help_text=_("Minuscules et tirets ; Saleor connaît la boutique par lui."),
    )
    name = models.CharField(_("nom"), max_length=120)
    legal_name = models.CharField(_("raison sociale"), max_length=160, blank=True)
    kind = models.CharField(
        _("activité"), max_length=80, blank=True, help_text=_("Librairie, fromagerie, jouets…")
    )
    description = models.TextField(
        _("description"),
        max_length=2000,
        blank=True,
        help_text=_("Ce que les clients lisent en haut de la page de la boutique."),
    )
    logo = models.FileField(
        _("logo"),
        upload_to=LOGO_FOLDER,
        blank=True,
        help_text=_("PNG, JPEG ou WebP, 2 Mo au plus, de 100 à 4 000 pixels de côté."),
    )
    state = models.CharField(
        _("état"), max_length=16, choices=ShopState.choices, default=ShopState.PROSPECT
    )
    agreement_signed_on = models.DateField(_("convention signée le"), null=True, blank=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True, validators=[validate_siret])
    vat_number = models.CharField(
        _("numéro de TVA"),
        max_length=20,
        blank=True,
        validators=[validate_vat_number],
        help_text=_("Vide si la boutique est en franchise de TVA."),
    )
    iban = models.CharField(_("IBAN"), max_length=34, blank=True, validators=[validate_iban])
    bic = models.CharField(_("BIC"), max_length=11, blank=True, validators=[validate_bic])
    contact_name = models.CharField(_("personne à joindre"), max_length=120, blank=True)
    email = models.EmailField(_("adresse électronique"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=32, blank=True, validators=[validate_phone])
    website = models.URLField(_("site web"), blank=True)
    address_line = models.CharField(_("adresse"), max_length=200, blank=True)
    postal_code = models.CharField(
        _("code postal"), max_length=10, blank=True, validators=[validate_postal_code]
    )
    city = models.CharField(_("ville"), max_length=80, blank=True)
    pickup_note = models.TextField(
        _("consigne de retrait"),
        max_length=500,
        blank=True,
        help_text=_("Ce que le client doit savoir pour retirer sa commande à la boutique."),
    )
    hours = models.JSONField(
        _("horaires"), null=True, blank=True, editable=False, validators=[validate_hours]
    )
    created_at = models.DateTimeField(_("créée le"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("boutique")
        verbose_name_plural = _("boutiques")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        check_company(self.siret, self.vat_number)
        check_bank_account(self.iban, self.bic)

    @property
    def opening_hours(self) -> OpeningHours:
        """The shop's hours; those of a shop that gave none are closed all week."""
        if self.hours is None:
            return OpeningHours(week=((),) * DAYS_OF_WEEK)
        return OpeningHours.from_json(self.hours)


class ConnectedAccount(models.Model):
    """A shop's account at the payment provider, which transfers are made to.

    ``key`` is the idempotency key of its creation, stored before the provider was asked;
    ``account_id`` is empty until its answer is known. ``missing`` is what the provider still asks
    of the merchant, in its own words.
    """

    shop = models.OneToOneField(
        Shop, models.PROTECT, related_name="connected_account", verbose_name=_("boutique")
    )
    key = models.CharField(max_length=80, unique=True, editable=False)
    account_id = models.CharField(_("compte"), max_length=64, blank=True)
    ready = models.BooleanField(_("prêt à recevoir"), default=False)
    details_submitted = models.BooleanField(_("formulaire rempli"), default=False)
    missing = models.JSONField(_("à fournir"), default=list, blank=True)
    created_at = models.DateTimeField(_("créé le"))
    checked_at = models.DateTimeField(_("vérifié le"), null=True, blank=True)

    class Meta:
        verbose_name = _("compte Stripe")
        verbose_name_plural = _("comptes Stripe")
        ordering = ("shop",)
        constraints = [
            models.UniqueConstraint(
                fields=("account_id",),
                condition=~models.Q(account_id=""),
                name="connected_account_of_one_shop",
            )
        ]

    def __str__(self) -> str:
        return self.account_id or str(self.shop)


class ShopMember(models.Model):
    """A merchant's account and the shop it works for."""

    shop = models.ForeignKey(
        Shop, models.PROTECT, related_name="members", verbose_name=_("boutique")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="shop_memberships",
        verbose_name=_("utilisateur"),
    )

    class Meta:
        verbose_name = _("membre de boutique")
        verbose_name_plural = _("membres de boutique")
        constraints = [models.UniqueConstraint(fields=("shop", "user"), name="member_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.shop}"


class Dues(models.Model):
    """A year for which a member paid its contribution."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="dues", verbose_name=_("boutique"))
    year = models.PositiveSmallIntegerField(
        _("année"), validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    paid_on = models.DateField(_("payée le"), default=timezone.localdate)

    class Meta:
        verbose_name = _("cotisation")
        verbose_name_plural = _("cotisations payées")
        ordering = ("-year",)
        constraints = [models.UniqueConstraint(fields=("shop", "year"), name="dues_once_a_year")]

    def __str__(self) -> str:
        return str(self.year)


class ShopEventKind(models.TextChoices):
    """The steps of :class:`saleor_alencon.domain.shop_life.ShopStep`, and changes of data."""

    RECORDED = "recorded", _("enregistrée")
    COMMIT = "commit", _("engagement")
    APPROVE = "approve", _("validation")
    OPEN = "open", _("mise en ligne")
    SUSPEND = "suspend", _("suspension")
    RESUME = "resume", _("reprise")
    CLOSE = "close", _("fermeture")
    HOURS = "hours", _("horaires et retrait")
    DETAILS = "details", _("fiche modifiée")


class ShopEvent(models.Model):
    """One thing done to a shop: what, by whom, when and why. PostgreSQL refuses to change a row.

    ``detail`` has what was there before: of hours the old ones, of a record's fields their values.
    """

    shop = models.ForeignKey(
        Shop, models.PROTECT, related_name="events", verbose_name=_("boutique")
    )
    kind = models.CharField(_("action"), max_length=16, choices=ShopEventKind.choices)
    state = models.CharField(_("état ensuite"), max_length=16, choices=ShopState.choices)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("par"),
    )
    done_at = models.DateTimeField(_("le"))
    reason = models.CharField(_("raison"), max_length=500, blank=True)
    detail = models.JSONField(_("avant"), default=dict, blank=True)

    class Meta:
        verbose_name = _("événement")
        verbose_name_plural = _("historique")
        ordering = ("-done_at", "-id")
        indexes = [models.Index(fields=("shop", "done_at"), name="shop_event_in_time")]

    def __str__(self) -> str:
        return f"{self.shop} · {self.get_kind_display()}"

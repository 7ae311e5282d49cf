"""What the association decides about settlement: periods, holds, and exceptions for one shop."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from saleor_alencon.domain.payout_periods import PayoutPeriod

PERIODS = [
    (PayoutPeriod.WEEKLY.value, _("chaque semaine")),
    (PayoutPeriod.TWICE_A_MONTH.value, _("le 1er et le 16 du mois")),
    (PayoutPeriod.MONTHLY.value, _("le 1er du mois")),
]
WEEKDAYS = [
    (1, _("lundi")),
    (2, _("mardi")),
    (3, _("mercredi")),
    (4, _("jeudi")),
    (5, _("vendredi")),
    (6, _("samedi")),
    (7, _("dimanche")),
]


def by_whom(label: Any, **options: Any) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options
    )


class SettlementRules(models.Model):
    """The association's rules: one row. What is not decided has the defaults below."""

    id = models.SmallAutoField(primary_key=True)
    period = models.CharField(
        _("reversements"), max_length=16, choices=PERIODS, default=PayoutPeriod.MONTHLY.value
    )
    weekday = models.SmallIntegerField(
        _("jour de la semaine"),
        choices=WEEKDAYS,
        default=1,
        help_text=_("Pour les reversements de chaque semaine."),
    )
    drafts_for = by_whom(
        _("préparer seul, au nom de"),
        null=True,
        blank=True,
        help_text=_(
            "Le reversement échu est préparé sans attendre, au nom de cette personne, qui ne peut "
            "donc pas l'approuver. Vide : chacun est préparé à la main."
        ),
    )
    hold_without_identity = models.BooleanField(
        _("retenir sans identité complète"),
        default=True,
        help_text=_(
            "Raison sociale et SIRET. Ce que Stripe attend de la boutique la retient toujours, si "
            "l'on verse par lui."
        ),
    )
    iban_hold_days = models.PositiveSmallIntegerField(
        _("jours d'attente après un changement d'IBAN"),
        default=7,
        validators=[MaxValueValidator(90)],
        help_text=_(
            "Une seconde personne peut confirmer le compte avant. 0 : sans attente. Ne vaut que "
            "pour les virements SEPA."
        ),
    )
    dispute_hold_cents = models.PositiveIntegerField(
        _("retenir dès ce montant de litiges ouverts (centimes)"),
        null=True,
        blank=True,
        default=10_000,
        help_text=_("La part de la boutique dans les paiements contestés. Vide : jamais."),
    )

    demand_after_runs = models.PositiveSmallIntegerField(
        _("appeler un solde négatif après (relevés)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text=_(
            "Après autant de relevés négatifs de suite, la boutique reçoit un appel de règlement. "
            "Vide : à la main seulement."
        ),
    )
    demand_days = models.PositiveSmallIntegerField(
        _("jours pour régler un solde appelé"), default=30, validators=[MaxValueValidator(365)]
    )

    class Meta:
        verbose_name = _("règles de reversement")
        verbose_name_plural = _("règles de reversement")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="settlement_rules_are_one_row")
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class ShopTerms(models.Model):
    """What was agreed with one shop in place of the association's rules."""

    shop = models.OneToOneField(
        "shops.Shop", models.PROTECT, related_name="terms", verbose_name=_("boutique")
    )
    period = models.CharField(
        _("reversements"),
        max_length=16,
        choices=PERIODS,
        blank=True,
        help_text=_("Vide : comme l'association."),
    )
    weekday = models.SmallIntegerField(
        _("jour de la semaine"), choices=WEEKDAYS, null=True, blank=True
    )

    reserve_rate_bps = models.PositiveIntegerField(
        _("réserve de garantie (points de base)"),
        default=0,
        validators=[MaxValueValidator(10_000)],
        help_text=_("1000 = 10 % des nouvelles ventes, nettes. 0 : pas de réserve."),
    )
    reserve_days = models.PositiveSmallIntegerField(
        _("jours de réserve"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )

    class Meta:
        verbose_name = _("conditions particulières")
        verbose_name_plural = _("conditions particulières")
        ordering = ("shop",)

    def __str__(self) -> str:
        return str(self.shop)


class ShopHold(models.Model):
    """The Office's own decision to pay a shop nothing for the time being, and its end."""

    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="holds", verbose_name=_("boutique")
    )
    reason = models.CharField(
        _("motif"), max_length=200, help_text=_("La boutique le lit sur sa page et son relevé.")
    )
    held_by = by_whom(_("retenu par"))
    held_at = models.DateTimeField(_("retenu le"))
    lifted_by = by_whom(_("levé par"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("levé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("retenue décidée par l'Office")
        verbose_name_plural = _("retenues décidées par l'Office")
        ordering = ("-id",)
        permissions = [("hold_shop", _("Retenir les versements d'une boutique"))]
        constraints = [
            models.UniqueConstraint(
                fields=("shop",), condition=models.Q(lifted_at=None), name="shop_held_once"
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at=None, lifted_by=None)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="hold_lifted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop} · {self.reason}"


class AccountConfirmation(models.Model):
    """A second person's word that a shop's new bank account is the shop's.

    ``event`` is the line of the shop's history that says who changed it. A later change needs
    another confirmation.
    """

    event = models.OneToOneField(
        "shops.ShopEvent", models.PROTECT, related_name="confirmation", verbose_name=_("changement")
    )
    changed_by = by_whom(_("changé par"), null=True)
    confirmed_by = by_whom(_("confirmé par"))
    confirmed_at = models.DateTimeField(_("confirmé le"))
    how = models.CharField(_("vérifié comment"), max_length=200)

    class Meta:
        verbose_name = _("confirmation de compte bancaire")
        verbose_name_plural = _("confirmations de comptes bancaires")
        ordering = ("-id",)
        permissions = [("confirm_account", _("Confirmer un compte bancaire changé"))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(changed_by__isnull=True)
                | ~models.Q(confirmed_by=models.F("changed_by")),
                name="account_confirmed_by_a_second_person",
            )
        ]

    def __str__(self) -> str:
        return str(self.event)


def settlement_rules() -> SettlementRules:
    """Return the association's rules, or the defaults while nobody has decided."""
    return SettlementRules.objects.first() or SettlementRules(id=1)

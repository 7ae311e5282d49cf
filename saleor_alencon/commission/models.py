"""Commission plans: ordered rules, valid from an instant, never edited once published.

What a sale froze is on its order line (``orders``); PostgreSQL refuses to change either.
"""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, validate_slug
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saleor_alencon.domain.commission import Period, Rule, Tier
from saleor_alencon.domain.order_books import TenderKind
from saleor_alencon.domain.shop_orders import DeliveryChoice

HIGHEST_RATE_BPS = 5000
DELIVERIES = [
    (DeliveryChoice.COLLECT.value, _("retrait en boutique")),
    (DeliveryChoice.HOME.value, _("livraison à domicile")),
    (DeliveryChoice.NONE.value, _("sans livraison")),
]
TENDERS = [
    (TenderKind.CARD.value, _("carte bancaire")),
    (TenderKind.GIFT_CHEQUE.value, _("chèque cadeau")),
    (TenderKind.OTHER.value, _("autre moyen de paiement")),
]


def check_period(first_day: Any, last_day: Any) -> None:
    if first_day and last_day and last_day < first_day:
        raise ValidationError({"last_day": _("Le dernier jour est avant le premier.")})


def rate_field(label: Any, help_text: Any = "") -> models.PositiveIntegerField:
    validators = [MaxValueValidator(HIGHEST_RATE_BPS)]
    return models.PositiveIntegerField(label, validators=validators, help_text=help_text)


def names_field(label: Any, help_text: Any = "") -> ArrayField:
    slugs = models.CharField(max_length=255, validators=[validate_slug])
    return ArrayField(slugs, verbose_name=label, default=list, blank=True, help_text=help_text)


class Plan(models.Model):
    """An ordered list of rules. A draft may change; a published plan holds from its instant on,
    until the next one does.
    """

    name = models.CharField(_("nom"), max_length=120)
    valid_from = models.DateTimeField(_("en vigueur le"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("créé le"), editable=False)
    published_at = models.DateTimeField(_("publié le"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("publié par"),
    )

    class Meta:
        verbose_name = _("barème de commission")
        verbose_name_plural = _("barèmes de commission")
        ordering = (models.F("valid_from").desc(nulls_first=True), "-id")
        permissions = [("publish_plan", _("Publier un barème de commission"))]
        constraints = [
            models.UniqueConstraint(fields=("valid_from",), name="one_plan_per_instant"),
            models.CheckConstraint(
                condition=models.Q(published_at=None, valid_from=None)
                | models.Q(published_at__isnull=False, valid_from__isnull=False),
                name="a_published_plan_has_an_instant",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


class Campaign(models.Model):
    """A named period that rules of several plans may share. Added, never edited."""

    name = models.CharField(_("nom"), max_length=80, unique=True)
    first_day = models.DateField(_("premier jour"))
    last_day = models.DateField(_("dernier jour"))

    class Meta:
        verbose_name = _("campagne")
        verbose_name_plural = _("campagnes")
        ordering = ("-first_day", "name")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="campaign_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        check_period(self.first_day, self.last_day)


class CommissionRule(models.Model):
    """One rule of a plan: conditions, all of which must hold, and what is taken per line."""

    plan = models.ForeignKey(
        Plan, models.CASCADE, related_name="rules", verbose_name=_("barème"), editable=False
    )
    rank = models.PositiveIntegerField(_("rang"), editable=False)
    name = models.CharField(
        _("nom"), max_length=80, help_text=_("Le commerçant le lit sur son relevé.")
    )
    shops = names_field(_("boutiques"))
    categories = names_field(
        _("catégories"),
        _("Identifiants de Saleor, séparés par des virgules ; une sous-catégorie a le sien."),
    )
    product_types = names_field(
        _("types de produit"), _("Identifiants de Saleor, séparés par des virgules.")
    )
    deliveries = names_field(_("livraison"))
    tenders = names_field(
        _("moyen de paiement"), _("Celui qui a payé la plus grande part de la commande.")
    )
    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("campagne"),
    )
    first_day = models.DateField(_("premier jour"), null=True, blank=True)
    last_day = models.DateField(_("dernier jour"), null=True, blank=True)
    rate_bps = rate_field(_("taux (points de base)"), _("800 = 8 %."))
    fixed_cents = models.PositiveIntegerField(
        _("part fixe par ligne (centimes)"), default=0, validators=[MaxValueValidator(100_000)]
    )
    minimum_cents = models.PositiveIntegerField(
        _("minimum par ligne (centimes)"), default=0, validators=[MaxValueValidator(100_000)]
    )
    maximum_cents = models.PositiveIntegerField(
        _("maximum par ligne (centimes)"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("règle de commission")
        verbose_name_plural = _("règles de commission")
        ordering = ("plan", "rank")
        constraints = [
            models.UniqueConstraint(
                fields=("plan", "rank"),
                name="one_rule_per_rank",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(fields=("plan", "name"), name="one_rule_per_name"),
            models.CheckConstraint(
                condition=models.Q(rate_bps__lte=HIGHEST_RATE_BPS),
                name="rule_rate_at_most_half",
            ),
            models.CheckConstraint(
                condition=models.Q(maximum_cents=None)
                | models.Q(maximum_cents__gte=models.F("minimum_cents")),
                name="rule_maximum_above_minimum",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        check_period(self.first_day, self.last_day)
        others = CommissionRule.objects.filter(plan_id=self.plan_id, name=self.name)
        if others.exclude(pk=self.pk).exists():
            raise ValidationError({"name": _("Une règle de ce nom existe déjà dans ce barème.")})
        if self.maximum_cents is not None and self.maximum_cents < (self.minimum_cents or 0):
            raise ValidationError({"maximum_cents": _("Le maximum est inférieur au minimum.")})

    def to_domain(self) -> Rule:
        """Return the rule as the domain reasons on it; reads its tiers and campaign."""
        own = Period(self.first_day, self.last_day)
        campaign = self.campaign
        return Rule(
            id=self.pk,
            name=self.name,
            rate_bps=self.rate_bps,
            fixed_cents=self.fixed_cents,
            minimum_cents=self.minimum_cents,
            maximum_cents=self.maximum_cents,
            tiers=tuple(Tier(tier.from_cents, tier.rate_bps) for tier in self.tiers.all()),
            shops=frozenset(self.shops),
            categories=frozenset(self.categories),
            product_types=frozenset(self.product_types),
            deliveries=frozenset(self.deliveries),
            tenders=frozenset(self.tenders),
            campaign=Period(campaign.first_day, campaign.last_day) if campaign else None,
            period=own if self.first_day or self.last_day else None,
        )


class RateTier(models.Model):
    """The rate of a rule for a shop whose turnover of the month before reached an amount."""

    rule = models.ForeignKey(
        CommissionRule, models.CASCADE, related_name="tiers", verbose_name=_("règle")
    )
    from_cents = models.PositiveBigIntegerField(
        _("à partir d'un chiffre d'affaires mensuel de (centimes)"),
        validators=[MinValueValidator(1)],
    )
    rate_bps = rate_field(_("taux (points de base)"), _("800 = 8 %."))

    class Meta:
        verbose_name = _("palier")
        verbose_name_plural = _("paliers selon le chiffre d'affaires du mois précédent")
        ordering = ("rule", "from_cents")
        constraints = [
            models.UniqueConstraint(fields=("rule", "from_cents"), name="one_tier_per_amount"),
            models.CheckConstraint(
                condition=models.Q(rate_bps__lte=HIGHEST_RATE_BPS, from_cents__gte=1),
                name="tier_rate_at_most_half",
            ),
        ]

    def __str__(self) -> str:
        return gettext("palier %(rank)s") % {"rank": self.from_cents}


class MonthlyTurnover(models.Model):
    """What a shop sold in one month of the town's calendar, counted once, for the tiers.

    It is the sum of the lines first seen paid in that month, delivery left out, with VAT, as
    they were sold: a later refund does not lower it.
    """

    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="turnovers", verbose_name=_("boutique")
    )
    month = models.DateField(_("mois"), help_text=_("Son premier jour."))
    turnover_cents = models.BigIntegerField(_("chiffre d'affaires TTC (centimes)"))
    counted_at = models.DateTimeField(_("compté le"))

    class Meta:
        verbose_name = _("chiffre d'affaires mensuel")
        verbose_name_plural = _("chiffres d'affaires mensuels")
        ordering = ("-month", "shop__name")
        constraints = [
            models.UniqueConstraint(fields=("month", "shop"), name="turnover_counted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.shop} · {self.month:%Y-%m}"

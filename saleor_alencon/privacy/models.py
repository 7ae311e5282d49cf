"""How long shoppers' data is kept, and what shoppers ask about it."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

CONTACT_DAYS = 730
"""Two years: the legal guarantee of conformity (Code de la consommation, art. L217-3)."""


class Retention(models.Model):
    """How long the association keeps who bought something; one row."""

    id = models.SmallAutoField(primary_key=True)
    contact_days = models.PositiveSmallIntegerField(
        _("garder les coordonnées des clients (jours)"),
        default=CONTACT_DAYS,
        validators=[MinValueValidator(30)],
        help_text=_(
            "Après la dernière remise d'une commande, son client est effacé ; les montants "
            "restent dix ans avec les livres. 730 jours : la garantie légale de conformité."
        ),
    )

    class Meta:
        verbose_name = _("durée de conservation")
        verbose_name_plural = _("durée de conservation")

    def __str__(self) -> str:
        return _t("%(days)s jours") % {"days": self.contact_days}


class RequestKind(models.TextChoices):
    ERASE = "erase", _("effacement (art. 17)")
    EXPORT = "export", _("copie de ses données (art. 15 et 20)")


class RequestState(models.TextChoices):
    OPEN = "open", _("à traiter")
    WAITING = "waiting", _("effacement commencé")
    DONE = "done", _("traitée")
    REFUSED = "refused", _("refusée")


class PrivacyRequest(models.Model):
    """What a shopper asked, when, and what was done. The address goes once the person is erased."""

    kind = models.CharField(_("demande"), max_length=16, choices=RequestKind.choices)
    email = models.EmailField(_("adresse électronique"), blank=True)
    asked_on = models.DateField(_("reçue le"))
    due_on = models.DateField(
        _("à traiter avant le"),
        help_text=_("Un mois après la demande (RGPD, art. 12, paragraphe 3)."),
    )
    state = models.CharField(
        _("état"), max_length=16, choices=RequestState.choices, default=RequestState.OPEN
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("notée par"),
    )
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("traitée par"),
    )
    done_at = models.DateTimeField(_("traitée le"), null=True, blank=True)
    orders_erased = models.PositiveIntegerField(_("commandes effacées"), default=0)
    orders_kept = models.PositiveIntegerField(
        _("commandes encore gardées"),
        default=0,
        help_text=_("Pas encore remises, ou contestées : effacées dès qu'elles ne le sont plus."),
    )
    refusal = models.CharField(_("motif du refus"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("demande d'un client")
        verbose_name_plural = _("demandes des clients")
        ordering = ("-asked_on", "-id")
        permissions = [("handle_requests", _("Traiter les demandes des clients"))]
        constraints = [
            models.UniqueConstraint(
                fields=("kind", "email"),
                condition=models.Q(state__in=["open", "waiting"]),
                name="privacy_request_open_once",
            )
        ]

    def __str__(self) -> str:
        return _t("demande n° %(number)s") % {"number": self.pk}

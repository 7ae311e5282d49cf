"""Who stands at a counter, on which devices, and what was asked from there, each thing once."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.shops.models import Shop


class Pin(models.Model):
    """A person's short code on a shared tablet, hashed, and the wrong tries since the last right.

    It lets somebody act on a device that is signed in already, and nobody in elsewhere.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="pin", verbose_name=_("utilisateur")
    )
    digest = models.CharField(max_length=128, editable=False)
    set_at = models.DateTimeField(_("choisi le"))
    failed_attempts = models.PositiveIntegerField(_("essais manqués"), default=0)
    blocked_until = models.DateTimeField(_("bloqué jusqu'à"), null=True, blank=True)

    class Meta:
        verbose_name = _("code de comptoir")
        verbose_name_plural = _("codes de comptoir")

    def __str__(self) -> str:
        return str(self.user)


class Device(models.Model):
    """One sign-in on one device. Ended, it keeps who ended it; its session is gone by then."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="devices",
        verbose_name=_("utilisateur"),
    )
    session_key = models.CharField(max_length=40, unique=True, editable=False)
    label = models.CharField(_("appareil"), max_length=120)
    opened_at = models.DateTimeField(_("connecté le"))
    seen_at = models.DateTimeField(_("vu le"))
    ended_at = models.DateTimeField(_("déconnecté le"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("déconnecté par"),
    )

    class Meta:
        verbose_name = _("appareil connecté")
        verbose_name_plural = _("appareils connectés")
        ordering = ("-seen_at", "-id")

    def __str__(self) -> str:
        return f"{self.user} · {self.label}"


class ActionKind(models.TextChoices):
    ACCEPT = "accept", _("accepter")
    READY = "ready", _("prêt")
    UNREADY = "unready", _("remettre en préparation")
    HAND_OVER = "hand_over", _("remettre")
    UNCOLLECTED = "uncollected", _("non retiré")
    REFUSE = "refuse", _("refuser des articles")
    RETURN = "return", _("reprendre des articles")


class Action(models.Model):
    """One thing asked from a counter under a key that the device made, and the answer to it.

    The unique key makes a repeated request get the first answer. Rows are never changed, but that
    the answer goes with the order's shopper.
    """

    key = models.UUIDField(_("clé"), unique=True)
    digest = models.CharField(max_length=64, editable=False)
    shop = models.ForeignKey(
        Shop, models.PROTECT, related_name="desk_actions", verbose_name=_("boutique")
    )
    shop_order = models.ForeignKey(
        ShopOrder,
        models.PROTECT,
        null=True,
        related_name="desk_actions",
        verbose_name=_("commande boutique"),
    )
    kind = models.CharField(_("action"), max_length=16, choices=ActionKind.choices)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("par")
    )
    signed_in = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("compte de l'appareil"),
    )
    made_at = models.DateTimeField(_("faite le"))
    received_at = models.DateTimeField(_("reçue le"))
    done = models.BooleanField(_("faite"))
    answer = models.CharField(_("réponse"), max_length=1000)

    class Meta:
        verbose_name = _("action au comptoir")
        verbose_name_plural = _("actions au comptoir")
        ordering = ("-received_at", "-id")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.shop}"

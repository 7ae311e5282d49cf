"""What happened to a pickup at the counter, and what Saleor must still be told of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saleor_alencon.domain.pickup_steps import PickupStep
from saleor_alencon.orders.models import Order, ShopOrder

STEPS = [
    (PickupStep.ACCEPT, _("accepté")),
    (PickupStep.READY, _("prêt")),
    (PickupStep.UNREADY, _("remis en préparation")),
    (PickupStep.HAND_OVER, _("remis")),
    (PickupStep.UNCOLLECTED, _("non retiré")),
    (PickupStep.REFUSE, _("articles refusés")),
    (PickupStep.RETURN, _("articles rapportés")),
    (PickupStep.SLOT, _("créneau changé")),
    (PickupStep.CANCEL, _("articles annulés")),
    (PickupStep.DELIVER, _("livré")),
    (PickupStep.GIVE_UP, _("demande à Saleor abandonnée")),
]


class PickupEvent(models.Model):
    """One thing done for a shop order: what, by whom, when.

    Rows are added, never changed, but that the detail goes with the order's shopper.
    """

    shop_order = models.ForeignKey(
        ShopOrder, models.PROTECT, related_name="pickup_events", verbose_name=_("commande boutique")
    )
    step = models.CharField(_("action"), max_length=16, choices=STEPS)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("par")
    )
    done_at = models.DateTimeField(_("le"))
    detail = models.CharField(_("détail"), max_length=500, blank=True)
    by_shopper = models.BooleanField(_("par le client lui-même"), default=False)

    class Meta:
        verbose_name = _("action de retrait")
        verbose_name_plural = _("actions de retrait")
        ordering = ("done_at", "id")

    def __str__(self) -> str:
        return f"{self.shop_order} · {self.get_step_display()}"

    @property
    def who(self) -> str:
        """Who did it, in the reader's language."""
        if self.by_shopper:
            return gettext("le client")
        return str(self.done_by or gettext("le système"))


class CommandKind(models.TextChoices):
    FULFIL = "fulfil", _("remettre")
    REFUSE = "refuse", _("refuser des articles")
    RETURN = "return", _("reprendre des articles")


class CommandState(models.TextChoices):
    PENDING = "pending", _("à envoyer")
    DONE = "done", _("faite")
    GIVEN_UP = "given_up", _("abandonnée")


class SaleorCommand(models.Model):
    """Something Saleor must be told, tried until it is done or a person gives it up.

    Each attempt first asks Saleor what is done already, so that repeating one changes nothing.
    ``leased_until`` keeps two workers from the same command.
    """

    kind = models.CharField(_("demande"), max_length=16, choices=CommandKind.choices)
    shop_order = models.ForeignKey(
        ShopOrder,
        models.PROTECT,
        related_name="saleor_commands",
        verbose_name=_("commande boutique"),
    )
    payload = models.JSONField(_("contenu"), default=dict)
    state = models.CharField(
        _("état"), max_length=16, choices=CommandState.choices, default=CommandState.PENDING
    )
    created_at = models.DateTimeField(_("demandée le"))
    done_at = models.DateTimeField(_("faite le"), null=True, blank=True)
    not_before = models.DateTimeField(_("prochain essai"))
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    failed_attempts = models.PositiveIntegerField(_("essais manqués"), default=0)
    reason = models.CharField(_("dernier échec"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("demande à Saleor")
        verbose_name_plural = _("demandes à Saleor")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=("shop_order",),
                name="one_pending_fulfilment",
                condition=models.Q(kind="fulfil", state="pending"),
            )
        ]
        indexes = [
            models.Index(
                fields=("not_before",),
                name="saleor_command_to_send",
                condition=models.Q(state="pending"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.shop_order}"


class OrderAccess(models.Model):
    """A shopper's link that was renewed: ``generation`` is that of the one that opens the order.

    An order without a row has the link of generation 0, which lasts from the sale on.
    """

    order = models.OneToOneField(
        Order,
        models.PROTECT,
        primary_key=True,
        related_name="access",
        verbose_name=_("commande"),
    )
    generation = models.PositiveIntegerField(_("renouvellements"), default=0)
    renewed_at = models.DateTimeField(_("renouvelé le"))

    class Meta:
        verbose_name = _("lien du client")
        verbose_name_plural = _("liens des clients")

    def __str__(self) -> str:
        return str(self.order)

"""Messages to send, what became of each, and who refuses which."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from saleor_alencon.messaging.kinds import Audience, Kind


class Channel(models.TextChoices):
    EMAIL = "email", _("courriel")
    SMS = "sms", _("SMS")


class MessageState(models.TextChoices):
    QUEUED = "queued", _("à envoyer")
    SENDING = "sending", _("envoi en cours")
    SENT = "sent", _("parti")
    FAILED = "failed", _("échoué, sera réessayé")
    UNKNOWN = "unknown", _("issue inconnue")
    GIVEN_UP = "given_up", _("envoi abandonné")
    BOUNCED = "bounced", _("revenu")
    REFUSED = "refused", _("refusé par le destinataire")
    NO_ADDRESS = "no_address", _("sans adresse")
    VOID = "void", _("sans objet")


DUE_STATES = (MessageState.QUEUED, MessageState.FAILED)
OPEN_STATES = (*DUE_STATES, MessageState.SENDING)
TROUBLE_STATES = (
    MessageState.FAILED,
    MessageState.UNKNOWN,
    MessageState.GIVEN_UP,
    MessageState.BOUNCED,
    MessageState.NO_ADDRESS,
)


class Message(models.Model):
    """One message to one recipient, written in the transaction of the event that it tells.

    ``key`` names the event and the recipient: the same event never makes a second message.
    ``facts`` is all that the text says; ``subject``, ``text`` and ``html`` are what was sent,
    kept when it was first composed. ``about`` names what it belongs to, such as ``run:12``.
    """

    key = models.CharField(max_length=160, unique=True, editable=False)
    kind = models.CharField(_("nature"), max_length=24, choices=Kind.choices)
    channel = models.CharField(_("voie"), max_length=8, choices=Channel.choices)
    audience = models.CharField(_("destinataire"), max_length=8, choices=Audience.choices)
    recipient = models.CharField(_("adresse"), max_length=254, blank=True)
    recipient_name = models.CharField(_("nom"), max_length=256, blank=True)
    language = models.CharField(_("langue"), max_length=5, default="fr")
    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("boutique"),
    )  # fmt: skip
    order = models.ForeignKey(
        "orders.Order", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("commande"),
    )  # fmt: skip
    about = models.CharField(max_length=80, blank=True, editable=False)
    facts = models.JSONField(default=dict, editable=False)
    subject = models.CharField(_("objet"), max_length=250, blank=True)
    text = models.TextField(_("texte"), blank=True)
    html = models.TextField(blank=True, editable=False)
    state = models.CharField(
        _("état"), max_length=16, choices=MessageState.choices, default=MessageState.QUEUED
    )
    attempts_count = models.PositiveIntegerField(_("essais"), default=0)
    answer = models.CharField(_("dernière réponse"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("écrit le"))
    not_before = models.DateTimeField(_("prochain essai"))
    useful_until = models.DateTimeField(_("inutile après le"))
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    settled_at = models.DateTimeField(_("réglé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-id",)
        permissions = [("work", _("Renvoyer et classer des messages"))]
        indexes = [
            models.Index(
                fields=("not_before",),
                name="message_to_send",
                condition=models.Q(state__in=["queued", "failed"]),
            ),
            models.Index(
                fields=("leased_until",),
                name="message_under_way",
                condition=models.Q(state="sending"),
            ),
            models.Index(fields=("about",), name="message_about"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.recipient or self.recipient_name}"


class Outcome(models.TextChoices):
    BEGUN = "begun", _("commencé")
    SENT = "sent", _("accepté")
    FAILED = "failed", _("échoué")
    REJECTED = "rejected", _("refusé par le serveur")
    UNKNOWN = "unknown", _("sans réponse")


class Attempt(models.Model):
    """One attempt to send a message: when, and what the server said to it."""

    message = models.ForeignKey(
        Message, models.CASCADE, related_name="attempts", verbose_name=_("message")
    )
    number = models.PositiveIntegerField(_("essai"))
    begun_at = models.DateTimeField(_("commencé le"))
    ended_at = models.DateTimeField(_("fini le"), null=True, blank=True)
    outcome = models.CharField(
        _("issue"), max_length=16, choices=Outcome.choices, default=Outcome.BEGUN
    )
    answer = models.CharField(_("réponse du serveur"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("essai d'envoi")
        verbose_name_plural = _("essais d'envoi")
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=("message", "number"), name="message_attempt_once")
        ]

    def __str__(self) -> str:
        return f"{self.message_id} · {self.number}"


class OptOut(models.Model):
    """An address that refuses a kind of message, since when."""

    address = models.CharField(_("adresse"), max_length=254)
    kind = models.CharField(_("nature"), max_length=24, choices=Kind.choices)
    since = models.DateTimeField(_("depuis le"))

    class Meta:
        verbose_name = _("refus de message")
        verbose_name_plural = _("refus de messages")
        ordering = ("-since",)
        constraints = [models.UniqueConstraint(fields=("address", "kind"), name="opt_out_once")]

    def __str__(self) -> str:
        return f"{self.address} · {self.get_kind_display()}"

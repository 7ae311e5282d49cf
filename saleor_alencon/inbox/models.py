"""Documents that Saleor's capture plugin leaves for the Office; also written by plain SQL."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class InboxState(models.TextChoices):
    PENDING = "pending", _("à traiter")
    DONE = "done", _("traité")
    STALE = "stale", _("déjà dépassé")
    REJECTED = "rejected", _("mis de côté")


class InboxDocument(models.Model):
    """One OrderSnapshot as received. The text is kept as it came, right or wrong."""

    order_id = models.CharField(_("commande Saleor"), max_length=64)
    version = models.IntegerField(_("version"))
    captured_at = models.DateTimeField(_("capturé le"))
    payload = models.TextField(_("document"))
    digest = models.CharField(_("empreinte"), max_length=64)
    source = models.CharField(_("source"), max_length=16)
    received_at = models.DateTimeField(_("reçu le"), db_default=Now(), editable=False)
    state = models.CharField(
        _("état"), max_length=16, choices=InboxState.choices, db_default=InboxState.PENDING
    )
    reason = models.TextField(_("raison"), db_default="", blank=True)
    failed_attempts = models.IntegerField(_("essais manqués"), db_default=0)
    not_before = models.DateTimeField(_("pas avant"), null=True, blank=True)
    processed_at = models.DateTimeField(_("traité le"), null=True, blank=True)
    erased_at = models.DateTimeField(_("client effacé le"), null=True, blank=True, editable=False)

    class Meta:
        db_table = "inbox_document"
        verbose_name = _("document reçu")
        verbose_name_plural = _("documents reçus")
        ordering = ("-id",)
        permissions = [("replay_inboxdocument", _("Rejouer un document mis de côté"))]
        indexes = [
            models.Index(fields=("order_id", "-id"), name="inbox_by_order"),
            models.Index(
                fields=("captured_at", "id"),
                name="inbox_waiting",
                condition=models.Q(state="pending"),
            ),
            models.Index(
                fields=("-id",), name="inbox_rejected", condition=models.Q(state="rejected")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} · {self.captured_at:%Y-%m-%d %H:%M:%S}"


class ErasureCause(models.TextChoices):
    SCHEDULE = "schedule", _("durée de conservation atteinte")
    REQUEST = "request", _("demande de la personne")


class ErasedOrder(models.Model):
    """An order whose shopper was erased, by Saleor's id: no later snapshot brings the person back.

    The journal of erasures, which says nothing of what was erased. Rows are added, never changed,
    but for what became of the order in Saleor.
    """

    order_id = models.CharField(_("commande Saleor"), max_length=64, unique=True)
    number = models.CharField(_("numéro"), max_length=32, blank=True)
    cause = models.CharField(_("cause"), max_length=16, choices=ErasureCause.choices)
    request_id = models.BigIntegerField(_("demande"), null=True, blank=True)
    erased_at = models.DateTimeField(_("effacée le"))
    in_saleor_at = models.DateTimeField(_("effacée dans Saleor le"), null=True, blank=True)
    saleor_refusal = models.CharField(_("refus de Saleor"), max_length=300, blank=True)

    class Meta:
        db_table = "inbox_erasedorder"
        verbose_name = _("effacement")
        verbose_name_plural = _("effacements")
        ordering = ("-erased_at", "-id")

    def __str__(self) -> str:
        return self.number or self.order_id


class InboxWatermark(models.Model):
    """How far a sweep of Saleor has come. Written by the capture plugin."""

    name = models.CharField(primary_key=True, max_length=64)
    position = models.DateTimeField()

    class Meta:
        db_table = "inbox_watermark"
        verbose_name = _("repère de balayage")
        verbose_name_plural = _("repères de balayage")

    def __str__(self) -> str:
        return f"{self.name} {self.position:%Y-%m-%d %H:%M:%S}"

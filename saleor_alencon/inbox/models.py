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

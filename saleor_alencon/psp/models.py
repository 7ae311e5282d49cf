"""A mirror of what the payment provider says, and what the Office asked of it.

Rows of the mirror are written by fetching only. What follows from them is in the ledger.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FetchState(models.Model):
    """How far the provider's movements were read. One row.

    An unfinished reading goes on after ``page_after``; a finished one leaves it empty.
    ``complete_at`` is when the latest finished reading began: everything older was seen.
    """

    id = models.SmallAutoField(primary_key=True)
    reached = models.BigIntegerField(null=True)
    page_after = models.CharField(max_length=64, blank=True)
    page_newest = models.BigIntegerField(null=True)
    begun_at = models.DateTimeField(null=True)
    complete_at = models.DateTimeField(_("lu jusqu'au"), null=True)
    balance_cents = models.BigIntegerField(_("solde chez le prestataire (centimes)"), null=True)

    class Meta:
        verbose_name = _("lecture")
        verbose_name_plural = _("lectures")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="fetch_state_is_one_row")
        ]

    def __str__(self) -> str:
        return str(self.complete_at)


class BalanceTransaction(models.Model):
    """One movement of the balance at the provider, as it says it: net = amount - fee.

    ``posted_at`` is when the books took it into account, with the rules frozen beside it;
    ``counted_digest`` names the state of its order by which the bearers were last determined.
    """

    provider_id = models.CharField(_("identifiant"), max_length=64, unique=True)
    kind = models.CharField(_("nature"), max_length=40)
    amount_cents = models.BigIntegerField(_("montant (centimes)"))
    fee_cents = models.BigIntegerField(_("frais (centimes)"))
    currency = models.CharField(_("devise"), max_length=3)
    created_at = models.DateTimeField(_("date"), db_index=True)
    available_at = models.DateTimeField(_("disponible le"), null=True)
    source = models.CharField(_("objet"), max_length=64, blank=True, db_index=True)
    related = models.CharField(_("objet lié"), max_length=64, blank=True)
    payment_intent = models.CharField(_("paiement"), max_length=64, blank=True, db_index=True)
    saleor_transaction = models.CharField(max_length=128, blank=True)
    payout_reference = models.CharField(max_length=64, blank=True)
    provider_payout = models.ForeignKey(
        "psp.ProviderPayout", models.PROTECT, null=True, blank=True, related_name="movements",
        verbose_name=_("versement"),
    )  # fmt: skip
    tender = models.ForeignKey(
        "orders.Tender", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("moyen de paiement"),
    )  # fmt: skip
    fee_shop_bps = models.PositiveIntegerField(null=True)
    refund_fee_shop_bps = models.PositiveIntegerField(null=True)
    taken_shop_bps = models.PositiveIntegerField(null=True)
    counted_digest = models.CharField(max_length=64, blank=True)
    posted_at = models.DateTimeField(_("comptabilisé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("mouvement chez le prestataire")
        verbose_name_plural = _("mouvements chez le prestataire")
        ordering = ("-created_at", "-id")
        permissions = [("fetch", _("Lire le prestataire de paiement"))]
        indexes = [
            models.Index(
                fields=("created_at", "id"),
                name="movement_to_post",
                condition=models.Q(posted_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.provider_id

    @property
    def net_cents(self) -> int:
        return self.amount_cents - self.fee_cents


class ProviderPayout(models.Model):
    """Money that the provider sent, or sends, to the association's bank account."""

    provider_id = models.CharField(_("identifiant"), max_length=64, unique=True)
    amount_cents = models.BigIntegerField(_("montant (centimes)"))
    status = models.CharField(_("état"), max_length=20)
    automatic = models.BooleanField(_("automatique"))
    created_at = models.DateTimeField(_("créé le"))
    arrival_on = models.DateField(_("à la banque le"))
    failure = models.CharField(_("motif de l'échec"), max_length=200, blank=True)
    composed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("versement à la banque")
        verbose_name_plural = _("versements à la banque")
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.provider_id


class Dispute(models.Model):
    """A payment that the shopper's bank disputes."""

    provider_id = models.CharField(_("identifiant"), max_length=64, unique=True)
    payment_intent = models.CharField(_("paiement"), max_length=64)
    amount_cents = models.BigIntegerField(_("montant (centimes)"))
    status = models.CharField(_("état"), max_length=32)
    reason = models.CharField(_("motif"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("ouvert le"))
    answer_by = models.DateTimeField(_("répondre avant le"), null=True)
    order = models.ForeignKey(
        "orders.Order", models.PROTECT, null=True, blank=True, related_name="disputes",
        verbose_name=_("commande"),
    )  # fmt: skip
    lost_posted_at = models.DateTimeField(_("perte comptabilisée le"), null=True, blank=True)

    class Meta:
        verbose_name = _("litige")
        verbose_name_plural = _("litiges")
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.provider_id


class TransferState(models.TextChoices):
    PREPARED = "prepared", _("sans réponse")
    SENT = "sent", _("envoyé")
    REFUSED = "refused", _("refusé")
    REVERSED = "reversed", _("repris")


class Transfer(models.Model):
    """One attempt to pay a payout by the provider. Its key is stored before the call is made.

    The same key is used until the provider's answer is known: it makes one transfer of them all.
    """

    payout = models.ForeignKey(
        "settlement.Payout", models.PROTECT, related_name="transfers", verbose_name=_("virement")
    )
    attempt = models.PositiveSmallIntegerField(_("essai"))
    key = models.CharField(max_length=80, unique=True)
    state = models.CharField(
        _("état"), max_length=16, choices=TransferState.choices, default=TransferState.PREPARED
    )
    provider_id = models.CharField(
        _("identifiant"), max_length=64, unique=True, null=True, blank=True
    )
    prepared_at = models.DateTimeField(_("préparé le"))
    answered_at = models.DateTimeField(_("réponse le"), null=True, blank=True)
    refusal = models.CharField(_("motif du refus"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("transfert")
        verbose_name_plural = _("transferts")
        ordering = ("payout", "attempt")
        constraints = [
            models.UniqueConstraint(fields=("payout", "attempt"), name="transfer_attempt_once"),
            models.UniqueConstraint(
                fields=("payout",),
                condition=models.Q(state="prepared"),
                name="one_open_attempt_per_payout",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["sent", "reversed"])
                | models.Q(provider_id__isnull=False),
                name="sent_transfer_has_its_id",
            ),
        ]

    def __str__(self) -> str:
        return self.key

"""The append-only ledger. PostgreSQL, not this module, keeps it balanced and unchanged.

Rows are written by :func:`saleor_alencon.ledger.services.transactions_post` only: the triggers
of migration 0003 refuse a transaction that does not come with its entries in one statement.
Amounts are signed cents: a debit is positive, a credit negative.
"""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saleor_alencon.domain.accounts import PLAN, AccountKind


class Account(models.Model):
    """One account, of the association (no shop) or of one shop."""

    kind = models.CharField(
        _("nature"),
        max_length=32,
        choices=[(kind.value, _(PLAN[kind].label)) for kind in AccountKind],
    )
    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, null=True, blank=True, verbose_name=_("boutique")
    )
    currency = models.CharField(_("devise"), max_length=3, default="EUR")

    class Meta:
        verbose_name = _("compte")
        verbose_name_plural = _("comptes")
        ordering = ("kind", "shop")
        constraints = [
            models.UniqueConstraint(
                fields=("kind", "shop", "currency"), nulls_distinct=False, name="account_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}" + (f" · {self.shop}" if self.shop_id else "")

    @property
    def number(self) -> str:
        return PLAN[AccountKind(self.kind)].number

    @property
    def label(self) -> str:
        return gettext(PLAN[AccountKind(self.kind)].label)


class TransactionKind(models.TextChoices):
    CHARGE = "charge", _("encaissement")
    REFUND = "refund", _("remboursement")
    COMMISSION = "commission", _("commission")
    RELEASE = "release", _("libération")
    HOLD_AGAIN = "hold_again", _("remise sous garde")
    PAYOUT = "payout", _("virement approuvé")
    PAYOUT_EXECUTED = "payout_executed", _("virement exécuté")
    PAYOUT_RETURNED = "payout_returned", _("virement retourné")
    PSP_FEE = "psp_fee", _("frais du prestataire")
    PSP_FEE_MOVED = "psp_fee_moved", _("frais après remboursement")
    DISPUTE_OPENED = "dispute_opened", _("litige ouvert")
    DISPUTE_FEE = "dispute_fee", _("frais de litige")
    DISPUTE_WON = "dispute_won", _("litige gagné")
    DISPUTE_LOST = "dispute_lost", _("litige perdu")
    PSP_PAYOUT = "psp_payout", _("versement à la banque")
    PSP_PAYOUT_BACK = "psp_payout_back", _("versement revenu")
    DUES = "dues", _("cotisation appelée")
    DUES_PAID = "dues_paid", _("cotisation payée")
    DUES_WITHHELD = "dues_withheld", _("cotisation retenue")
    DUES_CANCELLED = "dues_cancelled", _("cotisation annulée")
    CHEQUES_SOLD = "cheques_sold", _("chèques cadeaux vendus")
    CHEQUE_REDEEMED = "cheque_redeemed", _("chèque cadeau encaissé en boutique")
    CHEQUE_GIVEN_BACK = "cheque_given_back", _("encaissement de chèque cadeau annulé")
    CHEQUE_EXPIRED = "cheque_expired", _("chèque cadeau périmé")
    CHEQUE_REFUNDED = "cheque_refunded", _("chèque cadeau remboursé")
    ADJUSTMENT = "adjustment", _("régularisation")
    RESERVE_WITHHELD = "reserve_withheld", _("mise en réserve")
    RESERVE_RELEASED = "reserve_released", _("réserve libérée")
    RESERVE_CANCELLED = "reserve_cancelled", _("mise en réserve annulée")
    DEMAND = "demand", _("solde négatif appelé")
    DEMAND_PAID = "demand_paid", _("appel de règlement payé")
    DEMAND_WITHHELD = "demand_withheld", _("appel de règlement retenu")
    DEMAND_CANCELLED = "demand_cancelled", _("appel de règlement annulé")


SHOP_CHEQUES = (TransactionKind.CHEQUE_REDEEMED, TransactionKind.CHEQUE_GIVEN_BACK)
"""Gift cheques that a shop took at its counter, and those that were given back."""
SHOP_FEES = (TransactionKind.PSP_FEE, TransactionKind.PSP_FEE_MOVED)
"""The provider's fees, as far as entries on a shop order's accounts have them."""
SHOP_DISPUTES = (TransactionKind.DISPUTE_OPENED, TransactionKind.DISPUTE_WON)
"""Disputed money withheld from a shop, and given back."""
SHOP_COSTS = (*SHOP_FEES, *SHOP_DISPUTES, TransactionKind.DISPUTE_FEE)
"""All that a shop order bears besides the commission."""


class Transaction(models.Model):
    """A balanced set of entries. ``(kind, source_id)`` is unique: posting twice posts nothing.

    ``subject`` names what the transaction is about within its order (a tender, the order), so
    that the difference with a newer snapshot can be found.
    """

    kind = models.CharField(_("nature"), max_length=32, choices=TransactionKind.choices)
    source_id = models.CharField(_("origine"), max_length=200)
    subject = models.CharField(_("objet"), max_length=128, blank=True)
    order = models.ForeignKey(
        "orders.Order", models.PROTECT, null=True, blank=True, verbose_name=_("commande")
    )
    occurred_at = models.DateTimeField(_("date de l'opération"))
    posted_at = models.DateTimeField(_("date d'écriture"))
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("corrige")
    )
    reason = models.CharField(_("motif"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("écriture")
        verbose_name_plural = _("écritures")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=("kind", "source_id"), name="transaction_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class Entry(models.Model):
    """One leg of a transaction: a signed, non-zero amount on an account."""

    transaction = models.ForeignKey(
        Transaction, models.PROTECT, related_name="entries", verbose_name=_("écriture")
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="entries", verbose_name=_("compte")
    )
    amount_cents = models.BigIntegerField(_("montant (centimes)"))
    shop_order = models.ForeignKey(
        "orders.ShopOrder",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("commande boutique"),
    )

    class Meta:
        verbose_name = _("ligne d'écriture")
        verbose_name_plural = _("lignes d'écriture")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_cents=0), name="entry_not_zero")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount_cents}"

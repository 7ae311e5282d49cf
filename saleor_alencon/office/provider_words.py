"""The payment provider's words in the language of the page; one that is not known stays.

Sources: docs.stripe.com/reports/balance-transaction-types, docs.stripe.com/api/disputes/object,
docs.stripe.com/api/payouts/object.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saleor_alencon.psp.kinds import DISPUTE_PREFIXES

Words = dict[str, str | Promise]

MOVEMENTS: Words = {
    "charge": _("paiement"),
    "payment": _("paiement par prélèvement"),
    "refund": _("remboursement"),
    "payment_refund": _("remboursement d'un prélèvement"),
    "refund_failure": _("remboursement revenu"),
    "payment_failure_refund": _("prélèvement rejeté"),
    "adjustment": _("ajustement"),
    "transfer": _("transfert à une boutique"),
    "transfer_refund": _("transfert repris"),
    "transfer_cancel": _("transfert annulé"),
    "transfer_failure": _("transfert échoué"),
    "payout": _("versement à la banque"),
    "payout_failure": _("versement revenu"),
    "payout_cancel": _("versement annulé"),
    "stripe_fee": _("frais de Stripe"),
    "stripe_fx_fee": _("frais de change"),
    "tax_fee": _("taxe sur les frais"),
    "network_cost": _("frais du réseau"),
    "topup": _("approvisionnement"),
    "reserve_transaction": _("réserve"),
}
DISPUTE_TAKEN = _("litige, somme reprise")
DISPUTE_BACK = _("litige, somme rendue")

DISPUTES: Words = {
    "needs_response": _("à répondre"),
    "under_review": _("à l'étude"),
    "won": _("gagné"),
    "lost": _("perdu"),
    "warning_needs_response": _("demande à répondre"),
    "warning_under_review": _("demande à l'étude"),
    "warning_closed": _("demande close"),
    "prevented": _("évité"),
}
REASONS: Words = {
    "bank_cannot_process": _("la banque ne peut pas traiter"),
    "check_returned": _("chèque retourné"),
    "credit_not_processed": _("remboursement attendu"),
    "customer_initiated": _("à la demande du client"),
    "debit_not_authorized": _("prélèvement non autorisé"),
    "duplicate": _("payé deux fois"),
    "fraudulent": _("fraude"),
    "general": _("sans précision"),
    "incorrect_account_details": _("coordonnées inexactes"),
    "insufficient_funds": _("provision insuffisante"),
    "noncompliant": _("non conforme aux règles du réseau"),
    "product_not_received": _("article non reçu"),
    "product_unacceptable": _("article non conforme"),
    "subscription_canceled": _("abonnement résilié"),
    "unrecognized": _("paiement non reconnu"),
}
PAYOUTS: Words = {
    "pending": _("en préparation"),
    "in_transit": _("en route"),
    "paid": _("à la banque"),
    "failed": _("échoué"),
    "canceled": _("abandonné"),
}


def word(words: Words, name: str) -> str:
    """Return the word for one of Stripe's names, or the name itself."""
    return str(words.get(name, name))


def movement_word(kind: str, source: str, amount_cents: int) -> str:
    """Return what a movement is; a dispute is an adjustment at Stripe, known by its source."""
    if kind == "adjustment" and source.startswith(DISPUTE_PREFIXES):
        return str(DISPUTE_TAKEN if amount_cents < 0 else DISPUTE_BACK)
    return word(MOVEMENTS, kind)

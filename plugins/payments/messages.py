"""What a shopper is told, in the language of the basket; French where there is no other."""

MESSAGES = {
    "unavailable": {
        "fr": "Le paiement n'est pas disponible en ce moment : réessayez dans un instant.",
        "en": "Payment is not available at the moment: try again in a moment.",
    },
    "refused": {
        "fr": "Le paiement a été refusé : {detail}",
        "en": "The payment was refused: {detail}",
    },
    "data": {
        "fr": "Les données du paiement ne sont pas lisibles : {detail}.",
        "en": "The payment's data cannot be read: {detail}.",
    },
    "currency": {
        "fr": "Seuls les paiements en euros, au centime près, sont acceptés.",
        "en": "Only payments in euros, exact to the cent, are accepted.",
    },
    "paid": {
        "fr": "Ce panier est déjà payé : validez la commande, ne payez pas une seconde fois.",
        "en": "This basket is already paid: confirm the order, do not pay a second time.",
    },
    "total": {
        "fr": "Il reste {left} € à payer pour ce panier, et non {asked} € : rechargez la page.",
        "en": "{left} € are left to pay for this basket, not {asked} €: reload the page.",
    },
    "canceled": {
        "fr": "Ce paiement a été abandonné ou remplacé par un autre : recommencez le paiement.",
        "en": "This payment was given up or replaced by another one: pay again.",
    },
    "unknown": {
        "fr": "Ce paiement n'a pas été commencé ici : recommencez le paiement.",
        "en": "This payment was not begun here: pay again.",
    },
    "asking": {
        "fr": "La banque n'a pas encore confirmé : ne payez pas une seconde fois, patientez.",
        "en": "The bank has not confirmed yet: do not pay a second time, wait a moment.",
    },
    "processing": {
        "fr": "Le paiement est en cours ; la banque le confirmera dans les prochains jours.",
        "en": "The payment is under way; the bank will confirm it in the next days.",
    },
    "unfinished": {
        "fr": "Le paiement n'est pas terminé.",
        "en": "The payment is not finished.",
    },
}

STAFF_MESSAGES = {
    "charged": "Paid by {method}.",
    "nothing_to_capture": "Stripe charges at once: there is nothing to capture.",
    "not_charged": "Stripe has not charged this payment.",
    "not_cancelable": "Stripe cannot cancel this payment any more: refund it.",
    "refund_failed": "Stripe: the refund failed ({detail}).",
    "refund_refused": "Stripe refuses the refund ({detail}).",
    "delayed_failed": "The bank refused the payment ({detail}).",
    "dispute": "Dispute {detail}: the bank took the money back.",
    "dispute_won": "Dispute won: the bank gave the money back.",
    "dashboard": "Refunded in Stripe's dashboard.",
    "no_order": "No order came of the paid basket: the shopper gets the money back.",
    "paid_twice": "Paid more than the order's total: the shopper gets the excess back.",
}


def message(code: str, language: str, **words: str) -> str:
    """Return the shopper's text of a code in a language (``fr``, ``en-gb``...)."""
    texts = MESSAGES[code]
    return texts.get(language.split("-")[0].lower(), texts["fr"]).format(**words)


def staff_message(code: str, **words: str) -> str:
    """Return what Saleor's staff read beside a transaction's event (Saleor's own are English)."""
    return STAFF_MESSAGES[code].format(**words)

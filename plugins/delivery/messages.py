"""What a shopper is told, in the checkout's language; French where there is no other."""

MESSAGES = {
    "malformed": {
        "fr": "Les choix de livraison ne sont pas lisibles : {detail}.",
        "en": "The delivery choices cannot be read: {detail}.",
    },
    "not_in_basket": {
        "fr": "La boutique « {shop} » n'a rien dans ce panier : retirez son choix de livraison.",
        "en": "The shop “{shop}” has nothing in this basket: remove its delivery choice.",
    },
    "no_pickup": {
        "fr": "{shop} ne propose pas le retrait en ce moment : choisissez la livraison.",
        "en": "{shop} offers no collection at the moment: choose home delivery.",
    },
    "not_delivered": {
        "fr": "Pour faire livrer {shop}, choisissez la livraison à domicile pour le panier.",
        "en": "To have {shop} delivered, choose home delivery for the basket.",
    },
    "slot_gone": {
        "fr": "Le créneau choisi chez {shop} n'est plus proposé : choisissez-en un autre, puis "
        "validez à nouveau. Votre paiement reste valable.",
        "en": "The slot chosen at {shop} is no longer offered: choose another one, then confirm "
        "again. Your payment stays valid.",
    },
    "no_hours": {
        "fr": "{shop} n'a pas publié ses horaires : laissez le créneau libre.",
        "en": "{shop} has not published its hours: leave the slot open.",
    },
}


def message(code: str, language: str, **words: str) -> str:
    """Return the text of a code in a language (``fr``, ``en-gb``...)."""
    texts = MESSAGES[code]
    return texts.get(language.split("-")[0].lower(), texts["fr"]).format(**words)

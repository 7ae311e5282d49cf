"""The kinds of messages, and the rules of each: to whom, refusable or not, what when in doubt."""

import datetime
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    SHOPPER = "shopper", _("client")
    SHOP = "shop", _("boutique")
    OFFICE = "office", _("Office")


class Kind(models.TextChoices):
    ORDER_RECEIVED = "order_received", _("commande reçue par les boutiques")
    READY = "ready", _("retrait prêt")
    ALL_READY = "all_ready", _("tous les retraits prêts")
    REMINDER = "reminder", _("rappel de retrait")
    UNCOLLECTED = "uncollected", _("retrait non retiré")
    REFUND = "refund", _("remboursement au client")
    LINK = "link", _("lien de la commande, demandé")
    WITHDRAWAL = "withdrawal", _("accusé de rétractation")
    WITHDRAWAL_SHOP = "withdrawal_shop", _("rétractation à traiter, à la boutique")
    WITHDRAWAL_OFFICE = "withdrawal_office", _("rétractation à traiter, à l'Office")
    SHOP_ORDER = "shop_order", _("nouvelle commande pour la boutique")
    STATEMENT = "statement", _("relevé de la boutique")
    PAYOUT = "payout", _("avis de virement")
    PAYOUT_RETURNED = "payout_returned", _("virement non arrivé")
    DEMAND = "demand", _("appel de règlement par courriel")
    DUES = "dues", _("appel de cotisation par courriel")
    IDENTITY_REQUEST = "identity_request", _("identité fiscale à compléter")
    DAC7_NOTICE = "dac7_notice", _("récapitulatif DAC7 par courriel")
    RUN_TO_APPROVE = "run_to_approve", _("reversement à approuver")


@dataclass(frozen=True)
class Rules:
    """What holds for every message of a kind.

    ``refusable``: the recipient may refuse the kind; all others belong to a sale, a contract or
    an accounting duty (no consent is asked for them: RGPD, art. 6, 1, b and c).
    ``resent_in_doubt``: sent once more when nobody knows whether it left, under the same
    Message-ID; else it is left, because a second copy would harm more than none.
    ``useful_for``: after that long it is not sent any more.
    """

    audience: Audience
    refusable: bool = False
    resent_in_doubt: bool = True
    by_sms: bool = False
    useful_for: datetime.timedelta = datetime.timedelta(days=30)


DAY = datetime.timedelta(days=1)
RULES: dict[Kind, Rules] = {
    Kind.ORDER_RECEIVED: Rules(Audience.SHOPPER, useful_for=7 * DAY),
    Kind.READY: Rules(Audience.SHOPPER, by_sms=True, useful_for=7 * DAY),
    Kind.ALL_READY: Rules(Audience.SHOPPER, by_sms=True, useful_for=7 * DAY),
    Kind.REMINDER: Rules(
        Audience.SHOPPER, refusable=True, resent_in_doubt=False, by_sms=True, useful_for=2 * DAY
    ),
    Kind.UNCOLLECTED: Rules(Audience.SHOPPER, useful_for=7 * DAY),
    Kind.REFUND: Rules(Audience.SHOPPER, useful_for=14 * DAY),
    Kind.LINK: Rules(Audience.SHOPPER, useful_for=2 * DAY),
    Kind.WITHDRAWAL: Rules(Audience.SHOPPER, useful_for=90 * DAY),
    Kind.WITHDRAWAL_SHOP: Rules(Audience.SHOP, useful_for=90 * DAY),
    Kind.WITHDRAWAL_OFFICE: Rules(Audience.OFFICE, useful_for=90 * DAY),
    Kind.SHOP_ORDER: Rules(Audience.SHOP, useful_for=7 * DAY),
    Kind.STATEMENT: Rules(Audience.SHOP, useful_for=90 * DAY),
    Kind.PAYOUT: Rules(Audience.SHOP, refusable=True, resent_in_doubt=False, useful_for=14 * DAY),
    Kind.PAYOUT_RETURNED: Rules(Audience.SHOP, useful_for=30 * DAY),
    Kind.DEMAND: Rules(Audience.SHOP, useful_for=90 * DAY),
    Kind.DUES: Rules(Audience.SHOP, useful_for=90 * DAY),
    Kind.IDENTITY_REQUEST: Rules(Audience.SHOP, useful_for=90 * DAY),
    Kind.DAC7_NOTICE: Rules(Audience.SHOP, useful_for=90 * DAY),
    Kind.RUN_TO_APPROVE: Rules(Audience.OFFICE, useful_for=14 * DAY),
}
assert RULES.keys() == set(Kind)

"""The accounts of the ledger and their place in the French plan comptable.

Numbers: plan comptable général (ANC 2014-03) with the associations' supplement (ANC 2018-06).
Amounts on the ledger are signed: a debit is positive, a credit negative.
"""

from dataclasses import dataclass
from enum import StrEnum


class AccountKind(StrEnum):
    """What an account is for. Kinds that start with ``shop_`` exist once per shop."""

    PSP_CLEARING = "psp_clearing"
    BANK = "bank"
    PAYOUT_TRANSIT = "payout_transit"
    SHOP_HOLD = "shop_hold"
    SHOP_AVAILABLE = "shop_available"
    SHOP_RECEIVABLE = "shop_receivable"
    SHOP_RESERVE = "shop_reserve"
    COMMISSION_REVENUE = "commission_revenue"
    COMMISSION_VAT = "commission_vat"
    PSP_FEES = "psp_fees"
    DELIVERY_REVENUE = "delivery_revenue"
    GIFT_CHEQUE_LIABILITY = "gift_cheque_liability"
    GIFT_CHEQUES_EXPIRED = "gift_cheques_expired"
    OTHER_TENDER_CLEARING = "other_tender_clearing"
    SHOPPER_CREDIT = "shopper_credit"
    DUES_REVENUE = "dues_revenue"
    DISPUTES_PENDING = "disputes_pending"
    DISPUTE_LOSSES = "dispute_losses"
    GOODWILL = "goodwill"
    ADJUSTMENT_COSTS = "adjustment_costs"
    ADJUSTMENT_REVENUE = "adjustment_revenue"


def gettext_noop(text: str) -> str:
    """Mark a French text for the catalogues: pages translate it, documents print it as it is."""
    return text


@dataclass(frozen=True)
class PlanEntry:
    """One line of the table: the plan comptable's number and the label in French."""

    number: str
    label: str


PLAN: dict[AccountKind, PlanEntry] = {
    AccountKind.PSP_CLEARING: PlanEntry(
        "517100", gettext_noop("Prestataire de paiement, encaissements")
    ),
    AccountKind.BANK: PlanEntry("512100", gettext_noop("Banque")),
    AccountKind.PAYOUT_TRANSIT: PlanEntry(
        "511500", gettext_noop("Virements aux boutiques en cours")
    ),
    AccountKind.SHOP_HOLD: PlanEntry("467100", gettext_noop("Boutiques, fonds détenus")),
    AccountKind.SHOP_AVAILABLE: PlanEntry("467200", gettext_noop("Boutiques, solde disponible")),
    AccountKind.SHOP_RECEIVABLE: PlanEntry("467300", gettext_noop("Boutiques, sommes à recouvrer")),
    AccountKind.SHOP_RESERVE: PlanEntry("467400", gettext_noop("Boutiques, réserves de garantie")),
    AccountKind.COMMISSION_REVENUE: PlanEntry("706100", gettext_noop("Commissions sur ventes")),
    AccountKind.COMMISSION_VAT: PlanEntry("445710", gettext_noop("TVA collectée sur commissions")),
    AccountKind.PSP_FEES: PlanEntry("627800", gettext_noop("Frais du prestataire de paiement")),
    AccountKind.DELIVERY_REVENUE: PlanEntry("708500", gettext_noop("Frais de livraison facturés")),
    AccountKind.GIFT_CHEQUE_LIABILITY: PlanEntry(
        "419700", gettext_noop("Chèques cadeaux à honorer")
    ),
    AccountKind.GIFT_CHEQUES_EXPIRED: PlanEntry("758100", gettext_noop("Chèques cadeaux périmés")),
    AccountKind.OTHER_TENDER_CLEARING: PlanEntry(
        "517900", gettext_noop("Autres moyens de paiement")
    ),
    AccountKind.SHOPPER_CREDIT: PlanEntry("419100", gettext_noop("Clients, trop-perçus à rendre")),
    AccountKind.DUES_REVENUE: PlanEntry("756100", gettext_noop("Cotisations")),
    AccountKind.DISPUTES_PENDING: PlanEntry("467800", gettext_noop("Litiges en cours")),
    AccountKind.DISPUTE_LOSSES: PlanEntry("658100", gettext_noop("Pertes sur litiges")),
    AccountKind.GOODWILL: PlanEntry("658200", gettext_noop("Gestes commerciaux")),
    AccountKind.ADJUSTMENT_COSTS: PlanEntry(
        "658800", gettext_noop("Régularisations en faveur des boutiques")
    ),
    AccountKind.ADJUSTMENT_REVENUE: PlanEntry(
        "758800", gettext_noop("Régularisations à la charge des boutiques")
    ),
}

"""The journals that the books are kept in: which one each kind of transaction belongs to."""

from saleor_alencon.domain.accounts import PlanEntry
from saleor_alencon.ledger.models import TransactionKind

# Code and label, in French whoever reads: an accountant's file has them.
OPENING = PlanEntry("AN", "À nouveaux")
COLLECTED = PlanEntry("EN", "Encaissements et remboursements")
COMMISSIONS = PlanEntry("CO", "Commissions")
SETTLEMENT = PlanEntry("RV", "Reversements aux boutiques")
DUES = PlanEntry("CT", "Cotisations")
CHEQUES = PlanEntry("CC", "Chèques cadeaux")
PROVIDER = PlanEntry("PP", "Prestataire de paiement")
OTHER = PlanEntry("OD", "Opérations diverses")

JOURNALS: dict[str, PlanEntry] = {
    TransactionKind.CHARGE: COLLECTED,
    TransactionKind.REFUND: COLLECTED,
    TransactionKind.COMMISSION: COMMISSIONS,
    TransactionKind.PAYOUT: SETTLEMENT,
    TransactionKind.PAYOUT_EXECUTED: SETTLEMENT,
    TransactionKind.PAYOUT_RETURNED: SETTLEMENT,
    TransactionKind.RESERVE_WITHHELD: SETTLEMENT,
    TransactionKind.RESERVE_RELEASED: SETTLEMENT,
    TransactionKind.RESERVE_CANCELLED: SETTLEMENT,
    TransactionKind.DEMAND: SETTLEMENT,
    TransactionKind.DEMAND_PAID: SETTLEMENT,
    TransactionKind.DEMAND_WITHHELD: SETTLEMENT,
    TransactionKind.DEMAND_CANCELLED: SETTLEMENT,
    TransactionKind.DUES: DUES,
    TransactionKind.DUES_PAID: DUES,
    TransactionKind.DUES_WITHHELD: DUES,
    TransactionKind.DUES_CANCELLED: DUES,
    TransactionKind.CHEQUES_SOLD: CHEQUES,
    TransactionKind.CHEQUE_REDEEMED: CHEQUES,
    TransactionKind.CHEQUE_GIVEN_BACK: CHEQUES,
    TransactionKind.CHEQUE_EXPIRED: CHEQUES,
    TransactionKind.CHEQUE_REFUNDED: CHEQUES,
    TransactionKind.PSP_FEE: PROVIDER,
    TransactionKind.PSP_FEE_MOVED: PROVIDER,
    TransactionKind.DISPUTE_OPENED: PROVIDER,
    TransactionKind.DISPUTE_FEE: PROVIDER,
    TransactionKind.DISPUTE_WON: PROVIDER,
    TransactionKind.DISPUTE_LOST: PROVIDER,
    TransactionKind.PSP_PAYOUT: PROVIDER,
    TransactionKind.PSP_PAYOUT_BACK: PROVIDER,
}


CALLED_DUES = frozenset(kind for kind, journal in JOURNALS.items() if journal is DUES)
"""Transactions whose subject is a call for dues."""


def journal_of(kind: str) -> PlanEntry:
    """Return the journal of a kind of transaction; « opérations diverses » when it has none."""
    return JOURNALS.get(kind, OTHER)

"""Why a run cannot go on."""

from saleor_alencon.errors import AlenconError


class SettlementError(AlenconError):
    """Raised when a run cannot do what is asked; the message says why and what to do."""

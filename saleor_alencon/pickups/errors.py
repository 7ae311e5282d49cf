"""What may go wrong with a pickup."""

from saleor_alencon.errors import AlenconError


class PickupError(AlenconError):
    """Raised when a step is not possible; the message says why, and by whom it was done before."""

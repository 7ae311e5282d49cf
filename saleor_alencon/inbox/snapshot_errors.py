"""What can be wrong with a received document."""

from saleor_alencon.errors import AlenconError


class SnapshotError(AlenconError):
    """Root of what can be wrong with a received document; it is kept aside, never dropped."""


class UnknownVersion(SnapshotError):
    """Raised when the document's version is not one this service reads: update the service."""


class MalformedSnapshot(SnapshotError):
    """Raised when the document breaks the contract; the message names each place."""


class FractionOfACent(SnapshotError):
    """Raised when an amount has a fraction of a cent where money really moved."""

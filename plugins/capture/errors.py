"""Why an order could not be captured, and whether trying again later can help."""


class CaptureError(Exception):
    """Root of this plugin's errors; ``retryable`` says whether the same call may succeed later."""

    retryable = False


class OrderGone(CaptureError):
    """Raised when the order no longer exists: there is nothing to capture and nothing is lost."""


class OrderIsDraft(CaptureError):
    """Raised for a draft order: nobody has bought anything yet."""


class SnapshotRefused(CaptureError):
    """Raised when Saleor's schema answers the snapshot document with errors."""


class SnapshotInterrupted(CaptureError):
    """Raised when Saleor's database failed while the order was being read."""

    retryable = True


class AmountNotExact(CaptureError):
    """Raised when an amount cannot be written as a JSON number without changing it."""


class InboxUnreachable(CaptureError):
    """Raised when the Office's database does not answer or refuses the document."""

    retryable = True

"""What can go wrong with the merchants' scope, each with its cure."""


class ScopeError(Exception):
    """Root of this package's errors; ``retryable`` says whether the same call may succeed later."""

    retryable = False


class RoleMissing(ScopeError):
    """Raised when PostgreSQL has no role for merchants and this login may not create it."""


class TablesUnclassed(ScopeError):
    """Raised when Saleor has a table that tables.py puts into no class."""


class ScopeNotInstalled(ScopeError):
    """Raised when the database's rules are missing, or are not those of this version."""


class ScopeLost(ScopeError):
    """Raised instead of running a merchant's query outside the merchant's role."""

    retryable = True

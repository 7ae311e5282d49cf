"""The keys of the association's Stripe account, from the environment of Saleor's processes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from saleor_alencon.domain.provider_keys import LIVE_KEYS, check_provider_keys

STRIPE_API = "https://api.stripe.com"
NAMES = (
    "STRIPE_SECRET_KEY",
    "STRIPE_PUBLISHABLE_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "STRIPE_API_BASE",
)


@dataclass(frozen=True)
class StripeKeys:
    """Usable keys, all of one mode. Their text form hides them: no log or error shows one."""

    secret_key: str = field(repr=False)
    publishable_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    api_base: str = STRIPE_API


def read_stripe_keys(environment: Mapping[str, str], *, debug: bool) -> StripeKeys | None:
    """Return the keys that the environment names, None where it names none at all.

    :raises ValueError: a variable is missing beside the others, malformed, of another mode, or a
        live key where it may not be; the message names the variable and the cure, never the key.
    """
    secret, publishable, webhook, base = (environment.get(name, "").strip() for name in NAMES)
    if not secret:
        if publishable or webhook or base:
            raise ValueError("STRIPE_SECRET_KEY is not set though others of Stripe are: set it.")
        return None
    check_provider_keys(secret, base, debug=debug)
    mode = "live" if secret.startswith(LIVE_KEYS) else "test"
    if not publishable.startswith(f"pk_{mode}_"):
        raise ValueError(
            f"STRIPE_PUBLISHABLE_KEY does not begin with pk_{mode}_: it must belong to the account "
            "and mode of STRIPE_SECRET_KEY"
        )
    if not webhook.startswith("whsec_"):
        raise ValueError(
            "STRIPE_WEBHOOK_SECRET does not begin with whsec_: take it from the webhook endpoint "
            "in Stripe's dashboard"
        )
    return StripeKeys(secret, publishable, webhook, base.rstrip("/") or STRIPE_API)

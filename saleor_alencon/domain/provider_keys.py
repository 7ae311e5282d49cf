"""Which of the payment provider's keys may be used where. No message here repeats a key."""

from urllib.parse import urlsplit

TEST_KEYS = ("sk_test_", "rk_test_")
LIVE_KEYS = ("sk_live_", "rk_live_")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check_provider_keys(secret_key: str, api_base: str, *, debug: bool) -> None:
    """Refuse a secret key that is none, or one that moves real money where it must not.

    ``api_base`` is the address of a test server, or empty for the provider itself.

    :raises ValueError: naming the variable and the cure, never the key.
    """
    if not secret_key.startswith(TEST_KEYS + LIVE_KEYS):
        raise ValueError(
            "STRIPE_SECRET_KEY is no secret key of Stripe: it begins with sk_test_, rk_test_, "
            "sk_live_ or rk_live_ (a key that begins with pk_ is the publishable one)"
        )
    is_live = secret_key.startswith(LIVE_KEYS)
    if is_live and debug:
        raise ValueError(
            "STRIPE_SECRET_KEY is a live key and DEBUG is on: switch DEBUG off, or use a test key"
        )
    if not api_base:
        return
    parts = urlsplit(api_base)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise ValueError(
            "STRIPE_API_BASE is for a test server on this machine only "
            "(http://127.0.0.1:<port>): leave it empty to reach Stripe"
        )
    if is_live:
        raise ValueError(
            "STRIPE_API_BASE leads to a test server and STRIPE_SECRET_KEY is a live key: "
            "leave STRIPE_API_BASE empty, or use a test key"
        )

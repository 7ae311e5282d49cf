"""Which keys of Stripe Saleor's processes take, and that no message shows one."""

from decimal import Decimal

import pytest

from saleor_alencon_plugins.payments.amounts import to_amount, to_cents
from saleor_alencon_plugins.payments.errors import AmountNotExact
from saleor_alencon_plugins.payments.keys import StripeKeys, read_stripe_keys

TEST = {
    "STRIPE_SECRET_KEY": "sk_test_SECRETPART",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_PUBLICPART",
    "STRIPE_WEBHOOK_SECRET": "whsec_HOOKPART",
}
LIVE = {
    "STRIPE_SECRET_KEY": "sk_live_SECRETPART",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_PUBLICPART",
    "STRIPE_WEBHOOK_SECRET": "whsec_HOOKPART",
}


def test_without_any_variable_nothing_can_be_paid() -> None:
    assert read_stripe_keys({}, debug=False) is None


def test_keys_of_one_mode_are_taken() -> None:
    found = read_stripe_keys(LIVE, debug=False)

    assert found == StripeKeys(
        "sk_live_SECRETPART", "pk_live_PUBLICPART", "whsec_HOOKPART", "https://api.stripe.com"
    )


def test_a_test_server_on_the_loopback_is_taken() -> None:
    found = read_stripe_keys(TEST | {"STRIPE_API_BASE": "http://127.0.0.1:12111/"}, debug=True)

    assert found is not None
    assert found.api_base == "http://127.0.0.1:12111"


def test_the_text_of_the_keys_shows_none_of_them() -> None:
    assert str(read_stripe_keys(TEST, debug=True)) == (
        "StripeKeys(api_base='https://api.stripe.com')"
    )


@pytest.mark.parametrize(
    ("variables", "debug", "names"),
    [
        (LIVE, True, "STRIPE_SECRET_KEY"),
        (LIVE | {"STRIPE_API_BASE": "http://127.0.0.1:1"}, False, "STRIPE_API_BASE"),
        (TEST | {"STRIPE_API_BASE": "http://stripe.example"}, False, "STRIPE_API_BASE"),
        (TEST | {"STRIPE_API_BASE": "https://127.0.0.1:1"}, False, "STRIPE_API_BASE"),
        (TEST | {"STRIPE_SECRET_KEY": "pk_test_PUBLICPART"}, False, "STRIPE_SECRET_KEY"),
        (TEST | {"STRIPE_SECRET_KEY": ""}, False, "STRIPE_SECRET_KEY"),
        (TEST | {"STRIPE_PUBLISHABLE_KEY": "pk_live_PUBLICPART"}, False, "STRIPE_PUBLISHABLE_KEY"),
        (TEST | {"STRIPE_PUBLISHABLE_KEY": ""}, False, "STRIPE_PUBLISHABLE_KEY"),
        (TEST | {"STRIPE_WEBHOOK_SECRET": "HOOKPART"}, False, "STRIPE_WEBHOOK_SECRET"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_and_never_shown(
    variables: dict[str, str], debug: bool, names: str
) -> None:
    with pytest.raises(ValueError, match=names) as refusal:
        read_stripe_keys(variables, debug=debug)

    assert not any(part in str(refusal.value) for part in ("SECRETPART", "PUBLICPART", "HOOKPART"))


def test_amounts_are_exact_cents_of_a_euro() -> None:
    assert to_cents(Decimal("12.340"), "EUR") == 1234
    assert to_amount(1234) == Decimal("12.34")


@pytest.mark.parametrize(("amount", "currency"), [("12.345", "EUR"), ("12.34", "USD")])
def test_a_fraction_of_a_cent_or_another_currency_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(AmountNotExact):
        to_cents(Decimal(amount), currency)

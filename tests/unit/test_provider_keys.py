"""Keys of the payment provider: where they may be used, and that no error repeats one."""

import pytest
from pydantic import ValidationError

from saleor_alencon.domain.provider_keys import check_provider_keys
from saleor_alencon_settings.base import OfficeEnvironment

LIVE = "sk_live_SECRETPART0123456789"
TEST = "sk_test_0123456789abcdefghij"
SERVER = "http://127.0.0.1:8420"
NEEDED = {"database_url": "postgres://x/x", "secret_key": "y" * 50}


@pytest.mark.parametrize(
    ("key", "base", "debug"),
    [
        (TEST, "", True),
        (TEST, SERVER, True),
        ("rk_test_x", "http://localhost:1/", False),
        (LIVE, "", False),
        ("rk_live_SECRETPART", "", False),
    ],
)
def test_a_key_in_its_place_passes(key, base, debug):
    check_provider_keys(key, base, debug=debug)


@pytest.mark.parametrize(
    ("key", "base", "debug", "cure"),
    [
        ("pk_test_x", "", False, "is the publishable one"),
        ("whatever", "", False, "begins with sk_test_"),
        (LIVE, "", True, "switch DEBUG off"),
        ("rk_live_SECRETPART", "", True, "switch DEBUG off"),
        (LIVE, SERVER, False, "leave STRIPE_API_BASE empty"),
        (TEST, "https://127.0.0.1:1", False, "on this machine only"),
        (TEST, "http://stripe.example", False, "on this machine only"),
        (TEST, "http://127.0.0.1.evil.example", False, "on this machine only"),
    ],
)
def test_a_key_out_of_its_place_is_refused_with_a_cure_and_without_the_key(key, base, debug, cure):
    with pytest.raises(ValueError, match="STRIPE") as refused:
        check_provider_keys(key, base, debug=debug)
    assert cure in str(refused.value)
    assert key not in str(refused.value)


@pytest.mark.parametrize(
    "more",
    [
        {"debug": "true"},
        {"stripe_api_base": "http://stripe.example"},
        {"stripe_api_base": SERVER},
        {"sepa_rail": "perhaps"},
    ],
)
def test_the_settings_refuse_and_no_secret_is_in_the_error(more, monkeypatch):
    for name, value in {**NEEDED, "stripe_secret_key": LIVE, **more}.items():
        monkeypatch.setenv(name.upper(), value)
    with pytest.raises(ValidationError) as refused:
        OfficeEnvironment()
    for secret in (LIVE, NEEDED["secret_key"]):
        assert secret not in str(refused.value)
        assert secret not in repr(refused.value)


def test_settings_do_not_show_the_key(monkeypatch):
    for name, value in {**NEEDED, "stripe_secret_key": TEST}.items():
        monkeypatch.setenv(name.upper(), value)
    environment = OfficeEnvironment()
    assert TEST not in repr(environment) + str(environment) + environment.model_dump_json()

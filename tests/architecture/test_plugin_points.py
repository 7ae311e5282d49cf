"""Each call to Stripe and each write of the payment plugin is in an action that is killed."""

from pathlib import Path

from tests.live.points import NOT_KILLED, POINTS, points_of
from tests.points import functions_with_points

PAYMENTS = Path(__file__).parents[2] / "plugins/payments"


def test_every_call_to_stripe_and_every_write_is_killed_or_says_why_not():
    killed = set().union(*map(points_of, POINTS))
    assert killed & NOT_KILLED.keys() == set()
    assert killed | NOT_KILLED.keys() == functions_with_points(PAYMENTS, {"provider"})


def test_only_the_port_s_adapter_calls_stripe_and_the_signature_is_checked_elsewhere():
    importing = {
        path.name for path in PAYMENTS.rglob("*.py") if "import stripe" in path.read_text()
    }
    assert importing == {"stripe_provider.py", "messages_of_stripe.py"}


def test_a_new_call_to_stripe_without_a_point_is_noticed(tmp_path):
    (tmp_path / "new.py").write_text(
        "def send_gift(provider):\n    return provider.create_gift(5)\n\n"
        "def add(a, b):\n    return a + b\n"
    )
    assert functions_with_points(tmp_path, {"provider"}) == {"new.send_gift"}

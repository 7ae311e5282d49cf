"""The launch: how many shops the association wants, and which of them to look at first."""

from saleor_alencon.onboarding.facts import Progress
from saleor_alencon.shops.models import Association, ShopState

LAUNCHING = [state for state in ShopState if state != ShopState.CLOSED]
"""The states of the shops that a launch is about."""


def launch_goal() -> int:
    """Return how many committed shops the association wants before it opens."""
    goal = Association.objects.values_list("launch_goal", flat=True).first()
    return int(goal or Association._meta.get_field("launch_goal").get_default())


def by_urgency(progress: Progress) -> tuple[int, int, str]:
    """Sort shops on their way before those that sell, the nearest to the goal first."""
    sells = progress.shop.state in (ShopState.LIVE, ShopState.SUSPENDED)
    return int(sells), len(progress.missing), progress.shop.name

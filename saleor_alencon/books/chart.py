"""The chart of accounts: what each account and each shop is called in the books."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from saleor_alencon.domain.account_plan import is_result
from saleor_alencon.domain.accounts import PLAN, PlanEntry
from saleor_alencon.shops.models import Shop


@dataclass(frozen=True)
class Chart:
    """``plan`` by kind of account, ``shops`` (code and name) by id."""

    plan: Mapping[str, PlanEntry]
    shops: Mapping[int, PlanEntry]

    @property
    def result_kinds(self) -> list[str]:
        """The kinds of accounts of charges and revenue."""
        return [kind for kind, entry in self.plan.items() if is_result(entry.number)]

    def auxiliary(self, shop_id: int | None) -> PlanEntry:
        """Return the code and name of an account's shop, both empty when it has none."""
        return self.shops[shop_id] if shop_id is not None else PlanEntry("", "")

    def kind_of(self, number: str) -> str | None:
        """Return the kind of account that has a number, or None."""
        return next((kind for kind, entry in self.plan.items() if entry.number == number), None)

    def to_json(self) -> dict[str, Any]:
        return {
            "plan": {kind: [entry.number, entry.label] for kind, entry in self.plan.items()},
            "shops": {str(pk): [entry.number, entry.label] for pk, entry in self.shops.items()},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Chart":
        """Return a stored chart, completed by the accounts and shops that came after it.

        What came after has no entry in that year, but may have one in a report as of today.
        """
        now = current_chart()
        plan = {kind: PlanEntry(*entry) for kind, entry in stored["plan"].items()}
        shops = {int(pk): PlanEntry(*entry) for pk, entry in stored["shops"].items()}
        return cls({**now.plan, **plan}, {**now.shops, **shops})


def current_chart() -> Chart:
    """Return the chart as it is now."""
    shops = Shop.objects.order_by("pk").values_list("pk", "slug", "name")
    return Chart(
        {str(kind): entry for kind, entry in PLAN.items()},
        {pk: PlanEntry(slug, name) for pk, slug, name in shops},
    )

"""Where in the back-office each item of the checklist is put right."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from saleor_alencon.domain.shop_checklist import Check, Item
from saleor_alencon.onboarding.facts import Progress
from saleor_alencon.shops.checklist import ITEM_LABELS, check_text
from saleor_alencon.shops.models import Shop

# Parts of the shop's own page, by the field or the group of rows that the browser shows.
ANCHORS = {
    Item.AGREEMENT: "id_agreement_signed_on",
    Item.DUES: "dues-group",
}
# Pages that apps add for a shop; what is not there leads to the shop's page.
PAGES = {
    Item.CONNECT: "admin:shops_shop_payout_account",
    Item.HOURS: "admin:shops_shop_hours",
    Item.PROVISIONED: "admin:shops_shop_provision",
    Item.PRODUCTS: "admin:shops_shop_import_catalogue",
}


@dataclass(frozen=True)
class Line:
    """One line of the checklist as a page shows it."""

    item: Item
    text: str
    done: bool
    url: str


def cure_url(shop: Shop, check: Check) -> str:
    """Return the page, and its part, where a missing item is filled in."""
    if check.item in PAGES:
        try:
            return reverse(PAGES[check.item], args=(shop.pk,))
        except NoReverseMatch:
            pass
    page = reverse("admin:shops_shop_change", args=(shop.pk,))
    anchor = f"id_{check.missing[0]}" if check.missing else ANCHORS.get(check.item)
    return f"{page}#{anchor}" if anchor else page


def checklist_lines(progress: Progress) -> list[Line]:
    """Return a shop's checklist with the link that cures each line."""
    return [
        Line(
            check.item,
            str(ITEM_LABELS[check.item]) if check.done else check_text(check),
            check.done,
            cure_url(progress.shop, check),
        )
        for check in progress.checks
    ]

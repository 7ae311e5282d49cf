"""Commission rules: the worked examples of docs/settlement.md, and what holds for any rule."""

import datetime
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.domain.commission import (
    CommissionTerms,
    Condition,
    Period,
    Rule,
    Sale,
    Tier,
    first_match,
    month_after,
    month_before,
)
from saleor_alencon.domain.money import share_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "settlement.md"


def tables(first_cell):
    """The tables of the page whose head begins with a cell, as one dictionary per row."""
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE):
        head, _rule, *rows = (
            [cell.strip() for cell in row.strip("|").split("|")] for row in block.splitlines()
        )
        if head[0] == first_cell:
            found += [dict(zip(head, row, strict=True)) for row in rows]
    assert found, first_cell
    return found


def cents(text):
    return int(Decimal(text) * 100)


def bps(text):
    return int(Decimal(text.removesuffix("%").strip()) * 100)


def names(asks, word):
    found = re.search(rf"(?:^|; ){word} ([^;]*)", asks)
    return frozenset(name.strip() for name in found[1].split(",")) if found else frozenset()


def period(asks, word):
    found = re.search(rf"{word} ([\d-]+) to ([\d-]+)", asks)
    return Period(*map(datetime.date.fromisoformat, found.groups())) if found else None


def read_rule(row):
    takes = row["takes"]
    rate, *tiers = takes.split(";")
    fixed, least, most = (
        re.search(pattern, rate)
        for pattern in (r"\+ ([\d.]+)", r"least ([\d.]+)", r"most ([\d.]+)")
    )
    return Rule(
        name=row["rule"],
        rate_bps=bps(re.match(r"[\d.]+ %", rate)[0]),
        fixed_cents=cents(fixed[1]) if fixed else 0,
        minimum_cents=cents(least[1]) if least else 0,
        maximum_cents=cents(most[1]) if most else None,
        tiers=tuple(
            Tier(cents(start), bps(share))
            for share, start in (re.findall(r"([\d.]+ %) from ([\d.]+)", each)[0] for each in tiers)
        ),
        shops=names(row["asks"], "shop"),
        categories=names(row["asks"], "category"),
        product_types=names(row["asks"], "product type"),
        deliveries=names(row["asks"], "delivery"),
        tenders=names(row["asks"], "tender"),
        campaign=period(row["asks"], "campaign"),
        period=period(row["asks"], "from"),
    )


def read_sale(row):
    return Sale(
        row["shop"], row["category"], row["product type"], row["delivery"], row["tender"],
        datetime.date.fromisoformat(row["day"]),
    )  # fmt: skip


PLAN = [read_rule(row) for row in tables("rule")]
SALES, AMOUNTS = tables("sale"), tables("example")


def test_the_page_has_an_example_of_each_condition():
    asked = {"shops", "categories", "product_types", "deliveries", "tenders", "campaign", "period"}
    assert {name for name in asked for rule in PLAN if getattr(rule, name)} == asked
    assert {rule.name for rule in PLAN} == {row["rule"] for row in SALES}
    assert (len(PLAN), len(SALES), len(AMOUNTS)) == (6, 11, 13)


@pytest.mark.parametrize("row", SALES, ids=lambda row: row["sale"])
def test_a_sale_falls_under_the_first_rule_that_fits(row):
    rule = first_match(PLAN, read_sale(row))
    assert rule.name == row["rule"]
    assert rule.rate_at(cents(row["sold the month before"])) == bps(row["rate"])


@pytest.mark.parametrize("row", AMOUNTS, ids=lambda row: row["example"])
def test_a_line_owes_what_its_terms_say_of_what_it_kept(row):
    terms = CommissionTerms(
        "", bps(row["rate"]), bps(row["VAT rate"]), cents(row["fixed"]), cents(row["minimum"]),
        cents(row["maximum"]) if row["maximum"] else None,
    )  # fmt: skip
    kept_cents = cents(row["paid"]) - cents(row["refunded"])
    commission_cents = terms.commission_cents(kept_cents)
    vat_cents = terms.vat_cents(commission_cents)
    assert (commission_cents, vat_cents, kept_cents - commission_cents - vat_cents) == (
        cents(row["commission"]), cents(row["VAT on it"]), cents(row["net"]),
    )  # fmt: skip


def test_a_rule_says_what_of_it_does_not_fit():
    sale = Sale("librairie", "jeux", "jeu", "home", "card", datetime.date(2027, 1, 1))
    unmet = {rule.name: rule.unmet(sale) for rule in PLAN}
    assert unmet == {
        "Braderie": (Condition.CAMPAIGN,),
        "Livres": (Condition.CATEGORY,),
        "Épicerie livrée": (Condition.PRODUCT_TYPE,),
        "Chèques cadeaux": (Condition.TENDER, Condition.PERIOD),
        "Fromagerie": (Condition.SHOP,),
        "Tous": (),
    }


def test_without_a_rule_that_fits_there_is_none():
    sale = Sale("librairie", "jeux", "jeu", "home", "card", datetime.date(2027, 1, 1))
    assert first_match(PLAN[:-1], sale) is None
    assert first_match([], sale) is None


@pytest.mark.parametrize(
    ("fault", "match"),
    [
        ({"rate_bps": -1}, "negative"),
        ({"fixed_cents": -1}, "negative"),
        ({"minimum_cents": 200, "maximum_cents": 100}, "maximum is below"),
        ({"tiers": (Tier(0, 500),)}, "above zero"),
        ({"tiers": (Tier(200, 500), Tier(100, 400))}, "each above the last"),
        ({"tiers": (Tier(200, 500), Tier(200, 400))}, "each above the last"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(fault, match):
    with pytest.raises(ValueError, match=match):
        Rule(**{"name": "x", "rate_bps": 800, **fault})


def test_a_period_that_ends_before_it_begins_and_a_negative_amount_are_refused():
    with pytest.raises(ValueError, match="cannot end"):
        Period(datetime.date(2026, 2, 1), datetime.date(2026, 1, 31))
    with pytest.raises(ValueError, match="negative amount"):
        CommissionTerms("", 800, 2000).commission_cents(-1)


def test_a_period_open_on_one_side():
    first, last = datetime.date(2026, 2, 1), datetime.date(2026, 2, 28)
    assert datetime.date(2030, 1, 1) in Period(first_day=first)
    assert datetime.date(2026, 1, 31) not in Period(first_day=first)
    assert datetime.date(2020, 1, 1) in Period(last_day=last)
    assert datetime.date(2026, 3, 1) not in Period(last_day=last)


@given(st.dates(datetime.date(1, 2, 1), datetime.date(9998, 12, 31)))
def test_months_follow_each_other(day):
    before, after = month_before(day), month_after(day)
    assert before < day.replace(day=1) <= day < after
    assert month_after(before) == day.replace(day=1) == month_before(after)


NAMES = st.sampled_from("abc")
SOME = st.frozensets(NAMES, max_size=2)
DAYS = st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 1, 9))


@st.composite
def periods(draw):
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return draw(st.sampled_from([None, Period(first, last), Period(first), Period(None, last)]))


RULES = st.builds(
    Rule,
    name=st.text(max_size=3),
    rate_bps=st.integers(0, 5000),
    shops=SOME,
    categories=SOME,
    product_types=SOME,
    deliveries=SOME,
    tenders=SOME,
    campaign=periods(),
    period=periods(),
)
SALES_OF_ANY_KIND = st.builds(Sale, NAMES, NAMES | st.just(""), NAMES, NAMES, NAMES, DAYS)


@given(st.lists(RULES, max_size=6), SALES_OF_ANY_KIND)
def test_the_rule_is_the_first_one_that_asks_nothing_else(rules, sale):
    def fits(rule):
        asked = (rule.shops, rule.categories, rule.product_types, rule.deliveries, rule.tenders)
        told = (sale.shop, sale.category, sale.product_type, sale.delivery, sale.tender)
        named = all(
            not wanted or value in wanted for wanted, value in zip(asked, told, strict=True)
        )
        return named and all(not days or sale.day in days for days in (rule.campaign, rule.period))

    assert first_match(rules, sale) is next(filter(fits, rules), None)


TERMS = st.builds(
    lambda rate, vat, fixed, minimum, more: CommissionTerms(
        "", rate, vat, fixed, minimum, None if more is None else minimum + more
    ),
    st.integers(0, 5000),
    st.sampled_from([0, 2000]),
    st.integers(0, 500) | st.just(0),
    st.integers(0, 500) | st.just(0),
    st.none() | st.integers(0, 5000),
)
CENTS = st.integers(0, 1_000_000)


@given(TERMS, CENTS)
def test_a_commission_is_within_its_bounds_and_never_more_than_the_line_brought(terms, kept_cents):
    commission_cents = terms.commission_cents(kept_cents)
    assert 0 <= commission_cents <= kept_cents
    if terms.maximum_cents is not None:
        assert commission_cents <= terms.maximum_cents
    percent_cents = share_of(kept_cents, terms.rate_bps)
    if commission_cents > percent_cents:
        assert commission_cents + terms.vat_cents(commission_cents) <= kept_cents
    wanted = max(percent_cents + terms.fixed_cents, terms.minimum_cents)
    if kept_cents >= 2 * wanted:
        most = wanted if terms.maximum_cents is None else terms.maximum_cents
        assert commission_cents == min(wanted, most)


@given(TERMS, CENTS, CENTS)
def test_what_is_kept_more_never_owes_less(terms, one, other):
    less, more = sorted((one, other))
    assert terms.commission_cents(less) <= terms.commission_cents(more)


@given(TERMS, CENTS, st.lists(st.integers(0, 5000), max_size=5))
def test_any_steps_of_refunds_to_nothing_give_all_of_it_back(terms, paid_cents, refunds):
    kept, given_back, due = paid_cents, 0, terms.commission_cents(paid_cents)
    for refund in [*refunds, paid_cents]:
        kept = max(kept - refund, 0)
        given_back += due - terms.commission_cents(kept)
        due = terms.commission_cents(kept)
    assert (due, given_back) == (0, terms.commission_cents(paid_cents))


@given(st.integers(0, 5000), CENTS)
def test_a_plain_rate_is_a_share_of_what_is_kept(rate_bps, kept_cents):
    terms = CommissionTerms("", rate_bps, 2000)
    assert terms.commission_cents(kept_cents) == share_of(kept_cents, rate_bps)


@given(st.lists(st.integers(1, 100_000), unique=True, max_size=5), st.integers(0, 100_000))
def test_the_tier_is_the_highest_one_reached(starts, turnover_cents):
    tiers = tuple(Tier(start, 100 + place) for place, start in enumerate(sorted(starts)))
    rate_bps = Rule("x", 99, tiers=tiers).rate_at(turnover_cents)
    assert rate_bps == 99 + sum(start <= turnover_cents for start in starts)

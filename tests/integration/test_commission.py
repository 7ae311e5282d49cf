"""Commission plans on real PostgreSQL: frozen at the sale, whatever is edited or shuffled later."""

import datetime
import itertools
import random

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from saleor_alencon.audit.invariants import digest_rows, find_problems
from saleor_alencon.commission.models import (
    Campaign,
    CommissionRule,
    MonthlyTurnover,
    Plan,
    RateTier,
)
from saleor_alencon.commission.services import (
    PlanRefused,
    plan_at,
    plan_create,
    plan_discard,
    plan_publish,
    plan_rules,
    rule_delete,
    rule_move,
    rule_save,
)
from saleor_alencon.orders.commission_simulation import plan_simulate
from saleor_alencon.orders.models import ShopOrderLine
from saleor_alencon.orders.services import document_store, documents_ingest
from saleor_alencon.settlement.documents import statement_csv
from saleor_alencon.shops.models import VatStatus
from tests.integration.small_town import (
    HOUR,
    NOW,
    PLACED,
    Basket,
    Line,
    Tender,
    draft,
    open_town,
    order_line,
    publish,
    shop_order,
    statement,
)
from tests.unit.test_commission import bps, cents, tables

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
SOON = PLACED - 900 * HOUR
"""When the tests' own plan begins: after the town's first one, before the sales."""


@pytest.fixture
def town(db):
    open_town()


def rule(name, rate_bps, **more):
    return CommissionRule(name=name, rate_bps=rate_bps, **more)


def plan(*rules, **more):
    return publish(list(rules), valid_from=SOON, now=SOON, **more)


def basket(number="1", *lines, **more):
    """A basket paid by card, of a novel at 50.00 unless told otherwise."""
    lines = lines or (Line("librairie", 5000),)
    paid_cents = sum(line.gross_cents for line in lines)
    return Basket(number, list(lines), more.pop("tenders", [Tender(paid_cents)]), **more)


def terms(number="1", position=0):
    line = order_line(number, position)
    return line.commission_rule_name, line.commission_rate_bps, line.commission_cents


def test_each_line_of_a_basket_has_the_rule_it_falls_under(town):
    Campaign.objects.create(name="Rentrée", first_day=PLACED.date(), last_day=PLACED.date())
    plan(
        rule("Jeux", 300, categories=["jeux"], campaign=Campaign.objects.get()),
        rule("Articles de la fromagerie", 900, shops=["fromagerie"], minimum_cents=500),
        rule("Cartes à jouer", 200, product_types=["cartes"], deliveries=["collect"]),
        rule("Livres", 500, categories=["livres"], tenders=["card"], fixed_cents=30),
    )
    basket(
        "1",
        Line("librairie", 5000),
        Line("librairie", 1000, category="jeux"),
        Line("fromagerie", 2000, category="fromages"),
        Line("mercerie", 700, category="", product_type="cartes"),
        Line("mercerie", 700, category="fils"),
    ).deliver()
    assert [terms("1", position) for position in range(5)] == [
        ("Livres", 500, 280),
        ("Jeux", 300, 30),
        ("Articles de la fromagerie", 900, 500),
        ("Cartes à jouer", 200, 14),
        ("", 0, 0),
    ]
    found = order_line("1")
    assert (found.sold_cents, found.category, found.product_type) == (5000, "livres", "article")
    assert (found.sold_delivery, found.sold_tender) == ("collect", "card")
    assert found.commission_rule.name == "Livres"
    assert found.commission_vat_rate_bps == 2000
    assert find_problems() == []


def test_the_tender_is_the_one_that_paid_most_and_the_oldest_of_equals(town):
    plan(rule("Chèques", 100, tenders=["gift_cheque"]), rule("Cartes", 800, tenders=["card"]))
    for number, cheque_cents, card_cents in (("1", 2000, 3000), ("2", 2500, 2500)):
        basket(number, tenders=[Tender(cheque_cents, gift=True), Tender(card_cents)]).deliver()
    assert [terms("1")[0], terms("2")[0]] == ["Cartes", "Chèques"]


def test_a_line_is_sold_when_its_order_is_first_seen_paid(town):
    unpaid = basket(tenders=[])
    unpaid.deliver()
    assert order_line("1").sold_at is None
    assert terms() == ("", 0, 0)
    unpaid.tenders = [Tender(5000)]
    unpaid.deliver()
    assert order_line("1").sold_at == unpaid.captured_at
    assert terms() == ("Taux librairie", 800, 400)


def test_nothing_that_changes_after_the_sale_changes_its_terms(town):
    plan(rule("Livres à retirer", 500, categories=["livres"], deliveries=["collect"]),
         rule("Autres", 1000))  # fmt: skip
    sold = basket()
    sold.deliver()
    sold.lines[0].category, sold.home = "jeux", True
    publish([rule("Tout cher", 5000)], valid_from=NOW, now=NOW)
    VatStatus.objects.create(valid_from=NOW.date(), regime="franchise", rate_bps=0)
    sold.refund(1000)
    sold.deliver()
    assert terms() == ("Livres à retirer", 500, 200)
    assert order_line("1").commission_vat_cents == 40
    assert find_problems() == []


def test_refunds_leave_the_commission_of_a_sale_of_the_rest(town):
    plan(rule("Avec part fixe", 700, fixed_cents=30))
    sold = basket("1", Line("librairie", 3000, pieces=3))
    due = []
    for refund_cents in (0, 1000, 1000, 1000):
        if refund_cents:
            sold.refund(refund_cents, lines={0: 1})
        sold.deliver()
        due.append(order_line("1").commission_cents)
    assert due == [240, 170, 100, 0]
    assert shop_order("1", "librairie").net_cents == 0
    assert find_problems() == []


def in_any_order(documents):
    """The books of documents that are all in the inbox, processed in orders of all kinds."""
    orders = [list(documents), list(reversed(documents))]
    for seed in range(4):
        orders.append(list(documents) * 2)
        random.Random(seed).shuffle(orders[-1])
    found = []
    for order in orders:
        with transaction.atomic():
            ids = {text: document_store(text, source="file").pk for text in documents}
            documents_ingest([ids[text] for text in order], now=NOW)
            assert find_problems() == []
            lines = ShopOrderLine.objects.order_by("saleor_id").values_list(
                "saleor_id", "commission_rule_name", "commission_rate_bps", "commission_cents",
                "sold_at", "category",
            )  # fmt: skip
            months = MonthlyTurnover.objects.order_by("month", "shop__slug")
            turnovers = months.values_list("month", "shop__slug", "turnover_cents")
            found.append((digest_rows(), list(lines), list(turnovers)))
            transaction.set_rollback(True)
    return found


def test_terms_do_not_depend_on_the_order_in_which_snapshots_are_processed(town):
    plan(rule("Livres", 500, categories=["livres"]),
         rule("Autres", 1000, tenders=["card"]))  # fmt: skip
    sold = basket(tenders=[])
    documents = [sold.snapshot()]
    sold.tenders = [Tender(5000)]
    documents.append(sold.snapshot())
    sold.lines[0].category = "jeux"
    documents.append(sold.snapshot())
    sold.lines.append(Line("fromagerie", 2000, category="jeux"))
    sold.tenders.append(Tender(2000))
    documents.append(sold.snapshot())
    first, *others = in_any_order(documents)
    assert [line[1:4] for line in first[1]] == [("Livres", 500, 250), ("Autres", 1000, 200)]
    assert all(other == first for other in others)


def months_of_sales():
    """Sales of August, September and October, one of them paid in the month after its order."""
    numbers = map(str, itertools.count(1))
    august, september = PLACED - 35 * DAY, PLACED - 20 * DAY
    sales = [
        basket(next(numbers), Line("librairie", 120_000), placed_at=august, captured_at=august),
        basket(next(numbers), Line("librairie", 250_000), placed_at=september,
               captured_at=september),
        basket(next(numbers), Line("fromagerie", 199_999), placed_at=september,
               captured_at=september),
        basket(next(numbers), Line("fromagerie", 500_000), placed_at=september),
    ]  # fmt: skip
    for shop in ("librairie", "fromagerie", "mercerie"):
        sales.append(basket(next(numbers), Line(shop, 10_000)))
    return sales


TIERS = [(200_000, 700)]


def test_the_page_tells_which_tier_each_shop_is_in(town):
    rows = tables("shop")
    assert {row["rule"] for row in rows} == {"8 %; 7 % from 2000.00"}
    plan(rule("Tous", 800), tiers=TIERS)
    for sale in months_of_sales():
        sale.deliver()
    counted = MonthlyTurnover.objects.filter(month=datetime.date(2026, 9, 1))
    for number, row in zip("567", rows, strict=True):
        assert counted.get(shop__slug=row["shop"]).turnover_cents == cents(row["sold in September"])
        assert order_line(number).commission_rate_bps == bps(row["October's rate"])


def test_tiers_do_not_depend_on_the_order_in_which_snapshots_are_processed(town):
    plan(rule("Tous", 800), tiers=TIERS)
    documents = []
    for sale in months_of_sales():
        documents.append(sale.snapshot())
        sale.refund(1000)
        documents.append(sale.snapshot())
    first, *others = in_any_order(documents)
    assert [line[2] for line in first[1]] == [800, 800, 800, 800, 700, 800, 800]
    assert [month.isoformat() for month, _, _ in first[2]] == (
        ["2026-07-01"] * 3 + ["2026-08-01"] * 3 + ["2026-09-01"] * 3
    )
    assert all(other == first for other in others)


def test_a_month_that_was_counted_stays_whatever_comes_late(town):
    plan(rule("Tous", 800), tiers=TIERS)
    basket("1").deliver()
    september = PLACED - 20 * DAY
    late = basket("2", Line("librairie", 900_000), placed_at=september, captured_at=september)
    late.deliver()
    basket("3").deliver()
    counted = MonthlyTurnover.objects.filter(shop__slug="librairie", month="2026-09-01")
    assert (counted.get().turnover_cents, terms("3")[1]) == (0, 800)


def test_vat_on_commission_goes_by_the_associations_status_of_the_day(town):
    VatStatus.objects.create(valid_from=PLACED.date(), regime="franchise", rate_bps=0)
    VatStatus.objects.create(valid_from=PLACED.date() + DAY, regime="liable", rate_bps=2000)
    before, after = basket("1"), basket("2", placed_at=PLACED + DAY)
    for sale in (before, after):
        sale.hand_over()
        sale.deliver()
    assert [order_line(each).commission_vat_cents for each in "12"] == [0, 80]
    found = statement(draft(), "librairie").document
    rates = [item["commission_vat_rate_bps"] for line in found["lines"] for item in line["items"]]
    assert (rates, found["commission_vat_rate_bps"]) == ([0, 2000], 2000)


@pytest.mark.parametrize(("regime", "rate_bps"), [("franchise", 2000), ("liable", 0)])
def test_a_vat_rate_fits_its_regime(town, regime, rate_bps):
    status = VatStatus(valid_from=NOW.date(), regime=regime, rate_bps=rate_bps)
    with pytest.raises(ValidationError, match="taux"):
        status.full_clean()
    with pytest.raises(DatabaseError), transaction.atomic():
        status.save()


def test_the_statement_names_the_rule_of_each_article(town):
    plan(rule("Livres", 500, fixed_cents=30, maximum_cents=1000))
    sold = basket()
    sold.hand_over()
    sold.deliver()
    found = statement(draft(), "librairie")
    (item,) = found.document["lines"][0]["items"]
    assert found.document["statement_version"] == 3
    assert {name: item[name] for name in item if name.startswith("commission_")} == {
        "commission_rule": "Livres",
        "commission_rate_bps": 500,
        "commission_fixed_cents": 30,
        "commission_minimum_cents": 0,
        "commission_maximum_cents": 1000,
        "commission_vat_rate_bps": 2000,
        "commission_cents": 280,
        "commission_vat_cents": 56,
    }
    assert "5,00;Livres;0,30;0,00;10,00;20,00;2,80;0,56" in statement_csv(found).decode()


def test_a_plan_is_copied_reordered_and_published_for_the_future(town):
    old = plan(rule("A", 100, categories=["livres"]), rule("B", 200), tiers=TIERS)
    new = plan_create(name="2027", now=NOW, like=old)
    rule_save(rule=rule("C", 300, shops=["mercerie"]), plan_id=new.pk)
    named = {row.name: row.pk for row in new.rules.all()}
    rule_move(rule_id=named["C"], up=True)
    rule_move(rule_id=named["C"], up=True)
    rule_move(rule_id=named["C"], up=True)
    rule_move(rule_id=named["A"], up=False)
    assert [each.name for each in plan_rules(new)] == ["C", "B", "A"]
    rule_delete(rule_id=named["B"])
    assert list(new.rules.values_list("name", "rank")) == [("C", 1), ("A", 2)]
    assert plan_rules(new)[1].tiers == plan_rules(old)[0].tiers != ()
    plan_publish(plan_id=new.pk, valid_from=NOW + DAY, published_by=None, now=NOW)
    assert (plan_at(NOW), plan_at(NOW + DAY)) == (old, new)
    assert plan_at(PLACED - 1001 * HOUR) is None


def test_a_plan_that_may_not_be_published_stays_a_draft(town):
    empty = plan_create(name="Vide", now=NOW)
    with pytest.raises(PlanRefused, match="ajoutez-en une"):
        plan_publish(plan_id=empty.pk, valid_from=NOW, published_by=None, now=NOW)
    rule_save(rule=rule("Tous", 800), plan_id=empty.pk)
    with pytest.raises(PlanRefused, match="dans le passé"):
        plan_publish(plan_id=empty.pk, valid_from=NOW - HOUR, published_by=None, now=NOW)
    publish([rule("Tous", 800)], valid_from=NOW + DAY, now=NOW)
    with pytest.raises(PlanRefused, match="commence à ce moment"):
        plan_publish(plan_id=empty.pk, valid_from=NOW + DAY, published_by=None, now=NOW)
    assert Plan.objects.get(pk=empty.pk).is_draft


def test_the_first_plan_needs_the_associations_vat_status(db):
    first = plan_create(name="Premier", now=NOW)
    rule_save(rule=rule("Tous", 800), plan_id=first.pk)
    with pytest.raises(PlanRefused, match="statut de TVA"):
        plan_publish(plan_id=first.pk, valid_from=NOW, published_by=None, now=NOW)


def test_a_published_plan_refuses_every_change(town):
    kept = plan(rule("Tous", 800), tiers=TIERS)
    (only,) = kept.rules.all()
    for command in (
        lambda: rule_save(rule=only, plan_id=kept.pk),
        lambda: rule_save(rule=rule("Une de plus", 1), plan_id=kept.pk),
        lambda: rule_move(rule_id=only.pk, up=True),
        lambda: rule_delete(rule_id=only.pk),
        lambda: plan_discard(plan_id=kept.pk),
        lambda: plan_publish(plan_id=kept.pk, valid_from=NOW, published_by=None, now=NOW),
    ):
        with pytest.raises(PlanRefused, match="ne change plus"):
            command()
    assert [(each.name, each.rate_bps) for each in plan_rules(kept)] == [("Tous", 800)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE commission_plan SET valid_from = valid_from - interval '1 day'",
        "DELETE FROM commission_ratetier",
        "UPDATE commission_commissionrule SET rate_bps = 1",
        "UPDATE commission_ratetier SET rate_bps = 1",
        "DELETE FROM commission_commissionrule",
        "UPDATE commission_campaign SET last_day = last_day + 1",
        "UPDATE commission_monthlyturnover SET turnover_cents = 1",
        "DELETE FROM commission_monthlyturnover",
        "UPDATE shops_vatstatus SET rate_bps = 1000",
        "UPDATE orders_shoporderline SET commission_rate_bps = 1",
        "UPDATE orders_shoporderline SET commission_rule_name = 'autre'",
        "UPDATE orders_shoporderline SET sold_at = NULL",
    ],
)
def test_the_database_refuses_to_change_what_was_agreed(town, statement):
    Campaign.objects.create(name="Rentrée", first_day=PLACED.date(), last_day=PLACED.date())
    plan(rule("Tous", 800), tiers=TIERS)
    basket().deliver()
    assert MonthlyTurnover.objects.exists()
    with (
        pytest.raises(
            DatabaseError, match=r"PUBLISHED|APPEND_ONLY|TERMS_FROZEN|permission denied|refuse"
        ),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_rule_that_makes_no_sense_is_refused(town):
    first = plan_create(name="Brouillon", now=NOW)
    wrong = rule("x", 800, plan=first, rank=1, minimum_cents=200, maximum_cents=100)
    with pytest.raises(ValidationError, match="inférieur au minimum"):
        wrong.full_clean()
    with pytest.raises(ValidationError, match="5000"):
        rule("x", 5001, plan=first, rank=1).full_clean()
    with pytest.raises(ValidationError, match="avant le premier"):
        rule("x", 1, plan=first, rank=1, first_day=NOW, last_day=NOW - DAY).full_clean()
    with pytest.raises(ValidationError, match="avant le premier"):
        Campaign(name="x", first_day=NOW.date(), last_day=NOW.date() - DAY).full_clean()


def test_a_month_is_simulated_under_another_plan(town):
    for sale in months_of_sales():
        sale.deliver()
    refunded = basket("8", Line("librairie", 4000, category="jeux"))
    refunded.refund(1000)
    refunded.deliver()
    other = plan_create(name="Projet", now=NOW)
    rule_save(rule=rule("Jeux", 100, categories=["jeux"], fixed_cents=50), plan_id=other.pk)
    rule_save(rule=rule("Le reste", 1000, shops=["librairie", "fromagerie"]), plan_id=other.pk)
    RateTier.objects.create(rule=other.rules.get(rank=2), from_cents=200_000, rate_bps=500)
    before = digest_rows()

    found = plan_simulate(plan=other, month=datetime.date(2026, 10, 1))

    figures = [
        (row.name, row.lines, row.kept_cents, row.charged_cents, row.simulated_cents,
         row.simulated_vat_cents, row.difference_cents)
        for row in found.by_shop
    ]  # fmt: skip
    assert figures == [
        ("Fromagerie", 1, 10_000, 1000, 1000, 200, 0),
        ("Librairie", 2, 13_000, 1040, 500 + 80, 116, -460),
        ("Mercerie", 1, 10_000, 0, 0, 0, 0),
    ]
    assert [(row.name, row.lines) for row in found.by_rule] == [
        ("Jeux", 1), ("Le reste", 2), ("", 1),
    ]  # fmt: skip
    total = found.total
    assert (total.lines, total.charged_cents, total.simulated_cents) == (4, 2040, 1580)
    assert digest_rows() == before
    assert not MonthlyTurnover.objects.exists()
    empty = plan_simulate(plan=other, month=datetime.date(2020, 1, 1))
    assert (empty.by_shop, empty.total.lines) == ((), 0)


def test_a_simulation_of_the_plan_in_force_is_what_was_charged(town):
    plan(rule("Livres", 550, categories=["livres"], fixed_cents=20), rule("Autres", 900),
         tiers=TIERS)  # fmt: skip
    for number, category in enumerate(("livres", "jeux", "livres")):
        basket(str(number), Line("librairie", 3333 + number, category=category)).deliver()
    found = plan_simulate(plan=plan_at(PLACED), month=datetime.date(2026, 10, 1)).total
    assert found.charged_cents == found.simulated_cents == 203 + 300 + 203
    assert found.charged_vat_cents == found.simulated_vat_cents

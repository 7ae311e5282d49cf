"""« Pourquoi ce montant ? »: each explanation adds up, and leads from one to the next."""

import datetime
import re

import pytest
from django.urls import reverse

from saleor_alencon.accounts.models import User
from saleor_alencon.commission.models import CommissionRule
from saleor_alencon.domain.commission import CommissionTerms
from saleor_alencon.explaining.accounts import balance_story, transaction_story
from saleor_alencon.explaining.formula import commission_lines
from saleor_alencon.explaining.orders import shop_order_story
from saleor_alencon.explaining.statements import line_story, payout_story, statement_story
from saleor_alencon.explaining.story import Section, Step
from saleor_alencon.ledger.models import Transaction
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.settlement.models import Payout, Statement, StatementLine
from saleor_alencon.settlement.services import payout_return
from saleor_alencon.shops.models import Shop, ShopMember
from tests.integration.small_town import (
    BEFORE,
    NOW,
    Basket,
    Line,
    Tender,
    draft,
    open_town,
    operator,
    pay,
    publish,
    shop_order,
    statement,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db):
    """Books with a sale by two tenders, a refund after its statement, and money still held."""
    open_town()
    rule = CommissionRule(
        name="Livres", rate_bps=800, fixed_cents=30, minimum_cents=200, maximum_cents=900
    )
    others = CommissionRule(name="Tout", rate_bps=1000)
    rule.categories = ["livres"]
    publish([rule, others], valid_from=BEFORE + datetime.timedelta(hours=1), now=BEFORE)
    sold = Basket(
        "1",
        [Line("librairie", 5000, pieces=2, vat_bps=550), Line("fromagerie", 2000, category="x")],
        [Tender(3000, gift=True), Tender(4000)],
    )
    sold.hand_over()
    sold.deliver()
    pay(draft())
    sold.refund(2500, lines={0: 1}, tender=1)
    sold.deliver()
    small = Basket("2", [Line("librairie", 1000)], [Tender(1000)])
    small.hand_over()
    small.deliver()
    pay(draft())
    waiting = Basket("3", [Line("librairie", 4000)], [Tender(4000)])
    waiting.deliver()
    fresh = Basket("4", [Line("librairie", 9000)], [Tender(9000)])
    fresh.hand_over()
    fresh.deliver()
    draft()


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-")


def texts(story):
    return [
        plain(text)
        for section in story.sections
        for step in section.steps
        for text in (step.label, step.text, *step.details)
    ]


def amounts(story, title):
    (section,) = [each for each in story.sections if each.title == title]
    return [step.amount_cents for step in section.steps]


def test_every_line_statement_payout_order_balance_and_transaction_adds_up(town):
    # A section that does not sum to its total raises when it is built.
    for line in StatementLine.objects.all():
        assert line_story(line).amount_cents == line.net_cents
    for each in Statement.objects.all():
        assert statement_story(each).amount_cents == each.payable_cents
    for each in Payout.objects.all():
        assert payout_story(each).amount_cents == each.amount_cents
    for each in ShopOrder.objects.all():
        assert shop_order_story(each).amount_cents == each.net_cents
    for each in Shop.objects.all():
        balance_story(each)
    for each in Transaction.objects.all():
        transaction_story(each)
    assert StatementLine.objects.count() == 5


def test_a_line_is_explained_by_its_rule_with_its_own_figures(town):
    line = StatementLine.objects.get(kind="sale", shop_order=shop_order("1", "librairie"))
    story = line_story(line)
    told = texts(story)
    # 8 % of 50.00 is 4.00, and 0.30: 4.30; VAT of 20 % on it 0.86.
    assert "50,00 € × 8 % = 4,00 €" in told
    assert "+ 0,30 € de part fixe = 4,30 €" in told
    assert any("Règle « Livres » du barème" in text for text in told)
    assert any("TVA sur la commission : 4,30 € × 20 % = 0,86 €" in text for text in told)
    assert any("dont 2,61 € de TVA à 5,5 %" in text for text in told)
    assert amounts(story, "2 × Article line-1-0") == [5000, -430, -86, 4484]
    # The cheque and the card paid both shops, each its share to the cent.
    paid = amounts(story, "Ce que chaque moyen de paiement a payé de la ligne")
    assert paid == [2143, 2857, 5000]


def test_a_correction_says_what_is_due_now_less_what_was_counted(town):
    line = StatementLine.objects.get(kind="correction")
    told = texts(line_story(line))
    # 25.00 kept: 2.00 + 0.30; before it was 4.30.
    assert "Gardé à ce jour par l'article : 25,00 €" in told
    assert "25,00 € × 8 % = 2,00 €" in told
    assert "2,30 € - 4,30 € = -2,00 €" in told
    assert amounts(line_story(line), "Remboursements") == [-2500, -2500]


def test_an_order_says_where_its_money_is(town):
    settled = shop_order_story(shop_order("1", "librairie"))
    where = [text for text in texts(settled) if "réglé par le relevé" in text]
    assert len(where) == 2
    held = shop_order_story(shop_order("3", "librairie"))
    assert "jusqu'à la remise au client, puis pendant le délai de garde" in texts(held)
    assert amounts(held, "Où est l'argent") == [3580, 3580]


def test_a_balance_is_what_is_held_and_what_is_available_order_by_order(town):
    story = balance_story(Shop.objects.get(slug="librairie"))
    # Order 3 is held; 81.00 of order 4 make up for 15.00 that a statement carries below zero.
    assert amounts(story, "Le solde") == [3580, 6600, 10180]
    assert amounts(story, "Commandes dont l'argent est détenu") == [3580]
    assert "à remettre d'abord au client" in texts(story)


def test_a_returned_payout_is_explained_on_its_line(town):
    payout = Payout.objects.filter(shop__slug="fromagerie", state="executed").first()
    payout_return(payout_id=payout.pk, returned_by=operator(), reason="compte clos", now=NOW)
    from saleor_alencon.settlement.models import SettlementRun
    from saleor_alencon.settlement.services import run_cancel

    waiting = SettlementRun.objects.get(state="draft")
    run_cancel(run_id=waiting.pk, cancelled_by=operator(), now=NOW)
    run = draft()
    line = statement(run, "fromagerie").lines.get(kind="payout_returned")
    story = line_story(line)
    assert story.amount_cents == payout.amount_cents
    assert any("compte clos" in text for text in texts(story))
    assert amounts(story, "Écritures du grand livre") == [payout.amount_cents] * 3


@pytest.mark.parametrize(
    ("terms", "kept_cents", "expected"),
    [
        (CommissionTerms("r", 800, 2000), 1000, ["10,00 € × 8 % = 0,80 €"]),
        (
            CommissionTerms("r", 800, 2000, minimum_cents=200),
            1000,
            ["10,00 € × 8 % = 0,80 €", "portée au minimum de 2,00 €"],
        ),
        (
            CommissionTerms("r", 800, 2000, maximum_cents=50),
            1000,
            ["10,00 € × 8 % = 0,80 €", "limitée au maximum de 0,50 €"],
        ),
        (
            CommissionTerms("r", 800, 2000, fixed_cents=100),
            60,
            [
                "0,60 € × 8 % = 0,05 €",
                "+ 1,00 € de part fixe = 1,05 €",
                "limitée à 0,50 € : avec sa TVA elle ne dépasse pas ce que l'article a rapporté",
            ],
        ),
        (
            CommissionTerms("r", 800, 2000),
            0,
            ["Rien n'est gardé de cet article : aucune commission n'est due."],
        ),
    ],
)
def test_the_formula_is_told_step_by_step(terms, kept_cents, expected):
    assert list(map(plain, commission_lines(terms, kept_cents))) == expected


def test_an_explanation_that_does_not_add_up_cannot_be_made():
    with pytest.raises(AssertionError):
        Section("x", [Step("a", 1), Step("b", 3, role="total")], adds_up=True)


def links(page):
    return set(re.findall(r'<a href="([^"]+)"', page.split('class="why', 1)[1]))


def test_the_offices_pages_lead_from_a_statement_to_the_ledger_and_back(town, client):
    client.force_login(operator())
    start = reverse("admin:settlement_statement_why", args=[Statement.objects.first().pk])
    seen, todo = set(), [start]
    while todo:
        url = todo.pop()
        page = client.get(url)
        assert page.status_code == 200, url
        seen.add(url)
        todo += [
            link
            for link in links(page.content.decode())
            if "pourquoi" in link and link not in seen and link not in todo
        ]
    kinds = {re.sub(r"\d+", "N", url) for url in seen}
    pages = ("settlement_statement", "settlement_statementline", "settlement_payout",
             "orders_shoporder", "ledger_transaction")  # fmt: skip
    expected = {re.sub(r"\d+", "N", reverse(f"admin:{page}_why", args=[1])) for page in pages}
    assert kinds == expected
    assert len(seen) > 20
    records = [
        ("settlement_statement", Statement.objects.first().pk),
        ("settlement_payout", Payout.objects.first().pk),
        ("orders_shoporder", ShopOrder.objects.first().pk),
        ("ledger_transaction", Transaction.objects.first().pk),
        ("shops_shop", Shop.objects.first().pk),
    ]
    for name, pk in records:
        page = client.get(reverse(f"admin:{name}_change", args=[pk])).content.decode()
        assert reverse(f"admin:{name}_why", args=[pk]) in page, name
    accounts = client.get(reverse("admin:ledger_account_changelist")).content.decode()
    shop = Shop.objects.get(slug="librairie")
    assert reverse("admin:shops_shop_why", args=[shop.pk]) in accounts


def test_a_merchant_sees_its_own_explanations_and_nobody_elses(town, client):
    shop = Shop.objects.get(slug="librairie")
    merchant = User.objects.create_user("m@boutique.example", "un-mot-de-passe-long")
    ShopMember.objects.create(shop=shop, user=merchant)
    client.force_login(merchant)
    settled = Statement.objects.exclude(run__state="draft")
    pages = {
        "why-statement": settled,
        "why-line": StatementLine.objects.filter(statement__in=settled),
        "why-payout": Payout.objects.exclude(state="draft"),
        "why-order": ShopOrder.objects.all(),
    }
    for name, rows in pages.items():
        for row in rows:
            owner = row.statement.shop_id if name == "why-line" else row.shop_id
            page = client.get(reverse(f"counter:{name}", args=[row.pk]))
            assert page.status_code == (200 if owner == shop.pk else 404), (name, row)
            if page.status_code == 200:
                assert "/bureau/" not in page.content.decode()
                for url in links(page.content.decode()):
                    assert client.get(url).status_code == 200, url
    assert client.get(reverse("counter:why-balance")).status_code == 200
    hidden = Statement.objects.get(run__state="draft", shop=shop)
    assert client.get(reverse("counter:why-statement", args=[hidden.pk])).status_code == 404


def test_a_merchant_downloads_its_own_papers(town, client):
    from saleor_alencon.invoicing.services import (
        commission_invoices_issue,
        statements_to_invoice,
    )
    from saleor_alencon.shops.models import Association

    Association.objects.update(siret="99900061500008", vat_number="FR35999000615")
    issued = commission_invoices_issue(now=NOW).invoices
    # The second statement's sale takes what its refund gives back: nothing to invoice.
    assert sorted(str(each.statement) for each in issued) == [
        "R2026-0001-fromagerie",
        "R2026-0001-librairie",
    ]
    assert not statements_to_invoice().exists()
    shop = Shop.objects.get(slug="librairie")
    merchant = User.objects.create_user("m@boutique.example", "un-mot-de-passe-long")
    ShopMember.objects.create(shop=shop, user=merchant)
    client.force_login(merchant)
    page = client.get(reverse("counter:documents")).content.decode()
    for each in issued:
        url = reverse("counter:invoice", args=[each.pk])
        assert (url in page) == (each.shop_id == shop.pk)
        answer = client.get(url)
        assert answer.status_code == (200 if each.shop_id == shop.pk else 404)
        if answer.status_code == 200:
            assert answer.content[:4] == b"%PDF"
    own = Statement.objects.filter(shop=shop, run__state="executed").first()
    for suffix, begin in (("pdf", b"%PDF"), ("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        answer = client.get(reverse("counter:statement", args=[own.pk, suffix]))
        assert answer.content.startswith(begin)

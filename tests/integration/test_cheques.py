"""Gift cheques: sold, spent online and at counters, expired, refunded; never twice, to the cent."""

import datetime
from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.cheques.models import Cheque, ChequeRules, ChequeSale, ChequeUse
from saleor_alencon.cheques.movements import (
    expiries_reserve,
    redemption_cancel,
    redemption_reserve,
    refund_reserve,
)
from saleor_alencon.cheques.saleor import cheques_tell, movement_settle
from saleor_alencon.cheques.services import (
    ChequeError,
    acceptance_set,
    cheque_block,
    cheque_extend,
    cheque_find,
    cheque_unblock,
    cheques_sell,
    shops_accepting,
)
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.invoicing.models import Invoice
from saleor_alencon.invoicing.services import commission_invoices_issue
from saleor_alencon.ledger.balances import balances_by_kind
from saleor_alencon.ledger.models import Transaction
from saleor_alencon.orders.models import TenderShare
from saleor_alencon.shops.models import Association, Shop
from tests.integration.cheque_town import (
    SOLD,
    GiftCards,
    accept,
    available,
    clock,
    left,
    liability,
    paid_by,
    redeem,
    saleor_there,
    sell,
)
from tests.integration.small_town import (
    NOW,
    Basket,
    Line,
    Tender,
    draft,
    open_town,
    operator,
    pay,
    stated,
    statement,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db):
    open_town()
    ChequeRules.objects.create(
        valid_from=SOLD.date(), validity_months=12, fee_rate_bps=300, write_off_after_days=30
    )
    accept("librairie", "fromagerie")


@pytest.fixture
def cards(town, settings):
    with saleor_there(GiftCards(), settings) as double:
        yield double


def balance(kind: AccountKind) -> int:
    return balances_by_kind().get(kind, 0)


def test_a_sale_is_no_revenue_it_is_owed_to_the_holders(town):
    cheques = sell(2000, 50)
    assert [cheques[0].serial, cheques[-1].serial] == ["CC2026-0001-0001", "CC2026-0001-0050"]
    assert (balance(AccountKind.BANK), liability()) == (100_000, 100_000)
    assert {each.expires_on for each in cheques} == {datetime.date(2027, 9, 21)}
    assert len({each.code for each in cheques}) == len({each.code[-4:] for each in cheques}) == 50
    assert Transaction.objects.get().kind == "cheques_sold"
    assert find_problems() == []


def test_the_same_sale_twice_is_one(town):
    assert sell(2000, 3) == sell(2000, 3)
    assert (ChequeSale.objects.count(), Cheque.objects.count(), liability()) == (1, 3, 6000)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"buyer_name": " "}, "Indiquez l'acheteur."),
        ({"face_cents": 50_001}, "Un chèque vaut plus de zéro et au plus 500,00 €."),
        ({"count": 2001}, "Une vente compte de 1 à 2000 chèques."),
        ({"paid_on": NOW.date()}, "La date du paiement n'est pas encore venue."),
        ({"expires_on": SOLD.date()}, "Un chèque doit être valable au moins jusqu'à demain."),
    ],
)
def test_a_sale_that_cannot_be_is_refused_and_nothing_is_sold(town, more, said):
    with pytest.raises(ChequeError) as refusal:
        sell(**more)
    assert " ".join(str(refusal.value).split()) == said
    assert not Cheque.objects.exists()
    assert not Transaction.objects.exists()


def test_a_counter_takes_a_cheque_in_parts_and_the_shop_is_credited_less_the_fee(town):
    (cheque,) = sell(5000)
    movement = redeem(cheque, "librairie", 2500)
    assert (movement.state, movement.fee_cents, movement.fee_vat_cents) == ("done", 75, 15)
    assert (left(cheque), liability(), available("librairie")) == (2500, 2500, 2410)
    assert redeem(cheque, "fromagerie", 2500, key="k2").state == "done"
    assert (left(cheque), liability(), available("fromagerie")) == (0, 0, 2410)
    with pytest.raises(ChequeError, match="Il reste 0,00"):
        redeem(cheque, "librairie", 1, key="k3")
    assert find_problems() == []


def test_the_same_redemption_twice_is_one(town):
    (cheque,) = sell(5000)
    assert redeem(cheque, "librairie", 2500).pk == redeem(cheque, "librairie", 2500).pk
    assert (left(cheque), available("librairie")) == (2500, 2410)


def test_no_change_is_given(town):
    (cheque,) = sell(5000)
    with pytest.raises(ChequeError, match="Il reste 50,00"):
        redeem(cheque, "librairie", 5001)
    assert left(cheque) == 5000


def test_a_shop_that_does_not_accept_cheques_takes_none(town):
    (cheque,) = sell()
    with pytest.raises(ChequeError, match="« Mercerie » n'accepte pas les chèques cadeaux"):
        redeem(cheque, "mercerie", 100)
    assert not cheque.movements.exists()


def test_a_code_is_read_as_it_is_typed_or_scanned_and_an_unknown_one_tells_nothing(town):
    (cheque,) = sell()
    code = cheque.code
    for typed in (code.lower(), f"{code[:4]}-{code[4:8]} {code[8:]}", f"ALENCON-CHEQUE:{code}"):
        assert cheque_find(code=typed) == cheque
    for wrong in ("", "ALENCON-CHEQUE:", code[:-1], code[-4:], cheque.serial):
        with pytest.raises(ChequeError) as refusal:
            cheque_find(code=wrong)
        assert str(refusal.value) == "Aucun chèque cadeau n'a ce code : vérifiez-le."


def test_a_blocked_cheque_pays_nothing_until_it_is_unblocked(town):
    (cheque,) = sell()
    done = {"cheque_id": cheque.pk, "done_by": operator(), "now": NOW}
    with pytest.raises(ChequeError, match="Donnez le motif"):
        cheque_block(reason=" ", **done)
    cheque_block(reason="Volé avec le sac", **done)
    with pytest.raises(ChequeError, match="Ce chèque est bloqué"):
        redeem(cheque, "librairie", 100)
    with pytest.raises(ChequeError, match="cette action demande « utilisable »"):
        cheque_block(reason="encore", **done)
    cheque_unblock(reason="Retrouvé", **done)
    assert redeem(cheque, "librairie", 100).state == "done"
    assert [each.reason for each in cheque.events.all()] == ["Volé avec le sac", "Retrouvé"]


def test_an_unused_cheque_is_paid_back_to_its_buyer_and_pays_no_more(town):
    first, second = sell(5000, 2)
    redeem(second, "librairie", 1)
    asked = {"reason": "Erreur de commande", "asked_by": operator(), "now": NOW}
    with pytest.raises(ChequeError, match="Ce chèque a servi"):
        refund_reserve(cheque_id=second.pk, **asked)
    movement = refund_reserve(cheque_id=first.pk, **asked)
    assert movement_settle(movement_id=movement.pk, clock=clock).state == "done"
    assert (left(first), first.state, balance(AccountKind.BANK)) == (0, "cancelled", 5000)
    with pytest.raises(ChequeError, match="a été remboursé"):
        redeem(first, "librairie", 1, key="later")
    assert find_problems() == []


def test_expired_cheques_are_written_off_by_the_rule_and_once(town):
    cheque, spent = sell(5000, 2)
    redeem(spent, "librairie", 5000)
    last = datetime.datetime(2027, 9, 21, 12, tzinfo=datetime.UTC)
    with pytest.raises(ChequeError, match=r"n'est plus valable depuis le 21\sseptembre 2027"):
        redeem(cheque, "librairie", 100, key="late", now=last + timedelta(days=1))
    assert expiries_reserve(now=last + timedelta(days=30)) == []
    (movement,) = expiries_reserve(now=last + timedelta(days=31))
    assert expiries_reserve(now=last + timedelta(days=31)) == []
    movement_settle(movement_id=movement.pk, clock=lambda: last + timedelta(days=31))
    assert (left(cheque), liability()) == (0, 0)
    assert balance(AccountKind.GIFT_CHEQUES_EXPIRED) == -5000
    assert expiries_reserve(now=last + timedelta(days=400)) == []
    assert find_problems() == []


def test_a_prolonged_cheque_is_not_written_off(town):
    (cheque,) = sell()
    later = datetime.date(2028, 1, 31)
    changed = {"cheque_id": cheque.pk, "reason": "Geste", "done_by": operator(), "now": NOW}
    with pytest.raises(ChequeError, match=r"Choisissez un jour après le 21\sseptembre 2027"):
        cheque_extend(expires_on=cheque.expires_on, **changed)
    cheque_extend(expires_on=later, **changed)
    assert expiries_reserve(now=datetime.datetime(2027, 12, 1, tzinfo=datetime.UTC)) == []
    assert cheque.events.get().what == "prolongé jusqu'au 31\xa0janvier 2028"


def test_a_cancelled_redemption_gives_the_value_and_the_fee_back(town):
    (cheque,) = sell(5000)
    taken = redeem(cheque, "librairie", 2500)
    asked = {"movement_id": taken.pk, "asked_by": operator(), "now": NOW}
    back = redemption_cancel(reason="Article rendu", **asked)
    assert left(cheque) == 2500
    movement_settle(movement_id=back.pk, clock=clock)
    assert (left(cheque), liability(), available("librairie")) == (5000, 5000, 0)
    corrected = Transaction.objects.get(kind="cheque_given_back").corrects
    assert corrected == Transaction.objects.get(kind="cheque_redeemed")
    with pytest.raises(ChequeError, match="déjà annulé"):
        redemption_cancel(reason="encore", **asked)
    assert find_problems() == []


def test_statements_pay_cheques_with_their_fee_and_the_invoice_has_it(town):
    Association.objects.update(siret="81234567800014", vat_number="FR45812345678")
    (cheque,) = sell(5000)
    taken = redeem(cheque, "librairie", 5000)
    first = pay(draft())
    assert stated(first, "librairie") == (0, 4820, 4820, 0, "")
    (line,) = statement(first, "librairie").document["lines"]
    assert line["kind"] == "cheque"
    assert line["label"] == "n° CC2026-0001-0001, pris en boutique, frais de 3\xa0%"
    assert (line["gross_cents"], line["commission_cents"], line["net_cents"]) == (5000, 150, 4820)
    back = redemption_cancel(
        movement_id=taken.pk, reason="Article rendu", asked_by=operator(), now=NOW
    )
    movement_settle(movement_id=back.pk, clock=clock)
    second = pay(draft())
    assert stated(second, "librairie") == (0, -4820, 0, -4820, "negative")
    commission_invoices_issue(now=NOW)
    invoice, credit_note = Invoice.objects.order_by("id")
    assert (invoice.net_cents, invoice.vat_cents, invoice.total_cents) == (150, 30, 180)
    assert (credit_note.kind, credit_note.total_cents) == ("credit_note", 180)
    assert find_problems() == []


def test_a_cheque_pays_the_lines_of_the_shops_that_accept_it(town):
    """The card came first: without the rule it would have paid half of the bookshop's."""
    (cheque,) = sell(5000)
    lines = [Line("librairie", 5000), Line("mercerie", 5000)]
    tenders = [Tender(5000), paid_by(cheque, 5000)]
    Basket("1", lines, tenders).deliver()
    shares = TenderShare.objects.values_list("tender__kind", "shop_order__shop__slug",
                                             "charged_cents")  # fmt: skip
    assert sorted(shares) == [("card", "mercerie", 5000), ("gift_cheque", "librairie", 5000)]
    assert (left(cheque), liability()) == (0, 0)
    assert ChequeUse.objects.get().order_number == "1"
    assert find_problems() == []


def test_what_a_cheque_paid_beyond_the_accepting_shops_is_no_shop_s_loss(town):
    (cheque,) = sell(5000)
    lines = [Line("librairie", 3000), Line("mercerie", 5000)]
    tenders = [Tender(3000), paid_by(cheque, 5000)]
    Basket("1", lines, tenders).deliver()
    shares = TenderShare.objects.values_list("tender__kind", "shop_order__shop__slug",
                                             "charged_cents")  # fmt: skip
    assert sorted(shares) == [
        ("card", "mercerie", 3000),
        ("gift_cheque", "librairie", 3000),
        ("gift_cheque", "mercerie", 2000),
    ]
    assert find_problems() == []


def test_a_refused_line_goes_back_to_the_cheque(town):
    (cheque,) = sell(5000)
    basket = Basket("1", [Line("librairie", 5000)], [paid_by(cheque, 5000)])
    basket.deliver()
    assert (left(cheque), liability()) == (0, 0)
    basket.refund(2000, lines={0: 1})
    basket.deliver()
    assert (left(cheque), liability()) == (2000, 2000)
    assert redeem(cheque, "fromagerie", 2000).state == "done"
    assert find_problems() == []


def test_acceptance_is_that_of_the_order_s_day_and_no_past_day_is_touched(town):
    shop = Shop.objects.get(slug="librairie")
    changed = {"shop_id": shop.pk, "accepts": False, "now": NOW}
    with pytest.raises(ChequeError, match="Choisissez un jour à venir"):
        acceptance_set(valid_from=NOW.date(), **changed)
    tomorrow = NOW.date() + timedelta(days=1)
    acceptance_set(valid_from=tomorrow, **changed)
    assert shops_accepting(["librairie"], NOW.date()) == {"librairie"}
    assert shops_accepting(["librairie", "fromagerie"], tomorrow) == {"fromagerie"}


def test_a_cheque_is_a_gift_card_in_saleor_and_a_counter_lowers_it(cards):
    (cheque,) = sell(5000)
    assert cheques_tell(client=cards, clock=clock) == {"done": 1, "failed": 0}
    assert cards.of(cheque)["balance"] == 5000
    assert redeem(cheque, "librairie", 2000).state == "done"
    assert (cards.of(cheque)["balance"], left(cheque)) == (3000, 3000)
    cheque_block(cheque_id=cheque.pk, reason="Volé", done_by=operator(), now=NOW)
    cheques_tell(client=cards, clock=clock)
    assert cards.of(cheque)["active"] is False
    assert find_problems() == []


def test_a_counter_is_refused_what_a_web_order_just_took_though_the_office_does_not_know_yet(cards):
    (cheque,) = sell(5000)
    cheques_tell(client=cards, clock=clock)
    cards.pay(cheque, 4000)
    movement = redeem(cheque, "librairie", 2000)
    assert (movement.state, movement.refusal) == (
        "refused", "Une commande en ligne vient d'utiliser ce chèque.",
    )  # fmt: skip
    assert (cards.of(cheque)["balance"], left(cheque), available("librairie")) == (1000, 5000, 0)
    assert "gift_card_adjust" not in cards.sent


def test_what_saleor_clamped_because_an_order_came_in_between_is_given_back(cards):
    (cheque,) = sell(5000)
    cheques_tell(client=cards, clock=clock)
    once = iter([4000])
    cards.before_adjusting = lambda: [cards.pay(cheque, cents) for cents in once]
    movement = redeem(cheque, "librairie", 2000)
    assert movement.state == "refused"
    assert (cards.of(cheque)["balance"], left(cheque), available("librairie")) == (1000, 5000, 0)
    basket = Basket("1", [Line("librairie", 4000)], [paid_by(cheque, 4000)])
    basket.deliver()
    assert left(cheque) == cards.of(cheque)["balance"] == 1000
    assert find_problems() == []


@pytest.mark.parametrize("lost", ["lost_answers", "lost_calls"])
def test_a_lost_call_or_answer_takes_nothing_twice(cards, lost):
    (cheque,) = sell(5000)
    cheques_tell(client=cards, clock=clock)
    setattr(cards, lost, 1)
    movement = redeem(cheque, "librairie", 2000)
    assert (movement.state, left(cheque), available("librairie")) == ("pending", 3000, 0)
    with pytest.raises(ChequeError, match="en cours d'encaissement"):
        redeem(cheque, "librairie", 1000, key="second")
    later = NOW + timedelta(minutes=1)
    cheques_tell(client=cards, clock=lambda: later)
    movement.refresh_from_db()
    assert (movement.state, cards.of(cheque)["balance"], available("librairie")) == (
        "done", 3000, 1928,
    )  # fmt: skip
    assert cards.sent.count("gift_card_adjust") == 1
    assert find_problems() == []


def test_a_cheque_whose_creation_was_not_answered_is_made_once(cards):
    (cheque,) = sell(5000)
    cards.lost_answers = 1
    assert cheques_tell(client=cards, clock=clock) == {"done": 0, "failed": 1}
    later = NOW + timedelta(minutes=1)
    assert cheques_tell(client=cards, clock=lambda: later) == {"done": 1, "failed": 0}
    assert len(cards.cards) == 1
    assert cards.of(cheque)["balance"] == 5000


def test_a_refund_and_an_expiry_empty_the_card(cards):
    first, second = sell(5000, 2)
    cheques_tell(client=cards, clock=clock)
    movement = refund_reserve(cheque_id=first.pk, reason="Erreur", asked_by=operator(), now=NOW)
    assert movement_settle(movement_id=movement.pk, clock=clock).state == "done"
    assert (cards.of(first)["balance"], cards.of(first)["active"]) == (0, False)
    end = datetime.datetime(2027, 12, 1, tzinfo=datetime.UTC)
    (movement,) = expiries_reserve(now=end)
    assert movement_settle(movement_id=movement.pk, clock=lambda: end).state == "done"
    assert cards.of(second)["balance"] == 0
    assert liability() == 0
    assert find_problems() == []


CHANGES = [
    "UPDATE cheques_cheque SET remaining_cents = 1",
    "UPDATE cheques_cheque SET face_cents = 1",
    "DELETE FROM cheques_cheque",
    "UPDATE cheques_chequesale SET buyer_name = 'x'",
    "UPDATE cheques_chequerules SET fee_rate_bps = 0",
    "UPDATE cheques_chequeacceptance SET accepts = false",
    "DELETE FROM cheques_chequemovement",
    "UPDATE cheques_chequemovement SET effect_cents = 1",
    "UPDATE cheques_chequemovement SET state = 'refused', done_at = NULL",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_postgresql_keeps_what_was_sold_and_done(town, statement):
    (cheque,) = sell(5000)
    redeem(cheque, "librairie", 2500)
    refusals = (IntegrityError, InternalError, ProgrammingError)
    with pytest.raises(refusals), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_postgresql_refuses_a_movement_beyond_what_is_left(town):
    (cheque,) = sell(5000)
    movement = redemption_reserve(
        code=cheque.code, shop=Shop.objects.get(slug="librairie"), amount_cents=3000,
        asked_by=None, now=NOW, key="k",
    )  # fmt: skip
    movement_settle(movement_id=movement.pk, clock=clock)
    movement.pk, movement.key, movement.state, movement.done_at = None, "more", "pending", None
    with pytest.raises(IntegrityError, match="CHEQUE_OVERDRAWN"), transaction.atomic():
        movement.save(force_insert=True)


def test_a_cheque_sold_for_a_day_already_written_is_numbered_by_year(town):
    sell(key="one")
    sale = cheques_sell(
        buyer_name="Mairie", face_cents=1000, count=1, method="cheque", paid_on=NOW.date(),
        sold_by=operator(), now=NOW, key="two",
    )  # fmt: skip
    assert sale.number == "CC2026-0002"

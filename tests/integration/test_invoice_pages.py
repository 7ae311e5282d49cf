"""The back-office's pages for invoices and dues, used as the Office's people do."""

import datetime
import html

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.dues.models import DuesBill, DuesRate
from saleor_alencon.dues.services import owed_cents
from saleor_alencon.invoicing.models import Invoice
from saleor_alencon.office.dashboard import attention
from saleor_alencon.shops.models import Association, Shop, ShopState
from tests.integration.small_town import (
    NOW,
    Basket,
    Line,
    Tender,
    approver,
    draft,
    open_town,
    operator,
    pay,
)

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year


@pytest.fixture(autouse=True)
def town():
    open_town()
    Association.objects.update(siret="99900061500008", vat_number="FR35999000615")
    Shop.objects.update(state=ShopState.LIVE)
    DuesRate.objects.create(year=YEAR, base_cents=6_000, surcharge_cents=3_500)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer) -> str:
    return html.unescape(answer.content.decode()).replace("\u00a0", " ").replace("\u202f", " ")


def call_dues(client: Client) -> DuesBill:
    answer = client.post(reverse("admin:dues_duesbill_call"), {"year": YEAR}, follow=True)
    assert "3 pièces établies." in text(answer)
    return DuesBill.objects.get(shop__slug="librairie")


def test_the_operator_calls_dues_and_notes_payments() -> None:
    client = signed_in(operator())
    asked = text(client.get(reverse("admin:dues_duesbill_call")))
    assert f"Pour {YEAR}, ils sont 3." in asked
    bill = call_dues(client)
    page = reverse("admin:dues_duesbill_pay", args=(bill.pk,))
    assert "Reste à payer : 102,00 €." in text(client.get(page))
    form = {"amount_cents": "100,50", "paid_on": str(timezone.localdate()), "method": "cheque"}
    assert "Le paiement est noté." in text(client.post(page, form, follow=True))
    assert owed_cents(bill) == 150
    assert "à payer" in text(client.get(reverse("admin:dues_duesbill_changelist")))


@pytest.mark.parametrize(
    ("amount", "message"),
    [("0", "supérieur à zéro"), ("12,345", "2 chiffre"), ("douze", "Saisissez un nombre"),
     ("103", "Il reste 102,00 € à payer")],
)  # fmt: skip
def test_a_wrong_amount_is_told_and_nothing_noted(amount, message) -> None:
    client = signed_in(operator())
    bill = call_dues(client)
    form = {"amount_cents": amount, "paid_on": str(timezone.localdate()), "method": "cheque"}
    page = reverse("admin:dues_duesbill_pay", args=(bill.pk,))
    assert message in text(client.post(page, form, follow=True))
    assert owed_cents(bill) == 10_200


def test_a_cancelled_call_offers_nothing_more() -> None:
    client = signed_in(operator())
    bill = call_dues(client)
    page = reverse("admin:dues_duesbill_change", args=(bill.pk,))
    assert "Annuler par un avoir" in text(client.get(page))
    cancel = reverse("admin:dues_duesbill_cancel", args=(bill.pk,))
    client.post(cancel, {"reason": "Membre parti"}, follow=True)
    shown = text(client.get(page))
    assert "Annuler par un avoir" not in shown
    assert "Noter un paiement" not in shown
    assert f"A{NOW.year}-00001" in shown
    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_commissions_are_invoiced_from_the_page_and_downloaded() -> None:
    basket = Basket("1", [Line("librairie", 10_000)], [Tender(10_000)])
    basket.hand_over()
    basket.deliver()
    pay(draft())
    client = signed_in(operator())
    issue = reverse("admin:invoicing_invoice_issue")
    assert "1 relevé approuvé n'est pas encore facturé." in text(client.get(issue))
    assert "1 pièce établie." in text(client.post(issue, follow=True))
    invoice = Invoice.objects.get()
    answer = client.get(reverse("admin:invoicing_invoice_pdf", args=(invoice.pk,)))
    assert answer["Content-Type"] == "application/pdf"
    assert f'filename="{invoice.number}.pdf"' in answer["Content-Disposition"]
    assert answer.content.startswith(b"%PDF")


def test_what_cannot_be_invoiced_is_on_the_home_page_and_says_why() -> None:
    Association.objects.update(siret="")
    basket = Basket("1", [Line("librairie", 10_000)], [Tender(10_000)])
    basket.hand_over()
    basket.deliver()
    pay(draft())
    found = [each.text for each in attention(NOW + datetime.timedelta(hours=4))]
    assert any("n'est pas facturé" in each for each in found)
    client = signed_in(operator())
    answer = client.post(reverse("admin:invoicing_invoice_issue"), follow=True)
    assert "Le SIRET de l'association manque" in text(answer)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROVER])
def test_others_look_and_do_nothing(role) -> None:
    call_dues(signed_in(operator()))
    user = approver() if role == Role.APPROVER else User.objects.create_user(
        "auditeur@alencon.example", "un-mot-de-passe-long", role=role
    )  # fmt: skip
    client = signed_in(user)
    bill = DuesBill.objects.first()
    assert client.get(reverse("admin:dues_duesbill_changelist")).status_code == 200
    assert client.get(reverse("admin:invoicing_invoice_changelist")).status_code == 200
    for page in (
        reverse("admin:dues_duesbill_call"),
        reverse("admin:dues_duesbill_pay", args=(bill.pk,)),
        reverse("admin:dues_duesbill_cancel", args=(bill.pk,)),
        reverse("admin:invoicing_invoice_issue"),
    ):
        assert client.post(page, {}).status_code == 403, page


def test_an_amount_that_was_called_is_fixed() -> None:
    client = signed_in(operator())
    rate = DuesRate.objects.get()
    page = reverse("admin:dues_duesrate_change", args=(rate.pk,))
    assert 'name="_save"' in client.get(page).content.decode()
    call_dues(client)
    assert 'name="_save"' not in client.get(page).content.decode()

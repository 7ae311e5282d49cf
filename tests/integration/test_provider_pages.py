"""What the back-office and the merchant see of the payment provider, and that no key is there."""

import html
import logging
import re
from pathlib import Path

import httpx
import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import reverse
from pydantic import SecretStr

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.domain.shop_life import ShopStep
from saleor_alencon.errors import AlenconError
from saleor_alencon.office.dashboard import attention
from saleor_alencon.psp.gateway import Gateway, ProviderRefused
from saleor_alencon.psp.models import BalanceTransaction, Dispute, ProviderPayout
from saleor_alencon.psp.tasks import fetch_from_provider
from saleor_alencon.settlement.models import SettlementRun
from saleor_alencon.settlement.services import run_approve
from saleor_alencon.shops.checklist import SaleorFacts
from saleor_alencon.shops.models import Association, ConnectedAccount, Shop, ShopMember
from saleor_alencon.shops.services import step_blockers
from tests.integration.provider_town import Provider, two_shops
from tests.integration.small_town import NOW, PLACED, approver, draft, open_town, operator

pytestmark = pytest.mark.django_db

AGREEMENT = "admin:psp_balancetransaction_agreement"
PROJECT = Path(__file__).parents[2]


@pytest.fixture
def provider(db):
    open_town()
    with (
        Provider.open() as running,
        override_settings(
            STRIPE_SECRET_KEY=SecretStr(running.server.secret_key),
            STRIPE_API_BASE=running.server.url,
        ),
    ):
        yield running


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def sold(provider, number="1"):
    basket = two_shops(number)
    provider.pay(basket)
    basket.hand_over()
    basket.deliver()
    return basket


def text(answer):
    return html.unescape(answer.content.decode()).replace("\u00a0", " ").replace("\u202f", " ")


def test_the_reconciliation_page_says_that_all_agrees(provider):
    sold(provider)
    provider.news(PLACED)
    page = text(signed_in(operator()).get(reverse(AGREEMENT)))
    assert "Les comptes et Stripe disent la même chose." in page
    assert page.count("98,26 €") == 4  # both balances, both sides of the one movement
    assert "rapproché <b>1</b>" in page
    assert "pas encore lu : 0,00 €" in page


def test_the_reconciliation_page_shows_each_kind_of_difference_first(provider):
    sold(provider)
    provider.charge(1234)
    other = two_shops("2")
    other.tenders[0].reference = "pi_of_nobody"
    other.deliver()
    wrong = two_shops("3")
    provider.pay(wrong)
    wrong.tenders[0].charged_cents = 10000
    wrong.deliver()
    provider.news(PLACED)
    client = signed_in(operator())
    page = text(client.get(reverse(AGREEMENT)))
    for label in ("absent des comptes", "absent chez Stripe", "montants différents", "rapproché"):
        assert f"{label} <b>1</b>" in page
    assert "ne disent pas la même chose" in page
    rows = page.split("<tbody>")[1]
    assert rows.index("absent des comptes") < rows.index("rapproché")
    missing = text(client.get(reverse(AGREEMENT), {"etat": "missing_there"})).split("<tbody>")[1]
    assert missing.count("<tr") == 1
    assert "n° 2" in missing


def test_stripe_s_words_are_said_in_the_page_s_language(provider):
    basket = sold(provider)
    dispute = provider.dispute(basket, 500)
    provider.news()
    provider.end_dispute(basket, dispute, won=True)
    other = sold(provider, "2")
    provider.server.fail_refund(provider.refund(other, 700))
    provider.dispute(other, 100)
    provider.news()
    client = signed_in(operator())
    page = text(client.get(reverse(AGREEMENT)))
    for words in ("paiement", "litige, somme reprise", "litige, somme rendue"):
        assert f">{words}</a>" in page
    assert ">remboursement revenu</a>" in page  # One line of its two movements.
    movements = text(client.get(reverse("admin:psp_balancetransaction_changelist")))
    assert "remboursement revenu" in movements
    chosen = client.get(reverse("admin:psp_balancetransaction_changelist"), {"kind": "charge"})
    assert chosen.context["cl"].result_count == 2
    disputes = text(client.get(reverse("admin:psp_dispute_changelist")))
    for words in ("gagné", "à répondre", "fraude"):
        assert words in disputes
    client.cookies["django_language"] = "en"
    assert ">dispute, amount taken</a>" in text(client.get(reverse(AGREEMENT)))
    shown = re.sub(r'(href|value)="[^"]*"', "", movements + disputes + page)
    for name in ("adjustment", "refund_failure", "needs_response", "fraudulent"):
        assert name not in shown


def test_the_page_is_in_english_too(provider):
    client = signed_in(operator())
    client.cookies["django_language"] = "en"
    page = text(client.get(reverse(AGREEMENT)))
    assert "Reconciliation with Stripe" in page
    assert "Stripe was never read to its end yet." in page


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_only_look_is_offered_no_reading(provider, role):
    user = User.objects.create_user(f"{role}@alencon.example", "un-mot-de-passe", role=role)
    client = signed_in(user)
    page = client.get(reverse(AGREEMENT))
    assert page.status_code == 200
    assert reverse("admin:psp_balancetransaction_fetch") not in text(page)
    assert client.post(reverse("admin:psp_balancetransaction_fetch")).status_code == 403


def test_a_merchant_sees_nothing_of_it(provider):
    user = User.objects.create_user("m@alencon.example", "un-mot-de-passe", role=Role.MERCHANT)
    assert signed_in(user).get(reverse(AGREEMENT)).status_code == 302


def test_an_operator_reads_the_provider_by_hand(provider):
    sold(provider)
    client = signed_in(operator())
    answer = client.post(reverse("admin:psp_balancetransaction_fetch"), follow=True)
    assert "Les mouvements de Stripe sont lus." in text(answer)
    assert BalanceTransaction.objects.count() == 1


def test_movements_payouts_and_disputes_have_their_pages(provider):
    basket = sold(provider)
    provider.dispute(basket, 500)
    provider.server.advance(days=7)
    provider.server.pay_out()
    provider.news()
    client = signed_in(operator())
    for model in (BalanceTransaction, Dispute, ProviderPayout):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 200
        for row in model.objects.all():
            assert client.get(reverse(f"{name}_change", args=(row.pk,))).status_code == 200
    texts = [str(each.text) for each in attention(NOW)]
    assert "1 paiement contesté attend une réponse chez Stripe." in texts


def test_home_tells_of_what_does_not_agree_and_of_a_provider_that_nobody_reads(provider):
    provider.charge(1234)
    provider.news()
    texts = [str(each.text) for each in attention(NOW)]
    assert "1 mouvement n'est pas le même chez Stripe et dans les comptes." in texts
    later = NOW.replace(day=27)
    assert "Stripe n'a pas été lu depuis plus d'un jour." in [
        str(each.text) for each in attention(later)
    ]


def test_an_approver_sends_a_run_s_transfers_from_its_page(provider):
    sold(provider)
    provider.connect()
    provider.server.advance(days=7)
    run = draft()
    run_approve(run_id=run.pk, approved_by=approver(), now=NOW)
    client = signed_in(operator())
    page = text(client.get(reverse("admin:settlement_settlementrun_change", args=(run.pk,))))
    assert "Envoyer les transferts" in page
    assert "Déclarer exécuté" not in page
    url = reverse("admin:settlement_settlementrun_send", args=(run.pk,))
    assert "Virements : 2. Total : 89,21 €." in text(client.get(url))
    answer = client.post(url, follow=True)
    assert "Envoyés : 2. Refusés : 0. En attente : 0." in text(answer)
    assert SettlementRun.objects.get().state == "executed"
    payout = run.payouts.first()
    page = text(client.get(reverse("admin:settlement_payout_change", args=(payout.pk,))))
    assert "Reprendre le transfert" in page
    assert "Déclarer retourné" not in page
    back = reverse("admin:settlement_payout_take_back", args=(payout.pk,))
    answer = client.post(back, {"reason": "Erreur"}, follow=True)
    assert "Le transfert est repris" in text(answer)


def test_an_auditor_sends_and_takes_back_nothing(provider):
    sold(provider)
    provider.connect()
    run = draft()
    run_approve(run_id=run.pk, approved_by=approver(), now=NOW)
    user = User.objects.create_user("a@alencon.example", "un-mot-de-passe", role=Role.AUDITOR)
    client = signed_in(user)
    payout = run.payouts.first()
    for name, pk in (("settlementrun_send", run.pk), ("payout_take_back", payout.pk)):
        url = reverse(f"admin:settlement_{name}", args=(pk,))
        assert client.post(url, {"reason": "x"}).status_code == 403


def test_the_office_opens_a_shop_s_account_and_the_checklist_waits_for_it(provider):
    Association.objects.update(payout_rail="connect")
    shop = Shop.objects.get(slug="librairie")

    def lacks():
        found = step_blockers(shop=shop, step=ShopStep.OPEN, saleor=SaleorFacts(), now=NOW)
        return {check.item.value for check in found} & {"connect", "bank"}

    assert lacks() == {"connect"}
    client = signed_in(operator())
    url = reverse("admin:shops_shop_payout_account", args=(shop.pk,))
    assert "pas encore de compte" in text(client.get(url))
    answer = client.post(url)
    assert answer.status_code == 302
    assert answer["Location"].startswith(provider.server.url)
    account = ConnectedAccount.objects.get(shop=shop)
    assert (
        "n'est pas prêt. Stripe attend : la forme juridique, le compte bancaire, "
        "l'accord aux conditions de Stripe." in text(client.get(url))
    )
    provider.server.complete_onboarding(account.account_id)
    assert "est prêt" in text(client.get(url, {"retour": "1"}))
    assert lacks() == set()
    Association.objects.update(payout_rail="sepa")
    assert lacks() == set()  # It has an IBAN.


def test_a_merchant_whose_link_is_too_old_comes_back_and_opens_another(provider):
    shop = Shop.objects.get(slug="librairie")
    user = User.objects.create_user("m@alencon.example", "un-mot-de-passe", role=Role.MERCHANT)
    ShopMember.objects.create(shop=shop, user=user)
    Association.objects.update(payout_rail="connect")
    client = signed_in(user)
    url = reverse("counter:payout-account")
    first = client.post(url)["Location"]
    provider.server.advance(seconds=301)
    back = httpx.get(first, trust_env=False)
    assert (back.status_code, back.headers["Location"]) == (303, f"http://testserver{url}")
    page = text(client.get(url))
    assert "Stripe attend encore : " in page
    assert "le compte bancaire" in page
    again = client.post(url)["Location"]
    assert httpx.get(again, trust_env=False).status_code == 200


def test_a_merchant_opens_its_own_account(provider):
    shop = Shop.objects.get(slug="librairie")
    user = User.objects.create_user("m@alencon.example", "un-mot-de-passe", role=Role.MERCHANT)
    ShopMember.objects.create(shop=shop, user=user)
    client = signed_in(user)
    url = reverse("counter:payout-account")
    assert client.get(url).status_code == 404  # The association pays by the bank.
    Association.objects.update(payout_rail="connect")
    assert url in text(client.get(reverse("counter:shop")))
    answer = client.post(url)
    assert answer["Location"].startswith(provider.server.url)
    account = ConnectedAccount.objects.get()
    assert account.shop == shop
    assert "Ouvrir le formulaire de Stripe" in text(client.get(url))
    provider.server.complete_onboarding(account.account_id)
    assert "Votre compte est prêt" in text(client.get(url))


def test_the_association_s_page_sets_rail_and_bearers(provider):
    client = signed_in(operator())
    url = reverse("admin:shops_association_change", args=(1,))
    page = client.get(url).context
    form = page["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    for rows in page["inline_admin_formsets"]:  # nothing of them is changed
        kept = rows.formset.management_form
        data |= {kept[name].html_name: kept[name].value() for name in kept.fields}
        data |= {f"{row.prefix}-id": row.instance.pk for row in rows.formset.initial_forms}
    data |= {
        "payout_rail": "connect",
        "charge_fee_bearer": "shared",
        "charge_fee_shared_bps": "2500",
    }
    assert client.post(url, data).status_code == 302
    office = Association.objects.get()
    assert (office.payout_rail, office.charge_fee_bearer) == ("connect", "shared")
    assert office.charge_fee_shared_bps == 2500
    answer = client.post(url, data | {"charge_fee_shared_bps": "10001"})
    assert answer.status_code == 200
    assert "charge_fee_shared_bps" in answer.context["adminform"].form.errors


KEY = "sk_test_that_nobody_may_ever_read_0123456789"


def test_no_key_is_in_logs_errors_pages_or_the_database(provider, caplog, capsys):
    """With a wrong key, a right one, and every page of the provider opened."""
    caplog.set_level(logging.DEBUG)
    sold(provider)
    seen = []
    for key in (KEY, provider.server.secret_key):
        with override_settings(STRIPE_SECRET_KEY=SecretStr(key)):
            try:
                Gateway.from_settings().balance_cents()
            except ProviderRefused as refused:
                seen += [str(refused), repr(refused)]
            fetch_from_provider()
            for name in ("reconcile", "check"):
                try:
                    call_command(name)
                except (AlenconError, CommandError) as error:
                    seen += [str(error), repr(error)]
            client = signed_in(operator())
            for model in admin.site._registry:
                name = f"{model._meta.app_label}_{model._meta.model_name}_changelist"
                seen.append(text(client.get(reverse(f"admin:{name}"))))
            seen.append(text(client.get(reverse(AGREEMENT))))
    assert "98,26 €" in "".join(seen)
    call_command("dumpdata", "shops", "orders", "ledger", "psp", "settlement")
    captured = capsys.readouterr()
    seen += [captured.out, captured.err, caplog.text]
    whole = "\n".join(seen)
    assert "sk_test_" not in whole
    assert "STRIPE_SECRET_KEY" in whole


def test_no_key_is_in_the_fixtures():
    found = [
        str(path)
        for path in (PROJECT / "fixtures").rglob("*")
        if path.is_file() and any(mark in path.read_bytes() for mark in (b"sk_", b"whsec_", b"rk_"))
    ]
    assert found == []

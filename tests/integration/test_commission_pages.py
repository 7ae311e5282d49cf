"""The back-office's pages of commission plans, as each role meets them."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.commission.models import Campaign, CommissionRule, Plan
from saleor_alencon.commission.services import plan_create, plan_rules, rule_save
from saleor_alencon.shops.models import Association, VatStatus
from tests.integration.small_town import NOW, Basket, Line, Tender, open_town, operator

pytestmark = pytest.mark.django_db

NO_TIERS = {"tiers-TOTAL_FORMS": "0", "tiers-INITIAL_FORMS": "0"}
RULE = {"name": "Livres", "rate_bps": "500", "fixed_cents": "0", "minimum_cents": "0"}


@pytest.fixture
def town(db):
    open_town()


@pytest.fixture
def office(town) -> Client:
    client = Client()
    client.force_login(operator())
    return client


@pytest.fixture
def project(town) -> Plan:
    """A draft of three rules."""
    plan = plan_create(name="Projet 2027", now=NOW)
    for name, more in (
        ("Livres", {"categories": ["livres"], "rate_bps": 500, "fixed_cents": 30}),
        ("Fromagerie", {"shops": ["fromagerie"], "rate_bps": 900, "minimum_cents": 20}),
        ("Tous", {"rate_bps": 800}),
    ):
        rule_save(rule=CommissionRule(name=name, **more), plan_id=plan.pk)
    return plan


def page(name, *args):
    return reverse(f"admin:commission_{name}", args=args)


def text_of(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def messages_of(response):
    return " ".join(str(message) for message in response.context["messages"])


def names(plan):
    return [rule.name for rule in plan_rules(plan)]


def test_an_operator_begins_a_draft_adds_a_rule_with_tiers_and_publishes_it(office):
    office.post(page("plan_draft"), {"name": "Projet"})
    plan = Plan.objects.get(name="Projet")
    Campaign.objects.create(name="Braderie", first_day=NOW.date(), last_day=NOW.date())
    rule = RULE | NO_TIERS | {
        "shops": ["librairie"], "categories": "livres, bandes-dessinees", "product_types": "",
        "deliveries": ["collect"], "tenders": ["card"], "campaign": Campaign.objects.get().pk,
        "tiers-TOTAL_FORMS": "1", "tiers-0-from_cents": "200000", "tiers-0-rate_bps": "400",
    }  # fmt: skip
    added = office.post(f"{page('commissionrule_add')}?plan={plan.pk}", rule)
    assert added.url == page("plan_change", plan.pk)
    (found,) = plan_rules(plan)
    assert found.categories == {"livres", "bandes-dessinees"}
    assert (found.rate_at(0), found.rate_at(200_000)) == (500, 400)
    shown = text_of(office.get(page("plan_change", plan.pk)))
    assert "boutique : Librairie" in shown
    assert "4 % dès 2 000,00 € vendus le mois précédent" in shown

    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    yesterday = tomorrow - datetime.timedelta(days=2)
    refused = office.post(page("plan_publish", plan.pk), {"first_day": yesterday}, follow=True)
    assert "dans le passé" in messages_of(refused)
    office.post(page("plan_publish", plan.pk), {"first_day": tomorrow.isoformat()})
    plan.refresh_from_db()
    assert (timezone.localdate(plan.valid_from), plan.published_by) == (tomorrow, operator())
    change = page("commissionrule_change", found.id)
    assert "Livres" in text_of(office.get(change))
    assert office.post(change, RULE | NO_TIERS).status_code == 403


@pytest.mark.parametrize("wrong", ["Bandes dessinées", "a/b", "<b>"])
def test_a_category_that_is_no_slug_is_refused(office, project, wrong):
    url = f"{page('commissionrule_add')}?plan={project.pk}"
    assert "n'est pas un identifiant" in text_of(
        office.post(url, RULE | NO_TIERS | {"name": "Autre", "categories": wrong})
    )
    assert len(names(project)) == 3


def test_a_second_rule_of_a_name_is_refused_with_a_reason(office, project):
    url = f"{page('commissionrule_add')}?plan={project.pk}"
    assert "existe déjà" in text_of(office.post(url, RULE | NO_TIERS))


def test_a_rule_is_added_to_a_draft_only(office):
    published = Plan.objects.get()
    for url in (page("commissionrule_add"), f"{page('commissionrule_add')}?plan={published.pk}"):
        assert "page d'un barème en brouillon" in messages_of(office.get(url, follow=True))


def test_rules_are_moved_and_taken_out_of_a_draft(office, project):
    livres, fromagerie, tous = (rule.id for rule in plan_rules(project))
    office.post(page("rule_up", fromagerie))
    assert names(project) == ["Fromagerie", "Livres", "Tous"]
    office.post(page("rule_down", livres))
    assert names(project) == ["Fromagerie", "Tous", "Livres"]
    office.post(page("rule_delete", tous))
    assert names(project) == ["Fromagerie", "Livres"]
    kept = plan_rules(Plan.objects.exclude(published_at=None).get())[0]
    refused = office.post(page("rule_delete", kept.id), follow=True)
    assert "ne change plus" in messages_of(refused)
    assert office.get(page("rule_up", livres)).status_code == 403


def test_a_plan_is_copied_and_a_draft_is_discarded(office, project):
    office.post(page("plan_copy", project.pk), {"name": "Copie"})
    copy = Plan.objects.get(name="Copie")
    assert names(copy) == names(project)
    office.post(page("plan_discard", project.pk))
    assert not Plan.objects.filter(pk=project.pk).exists()


def test_an_example_tells_the_rule_why_not_the_others_and_the_sum(office, project):
    asked = {"shop": "librairie", "category": "livres", "product_type": "", "delivery": "collect",
             "tender": "card", "day": "2026-10-01", "amount": "19.99", "turnover": "0"}  # fmt: skip
    shown = text_of(office.get(page("plan_example", project.pk), asked))
    assert '<li class="office-applies"> <span class="office-rank" aria-hidden="true">1<' in shown
    assert "ne convient pas : boutique" in shown
    assert "une règle plus haute s'applique" in shown
    for label, value in (("5 %", "1,00 €"), ("Part fixe", "0,30 €"),
                         ("Commission HT", "1,30 €"), ("TVA 20 %", "0,26 €"),
                         ("Net boutique", "18,43 €")):  # fmt: skip
        assert f"{label}</th><td>{value}</td>" in shown
    empty = plan_create(name="Vide", now=NOW)
    assert "Aucune règle ne convient" in text_of(office.get(page("plan_example", empty.pk), asked))


def test_a_month_is_simulated_and_downloaded(office, project):
    Basket("1", [Line("librairie", 5000), Line("fromagerie", 100)], [Tender(5100)]).deliver()
    assert "Par boutique" not in text_of(office.get(page("plan_simulation")))
    asked = {"plan": project.pk, "month": "2026-10"}
    shown = text_of(office.get(page("plan_simulation"), asked))
    assert "octobre 2026" in shown
    assert '<p class="office-amount">4,10 €</p>' in shown
    assert '<p class="office-amount">3,15 €</p>' in shown
    assert '<th scope="row">Livres</th> <td>2</td>' in shown
    file = office.get(page("plan_simulation"), asked | {"csv": "1"})
    assert file["Content-Disposition"].endswith(f'simulation-{project.pk}-2026-10.csv"')
    assert file.content.decode("utf-8-sig").splitlines()[1:] == [
        "Projet 2027;2026-10;Fromagerie;1;1,00;0,10;0,02;0,35;0,07;0,25",
        "Projet 2027;2026-10;Librairie;1;50,00;4,00;0,80;2,80;0,56;-1,20",
    ]
    assert "Aucune vente" in text_of(
        office.get(page("plan_simulation"), asked | {"month": "2020-01"})
    )
    wrong = text_of(office.get(page("plan_simulation"), asked | {"month": "octobre"}))
    assert "Par boutique" not in wrong


def test_an_auditor_reads_and_simulates_and_changes_nothing(town, project):
    client = Client()
    client.force_login(User.objects.create_user("a@example.org", "x" * 20, role=Role.AUDITOR))
    rule = plan_rules(project)[0]
    for url in (
        page("plan_changelist"), page("plan_change", project.pk), page("plan_simulation"),
        page("plan_example", project.pk), page("commissionrule_change", rule.id),
        page("monthlyturnover_changelist"), page("campaign_changelist"),
    ):  # fmt: skip
        assert client.get(url).status_code == 200, url
    for url in (
        page("plan_draft"), page("plan_publish", project.pk), page("plan_copy", project.pk),
        page("plan_discard", project.pk), page("rule_up", rule.id), page("rule_delete", rule.id),
        page("commissionrule_change", rule.id), page("campaign_add"),
    ):  # fmt: skip
        assert client.post(url, {"name": "x"}).status_code == 403, url
    assert names(project) == ["Livres", "Fromagerie", "Tous"]


def test_a_campaign_is_added_and_goes_while_no_rule_names_it(office, project):
    days = {"first_day": "05/06/2026", "last_day": "07/06/2026"}
    office.post(page("campaign_add"), {"name": "Braderie", **days})
    campaign = Campaign.objects.get()
    assert (
        office.post(page("campaign_change", campaign.pk), {"name": "x", **days}).status_code == 403
    )
    rule_save(rule=CommissionRule(name="Foire", rate_bps=1, campaign=campaign), plan_id=project.pk)
    assert office.post(page("campaign_delete", campaign.pk), {"post": "yes"}).status_code == 403
    project.rules.get(name="Foire").delete()
    office.post(page("campaign_delete", campaign.pk), {"post": "yes"})
    assert not Campaign.objects.exists()


def test_the_associations_vat_status_is_added_to_and_never_edited(office):
    url = reverse("admin:shops_association_change", args=(1,))
    form = office.get(url).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    rows = {"vat_statuses-TOTAL_FORMS": "1", "vat_statuses-INITIAL_FORMS": "0",
            "vat_statuses-0-valid_from": "01/01/2027", "vat_statuses-0-regime": "franchise",
            "vat_statuses-0-rate_bps": "2000"}  # fmt: skip
    assert "En franchise de TVA le taux est 0." in text_of(office.post(url, data | rows))
    office.post(url, data | rows | {"vat_statuses-0-rate_bps": "0"})
    assert list(VatStatus.objects.values_list("regime", flat=True)) == ["franchise", "liable"]
    assert Association.objects.get().name == "Office"

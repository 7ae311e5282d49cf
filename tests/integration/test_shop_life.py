"""A shop from prospect to closed: who, when and why, and what is refused."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.domain.opening_hours import ExceptionalDay, OpeningHours, Period
from saleor_alencon.shops import services
from saleor_alencon.shops.checklist import SaleorFacts
from saleor_alencon.shops.models import Association, Dues, Shop, ShopEvent

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 24, 9, tzinfo=datetime.UTC)
IN_SALEOR = SaleorFacts(provisioned=True, products_imported=True)
HOURS = OpeningHours(week=((Period.of("09:00", "19:00"),),) * 6 + ((),))
IDENTITY = {"legal_name": "Mercerie SARL", "siret": "90797728400013"}
ADDRESS = {"address_line": "3 rue aux Sieurs", "postal_code": "61000", "city": "Alençon"}
CONTACT = {"contact_name": "gérance", "email": "m@alencon.example", "phone": "02 33 00 00 00"}
BANK = {"iban": "FR7630006000011234567890189", "bic": "AGRIFRPP"}


@pytest.fixture
def operator() -> User:
    return User.objects.create_user("o@alencon.example", "x" * 12, role=Role.OPERATOR)


@pytest.fixture
def shop() -> Shop:
    return Shop.objects.create(slug="mercerie", name="Mercerie")


def complete(shop: Shop, **more) -> Shop:
    """Fill in all that the Office itself knows."""
    fields = IDENTITY | ADDRESS | CONTACT | BANK
    fields |= {"agreement_signed_on": NOW.date(), "hours": HOURS.to_json()} | more
    Shop.objects.filter(pk=shop.pk).update(**fields)
    Dues.objects.get_or_create(shop=shop, year=2026)
    return shop


def take(step, shop, operator, minutes=0, **more):
    now = NOW + datetime.timedelta(minutes=minutes)
    return getattr(services, f"shop_{step}")(shop_id=shop.pk, done_by=operator, now=now, **more)


def test_a_shop_goes_from_prospect_to_closed_and_its_history_says_how(shop, operator):
    complete(shop)
    take("commit", shop, operator, 0, reason="Réunion du 3")
    take("approve", shop, operator, 1)
    take("open", shop, operator, 2, saleor=IN_SALEOR)
    take("suspend", shop, operator, 3, reason="Travaux")
    take("resume", shop, operator, 4, saleor=IN_SALEOR)
    take("close", shop, operator, 5, reason="Départ en retraite", open_orders=0)
    shop.refresh_from_db()
    assert shop.state == "closed"
    rows = ShopEvent.objects.order_by("id").values_list("kind", "state", "reason", "done_by__email")
    assert list(rows) == [
        ("commit", "committed", "Réunion du 3", "o@alencon.example"),
        ("approve", "approved", "", "o@alencon.example"),
        ("open", "live", "", "o@alencon.example"),
        ("suspend", "suspended", "Travaux", "o@alencon.example"),
        ("resume", "live", "", "o@alencon.example"),
        ("close", "closed", "Départ en retraite", "o@alencon.example"),
    ]
    last = ShopEvent.objects.first()
    assert last.done_at == NOW + datetime.timedelta(minutes=5)


def test_a_closed_shop_may_come_back(shop, operator):
    complete(shop, state="closed")
    assert take("commit", shop, operator).state == "committed"


def test_a_step_from_another_state_is_refused_and_leaves_no_trace(shop, operator):
    complete(shop)
    with pytest.raises(services.StepRefused, match="« Mercerie » est à l'état « prospect »"):
        take("open", shop, operator, saleor=IN_SALEOR)
    shop.refresh_from_db()
    assert shop.state == "prospect"
    assert ShopEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("state", "step", "empty", "message"),
    [
        (
            "prospect",
            "commit",
            {"phone": "", "email": ""},
            "il manque à « Mercerie » : Personne à joindre (adresse électronique, téléphone).",
        ),
        (
            "committed",
            "approve",
            {"siret": "", "city": " ", "agreement_signed_on": None},
            "il manque à « Mercerie » : Identité de l'entreprise (SIRET) ; Adresse (ville) ; "
            "Convention signée.",
        ),
        (
            "approved",
            "open",
            {"bic": "", "hours": None},
            "il manque à « Mercerie » : Compte bancaire (BIC) ; Horaires.",
        ),
    ],
)
def test_a_step_says_what_blocks_it(shop, operator, state, step, empty, message):
    complete(shop, state=state, **empty)
    more = {"saleor": IN_SALEOR} if step == "open" else {}
    with pytest.raises(services.StepBlocked) as blocked:
        take(step, shop, operator, **more)
    assert str(blocked.value) == message
    shop.refresh_from_db()
    assert (shop.state, ShopEvent.objects.count()) == (state, 0)


def test_a_shop_that_saleor_does_not_know_stays_closed_to_shoppers(shop, operator):
    complete(shop, state="approved")
    with pytest.raises(services.StepBlocked) as blocked:
        take("open", shop, operator, saleor=SaleorFacts())
    assert [check.item for check in blocked.value.missing] == ["provisioned", "products"]


def test_dues_of_another_year_do_not_count(shop, operator):
    complete(shop, state="approved")
    next_year = NOW.replace(year=2027, month=1)
    with pytest.raises(services.StepBlocked, match="Cotisation de l'année"):
        services.shop_open(shop_id=shop.pk, done_by=operator, now=next_year, saleor=IN_SALEOR)


def test_the_dues_year_is_that_of_the_town(shop, operator):
    complete(shop, state="approved")
    Dues.objects.create(shop=shop, year=2027)
    new_year = datetime.datetime(2026, 12, 31, 23, 30, tzinfo=datetime.UTC)
    Dues.objects.filter(year=2026).delete()
    services.shop_open(shop_id=shop.pk, done_by=operator, now=new_year, saleor=IN_SALEOR)
    assert Shop.objects.get().state == "live"


@pytest.mark.parametrize("step", ["suspend", "close"])
def test_to_stop_a_shop_needs_a_reason(shop, operator, step):
    complete(shop, state="live")
    more = {"open_orders": 0} if step == "close" else {}
    with pytest.raises(services.StepRefused, match="Donnez la raison"):
        take(step, shop, operator, reason="  ", **more)


def test_a_shop_with_open_orders_is_not_closed(shop, operator):
    complete(shop, state="live")
    with pytest.raises(services.StepRefused, match="Commandes encore ouvertes : 2"):
        take("close", shop, operator, reason="Départ", open_orders=2)
    assert Shop.objects.get().state == "live"


def test_the_history_only_grows(shop, operator):
    complete(shop)
    take("commit", shop, operator)
    for change in (
        lambda: ShopEvent.objects.update(reason="autre"),
        lambda: ShopEvent.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert ShopEvent.objects.get().kind == "commit"


def test_hours_are_replaced_and_the_old_ones_kept_in_the_history(shop, operator):
    past, coming = datetime.date(2026, 11, 23), datetime.date(2026, 12, 25)
    hours = OpeningHours(week=HOURS.week, exceptions=(ExceptionalDay(past), ExceptionalDay(coming)))
    given = {"shop_id": shop.pk, "done_by": operator, "now": NOW, "pickup_note": "Au comptoir "}
    assert services.hours_set(hours=hours, **given)
    shop.refresh_from_db()
    assert [each.date for each in shop.opening_hours.exceptions] == [coming]
    assert shop.pickup_note == "Au comptoir"
    assert not services.hours_set(hours=hours, **given)
    assert services.hours_set(hours=HOURS, **given)
    events = list(ShopEvent.objects.order_by("id"))
    assert [event.kind for event in events] == ["hours", "hours"]
    assert events[0].detail == {"hours": None, "pickup_note": ""}
    assert events[1].detail["hours"]["exceptions"] == [{"date": "2026-12-25", "periods": []}]
    assert "pickup_note" not in events[1].detail


def test_a_closed_shops_hours_stay(shop, operator):
    complete(shop, state="closed")
    with pytest.raises(services.StepRefused, match="fermée"):
        services.hours_set(shop_id=shop.pk, hours=HOURS, pickup_note="", done_by=operator, now=NOW)


def test_a_changed_record_says_which_fields_and_hides_the_account(shop, operator):
    before = Shop.objects.get()
    shop.phone, shop.iban = "02 33 11 11 11", BANK["iban"]
    services.details_record(
        shop=shop, before=before, fields=["phone", "iban", "city"], done_by=operator, now=NOW
    )
    assert ShopEvent.objects.get().detail == {"phone": "", "iban": "•••"}


@pytest.mark.parametrize(
    ("fields", "name", "message"),
    [
        ({"siret": "90797728400014"}, "siret", "n'est pas un SIRET"),
        ({"vat_number": "FR78907977284"}, "vat_number", "n'est pas un numéro de TVA"),
        (
            {"siret": "90797728400013", "vat_number": "FR51903186898"},
            "vat_number",
            "celui d'une autre entreprise",
        ),
        ({"iban": "FR7630006000011234567890188", "bic": "AGRIFRPP"}, "iban", "pas un IBAN"),
        ({"iban": BANK["iban"]}, "bic", "Donnez aussi le BIC"),
        ({"bic": "AGRIFRPP"}, "iban", "Un BIC ne va pas sans IBAN"),
        ({"iban": BANK["iban"], "bic": "AGRI"}, "bic", "n'est pas un BIC"),
        ({"iban": BANK["iban"], "bic": "BNPAFRPP"}, "bic", "AGRIFRPPXXX attendu"),
        ({"phone": "appelez"}, "phone", "n'est pas un numéro de téléphone"),
        ({"postal_code": "6100"}, "postal_code", "5 chiffres"),
        ({"hours": {"version": 1}}, "hours", "missing: exceptions"),
    ],
)
def test_a_wrong_identifier_is_refused_on_its_field(fields, name, message):
    with pytest.raises(ValidationError) as refused:
        Shop(slug="s", name="S", **fields).full_clean()
    assert list(refused.value.message_dict) == [name]
    assert message in refused.value.message_dict[name][0]


@pytest.mark.parametrize(
    "fields",
    [
        {"siret": "90797728400013", "vat_number": "FR77907977284"},
        {"vat_number": "BE0428759497"},
        BANK,
        {"iban": BANK["iban"], "bic": "AGRIFRPP866"},  # a branch of the same bank
        {"iban": "DE89370400440532013000", "bic": "COBADEFF"},
        {"phone": "+33 2.33-00 00 00"},
        {"hours": HOURS.to_json()},
        {},
    ],
)
def test_right_identifiers_pass(fields):
    Shop(slug="s", name="S", **fields).full_clean()


def test_the_association_is_checked_as_a_shop_is():
    office = Association(
        id=1, name="O", legal_name="O", address_line="Place Foch", postal_code="61000",
        city="Alençon", email="o@alencon.example", iban=BANK["iban"], bic="BNPAFRPP",
    )  # fmt: skip
    assert office.launch_goal == 40
    with pytest.raises(ValidationError) as refused:
        office.full_clean()
    assert list(refused.value.message_dict) == ["bic"]

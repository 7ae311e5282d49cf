"""One ticket from the Dashboard to the counter, used from several devices at the same moment."""

from django.db import transaction
from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.desk.entry import EntryRefused, entry_person, entry_ticket
from saleor_alencon.shops.models import Shop, ShopMember
from tests.integration.at_once import at_once
from tests.integration.small_town import NOW, open_town

MERCHANT = "a@alencon.example"


def test_two_who_use_one_ticket_at_once_are_one_who_enters_and_one_who_does_not(own_database):
    open_town()
    user = User.objects.create_user(MERCHANT, "un-mot-de-passe-long", role=Role.MERCHANT)
    ShopMember.objects.create(shop=Shop.objects.get(slug="librairie"), user=user)
    ticket = entry_ticket(email=user.email, slugs=["librairie"], now=NOW)

    def use():
        with transaction.atomic():
            person = entry_person(ticket=ticket, now=NOW)
            person.last_login = timezone.now()
            person.save(update_fields=["last_login"])
            return person.email

    entered, refusals = at_once([use] * 4)

    assert entered == [MERCHANT]
    assert [type(refusal) for refusal in refusals] == [EntryRefused] * 3

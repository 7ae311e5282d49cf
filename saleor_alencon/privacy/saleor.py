"""Erasing in Saleor: what its public API lets the Office's app do for an order.

The e-mail address and both addresses are replaced, and the customer's account is taken off the
order, since the new address is nobody's. Saleor's API changes neither the shopper's note nor an
order's history, and deletes an account (``customerDelete``) only for staff who manage customers:
docs/privacy.md says what is left to do by hand.
"""

import datetime
from collections.abc import Callable
from typing import Any

from saleor_alencon.inbox.models import ErasedOrder
from saleor_alencon.saleor_api.client import SaleorClient, SaleorRefused
from saleor_alencon.shops.models import Association

AT_ONCE = 200


def saleor_erase(
    *, client: SaleorClient, clock: Callable[[], datetime.datetime], limit: int = AT_ONCE
) -> int:
    """Tell Saleor of erased orders that it was not told of; return how many it took.

    Telling it twice changes nothing. A refusal is kept, and not tried again.

    :raises SaleorUnreachable: Saleor does not answer; the next call goes on.
    """
    office = Association.objects.first()
    if office is None:
        return 0
    waiting = ErasedOrder.objects.filter(in_saleor_at=None, saleor_refusal="").order_by("id")
    told = 0
    for erased in list(waiting[:limit]):
        try:
            client.run("order_forget_shopper", id=erased.order_id, input=_nobody(erased, office))
        except SaleorRefused as error:
            erased.saleor_refusal = str(error)[:300]
            erased.save(update_fields=["saleor_refusal"])
            continue
        erased.in_saleor_at = clock()
        erased.save(update_fields=["in_saleor_at"])
        told += 1
    return told


def _nobody(erased: ErasedOrder, office: Association) -> dict[str, Any]:
    address = {
        "firstName": "Client",
        "lastName": "effacé",
        "streetAddress1": office.address_line,
        "postalCode": office.postal_code,
        "city": office.city,
        "country": "FR",
    }
    return {
        "userEmail": f"client-{erased.pk}@efface.invalid",
        "billingAddress": address,
        "shippingAddress": address,
    }

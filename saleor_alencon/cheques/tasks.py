"""Background work on gift cheques."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from saleor_alencon.cheques.movements import expiries_reserve
from saleor_alencon.cheques.saleor import cheques_tell, movement_settle
from saleor_alencon.saleor_api.client import office_client


@shared_task
def tell_saleor() -> dict[str, int]:
    """Tell Saleor of the cheques that it does not know as they are."""
    if settings.SALEOR_API_URL is None:
        return {"done": 0, "failed": 0}
    with office_client() as client:
        return cheques_tell(client=client, clock=timezone.now)


@shared_task
def write_off_expired() -> int:
    """Write off what is left of the cheques that expired, by the association's rule."""
    found = expiries_reserve(now=timezone.now())
    for movement in found:
        movement_settle(movement_id=movement.pk, clock=timezone.now)
    return len(found)

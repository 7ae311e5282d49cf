"""Who bought gift cheques: found by their e-mail address, and erased; the sale itself stays."""

import datetime

from django.db.models import Max, Q, QuerySet

from saleor_alencon.cheques.models import ChequeEvent, ChequeSale


def sales_to(email: str) -> QuerySet[ChequeSale]:
    """Return the sales to an e-mail address, whatever its capitals."""
    return ChequeSale.objects.filter(buyer_email__iexact=email.strip()).order_by("sold_at", "id")


def sales_ended(*, before: datetime.date) -> QuerySet[ChequeSale]:
    """Return the sales with a buyer, or words of staff, whose cheques' last day was before.

    The last day is that of the cheque that is valid longest, prolonged or not.
    """
    named = ~Q(buyer_name="", buyer_email="") | Q(
        pk__in=ChequeEvent.objects.exclude(reason="").values("cheque__sale")
    )
    sales = ChequeSale.objects.filter(named).annotate(last_day=Max("cheques__expires_on"))
    return sales.filter(last_day__lt=before)


def buyers_erase(sales: QuerySet[ChequeSale]) -> int:
    """Erase who bought, and why their cheques were blocked or prolonged; return how many sales.

    Amounts, number, day and the payment's reference stay: they are what the books need.
    """
    keys = list(sales.values_list("pk", flat=True))
    ChequeEvent.objects.filter(cheque__sale__in=keys).exclude(reason="").update(reason="")
    ChequeSale.objects.filter(pk__in=keys).update(buyer_name="", buyer_email="")
    return len(keys)

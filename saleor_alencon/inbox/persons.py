"""Taking the shopper out of a snapshot: what was sold and paid stays, who bought it goes.

Règlement (UE) 2016/679, art. 17: personal data that is needed no more is erased. The amounts, the
lines and the country stay, as accounting evidence (Code de commerce, art. L123-22), and the text
stays one that ingest reads, so that the same books follow from it.
"""

import json
from typing import Any

from saleor_alencon.domain.delivery_choices import KEY as DELIVERY_CHOICES
from saleor_alencon.domain.refund_marks import RefundMark, without_mark

ERASED_TEXT = "effacé"
UNREADABLE = json.dumps({"erased": True})
"""What stands for a document that is no JSON: nobody can say where a person is in it."""

# By the names that the contract gives them (OrderSnapshot v1), wherever they are.
BLANKED: dict[str, Any] = {
    "userEmail": None,
    "user": None,
    "customerNote": "",
    "firstName": "",
    "lastName": "",
    "companyName": "",
    "phone": None,
    "streetAddress1": "",
    "streetAddress2": "",
    "postalCode": "",
    "city": "",
    "lastDigits": None,
    "trackingNumber": "",
}


def without_person(text: str) -> str:
    """Return a snapshot's text without its shopper; a text without one comes back unchanged.

    Refunds keep the mark that says which shop gave them, without the words before it.
    """
    try:
        document = json.loads(text)
    except ValueError:
        return UNREADABLE
    cleaned = _cleaned(document)
    return text if cleaned == document else json.dumps(cleaned, ensure_ascii=False)


def _cleaned(value: Any) -> Any:
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _field(name, item) for name, item in value.items()}


def _field(name: str, value: Any) -> Any:
    if name in BLANKED:
        return BLANKED[name] if value else value
    if name == "reason" and isinstance(value, str):
        return _reason(value)
    if name == "metadata" and isinstance(value, list):
        return [
            _cleaned(item)
            for item in value
            if not isinstance(item, dict) or item.get("key") == DELIVERY_CHOICES
        ]
    return _cleaned(value)


def _reason(reason: str) -> str:
    mark = RefundMark.read(reason)
    if mark is not None:
        return mark.sign(ERASED_TEXT)
    return ERASED_TEXT if without_mark(reason) else reason

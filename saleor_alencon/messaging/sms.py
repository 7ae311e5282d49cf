"""Text messages: closed unless ``SMS_URL`` names where they go.

``console:`` prints them, ``file:/path`` appends one JSON object a line, ``https://...`` posts each
to a gateway. The gateway is asked with ``POST``, ``Authorization: Bearer <SMS_TOKEN>`` and an
``Idempotency-Key``, and gets ``{"id", "to", "from", "text"}``: ``to`` in E.164, ``id`` the same for
every attempt at one message. It answers 2xx when it took the message or had it already, 4xx when it
never will (but 408 and 429, which are tried again), 5xx when it may later. docs/messages.md.
"""

import json
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from saleor_alencon.messaging.transport import InDoubt, NotSent, Rejected

TIMEOUT_SECONDS = 15
AGAIN = (408, 425, 429)
FRENCH_MOBILE = re.compile(r"(?:\+33|0033|0)([67]\d{8})")


def sms_enabled() -> bool:
    """Say whether there is where to send text messages."""
    return settings.SMS_URL is not None


def mobile_number(phone: str) -> str:
    """Return a mobile number in E.164, or nothing: "06 12 34 56 78" is "+33612345678"."""
    digits = re.sub(r"[\s.\-()/]", "", phone)
    if found := FRENCH_MOBILE.fullmatch(digits):
        return f"+33{found[1]}"
    foreign = digits.startswith("+") and not digits.startswith("+33")
    return digits if foreign and digits[1:].isdecimal() and 8 <= len(digits) <= 16 else ""


def sms_send(*, message_id: str, to: str, text: str) -> str:
    """Hand one text message over; return the gateway's answer.

    :raises NotSent: it surely was not taken, and may be later.
    :raises Rejected: the gateway never will take it.
    :raises InDoubt: the gateway had it and did not answer.
    """
    if settings.SMS_URL is None:
        raise Rejected(_("Aucun SMS ne part : SMS_URL n'est pas défini (docs/settings.md)."))
    body = {"id": message_id, "to": to, "from": settings.SMS_SENDER, "text": text}
    parts = urlsplit(settings.SMS_URL)
    if parts.scheme == "console":
        sys.stdout.write(f"SMS {to}: {text}\n")
        return "console"
    if parts.scheme == "file":
        with Path(parts.path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(body, ensure_ascii=False) + "\n")
        return "file"
    return _post(body)


def _post(body: dict[str, str]) -> str:
    token = settings.SMS_TOKEN.get_secret_value() if settings.SMS_TOKEN else ""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": body["id"]}
    try:
        answer = httpx.post(settings.SMS_URL, json=body, headers=headers, timeout=TIMEOUT_SECONDS)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise NotSent(f"{type(error).__name__}: {error}"[:500]) from error
    except httpx.HTTPError as error:
        raise InDoubt(f"{type(error).__name__}: {error}"[:500]) from error
    text = " ".join(f"{answer.status_code} {answer.text}".split())[:500]
    if answer.is_success:
        return text
    if answer.is_client_error and answer.status_code not in AGAIN:
        raise Rejected(text)
    raise NotSent(text)

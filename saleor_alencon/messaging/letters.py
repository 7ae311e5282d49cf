"""A message as it is sent: subject, text and HTML in its language, headers, files."""

import hashlib
from dataclasses import dataclass
from email.utils import formatdate, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import override

from saleor_alencon.messaging.attachments import attachments_of
from saleor_alencon.messaging.content import content_of
from saleor_alencon.messaging.kinds import RULES, Kind
from saleor_alencon.messaging.links import opt_out_url
from saleor_alencon.messaging.models import Message
from saleor_alencon.outputs.theme import load_tokens
from saleor_alencon.shops.models import Association

LONGEST_SMS = 306
"""Two joined messages of 153 characters each."""


@dataclass(frozen=True)
class Letter:
    """What a recipient reads."""

    subject: str
    text: str
    html: str
    sms: str


def write_letter(kind: Kind, facts: dict[str, Any], *, language: str, recipient: str) -> Letter:
    """Return a message in words, as text, HTML and SMS, in one language."""
    rules = RULES[kind]
    with override(language):
        content = content_of(kind, facts)
        tokens = load_tokens()
        context = {
            "content": content,
            "tokens": tokens,
            "colour": tokens.light,
            "serif": ", ".join(tokens.serif),
            "sans": ", ".join(tokens.sans),
            "language": language,
            "colon": ":" if language == "en" else " :",
            "office": Association.objects.first(),
            "opt_out_url": opt_out_url(recipient, kind) if rules.refusable else "",
            "refusable": rules.refusable,
            "kind": kind.label,
        }
        return Letter(
            subject=" ".join(content.subject.split())[:250],
            text=render_to_string("messaging/letter.txt", context).strip() + "\n",
            html=render_to_string("messaging/letter.html", context),
            sms=content.sms[:LONGEST_SMS],
        )


def message_id(message: Message) -> str:
    """Return the Message-ID: the same for every attempt, so that a second copy is known as one."""
    digest = hashlib.sha256(message.key.encode()).hexdigest()[:32]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{message.kind}.{digest}@{domain}>"


def named_address(name: str, address: str) -> str:
    """Return an address with its owner's name, which Django encodes; nothing in it can end it."""
    plain = " ".join(name.replace('"', "'").replace("\\", " ").split())
    return f'"{plain}" <{address}>' if plain else address


def email_of(message: Message, letter: Letter) -> EmailMultiAlternatives:
    """Return the e-mail of a message, with its files."""
    headers = {
        "Message-ID": message_id(message),
        "Date": formatdate(message.created_at.timestamp(), localtime=False),
        "Auto-Submitted": "auto-generated",
        "Content-Language": message.language,
    }
    kind = Kind(message.kind)
    if RULES[kind].refusable and (url := opt_out_url(message.recipient, kind)):
        headers["List-Unsubscribe"] = f"<{url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    office = Association.objects.first()
    email = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=[named_address(message.recipient_name, message.recipient)],
        reply_to=[office.email] if office and office.email else None,
        headers=headers,
    )
    email.attach_alternative(letter.html, "text/html")
    for file in attachments_of(kind, message.facts):
        email.attach(file.name, file.content, file.content_type)
    return email

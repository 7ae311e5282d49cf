"""The document that backs a correction: a PDF or a picture, known by its first bytes."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from saleor_alencon.errors import AlenconError

MOST_BYTES = 5 * 1024 * 1024
TYPES = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


class AttachmentError(AlenconError):
    """Raised when a file may not be attached; the message says why."""


@dataclass(frozen=True)
class Attachment:
    """A file that was checked. ``content_type`` is what its bytes are, not what was claimed."""

    name: str
    content_type: str
    content: bytes


def attachment_check(name: str, content: bytes) -> Attachment:
    """Return a file that may be attached.

    :raises AttachmentError: when it is empty, larger than 5 MB, or neither PDF, PNG nor JPEG.
    """
    if not content or len(content) > MOST_BYTES:
        raise AttachmentError(_("La pièce jointe doit avoir 5 Mo au plus, et ne pas être vide."))
    for mark, content_type in TYPES.items():
        if content.startswith(mark):
            # The name only ever shows, and is offered for saving: no folders, no quotes.
            plain = "".join(
                each if each.isalnum() or each in " .-_" else "_"
                for each in name.replace("\\", "/").rsplit("/", 1)[-1]
            )
            return Attachment(plain.strip()[-120:] or "document", content_type, content)
    raise AttachmentError(_("La pièce jointe doit être un PDF, un PNG ou un JPEG."))

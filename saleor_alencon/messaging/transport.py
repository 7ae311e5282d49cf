"""Handing a message over: to Django's e-mail backend, or to an SMS adapter.

What matters afterwards is one of four things: it was accepted, it surely was not and may be later,
it never will be, or nobody knows. The last is told apart from the second by how far the
conversation went: once the text itself was begun, a lost answer leaves it in doubt.
"""

import contextlib
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from saleor_alencon.errors import AlenconError

SMTP = "django.core.mail.backends.smtp.EmailBackend"
TIMEOUT_SECONDS = 30


class NotSent(AlenconError):
    """It surely did not leave, and may later."""

    retryable = True


class Rejected(AlenconError):
    """The server will never take it: an address that does not exist, a text that it refuses."""


class InDoubt(AlenconError):
    """The conversation broke after the text was begun: it may have left, or not."""


class _Watched:
    """An SMTP conversation that knows whether a text was begun, and the server's last answer."""

    text_begun = False
    last_answer = ""

    def send(self, s: Any) -> None:
        # Commands are sent as text, the message's own bytes as bytes.
        self.text_begun = self.text_begun or not isinstance(s, str)
        super().send(s)  # type: ignore[misc]

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, answer = super().data(msg)  # type: ignore[misc]
        self.last_answer = answer_text(code, answer)
        return code, answer

    def mail(self, sender: str, options: Any = ()) -> tuple[int, bytes]:
        self.text_begun, self.last_answer = False, ""
        answer: tuple[int, bytes] = super().mail(sender, options)  # type: ignore[misc]
        return answer


class _WatchedSmtp(_Watched, smtplib.SMTP):
    pass


class _WatchedSmtpSsl(_Watched, smtplib.SMTP_SSL):
    pass


class WatchedBackend(SmtpBackend):
    """Django's own SMTP backend, on connections that know how far they came."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:  # type: ignore[override]
        return _WatchedSmtpSsl if self.use_ssl else _WatchedSmtp


def answer_text(code: int, answer: bytes | str) -> str:
    """Return a server's answer in one line: "550 5.1.1 no such mailbox"."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(f"{code} {text}".split())[:500]


class Mailer:
    """One connection for many e-mails, opened when the first is sent, and again after a failure."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend | None = None

    def __enter__(self) -> "Mailer":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the conversation; what was accepted stays accepted, whatever is answered to it."""
        if self._backend is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._backend.close()
        self._backend = None

    def send(self, email: EmailMultiAlternatives) -> str:
        """Send one e-mail to its one recipient; return what the server answered.

        :raises NotSent: the server is not there, or says "later".
        :raises Rejected: the server says "never".
        :raises InDoubt: the conversation broke after the text was begun.
        """
        backend = self._opened()
        email.connection = backend
        try:
            email.send()
        except smtplib.SMTPSenderRefused as error:
            # It is the Office that is refused, not this message: another setting cures it.
            self.close()
            raise NotSent(answer_text(error.smtp_code, error.smtp_error)) from error
        except smtplib.SMTPResponseException as error:
            self.close()
            raise _told(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPRecipientsRefused as error:
            self.close()
            code, answer = next(iter(error.recipients.values()))
            raise _told(code, answer) from error
        except (OSError, smtplib.SMTPException) as error:
            begun = getattr(getattr(backend, "connection", None), "text_begun", False)
            self._backend = None
            kind = InDoubt if begun else NotSent
            raise kind(f"{type(error).__name__}: {error}"[:500]) from error
        connection = getattr(backend, "connection", None)
        return getattr(connection, "last_answer", "") or type(backend).__module__.rpartition(".")[2]

    def _opened(self) -> BaseEmailBackend:
        if self._backend is None:
            backend: BaseEmailBackend = (
                WatchedBackend(timeout=settings.EMAIL_TIMEOUT or TIMEOUT_SECONDS)
                if settings.EMAIL_BACKEND == SMTP
                else get_connection()
            )
            try:
                backend.open()
            except smtplib.SMTPResponseException as error:
                # Not "never" even for a 5xx: it is the server that refuses us, not this message.
                raise NotSent(answer_text(error.smtp_code, error.smtp_error)) from error
            except (OSError, smtplib.SMTPException) as error:
                raise NotSent(f"{type(error).__name__}: {error}"[:500]) from error
            self._backend = backend
        return self._backend


def _told(code: int, answer: bytes | str) -> AlenconError:
    text = answer_text(code, answer)
    return Rejected(text) if 500 <= code < 600 else NotSent(text)

"""A real SMTP server on this machine, that can be told to refuse, to wait and to break off."""

import asyncio
import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"


@dataclass
class MailServer:
    """What arrived, and what the next conversations meet.

    ``recipients`` says what an address is answered to RCPT; ``texts`` what the next texts are
    answered, in order: an answer, or "break" to take the text and cut the line.
    """

    port: int = 0
    arrived: list[EmailMessage] = field(default_factory=list)
    recipients: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if answer := self.recipients.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        with self.lock:
            answer = self.texts.pop(0) if self.texts else "250 2.0.0 queued as TEST"
            if answer.startswith("250") or answer == "break":
                self.arrived.append(email.message_from_bytes(envelope.content, policy=default))
        if answer == "break":
            server.transport.abort()
            await asyncio.sleep(0)
            return "250 nobody hears this"
        return answer

    def ids(self) -> list[str]:
        return [each["Message-ID"] for each in self.arrived]


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """Run the server on a free port until the block ends."""
    handler = MailServer()
    controller = Controller(handler, hostname=HOST, port=0)
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        controller.port = handler.port = probe.getsockname()[1]
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


@contextmanager
def silent_server() -> Iterator[int]:
    """Listen on a port, take connections, and never say a word."""
    with socket.create_server((HOST, 0), backlog=8) as listening:
        yield listening.getsockname()[1]

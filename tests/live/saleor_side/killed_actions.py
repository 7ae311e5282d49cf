"""Runs in Saleor's environment: does an action in a process that is killed at its N-th step.

Reads one JSON request a line, ``{"action", "arguments", "steps"}``, and answers one line each:
``{"killed": true, "ran": []}``; ``ran`` are the plugin's functions that an action with steps ran to
its end. A step is a statement that writes, a commit, or a call to Stripe, before and after. Without
``steps`` nobody is killed. Every action has a process of its own: this one never gets a thread,
which a fork would leave behind with its locks.
"""

import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.db import connections
from graphql import get_default_backend, parse
from saleor.app.models import App
from saleor.core.db.connection import allow_writer

from saleor_alencon_plugins.payments import stripe_provider
from saleor_alencon_plugins.payments.messages_of_stripe import keep_message, process_event
from saleor_alencon_plugins.payments.reporting import load_document
from saleor_alencon_plugins.payments.watching import watch

WRITES = ("INSERT", "UPDATE", "DELETE")
ALIASES = ("default", "replica")


class Fuse:
    """Lets so many steps of this process pass, then kills it."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

    def __call__(self, execute: Any, sql: Any, *arguments: Any) -> Any:
        if str(sql).lstrip().upper().startswith(WRITES):
            self.step()
        return execute(sql, *arguments)

    def install(self) -> None:
        """Count the steps of this process from now on."""
        for alias in ALIASES:
            connection = connections[alias]
            connection.ensure_connection()
            connection.execute_wrappers.append(self)
            commit = connection._commit
            connection._commit = lambda commit=commit: (self.step(), commit())
        call = stripe_provider.StripeProvider._call

        def stepping(*arguments: Any, **more: Any) -> Any:
            self.step()
            answer = call(*arguments, **more)
            self.step()
            return answer

        stripe_provider.StripeProvider._call = stepping


def mutate(document: str, variables: dict[str, Any], app_identifier: str | None = None) -> Any:
    """Run a mutation as the API does, in this process."""
    from saleor.graphql.api import schema
    from saleor.graphql.context import get_context_value
    from saleor.graphql.webhook.subscription_payload import initialize_request

    app = App.objects.get(identifier=app_identifier) if app_identifier else None
    request = initialize_request(app=app, requestor=app, allow_replica=False)
    with allow_writer():
        backend = get_default_backend()
        result = backend.document_from_string(schema, parse(document)).execute(
            variables=variables, context=get_context_value(request)
        )
    assert not result.errors, result.errors
    return next(iter(result.data.values()))


def receive(message: dict[str, Any]) -> None:
    """Keep a message and process it, as the webhook does."""
    with allow_writer():
        row, _is_new = keep_message(message)
        process_event(row, stripe_provider.get_provider())


def look_after_all(order_minutes: float = 60) -> None:
    """Watch."""
    from django.conf import settings

    settings.ALENCON_ORDER_MINUTES = order_minutes
    watch(stripe_provider.get_provider(), everything=True)


ACTIONS = {
    "mutate": mutate,
    "receive": receive,
    "watch": look_after_all,
}
PLUGIN = str(Path(stripe_provider.__file__).parent)


def note_functions(ran: set[str]) -> None:
    """Put the name of each of the plugin's functions that runs from now on into a set."""

    def note(frame: Any, event: str, _argument: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(PLUGIN):
            ran.add(f"{Path(code.co_filename).stem}.{code.co_name}")

    sys.setprofile(note)


def run_child(action: Any, arguments: dict[str, Any], steps: int | None) -> tuple[bool, list[str]]:
    """Do it in a child that dies after so many steps, if any; say whether it did, and what ran."""
    connections.close_all()
    with tempfile.NamedTemporaryFile("r") as notes:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                ran: set[str] = set()
                if steps is not None:
                    Fuse(steps).install()
                    note_functions(ran)
                action(**arguments)
                sys.setprofile(None)
                Path(notes.name).write_text(json.dumps(sorted(ran)))
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            return True, []
        assert os.waitstatus_to_exitcode(status) == 0, "the action failed; see the log"
        return False, json.loads(notes.read())


def serve() -> None:
    """Answer requests until the input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what Saleor prints goes to the log
    load_document()  # once for all children
    answers.write(json.dumps({"ready": True}) + "\n")
    for line in sys.stdin:
        request = json.loads(line)
        action, arguments = ACTIONS[request["action"]], request["arguments"]
        killed, ran = run_child(action, arguments, request["steps"])
        answer = {"killed": killed, "ran": ran}
        answers.write(json.dumps(answer) + "\n")

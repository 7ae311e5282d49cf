"""Answers one API request: key, idempotency, parameters, work, faults; whatever the transport."""

import hashlib
import json
import threading
import time
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from .engine import Engine
from .errors import Json, StripeError
from .faults import Fault, take_fault
from .parameters import decode_form, read_parameters
from .routes import Route, find_route
from .rules import DAY_SECONDS
from .store import new_id
from .work import PLATFORM, Work

LONGEST_KEY = 255
SECRET_KEY = "sk_test_alencon_stripe_server"  # noqa: S105
PUBLISHABLE_KEY = "pk_test_alencon_stripe_server"


@dataclass(frozen=True)
class Request:
    """One HTTP request; the names of headers are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Return the path without its query."""
        return urlsplit(self.target).path


@dataclass(frozen=True)
class Answer:
    """What is sent back; ``dropped``: the connection is closed instead, the work being done."""

    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)
    dropped: bool = False


class Answering:
    """The API of one test server, with its two keys."""

    def __init__(
        self,
        engine: Engine,
        *,
        secret_key: str = SECRET_KEY,
        publishable_key: str = PUBLISHABLE_KEY,
    ) -> None:
        self.engine = engine
        self.secret_key = secret_key
        self.publishable_key = publishable_key
        self.keys_in_use: set[tuple[str, str]] = set()
        self.keys_lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """Answer as Stripe does; every answer has a request id."""
        request_id = new_id("req_", 14)
        try:
            answer = self.answer_or_raise(request, request_id)
        except StripeError as error:
            answer = Answer(error.status, error.body)
        return replace(answer, headers={"Request-Id": request_id, **answer.headers})

    def answer_or_raise(self, request: Request, request_id: str) -> Answer:
        """Check everything that comes before the execution of an endpoint, then execute it."""
        raw = decode_form(urlsplit(request.target).query)
        raw |= decode_form(request.body.decode())
        publishable = self.check_key(request.headers, raw)
        route, names = find_route(request.method, request.path)
        if publishable and not route.publishable:
            raise StripeError(
                "This API call cannot be made with a publishable API key. Please use a secret API "
                "key. You can find a list of your API keys at "
                "https://dashboard.stripe.com/account/apikeys.",
                status=401,
                code="secret_key_required",
            )
        account = request.headers.get("stripe-account", PLATFORM)
        self.check_account(account)
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        work_values = {
            "account": account,
            "request_id": request_id,
            "idempotency_key": key,
            "publishable": publishable,
        }
        if version := request.headers.get("stripe-version"):
            work_values["version"] = version
        with self.key_held(account, key):
            return self.execute_once(request, route, names, raw, work_values)

    def check_key(self, headers: Mapping[str, str], raw: Json) -> bool:
        """Return whether the key is the publishable one.

        :raises StripeError: 401, no key or another one.
        """
        given = str(raw.get("key", ""))
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            given = value.strip()
        elif scheme.lower() == "basic":
            try:
                given = b64decode(value).decode().partition(":")[0]
            except (Base64Error, UnicodeDecodeError):
                given = value
        if not given:
            raise StripeError(
                "You did not provide an API key. You need to provide your API key in the "
                "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
                "YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, "
                "or we can help at https://support.stripe.com/.",
                status=401,
            )
        if given not in (self.secret_key, self.publishable_key):
            shown = given[:8] + "*" * max(0, len(given) - 12) + given[-4:]
            raise StripeError(f"Invalid API Key provided: {shown}", status=401)
        return given == self.publishable_key

    def check_account(self, account: str) -> None:
        """Refuse the header Stripe-Account of an account that is not connected."""
        with self.engine.store.transaction():
            if account != PLATFORM and not self.engine.store.get(account, kind="account"):
                raise StripeError(
                    f"The provided key does not have access to account '{account}' (or that "
                    "account does not exist). Application access may have been revoked.",
                    status=403,
                    code="account_invalid",
                )

    # Idempotency: docs.stripe.com/api/idempotent_requests

    @contextmanager
    def key_held(self, account: str, key: str | None) -> Iterator[None]:
        """Let one request at a time use an idempotency key.

        :raises StripeError: 409 while another one uses it.
        """
        if key is None:
            yield
            return
        if not 0 < len(key) <= LONGEST_KEY:
            raise StripeError(f"Idempotency keys have at most {LONGEST_KEY} characters.")
        with self.keys_lock:
            if (account, key) in self.keys_in_use:
                raise StripeError(
                    "There is currently another in-progress request using this Stripe idempotent "
                    "key (that probably means you submitted twice, and the other request is "
                    f"still going through): {key}. Please try again later.",
                    status=409,
                    kind="idempotency_error",
                    code="idempotency_key_in_use",
                )
            self.keys_in_use.add((account, key))
        try:
            yield
        finally:
            with self.keys_lock:
                self.keys_in_use.discard((account, key))

    def execute_once(
        self, request: Request, route: Route, names: Json, raw: Json, values: Json
    ) -> Answer:
        """Replay the answer of a used key; else execute, and keep the answer with the work."""
        fault = take_fault(self.engine, request.method, request.path)
        if fault and fault.mode == "delay":
            time.sleep(fault.seconds)
        if fault and fault.mode == "drop_request":
            return Answer(0, {}, dropped=True)
        if fault and fault.mode == "rate_limit":
            raise rate_limited()
        params = {key: value for key, value in raw.items() if key != "key"}
        digest = hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()
        with self.engine.working(**values) as work:
            replayed = self.find_replay(work, request.path, digest)
            answer = replayed or self.execute(work, request, route, names, params, digest, fault)
        if fault and fault.mode == "drop_answer":
            return replace(answer, dropped=True)
        return answer

    def find_replay(self, work: Work, path: str, digest: str) -> Answer | None:
        """Return the kept answer of the key.

        :raises StripeError: the key was first used for something else.
        """
        key = work.idempotency_key
        if key is None:
            return None
        work.store.connection.execute(
            "DELETE FROM answer WHERE created < ?", (work.now - DAY_SECONDS,)
        )
        row = work.store.connection.execute(
            "SELECT path, digest, request_id, status, body FROM answer "
            "WHERE account = ? AND key = ?",
            (work.account, key),
        ).fetchone()
        if row is None:
            return None
        cure = f"Try using a key other than '{key}' if you meant to execute a different request."
        if row[0] != path:
            raise StripeError(
                "Keys for idempotent requests can only be used for the same endpoint they were "
                f"first used for ('{path}' vs '{row[0]}'). {cure}",
                kind="idempotency_error",
            )
        if row[1] != digest:
            raise StripeError(
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. {cure}",
                kind="idempotency_error",
            )
        headers = {
            "Idempotency-Key": key,
            "Idempotent-Replayed": "true",
            "Original-Request": row[2],
        }
        return Answer(row[3], json.loads(row[4]), headers)

    def execute(
        self,
        work: Work,
        request: Request,
        route: Route,
        names: Json,
        params: Json,
        digest: str,
        fault: Fault | None,
    ) -> Answer:
        """Do the work. Refused parameters are not kept: the execution had not begun."""
        typed = read_parameters(route.spec, params)
        status, body = self.run(work, route, {**typed, **names}, fault)
        headers = {}
        if work.idempotency_key is not None:
            headers = {"Idempotency-Key": work.idempotency_key}
            headers["Original-Request"] = str(work.request_id)
            work.store.connection.execute(
                "INSERT INTO answer (account, key, path, digest, request_id, status, body, "
                "created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    work.account,
                    work.idempotency_key,
                    request.path,
                    digest,
                    work.request_id,
                    status,
                    json.dumps(body),
                    work.now,
                ),
            )
        return Answer(status, body, headers)

    def run(
        self, work: Work, route: Route, params: dict[str, Any], fault: Fault | None
    ) -> tuple[int, Json]:
        """Return status and body; a refusal undoes its work, unless it says that it keeps it."""
        try:
            with work.store.undone_on_error():
                try:
                    if fault and fault.mode == "error":
                        raise broken()
                    return 200, route.answer(work, params)
                except StripeError as error:
                    if not error.keeps_work:
                        raise
                    return error.status, error.body
        except StripeError as error:
            return error.status, error.body


def rate_limited() -> StripeError:
    """Return the refusal of too many requests; nothing of it is kept."""
    return StripeError(
        "Request rate limit exceeded. Learn more about rate limits here "
        "https://stripe.com/docs/rate-limits.",
        status=429,
        code="rate_limit",
    )


def broken() -> StripeError:
    """Return an error of Stripe's own."""
    return StripeError(
        "An unknown error occurred. (Injected into the test server.)", status=500, kind="api_error"
    )

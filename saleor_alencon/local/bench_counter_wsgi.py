"""The Office service for ``alencon bench counter``: it says how long it worked on each answer."""

import time
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from saleor_alencon.wsgi import application as office

EMPTY = "bench/vide"
HEADER = "X-Milliseconds"


def empty(_request: HttpRequest) -> HttpResponse:
    """Answer nothing, through the same middleware."""
    return HttpResponse()


# After the import above, which sets Django up.
import_module("saleor_alencon.urls").urlpatterns.append(path(EMPTY, empty))


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Add the milliseconds from the request's arrival at Django to its answer."""
    started = time.perf_counter()

    def timed(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        spent = f"{(time.perf_counter() - started) * 1000:.3f}"
        return start_response(status, [*headers, (HEADER, spent)], *rest)

    return office(environ, timed)

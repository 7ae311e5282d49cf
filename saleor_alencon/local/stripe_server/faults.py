"""Faults that a test orders: what the network and Stripe do on bad days."""

from dataclasses import asdict, dataclass

from .engine import Engine
from .errors import Json, StripeError

MODES = ("drop_answer", "drop_request", "error", "rate_limit", "delay")


@dataclass(frozen=True)
class Fault:
    """The next ``times`` requests whose method and path begin so meet the fault.

    drop_answer: the work is done, the connection closed without an answer. drop_request: closed
    before anything is done. error: 500, nothing done, kept for the idempotency key.
    rate_limit: 429, nothing kept. delay: answered after ``seconds``.
    """

    mode: str
    path: str
    method: str = "POST"
    times: int = 1
    seconds: float = 0.0


def read_fault(body: Json) -> Fault:
    """Return the fault that a control call describes.

    :raises StripeError: a field is missing or unknown.
    """
    try:
        fault = Fault(**body)
    except TypeError as error:
        raise StripeError(f"A fault has mode, path, method, times, seconds: {error}") from None
    if fault.mode not in MODES:
        raise StripeError(f"Invalid mode: must be one of {', '.join(MODES)}", param="mode")
    return fault


def order_fault(engine: Engine, fault: Fault) -> None:
    """Add a fault to those that wait."""
    with engine.store.transaction():
        waiting = engine.store.read_setting("faults", [])
        engine.store.write_setting("faults", [*waiting, asdict(fault)])


def take_fault(engine: Engine, method: str, path: str) -> Fault | None:
    """Return the first fault that meets the request, and count it."""
    with engine.store.transaction():
        waiting = [Fault(**each) for each in engine.store.read_setting("faults", [])]
        for place, fault in enumerate(waiting):
            if fault.method == method and path.startswith(fault.path):
                left = {**asdict(fault), "times": fault.times - 1}
                after = [asdict(each) for each in waiting]
                after[place : place + 1] = [left] if left["times"] > 0 else []
                engine.store.write_setting("faults", after)
                return fault
    return None

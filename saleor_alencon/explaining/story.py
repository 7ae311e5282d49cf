"""An explanation as data: an amount, and how it comes about, step by step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from saleor_alencon.localized import amount_text


class Subject(StrEnum):
    """What an amount can be asked of; each has a page of its own."""

    STATEMENT = "statement"
    LINE = "line"
    PAYOUT = "payout"
    SHOP_ORDER = "shop_order"
    BALANCE = "balance"
    TRANSACTION = "transaction"


@dataclass(frozen=True)
class Ref:
    """What a step leads to."""

    subject: Subject
    pk: int
    text: str


@dataclass(frozen=True)
class Step:
    """One row: what, how much, why. ``role`` is ``part`` or ``total``; ``details`` go deeper."""

    label: str
    amount_cents: int | None = None
    text: str = ""
    ref: Ref | None = None
    role: str = "part"
    details: list[str] = field(default_factory=list)

    @property
    def amount(self) -> str:
        return "" if self.amount_cents is None else amount_text(self.amount_cents)


@dataclass(frozen=True)
class Section:
    """Steps that belong together. The parts of one that ``adds_up`` sum to its total.

    :raises AssertionError: when they do not: a wrong explanation is never shown.
    """

    title: str
    steps: list[Step]
    intro: str = ""
    adds_up: bool = False

    def __post_init__(self) -> None:
        if not self.adds_up:
            return
        (total,) = (step for step in self.steps if step.role == "total")
        parts = sum(step.amount_cents or 0 for step in self.steps if step.role == "part")
        assert parts == total.amount_cents, (self.title, parts, total.amount_cents)


@dataclass(frozen=True)
class Story:
    """Why an amount is what it is: one sentence, then sections from the whole to the cent."""

    title: str
    amount_cents: int
    summary: str
    sections: list[Section]
    shop_id: int | None = None

    @property
    def amount(self) -> str:
        return amount_text(self.amount_cents)


def more_text(shown: int, count: int) -> str:
    """Return that a list is cut, or nothing."""
    if count <= shown:
        return ""
    return _("%(shown)s lignes sont montrées sur %(count)s ; les autres sont dans le relevé.") % {
        "shown": shown,
        "count": count,
    }


def story_view(story: Story, url_of: Callable[[Ref], str]) -> dict[str, Any]:
    """Return what the template shows; ``url_of`` gives the page of a reference, or nothing."""
    return {
        "title": story.title,
        "amount": story.amount,
        "summary": story.summary,
        "sections": [
            {
                "title": section.title,
                "intro": section.intro,
                "steps": [_step_view(step, url_of) for step in section.steps],
            }
            for section in story.sections
        ],
    }


def _step_view(step: Step, url_of: Callable[[Ref], str]) -> dict[str, Any]:
    return {
        "label": step.label,
        "amount": step.amount,
        "text": step.text,
        "role": step.role,
        "details": step.details,
        "url": url_of(step.ref) if step.ref else "",
        "url_text": step.ref.text if step.ref else "",
    }

"""Tests that a machine cannot run: one line at the end of the run has their number and why."""

from collections.abc import Iterable
from pathlib import Path

import pytest

REASON = pytest.StashKey[str]()


def tests_below(folder: Path, items: Iterable[pytest.Item], marker: str) -> list[pytest.Item]:
    """Return the tests below a folder, each marked with ``marker``."""
    found = [item for item in items if folder in item.path.parents]
    for item in found:
        item.add_marker(marker)
    return found


def leave_out(items: list[pytest.Item], kind: str, reason: str | None) -> None:
    """Skip the tests when there is a reason to."""
    if reason is not None:
        for item in items:
            item.stash[REASON] = f"the {len(items)} {kind} tests were not run: {reason}"


def skip_left_out(item: pytest.Item) -> None:
    """Skip a test that is left out.

    Pytest folds what is skipped at one place for one reason into one line: this is the place.
    """
    reason = item.stash.get(REASON, None)
    if reason is not None:
        pytest.skip(reason)

"""Figures that a run of the tests prints at its end: how many points, runs, sequences."""

from collections.abc import Callable
from typing import Any

import pytest

LINES = pytest.StashKey[list[str]]()
KILLED = pytest.StashKey[dict[str, int]]()
Say = Callable[[str], None]
Killed = Callable[[str, int], None]


def say(config: pytest.Config, line: str) -> None:
    """Keep a line for the end of the run."""
    config.stash.setdefault(LINES, []).append(line)


def killed(config: pytest.Config, what: str, points: int) -> None:
    """Keep at how many points a process was killed; each was one run, and one more was left alive.

    ``what`` begins with who was killed: ``Office: sending``.
    """
    assert points > 0, f"{what}: nothing was killed"
    config.stash.setdefault(KILLED, {})[what] = points


def summary_lines(config: pytest.Config) -> list[str]:
    """Return all figures of the run; empty when no test had any."""
    lines = list(config.stash.get(LINES, []))
    points = config.stash.get(KILLED, {})
    lines += [f"{what}: killed at {count} points" for what, count in points.items()]
    if points:
        runs = sum(points.values()) + len(points)
        lines.append(
            f"killed at {sum(points.values())} points in all, in {runs} runs of "
            f"{len(points)} actions: nothing lost, nothing doubled"
        )
    return lines


def told(config: pytest.Config) -> dict[str, Any]:
    """Return all figures of this process, as the process that began the tests takes them."""
    return {"lines": config.stash.get(LINES, []), "killed": config.stash.get(KILLED, {})}


def hear(config: pytest.Config, figures: dict[str, Any]) -> None:
    """Take the figures of a process that ran a part of the tests."""
    config.stash.setdefault(LINES, []).extend(figures["lines"])
    config.stash.setdefault(KILLED, {}).update(figures["killed"])

"""Telling many stories, in processes of their own."""

import os
import random
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import django

from tests.stories.account import Account
from tests.stories.office import MemoryOffice
from tests.stories.telling import (
    AnyHow,
    InOrder,
    Story,
    differences,
    disagreements,
)

SALES = 10
"""How many sequences one account tells at the same time."""
Found = tuple[dict[int, list[str]], Counter[str]]
"""What was wrong by the story's seed, and what happened how often."""


def tell_in_memory(
    seeds: Iterable[int],
    office: type[MemoryOffice] = MemoryOffice,
    anyhow: type[AnyHow] = AnyHow,
) -> Found:
    """Tell stories to two Offices in memory; ``office`` is that of the one who hears anyhow."""
    wrong: dict[int, list[str]] = {}
    counts: Counter[str] = Counter()
    for seed in seeds:
        account = Account()
        story = Story(seed, account, SALES)
        in_order = InOrder(MemoryOffice(story.rules))
        any_how = anyhow(office(story.rules), random.Random(f"anyhow {seed}"))
        story.tell(in_order, any_how)
        found = differences(in_order.office, any_how.office)
        found += disagreements(in_order.office, account) + disagreements(any_how.office, account)
        if found:
            wrong[seed] = found
        counts += story.steps + any_how.counts
        account.engine.store.close()
    return wrong, counts


def tell_many(stories: int) -> Found:
    """Tell that many stories, on every core."""
    workers = min(os.cpu_count() or 1, 4)
    parts = [range(first, stories, 8 * workers) for first in range(8 * workers)]
    wrong: dict[int, list[str]] = {}
    counts: Counter[str] = Counter()
    # Spawned, not forked: the tests' process has threads and connections.
    with ProcessPoolExecutor(workers, get_context("spawn"), django.setup) as pool:
        for found, counted in pool.map(tell_in_memory, parts):
            wrong |= found
            counts += counted
    return wrong, counts

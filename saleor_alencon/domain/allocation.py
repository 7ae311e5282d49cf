"""Splitting whole amounts over parts: largest remainder, on integers, nothing lost.

Every function here asserts that what it returns sums to what it was given.
"""

from collections.abc import Mapping


def allocate(amount_cents: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Split ``amount_cents`` over the keys of ``weights``, in proportion, to the cent.

    Rounding: each part gets the floor of its exact share, then the cents that are left go one
    each to the largest remainders; equal remainders are served by the smaller key. When every
    weight is zero the split is even.

    >>> allocate(10001, {"shop-b": 1, "shop-a": 1})
    {'shop-b': 5000, 'shop-a': 5001}

    :raises ValueError: on a negative amount or weight, or an amount with nothing to carry it.
    """
    if amount_cents < 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("amounts and weights must not be negative")
    if not weights:
        if amount_cents:
            raise ValueError(f"{amount_cents} cents and no part to carry them")
        return {}
    total_weight = sum(weights.values())
    if total_weight == 0:
        return allocate(amount_cents, dict.fromkeys(weights, 1))
    parts = {key: amount_cents * weight // total_weight for key, weight in weights.items()}
    left = amount_cents - sum(parts.values())
    by_remainder = sorted(
        weights, key=lambda key: (-(amount_cents * weights[key] % total_weight), key)
    )
    for key in by_remainder[:left]:
        parts[key] += 1
    assert sum(parts.values()) == amount_cents
    return parts


def allocate_capped(
    amount_cents: int, weights: Mapping[str, int], caps: Mapping[str, int]
) -> dict[str, int]:
    """Split ``amount_cents`` like :func:`allocate`, no part above its cap.

    What a full part cannot take spills over the others, first by their weights, then (when only
    parts without weight have room) by their room.

    >>> allocate_capped(100, {"a": 1, "b": 1}, {"a": 20, "b": 500})
    {'a': 20, 'b': 80}

    :raises ValueError: when the caps together are smaller than the amount.
    """
    if sum(caps.values()) < amount_cents:
        raise ValueError(f"{amount_cents} cents do not fit into {sum(caps.values())}")
    parts = dict.fromkeys(caps, 0)
    left = amount_cents
    while left:
        room = {key: caps[key] - parts[key] for key in caps if caps[key] > parts[key]}
        weighted = {key: weights.get(key, 0) for key in room if weights.get(key, 0) > 0}
        for key, share in allocate(left, weighted or room).items():
            taken = min(share, room[key])
            parts[key] += taken
            left -= taken
    assert sum(parts.values()) == amount_cents
    assert all(0 <= parts[key] <= caps[key] for key in caps)
    return parts


def draw_down(
    amounts: Mapping[str, int],
    totals: Mapping[str, int],
    *preferred: Mapping[str, Mapping[str, int]],
) -> dict[str, dict[str, int]]:
    """Serve each total of ``totals`` from ``amounts``, one after the other, in sorted order.

    Each table of ``preferred``, the first one first, says how much of an amount a total should
    serve at most while there is a choice; what is left is served in sorted order. Returns
    ``{total key: {amount key: cents}}``; rows sum to the totals and columns to the amounts.
    Used to say which tender a refund, already split over parts, came from.

    >>> draw_down({"line-1": 60, "line-2": 40}, {"card": 70, "cheque": 30})
    {'card': {'line-1': 60, 'line-2': 10}, 'cheque': {'line-2': 30}}
    >>> draw_down({"a": 60, "b": 40}, {"card": 50, "cheque": 50},
    ...           {"card": {"a": 30, "b": 20}, "cheque": {"a": 30, "b": 20}})
    {'card': {'a': 30, 'b': 20}, 'cheque': {'a': 30, 'b': 20}}

    :raises ValueError: when both sides do not sum to the same amount.
    """
    if sum(amounts.values()) != sum(totals.values()):
        raise ValueError("both sides of a draw-down must sum to the same amount")
    remaining, needs = dict(sorted(amounts.items())), dict(sorted(totals.items()))
    rows: dict[str, dict[str, int]] = {total_key: {} for total_key in needs}
    for table in (*preferred, dict.fromkeys(needs, amounts)):
        for total_key, row in rows.items():
            for key, wish in sorted(table.get(total_key, {}).items()):
                wanted = max(wish - row.get(key, 0), 0)
                taken = min(needs[total_key], remaining.get(key, 0), wanted)
                if taken:
                    row[key] = row.get(key, 0) + taken
                    remaining[key] -= taken
                    needs[total_key] -= taken
    assert not any(needs.values())
    assert not any(remaining.values())
    return rows

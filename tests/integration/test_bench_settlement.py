"""The month of ``alencon bench settlement``, small: what the bench measures ends in right books."""

import pytest

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.ledger.models import Entry
from saleor_alencon.local import bench_settlement
from saleor_alencon.settlement.models import Statement


@pytest.mark.django_db
def test_the_month_of_the_bench_is_settled_and_breaks_no_invariant(monkeypatch):
    monkeypatch.setattr(bench_settlement, "SHOPS", 4)
    told = []

    bench_settlement.fill(30)
    seconds = bench_settlement.measure_month(told.append, analyze=lambda: None)

    assert find_problems() == []
    assert Statement.objects.count() == 4
    assert Entry.objects.count() > 30 * 4
    assert set(seconds) == {"split", "post", "release", "draft", "approve", "statements", "total"}
    assert len(told) == 5

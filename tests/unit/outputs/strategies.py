"""Any statement at all: hypothesis strategies whose figures add up, with any text."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from saleor_alencon.outputs.statement import (
    Party,
    StatementDocument,
    StatementItem,
    StatementLine,
    TenderPart,
)
from tests.unit.outputs import samples

# What PostgreSQL can store: everything but NUL and lone surrogates.
TEXTS = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=60
)
CENTS = st.integers(-10_000_000, 10_000_000)
RATES = st.integers(0, 3000)
DATES = st.dates(date(2020, 1, 1), date(2099, 12, 31))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
PARTIES = st.builds(
    Party,
    name=TEXTS,
    legal_name=TEXTS,
    siret=TEXTS,
    address_lines=st.lists(TEXTS, max_size=4).map(tuple),
    vat_number=TEXTS,
    email=TEXTS,
)
ITEMS = st.builds(
    StatementItem,
    label=TEXTS,
    sku=TEXTS,
    quantity=st.integers(-1000, 1000),
    vat_rate_bps=st.none() | RATES,
    gross_cents=CENTS,
    commission_rate_bps=RATES,
    commission_cents=CENTS,
    commission_vat_cents=CENTS,
    vat_cents=st.none() | CENTS,
    commission_rule=TEXTS,
    commission_fixed_cents=st.integers(0, 1000),
    commission_minimum_cents=st.integers(0, 1000),
    commission_maximum_cents=st.none() | st.integers(1000, 5000),
    commission_vat_rate_bps=st.none() | RATES,
)


@st.composite
def lines(draw: st.DrawFn) -> StatementLine:
    """Draw a line of any kind, with or without items and tenders."""
    items = tuple(draw(st.lists(ITEMS, max_size=3)))
    figures = ("gross_cents", "commission_cents", "commission_vat_cents")
    if items:
        gross, commission, vat = (sum(getattr(i, name) for i in items) for name in figures)
    else:
        gross, commission, vat = draw(CENTS), draw(CENTS), draw(CENTS)
    fees = draw(CENTS)
    by_cheque = draw(CENTS)
    tenders = (TenderPart(draw(TEXTS), gross - by_cheque), TenderPart(draw(TEXTS), by_cheque))
    return StatementLine(
        occurred_on=draw(DATES),
        kind=draw(st.sampled_from(["sale", "refund", "correction", "payout_returned"])),
        order_number=draw(TEXTS),
        label=draw(TEXTS),
        gross_cents=gross,
        commission_cents=commission,
        commission_vat_cents=vat,
        fees_cents=fees,
        net_cents=gross - commission - vat - fees,
        items=items,
        tenders=tenders if draw(st.booleans()) else (),
    )


@st.composite
def documents(draw: st.DrawFn) -> StatementDocument:
    """Draw a statement with any outcome, any names and up to four lines."""
    base = samples.document(
        *draw(st.lists(lines(), max_size=4)),
        opening_cents=draw(CENTS),
        minimum_cents=draw(st.integers(0, 100_000)),
        iban=draw(st.sampled_from([samples.IBAN, ""])),
    )
    fields = {name: getattr(base, name) for name in base.__dataclass_fields__}
    fields |= {"shop": draw(PARTIES), "number": draw(TEXTS), "cutoff": draw(MOMENTS)}
    return StatementDocument(**fields)

"""Balance transactions: every cent that enters or leaves an account, and their sums."""

from .errors import Json
from .parameters import PAGE, TEXT, Spec
from .store import new_id
from .views import show, show_page
from .work import Work

LIST: Spec = {
    **PAGE,
    "currency": TEXT,
    "payout": TEXT,
    "source": TEXT,
    "type": TEXT,
}
# Source: docs.stripe.com/reports/reporting-categories. An adjustment names its own.
REPORTING_CATEGORIES = {
    "charge": "charge",
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "payout": "payout",
    "payout_failure": "payout_reversal",
    "transfer": "transfer",
    "transfer_refund": "transfer_reversal",
}


def post(
    work: Work,
    kind: str,
    *,
    amount: int,
    source: str,
    fee: int = 0,
    fee_description: str = "Stripe processing fees",
    category: str | None = None,
    available_on: int | None = None,
    description: str | None = None,
) -> Json:
    """Book an amount and its fee on the account, in cents; net = amount - fee."""
    details = [
        {
            "amount": fee,
            "application": None,
            "currency": "eur",
            "description": fee_description,
            "type": "stripe_fee",
        }
    ]
    return work.add(
        {
            "id": new_id("txn_3"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": work.now if available_on is None else available_on,
            "balance_type": "payments",
            "created": work.now,
            "currency": "eur",
            "description": description,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": details if fee else [],
            "net": amount - fee,
            "reporting_category": category or REPORTING_CATEGORIES[kind],
            "source": source,
            "type": kind,
            "_payout": None,
        }
    )


def sum_nets(work: Work, *, available: bool | None = None) -> int:
    """Return the account's balance in cents: all of it, or what is or is not yet available."""
    condition = {None: "", True: "<= ?", False: "> ?"}[available]
    clause = f"AND json_extract(body, '$.available_on') {condition}" if condition else ""
    row = work.store.connection.execute(
        "SELECT coalesce(sum(json_extract(body, '$.net')), 0) FROM object "  # noqa: S608
        f"WHERE kind = 'balance_transaction' AND account = ? {clause}",
        (work.account, work.now) if condition else (work.account,),
    ).fetchone()
    return int(row[0])


def retrieve(work: Work, params: Json) -> Json:
    """GET /v1/balance_transactions/:id"""
    found = work.require("balance_transaction", params.pop("id"), param="id")
    return show(work, found, params.get("expand"))


def retrieve_balance(work: Work, params: Json) -> Json:
    """GET /v1/balance"""

    def amounts(cents: int) -> list[Json]:
        return [{"amount": cents, "currency": "eur", "source_types": {"card": cents}}]

    return {
        "object": "balance",
        "available": amounts(sum_nets(work, available=True)),
        "connect_reserved": [{"amount": 0, "currency": "eur"}],
        "livemode": False,
        "pending": amounts(sum_nets(work, available=False)),
    }


def list_all(work: Work, params: Json) -> Json:
    """GET /v1/balance_transactions; ``payout`` gives what an automatic payout pays, and itself.

    Source: docs.stripe.com/api/balance_transactions/list.
    """
    from .payouts import require_automatic

    where = {name: params.get(name) for name in ("currency", "source", "type")}
    if "payout" in params:
        where["_payout"] = require_automatic(work, params["payout"])["id"]
    return show_page(
        work,
        "balance_transaction",
        params,
        url="/v1/balance_transactions",
        where=where,
    )

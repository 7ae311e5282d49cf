"""What a run tells: its approvers, and each shop with its statement, its payout and its return."""

import datetime
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Sum

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.messaging.attachments import Attachment
from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.links import page_url
from saleor_alencon.messaging.models import Message
from saleor_alencon.messaging.services import (
    Draft,
    messages_address,
    messages_queue,
    messages_void,
)
from saleor_alencon.outputs.french_text import TOWN_TIME, masked_iban_text
from saleor_alencon.settlement.documents import statement_csv, statement_pdf, statement_xlsx
from saleor_alencon.settlement.models import (
    Payout,
    PayoutState,
    RunState,
    SettlementRun,
    Statement,
)

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def about_run(run_id: int) -> str:
    """Return what the messages about a run are found by."""
    return f"run:{run_id}"


def statement_key(statement_id: int | str) -> str:
    """Return the key of the message that a statement goes with."""
    return f"statement:{statement_id}"


def approvers_tell(run: SettlementRun, *, now: datetime.datetime) -> int:
    """Write to those who may approve a run, other than who drafted it."""
    approvers = User.objects.filter(role=Role.APPROVER, is_active=True).exclude(
        pk=run.created_by_id
    )
    total = run.payouts.aggregate(cents=Sum("amount_cents"))["cents"] or 0
    facts: dict[str, Any] = {
        "run": run.number,
        "by": str(run.created_by),
        "count": run.payouts.count(),
        "total_cents": int(total),
        "url": page_url("admin:settlement_settlementrun_change", run.pk),
    }
    return messages_queue(
        [
            Draft(
                key=f"run-to-approve:{run.pk}:{person.pk}",
                kind=Kind.RUN_TO_APPROVE,
                recipient=person.email,
                recipient_name=person.name,
                about=about_run(run.pk),
                facts=facts,
            )
            for person in approvers
        ],
        now=now,
    )


def approvers_untell(run: SettlementRun, *, now: datetime.datetime) -> None:
    """Take back what approvers were not told yet of a run that is decided."""
    told = Message.objects.filter(about=about_run(run.pk), kind=Kind.RUN_TO_APPROVE)
    messages_void(keys=list(told.values_list("key", flat=True)), now=now)


def payouts_tell(payouts: list[Payout], *, now: datetime.datetime) -> int:
    """Write to each shop that its payout left."""
    return messages_queue([_payout_draft(payout, now) for payout in payouts], now=now)


def payout_reopened_tell(payout: Payout, *, now: datetime.datetime) -> None:
    """Write to a shop that its payout came back or never left; "on its way" is taken back."""
    draft = _payout_draft(payout, now)
    messages_void(keys=[draft.key], now=now)
    facts = draft.facts | {
        "reason": payout.return_reason,
        "refused": payout.state == PayoutState.FAILED,
    }
    told = replace(
        draft, key=f"payout-returned:{payout.pk}", kind=Kind.PAYOUT_RETURNED, facts=facts
    )
    messages_queue([told], now=now)


def statements_tell(run: SettlementRun, *, now: datetime.datetime) -> int:
    """Write to each shop of an executed run with its statement; return how many are new.

    A shop that had no address then and has one now is written to by a later call; nobody is
    written to twice.
    """
    assert run.state == RunState.EXECUTED, run
    statements = list(run.statements.select_related("shop", "run").order_by("shop__name"))
    with transaction.atomic():
        count = messages_queue([_statement_draft(each) for each in statements], now=now)
        emails = {statement_key(each.pk): each.shop.email for each in statements}
        return count + messages_address(emails, now=now)


def statement_files(facts: dict[str, Any]) -> list[Attachment]:
    """Return a statement's PDF, CSV and XLSX, to go with its message."""
    statement = Statement.objects.select_related("run", "shop").get(pk=facts["statement"])
    name = statement.number
    return [
        Attachment(f"{name}.pdf", statement_pdf(statement), "application/pdf"),
        Attachment(f"{name}.csv", statement_csv(statement), "text/csv"),
        Attachment(f"{name}.xlsx", statement_xlsx(statement), XLSX_TYPE),
    ]


def _statement_draft(statement: Statement) -> Draft:
    shop, run = statement.shop, statement.run
    last_instant = run.cutoff - datetime.timedelta(microseconds=1)
    return Draft(
        key=statement_key(statement.pk),
        kind=Kind.STATEMENT,
        recipient=shop.email,
        recipient_name=shop.name,
        shop_id=shop.pk,
        about=about_run(run.pk),
        facts={
            "statement": statement.pk,
            "number": statement.number,
            "run": run.number,
            "shop": shop.name,
            "last_day": last_instant.astimezone(TOWN_TIME).date().isoformat(),
            "opening_cents": statement.opening_cents,
            "net_cents": statement.net_cents,
            "payable_cents": statement.payable_cents,
            "carried_cents": statement.carried_cents,
            "carried_reason": statement.carried_reason,
            "url": page_url("counter:documents"),
        },
    )


def _payout_draft(payout: Payout, now: datetime.datetime) -> Draft:
    shop = payout.shop
    return Draft(
        key=f"payout:{payout.pk}",
        kind=Kind.PAYOUT,
        recipient=shop.email,
        recipient_name=shop.name,
        shop_id=shop.pk,
        about=about_run(payout.run_id),
        facts={
            "amount_cents": payout.amount_cents,
            "reference": payout.end_to_end_id,
            "run": payout.run.number,
            "day": now.astimezone(TOWN_TIME).date().isoformat(),
            "account": masked_iban_text(payout.iban) if payout.iban else "Stripe",
            "url": page_url("counter:why-statement", payout.statement_id),
        },
    )

"""Telling each seller what is declared of it: a document to keep, sent once by e-mail."""

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import override

from saleor_alencon.dac7.identities import missing_labels
from saleor_alencon.dac7.models import ReportedSeller, YearReport
from saleor_alencon.dac7.services import SellerYear, seller_of, sellers_of
from saleor_alencon.domain.dac7 import SellerStatus, due_on
from saleor_alencon.messaging.attachments import Attachment
from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.links import page_url
from saleor_alencon.messaging.services import Draft, messages_address, messages_queue
from saleor_alencon.outputs.dac7_notice import SellerNoticeDocument, render_notice
from saleor_alencon.outputs.dac7_sheet import dac7_sheet
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.outputs.report_table import ReportTable, report_csv

NOT_TOLD = (SellerStatus.NOTHING,)
"""A seller of whom there is nothing to tell."""


def notice_document(reported: ReportedSeller) -> SellerNoticeDocument:
    seller, report = seller_of(reported), reported.report
    operator = report.operator
    return SellerNoticeDocument(
        year=report.year,
        version=report.version,
        issued_on=report.frozen_at.astimezone(TOWN_TIME).date(),
        due_on=due_on(report.year),
        office=operator["name"],
        office_address=f"{operator['address_line']}, {operator['postal_code']} {operator['city']}",
        office_siret=operator["siret"],
        identity=seller.identity,
        status=SellerStatus(reported.status),
        figures=seller.figures,
    )


def notice_pdf(reported: ReportedSeller) -> bytes:
    return render_notice(notice_document(reported))


def notice_csv(reported: ReportedSeller) -> bytes:
    """Return one seller's line of the data sheet."""
    table = report_sheet(reported.report, shop_id=reported.shop_id)
    return b"".join(report_csv(table))


def notice_name(reported: ReportedSeller) -> str:
    report = reported.report
    return f"dac7-{report.year}-v{report.version}-{reported.shop.slug}"


def report_sheet(report: YearReport, *, shop_id: int | None = None) -> ReportTable:
    """Return the data sheet of a frozen report, or one shop's line of it."""
    found = report.sellers.select_related("shop").order_by("shop__name")
    if shop_id is not None:
        found = found.filter(shop=shop_id)
    return _sheet([seller_of(each) for each in found], report.year, report.version)


def draft_sheet(year: int) -> ReportTable:
    """Return the data sheet of a year as it is known now."""
    return _sheet(sellers_of(year), year, None)


def _sheet(sellers: list[SellerYear], year: int, version: int | None) -> ReportTable:
    with override("fr"):  # A file that accountants exchange: French, whoever asks for it.
        rows = [
            (each.identity, each.status, each.figures, missing_labels(each.missing))
            for each in sellers
        ]
    return dac7_sheet(rows, year=year, version=version)


def about_report(report_id: int) -> str:
    """Return what the messages about a report are found by."""
    return f"dac7:{report_id}"


def notice_key(reported_id: int | str) -> str:
    """Return the key of the message that tells a seller its part of a report."""
    return f"dac7-notice:{reported_id}"


def sellers_inform(*, report: YearReport, now: datetime.datetime) -> int:
    """Write to every seller of a report with its document, each once; return how many are new.

    The address is the one that was frozen; a seller without one is written to by a later call,
    at the one that its record has then.
    """
    told = report.sellers.exclude(status__in=NOT_TOLD).select_related("shop", "report")
    sellers = list(told.order_by("shop__name"))
    with transaction.atomic():
        count = messages_queue([_draft(each) for each in sellers], now=now)
        emails = {notice_key(each.pk): each.shop.email for each in sellers}
        return count + messages_address(emails, now=now)


def notice_files(facts: dict[str, Any]) -> list[Attachment]:
    """Return the document that goes with a seller's message."""
    reported = ReportedSeller.objects.select_related("shop", "report").get(pk=facts["reported"])
    return [Attachment(f"{notice_name(reported)}.pdf", notice_pdf(reported), "application/pdf")]


def _draft(reported: ReportedSeller) -> Draft:
    return Draft(
        key=notice_key(reported.pk),
        kind=Kind.DAC7_NOTICE,
        recipient=seller_of(reported).identity.email,
        recipient_name=reported.shop.name,
        shop_id=reported.shop_id,
        about=about_report(reported.report_id),
        facts={
            "reported": reported.pk,
            "shop": reported.shop.name,
            "office": reported.report.operator["trade_name"],
            "year": reported.report.year,
            "version": reported.report.version,
            "url": page_url("counter:declarations"),
        },
    )

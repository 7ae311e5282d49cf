"""Telling each seller what is declared of it: a document to keep, sent once by e-mail."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from saleor_alencon.dac7.identities import missing_labels
from saleor_alencon.dac7.models import ReportedSeller, SellerNotice, YearReport
from saleor_alencon.dac7.requests import RETRY_AFTER
from saleor_alencon.dac7.services import SellerYear, seller_of, sellers_of
from saleor_alencon.domain.dac7 import SellerStatus, due_on
from saleor_alencon.outputs.dac7_notice import SellerNoticeDocument, render_notice
from saleor_alencon.outputs.dac7_sheet import dac7_sheet
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.outputs.report_table import ReportTable, report_csv

NOT_TOLD = (SellerStatus.NOTHING,)
"""A seller of whom there is nothing to tell."""


@dataclass(frozen=True)
class Told:
    """How many sellers were told now, and whom it did not reach, each with the cure."""

    sent: int
    problems: tuple[str, ...]


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


def sellers_inform(*, report: YearReport, now: datetime.datetime) -> Told:
    """Send every seller of a report its document, each once; those already told are left out.

    A message is kept before it leaves. One that could not leave is sent by the next call.
    """
    sent, problems = 0, []
    waiting = report.sellers.exclude(status__in=NOT_TOLD).exclude(notice__sent_at__isnull=False)
    for reported in waiting.select_related("shop", "report").order_by("shop__name"):
        address = seller_of(reported).identity.email
        if not address:
            problems.append(
                _("%(shop)s : pas d'adresse électronique, remettez-lui le PDF.")
                % {"shop": reported.shop}
            )
            continue
        notice = _claim(reported, address, now)
        if notice is None:
            continue
        try:
            _message(reported, address).send()
        except OSError as error:
            problems.append(f"{reported.shop} : {error}")
            continue
        SellerNotice.objects.filter(pk=notice.pk).update(sent_at=now)
        sent += 1
    return Told(sent, tuple(problems))


def _claim(reported: ReportedSeller, address: str, now: datetime.datetime) -> SellerNotice | None:
    """Keep that a message is being sent; None when another sends it, or has sent it."""
    with transaction.atomic():
        notice, created = SellerNotice.objects.select_for_update().get_or_create(
            seller=reported, defaults={"address": address, "queued_at": now}
        )
        if created:
            return notice
        if notice.sent_at or now - notice.queued_at < RETRY_AFTER:
            return None
        notice.queued_at, notice.address = now, address
        notice.save(update_fields=["queued_at", "address"])
        return notice


def _message(reported: ReportedSeller, address: str) -> EmailMessage:
    report, operator = reported.report, reported.report.operator
    with override("fr"):
        subject = _("%(office)s : votre récapitulatif DAC7 %(year)s") % {
            "office": operator["trade_name"],
            "year": report.year,
        }
        body = _(
            "Bonjour,\n\nVous trouverez ci-joint ce que %(office)s a relevé de vos ventes de "
            "%(year)s et, si vous dépassez les seuils, déclare à l'administration fiscale "
            "(directive (UE) 2021/514). Signalez-nous toute erreur en répondant à ce message.\n\n"
            "%(office)s\n"
        ) % {"office": operator["trade_name"], "year": report.year}
    message = EmailMessage(
        subject, body, settings.DEFAULT_FROM_EMAIL, [address], reply_to=[operator["email"]]
    )
    message.attach(f"{notice_name(reported)}.pdf", notice_pdf(reported), "application/pdf")
    return message

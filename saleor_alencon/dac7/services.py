"""Drafting and freezing a year's declaration: the ledger's figures beside the sellers' names."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.dac7.figures import credited_cents, year_figures
from saleor_alencon.dac7.identities import (
    exclusion_of,
    identity_from_json,
    identity_of,
    identity_to_json,
)
from saleor_alencon.dac7.models import ReportedSeller, YearReport
from saleor_alencon.domain.dac7 import (
    Exclusion,
    Identity,
    IdentityField,
    SellerStatus,
    YearFigures,
    declared_quarters,
    quarter_starts,
    seller_status,
)
from saleor_alencon.errors import AlenconError
from saleor_alencon.ledger.models import Transaction
from saleor_alencon.outputs.french_text import TOWN_TIME, date_text
from saleor_alencon.shops.models import Association, Shop


class Dac7Error(AlenconError):
    """Raised when a declaration cannot be made or sent; the message says why and what to do."""


@dataclass(frozen=True)
class SellerYear:
    """One seller in one year: who it is, what it was credited, and what becomes of it."""

    shop: Shop
    identity: Identity
    figures: YearFigures
    exclusion: Exclusion = Exclusion.NONE

    @property
    def status(self) -> SellerStatus:
        return seller_status(self.figures, self.exclusion)

    @property
    def missing(self) -> tuple[IdentityField, ...]:
        return self.identity.missing()

    @property
    def left_cents(self) -> int:
        """What went back and corrects the year before: zero, or less."""
        return declared_quarters(self.figures.consideration_cents).left_cents

    def content(self) -> dict[str, Any]:
        """Return what a report keeps of it."""
        return {
            "status": self.status.value,
            "identity": identity_to_json(self.identity),
            "missing": [each.value for each in self.missing],
            "consideration_cents": list(self.figures.consideration_cents),
            "fees_cents": list(self.figures.fees_cents),
            "sales": list(self.figures.sales),
            "total_cents": self.figures.total_cents,
        }


def sellers_of(year: int, *, last_transaction_id: int | None = None) -> list[SellerYear]:
    """Return whoever was credited something in a year, by name, as known now."""
    limits = {} if last_transaction_id is None else {"last_transaction_id": last_transaction_id}
    figures = year_figures(year, **limits)
    shops = Shop.objects.filter(pk__in=figures).order_by("name")
    return [
        SellerYear(shop, identity_of(shop), figures[shop.pk], exclusion_of(shop))
        for shop in shops
        if not figures[shop.pk].is_nothing
    ]


def seller_of(reported: ReportedSeller) -> SellerYear:
    """Return a seller as a report has it."""
    status = SellerStatus(reported.status)
    excluded = status in (SellerStatus.PUBLIC_BODY, SellerStatus.LISTED_COMPANY)
    return SellerYear(
        reported.shop,
        identity_from_json(reported.identity),
        YearFigures(
            tuple(reported.consideration_cents), tuple(reported.fees_cents), tuple(reported.sales)
        ),
        Exclusion(status.value) if excluded else Exclusion.NONE,
    )


def years_known(*, now: datetime.datetime) -> list[int]:
    """Return the calendar years from the ledger's first entry to now, the latest first."""
    today = now.astimezone(TOWN_TIME).date()
    first = Transaction.objects.aggregate(first=Min("occurred_at"))["first"]
    oldest = min(first.astimezone(TOWN_TIME).year, today.year) if first else today.year
    return list(range(today.year, oldest - 1, -1))


def latest_report(year: int) -> YearReport | None:
    return YearReport.objects.filter(year=year).first()


def changed_sellers(report: YearReport) -> list[str]:
    """Return the shops of which a report no longer says what is known now."""
    kept = {seller.shop_id: seller for seller in report.sellers.all()}
    known = {seller.shop.pk: seller for seller in sellers_of(report.year)}
    changed = {
        pk for pk in {*kept, *known} if pk not in kept or pk not in known
        or _content(kept[pk]) != known[pk].content()
    }  # fmt: skip
    return list(Shop.objects.filter(pk__in=changed).order_by("name").values_list("name", flat=True))


def _content(reported: ReportedSeller) -> dict[str, Any]:
    return {name: getattr(reported, name) for name in (
        "status", "identity", "missing", "consideration_cents", "fees_cents", "sales",
        "total_cents",
    )}  # fmt: skip


def report_freeze(
    *, year: int, frozen_by: User, now: datetime.datetime, reason: str = ""
) -> YearReport:
    """Keep what is declared of a year for good: the first version, or a correction of the last.

    Waits for whoever is posting to the ledger.

    :raises Dac7Error: when the year is not over, the association is not named, nothing changed
        since the last version, or a correction has no reason.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # The lock that whoever posts holds: no transaction of a lower id can come later.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('books.closing', 63))")
        operator = _check_freezable(year, now)
        before = latest_report(year)
        if before is not None:
            _check_correction(before, reason)
        last = Transaction.objects.aggregate(last=Max("pk"))["last"] or 0
        sellers = sellers_of(year, last_transaction_id=last)
        total = sum(seller.figures.total_cents for seller in sellers)
        assert total == credited_cents(year, last_transaction_id=last), (year, total)
        report = YearReport.objects.create(
            year=year,
            version=before.version + 1 if before else 1,
            frozen_at=now,
            frozen_by=frozen_by,
            reason=reason,
            last_transaction_id=last,
            operator=operator,
        )
        kept = {seller.shop_id: seller for seller in before.sellers.all()} if before else {}
        ReportedSeller.objects.bulk_create(
            ReportedSeller(
                report=report,
                shop=seller.shop,
                revision=_revision(kept.get(seller.shop.pk), seller),
                **seller.content(),
            )
            for seller in sellers
        )
        return report


def _revision(before: ReportedSeller | None, seller: SellerYear) -> int:
    """Return how often a seller's data were declared, each time other than before."""
    declared = before.revision if before else 0
    if seller.status is not SellerStatus.DECLARED:
        return declared
    return declared + (before is None or not declared or _content(before) != seller.content())


def _check_freezable(year: int, now: datetime.datetime) -> dict[str, Any]:
    """Return the association as the declaration names it."""
    end = quarter_starts(year)[-1]
    if now.astimezone(TOWN_TIME).date() < end:
        raise Dac7Error(
            _("L'année %(year)s n'est pas terminée : arrêtez-la à partir du %(day)s.")
            % {"year": year, "day": date_text(end)}
        )
    office = Association.objects.first()
    if office is None or not office.siret:
        raise Dac7Error(
            _("Le SIRET de l'association manque : complétez sa fiche, il nomme le déclarant.")
        )
    return {
        "name": office.legal_name or office.name,
        "trade_name": office.name,
        "siret": office.siret,
        "vat_number": office.vat_number,
        "address_line": office.address_line,
        "postal_code": office.postal_code,
        "city": office.city,
        "email": office.email,
    }


def _check_correction(before: YearReport, reason: str) -> None:
    if not changed_sellers(before):
        raise Dac7Error(
            _("Rien n'a changé depuis la version %(version)s de %(year)s : rien à corriger.")
            % {"version": before.version, "year": before.year}
        )
    if not reason.strip():
        raise Dac7Error(_("Une version corrigée a un motif : dites ce qui était faux."))

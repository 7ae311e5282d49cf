"""What narrows a report of the books: a year or a period, an account, a shop."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import SELECT_CLASSES

from saleor_alencon.books.chart import Chart
from saleor_alencon.books.sales import SalesBy
from saleor_alencon.books.tables import by_labels
from saleor_alencon.books.years import BooksYear
from saleor_alencon.domain.financial_year import FinancialYear
from saleor_alencon.office.admin.form_fields import day_field


def choice_field(label: Any, choices: list[tuple[str, str]], **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.Select(attrs={"class": " ".join(SELECT_CLASSES)}),
        **options,
    )


class PeriodForm(forms.Form):
    """Two days, both included; without them the whole of ``span``."""

    start = day_field(gettext_lazy("Du"), required=False)
    end = day_field(gettext_lazy("Au"), required=False)

    def __init__(self, *args: Any, span: FinancialYear, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.span = span

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        start, end = self.period(found)
        if start > end:
            raise ValidationError(_("La période se termine avant de commencer."))
        return found

    def period(self, found: dict[str, Any]) -> tuple[datetime.date, datetime.date]:
        return found.get("start") or self.span.first_day, found.get("end") or self.span.last_day


class YearForm(PeriodForm):
    """A financial year, and days in it."""

    field_order: Sequence[str] = ("year", "start", "end")

    def __init__(self, *args: Any, years: list[BooksYear], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"] = choice_field(
            _("Exercice"), [(str(found.year), str(found.year)) for found in years], required=False
        )
        self.initial.setdefault("year", str(self.span.year))
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        start, end = self.period(found)
        if not (self.span.has(start) and self.span.has(end)):
            raise ValidationError(
                _("L'exercice %(year)s va du %(start)s au %(end)s : choisissez des jours dedans.")
                % {
                    "year": self.span.year,
                    "start": f"{self.span.first_day:%d/%m/%Y}",
                    "end": f"{self.span.last_day:%d/%m/%Y}",
                }
            )
        return found


class BalanceForm(YearForm):
    by_shop = forms.BooleanField(label=gettext_lazy("Une ligne par boutique"), required=False)


class LedgerForm(YearForm):
    field_order: Sequence[str] = ("year", "account", "shop", "start", "end")

    def __init__(self, *args: Any, chart: Chart, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = [
            (entry.number, f"{entry.number} {_(entry.label)}")
            for entry in sorted(chart.plan.values(), key=lambda entry: entry.number)
        ]
        self.fields["account"] = choice_field(
            _("Compte"), [("", _("tous")), *accounts], required=False
        )
        self.fields["shop"] = shop_field(chart)
        self.order_fields(self.field_order)


class SalesForm(PeriodForm):
    field_order: Sequence[str] = ("by", "start", "end", "shop")

    def __init__(self, *args: Any, chart: Chart, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"] = choice_field(
            _("Par"), [(by.value, label) for by, label in by_labels().items()], required=False
        )
        self.initial.setdefault("by", SalesBy.SHOP.value)
        self.fields["shop"] = shop_field(chart)
        self.order_fields(self.field_order)


class DayForm(forms.Form):
    day = day_field(gettext_lazy("À la fin du"), required=False)


def shop_field(chart: Chart) -> forms.ChoiceField:
    shops = [(str(pk), entry.label) for pk, entry in chart.shops.items()]
    shops.sort(key=lambda each: each[1].casefold())
    return choice_field(_("Boutique"), [("", _("toutes")), *shops], required=False)

"""One page to edit a shop's hours: the week, the exceptional days, and how orders are prepared."""

import datetime
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saleor_alencon.domain.opening_hours import (
    DAYS_OF_WEEK,
    MINUTES_OF_DAY,
    PREPARATION_AT_MOST,
    SLOT_AT_LEAST,
    SLOT_AT_MOST,
    ExceptionalDay,
    HoursError,
    OpeningHours,
    Period,
    Periods,
)
from saleor_alencon.shops.models import Shop

PERIODS_A_DAY = 2
EMPTY_ROWS = 3
ROWS_AT_MOST = 60
DAYS_AHEAD_AT_MOST = 2 * 366
ONE_DAY = datetime.timedelta(days=1)


def time_field() -> forms.TimeField:
    return forms.TimeField(
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )


def date_field() -> forms.DateField:
    # The browser's date field speaks ISO, whatever the language of the page.
    return forms.DateField(
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


def minutes_of_time(time: datetime.time) -> int:
    return time.hour * 60 + time.minute


def time_of_minutes(minutes: int) -> datetime.time:
    return datetime.time(minutes // 60 % 24, minutes % 60)


def clean_periods(pairs: Sequence[tuple[datetime.time | None, datetime.time | None]]) -> Periods:
    """Return the periods of a day from its pairs of times; empty pairs are left out.

    A closing time of 00:00 is the end of the day.

    :raises ValidationError: when one half is missing, or the times do not follow each other.
    """
    found = []
    for opens, closes in pairs:
        if opens is None and closes is None:
            continue
        if opens is None or closes is None:
            raise ValidationError(_("Donnez l'heure d'ouverture et celle de fermeture."))
        try:
            found.append(Period(minutes_of_time(opens), minutes_of_time(closes) or MINUTES_OF_DAY))
        except HoursError as error:
            raise ValidationError(
                _("La fermeture vient après l'ouverture ; 00:00 est minuit.")
            ) from error
    if any(after.opens_minutes < before.closes_minutes for before, after in pairwise(found)):
        raise ValidationError(_("Une période commence après la fin de celle d'avant."))
    return tuple(found)


class PeriodFields(forms.Form):
    """Fields for the periods of days; ``periods_a_day`` pairs of times each."""

    def __init__(self, *args: Any, periods_a_day: int = PERIODS_A_DAY, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.periods_a_day = periods_a_day

    def add_times(self, prefix: str, day: str, periods: Periods) -> None:
        """Add one day's fields, with what people who cannot see the table hear."""
        for place in range(self.periods_a_day):
            period = periods[place] if place < len(periods) else None
            for half, text in (("opens", _("ouverture")), ("closes", _("fermeture"))):
                name = f"{prefix}_{half}_{place}"
                self.fields[name] = field = time_field()
                field.widget.attrs["aria-label"] = f"{day}, {text} {place + 1}"
                if period:
                    field.initial = time_of_minutes(getattr(period, f"{half}_minutes"))

    def times(self, prefix: str) -> list[Any]:
        """Return the bound fields of one day, pair by pair."""
        return [
            (self[f"{prefix}_opens_{place}"], self[f"{prefix}_closes_{place}"])
            for place in range(self.periods_a_day)
        ]

    def cleaned_periods(self, prefix: str) -> Periods:
        """Return one day's periods; an error is kept on the day's first field."""
        data = self.cleaned_data
        pairs = [
            (data.get(f"{prefix}_opens_{place}"), data.get(f"{prefix}_closes_{place}"))
            for place in range(self.periods_a_day)
        ]
        try:
            return clean_periods(pairs)
        except ValidationError as error:
            self.add_error(f"{prefix}_opens_0", error)
            return ()

    def errors_of(self, prefix: str) -> list[str]:
        """Return what is wrong with one day."""
        names = [name for name in self.fields if name.startswith(f"{prefix}_")]
        return [str(each) for name in names for each in self.errors.get(name, [])]


class WeekForm(PeriodFields):
    """The seven days, and the rules for orders."""

    preparation_minutes = forms.IntegerField(
        label=gettext_lazy("Temps de préparation (minutes)"),
        min_value=0,
        max_value=PREPARATION_AT_MOST,
        help_text=gettext_lazy("Compté sur les heures d'ouverture : fermé, on ne prépare pas."),
    )
    slot_minutes = forms.IntegerField(
        label=gettext_lazy("Durée d'un créneau de retrait (minutes)"),
        min_value=SLOT_AT_LEAST,
        max_value=SLOT_AT_MOST,
    )
    cut_off = time_field()
    pickup_note = forms.CharField(
        label=gettext_lazy("Consigne de retrait"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Où et comment le client retire sa commande."),
    )

    def __init__(self, *args: Any, shop: Shop, **kwargs: Any) -> None:
        hours = shop.opening_hours
        longest = max(len(periods) for periods in hours.week)
        super().__init__(*args, periods_a_day=max(PERIODS_A_DAY, longest), **kwargs)
        for weekday in range(DAYS_OF_WEEK):
            self.add_times(f"day{weekday}", str(WEEKDAYS[weekday]), hours.week[weekday])
        self.fields["cut_off"].label = _("Heure limite de commande")
        self.fields["cut_off"].help_text = _(
            "Après elle, la commande est préparée à partir du lendemain. Vide : pas de limite."
        )
        self.initial.update(
            preparation_minutes=hours.preparation_minutes,
            slot_minutes=hours.slot_minutes,
            pickup_note=shop.pickup_note,
        )
        if hours.cut_off_minutes is not None:
            self.initial["cut_off"] = time_of_minutes(hours.cut_off_minutes)

    @property
    def days(self) -> list[dict[str, Any]]:
        """What the template shows, day by day."""
        return [
            {
                "name": WEEKDAYS[weekday],
                "times": self.times(f"day{weekday}"),
                "errors": self.errors_of(f"day{weekday}"),
            }
            for weekday in range(DAYS_OF_WEEK)
        ]

    @property
    def rules(self) -> list[Any]:
        names = ("preparation_minutes", "slot_minutes", "cut_off", "pickup_note")
        return [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        self.week = tuple(self.cleaned_periods(f"day{weekday}") for weekday in range(DAYS_OF_WEEK))
        return self.cleaned_data


class ExceptionForm(PeriodFields):
    """One exceptional day, or several that follow each other; without times it is a closing."""

    first = date_field()
    last = date_field()

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["first"].widget.attrs |= {"aria-label": _("du"), "min": today.isoformat()}
        self.fields["last"].widget.attrs |= {"aria-label": _("au"), "min": today.isoformat()}
        self.add_times("times", _("jour exceptionnel"), self.initial.get("periods", ()))

    @property
    def row(self) -> dict[str, Any]:
        errors = [str(each) for found in self.errors.values() for each in found]
        return {"times": self.times("times"), "errors": errors}

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        self.periods = self.cleaned_periods("times")
        if first is None:
            if last or self.periods:
                self.add_error("first", _("Donnez le premier jour."))
        elif last is not None and last < first:
            self.add_error("last", _("Le dernier jour vient avant le premier."))
        elif (last or first) > self.today + DAYS_AHEAD_AT_MOST * ONE_DAY:
            self.add_error("first", _("Ce jour est à plus de deux ans."))
        return self.cleaned_data

    def days(self) -> Iterator[ExceptionalDay]:
        """Yield the row's days that are not over."""
        first = self.cleaned_data.get("first")
        if first is None:
            return
        last = self.cleaned_data.get("last") or first
        day = max(first, self.today)
        while day <= last:
            yield ExceptionalDay(day, self.periods)
            day += ONE_DAY


class ExceptionFormSet(forms.BaseFormSet):
    """Rows of exceptional days, of which none names a day twice."""

    def clean(self) -> None:
        kept = self.kept()
        if any(form.errors for form in kept):
            return
        seen = set()
        for form in kept:
            for each in form.days():
                if each.date in seen:
                    raise ValidationError(
                        _("Le %(day)s est donné deux fois.")
                        % {"day": date_format(each.date, "DATE_FORMAT")}
                    )
                seen.add(each.date)

    def exceptions(self) -> tuple[ExceptionalDay, ...]:
        """Return the valid rows' days, in the order of their dates."""
        return tuple(sorted(day for form in self.kept() for day in form.days()))

    def kept(self) -> list[Any]:
        """Return the rows that are not to be removed."""
        return [form for form in self.forms if not form.cleaned_data.get("DELETE")]


def spans(hours: OpeningHours, today: datetime.date) -> list[dict[str, Any]]:
    """Return the exceptional days to come, those that follow each other alike as one row."""
    found: list[dict[str, Any]] = []
    for each in hours.exceptions:
        if each.date < today:
            continue
        row = found[-1] if found else None
        if row and row["periods"] == each.periods and row["last"] + ONE_DAY == each.date:
            row["last"] = each.date
        else:
            found.append({"first": each.date, "last": each.date, "periods": each.periods})
    return found


class HoursEditor:
    """The page's two forms as one: valid together, and giving one :class:`OpeningHours`."""

    def __init__(self, shop: Shop, today: datetime.date, data: Any = None) -> None:
        hours = shop.opening_hours
        rows = spans(hours, today)
        most = max((len(row["periods"]) for row in rows), default=0)
        factory = forms.formset_factory(
            ExceptionForm,
            formset=ExceptionFormSet,
            extra=EMPTY_ROWS,
            can_delete=True,
            max_num=ROWS_AT_MOST,
            validate_max=True,
        )
        self.week = WeekForm(data, shop=shop)
        self.exceptions: Any = factory(
            data,
            initial=rows,
            prefix="exceptions",
            form_kwargs={"today": today, "periods_a_day": max(PERIODS_A_DAY, most)},
        )

    def is_valid(self) -> bool:
        # Both, so that every error is shown at once.
        week, exceptions = self.week.is_valid(), bool(self.exceptions.is_valid())
        return week and exceptions

    @property
    def hours(self) -> OpeningHours:
        """The hours that valid forms describe."""
        data = self.week.cleaned_data
        cut_off = data["cut_off"]
        return OpeningHours(
            week=self.week.week,
            exceptions=self.exceptions.exceptions(),
            preparation_minutes=data["preparation_minutes"],
            slot_minutes=data["slot_minutes"],
            cut_off_minutes=None if cut_off is None else minutes_of_time(cut_off),
        )

    @property
    def pickup_note(self) -> str:
        return str(self.week.cleaned_data["pickup_note"])

"""Who did what among the merchants, and looking through a merchant's eyes."""

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES

from saleor_alencon.errors import AlenconError
from saleor_alencon.saleor_api.merchants import ScopeRefused, acts_fetch, look_end, look_open
from saleor_alencon.shops.models import Shop

PAGE = 50
KINDS = {
    "command": gettext_lazy("action"),
    "look": gettext_lazy("regard de l'Office"),
    "read": gettext_lazy("lecture pendant un regard"),
}
OUTCOMES = {
    "begun": gettext_lazy("sans fin connue"),
    "done": gettext_lazy("faite"),
    "refused": gettext_lazy("refusée à la boutique"),
    "invalid": gettext_lazy("refusée par Saleor"),
    "failed": gettext_lazy("interrompue par une erreur"),
}
LOOK_REFUSALS = {
    "reason": gettext_lazy("Indiquez la raison du regard."),
    "account": gettext_lazy(
        "Saleor n'a pas de compte du personnel à votre adresse électronique : faites-en un dans "
        "son tableau de bord."
    ),
    "merchant": gettext_lazy(
        "Votre compte dans Saleor est celui d'une boutique, ou n'a aucun droit : un regard se fait "
        "avec un compte de l'Office."
    ),
    "shop": gettext_lazy("La boutique n'est pas dans Saleor : mettez-la d'abord en place."),
}


def input_widget(kind: str = "text") -> forms.TextInput:
    return forms.TextInput(attrs={"class": " ".join(INPUT_CLASSES), "type": kind})


def select_widget() -> forms.Select:
    return forms.Select(attrs={"class": " ".join(SELECT_CLASSES)})


def shop_choices() -> list[tuple[str, str]]:
    return list(Shop.objects.order_by("name").values_list("slug", "name"))


class TrailFilter(forms.Form):
    """What narrows the trail; everything is optional."""

    shop = forms.ChoiceField(label=gettext_lazy("Boutique"), required=False, widget=select_widget())
    email = forms.CharField(
        label=gettext_lazy("Personne (adresse)"), required=False, widget=input_widget("search")
    )
    name = forms.CharField(
        label=gettext_lazy("Action (nom dans Saleor)"),
        required=False,
        widget=input_widget("search"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Nature"), required=False, widget=select_widget())
    outcome = forms.ChoiceField(label=gettext_lazy("Issue"), required=False, widget=select_widget())
    first_day = forms.DateField(
        label=gettext_lazy("Du"), required=False, widget=input_widget("date")
    )
    last_day = forms.DateField(
        label=gettext_lazy("Au"), required=False, widget=input_widget("date")
    )
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = [("", _("toutes"))]
        for name, choices in (
            ("shop", shop_choices()),
            ("kind", list(KINDS.items())),
            ("outcome", list(OUTCOMES.items())),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [*everything, *choices]

    def wanted(self) -> dict[str, str]:
        """Return the parameters of the trail; the last day counts whole."""
        given = self.cleaned_data
        wanted = {name: given[name] for name in ("shop", "email", "name", "kind", "outcome")}
        if given["first_day"]:
            wanted["since"] = midnight(given["first_day"])
        if given["last_day"]:
            wanted["until"] = midnight(given["last_day"] + datetime.timedelta(days=1))
        if given["before"]:
            wanted["before"] = str(given["before"])
        return {name: value for name, value in wanted.items() if value}


def midnight(day: datetime.date) -> str:
    """Return when a day of the town begins, with offset."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time())).isoformat()


class LookForm(forms.Form):
    """Which shop to look at, and why."""

    shop = forms.ChoiceField(label=gettext_lazy("Boutique"), widget=select_widget())
    reason = forms.CharField(
        label=gettext_lazy("Raison"),
        max_length=500,
        widget=input_widget(),
        help_text=gettext_lazy("Elle reste dans le journal des commerçants."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["shop"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = shop_choices()


@dataclass(frozen=True)
class Row:
    """One act as the page shows it."""

    at: datetime.datetime | None
    shop: str
    email: str
    kind: str
    name: str
    ids: str
    outcome: str
    good: bool
    reason: str


def trail_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show the trail, and the looks that this person has open."""
    form = TrailFilter(request.GET)
    acts: list[dict[str, Any]] = []
    before, error = None, ""
    looking: list[dict[str, Any]] = []
    if form.is_valid():
        try:
            page = acts_fetch(limit=str(PAGE), **form.wanted())
            acts, before = page["acts"], page["before"]
            looking = open_looks(str(getattr(request.user, "email", "")))
        except AlenconError as refusal:
            error = str(refusal)
    names = dict(shop_choices())
    following = request.GET.copy()
    following["before"] = str(before)
    newest = request.GET.copy()
    newest.pop("before", None)
    return TemplateResponse(
        request,
        "office/merchants_trail.html",
        {
            **context,
            "title": _("Journal des commerçants"),
            "form": form,
            "error": error,
            "rows": [row_of(act, names) for act in acts],
            "looking": [
                {"shop": names.get(each["shop"], each["shop"]), "until": moment(each["until"])}
                for each in looking
            ],
            "next_url": f"?{following.urlencode()}" if before else "",
            "newest_url": f"?{newest.urlencode()}" if request.GET.get("before") else "",
        },
    )


def row_of(act: dict[str, Any], names: dict[str, str]) -> Row:
    """Return one act in the words of the page."""
    name = act["name"] if act["kind"] != "look" else ""
    return Row(
        at=moment(act["at"]),
        shop=names.get(act["shop"], act["shop"]) or "—",
        email=act["email"],
        kind=str(KINDS[act["kind"]]),
        name=name,
        ids=", ".join(act["ids"]),
        outcome=look_words(act) if act["kind"] == "look" else str(OUTCOMES[act["outcome"]]),
        good=act["outcome"] == "done" or act["kind"] == "look",
        reason=act["reason"],
    )


def look_words(act: dict[str, Any]) -> str:
    """Say until when a look lasted, or lasts."""
    end = moment(act["ended_at"] or act["until"])
    assert end is not None
    return _("jusqu'à %(time)s") % {"time": f"{timezone.localtime(end):%H:%M}"}


def moment(text: str) -> datetime.datetime | None:
    return parse_datetime(text)


def open_looks(email: str) -> list[dict[str, Any]]:
    """Return the looks that an account has open."""
    acts = acts_fetch(kind="look", email=email, outcome="begun", limit="20")["acts"]
    now = timezone.now()
    return [
        act
        for act in acts
        if act["email"] == email and (until := moment(act["until"])) is not None and until > now
    ]


def look_begin(*, email: str, shop: str, reason: str) -> datetime.datetime:
    """Open a look with the account that has this address; return when it ends by itself.

    :raises AlenconError: in the words of the page.
    """
    try:
        until = moment(look_open(email=email, shop=shop, reason=reason)["until"])
    except ScopeRefused as error:
        known = LOOK_REFUSALS.get(error.code)
        if known is None:
            raise
        raise ScopeRefused(str(known), status=error.status, code=error.code) from None
    assert until is not None
    return until


def look_finish(*, email: str) -> int:
    """End the looks of the account that has this address; return how many there were."""
    return look_end(email=email)

"""What the back-office's pages share: read-only records, amounts, and confirmed commands."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin import SimpleListFilter, display
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from saleor_alencon.accounts.models import User
from saleor_alencon.errors import AlenconError
from saleor_alencon.localized import amount_text, rate_text
from saleor_alencon.office.provider_words import Words, word

REFUSED = _("Action refusée : {error}")


class NothingChanges:
    """Neither added, changed nor deleted here, whatever the role."""

    def has_add_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(NothingChanges, ModelAdmin):
    """Records that other parts of the service write."""

    show_full_result_count = False
    list_per_page = 50


class NamedInline(TabularInline):
    """Rows whose fields say their column's name, which is written above the first row only."""

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **options: Any
    ) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field is not None:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = str(db_field.verbose_name).capitalize()
        return field


class ReadOnlyInline(NothingChanges, TabularInline):
    extra = 0
    can_delete = False
    hide_title = True


def amount(field: str, description: Any) -> Callable[..., str]:
    """Return a column that shows an amount in cents as the reader writes it."""

    @display(description=description, ordering=field)
    def column(obj: Any) -> str:
        value = obj
        for part in field.split("__"):
            value = getattr(value, part)
        return "—" if value is None else amount_text(value)

    column.__name__ = f"{field}_amount"
    return column


def rate(field: str, description: Any) -> Callable[..., str]:
    """Return a column that shows a rate in basis points as a percentage."""

    @display(description=description, ordering=field)
    def column(obj: Any) -> str:
        return rate_text(getattr(obj, field))

    column.__name__ = f"{field}_rate"
    return column


def change_url(obj: Model) -> str:
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=(obj.pk,))


def list_url(model: type[Model], query: str = "") -> str:
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{url}?{query}" if query else url


def link(url: str, text: object) -> str:
    return format_html('<a href="{}" class="office-link">{}</a>', url, text)


def user_of(request: HttpRequest) -> User:
    """Return who is signed in: the back-office lets nobody else come this far."""
    return cast(User, request.user)


def download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Return a file for the browser to save; never kept by a cache on the way."""
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def attempt(request: HttpRequest, command: Callable[[], Any], done: str) -> Any:
    """Run a command; tell the user that it was done, or why it was refused."""
    try:
        result = command()
    except AlenconError as error:
        messages.error(request, str(REFUSED).format(error=error))
        return None
    messages.success(request, done)
    return result if result is not None else True


def confirm(
    admin: ModelAdmin,
    request: HttpRequest,
    *,
    title: str,
    text: str,
    button: str,
    command: Callable[[forms.Form], str | None],
    back: str,
    form_class: type[forms.Form] = forms.Form,
    danger: bool = False,
) -> HttpResponse:
    """Ask first (GET), then do it (POST).

    ``command`` gets the valid form and returns where to go next, or None for ``back``.
    """
    posted = request.method == "POST"
    form = form_class(request.POST, request.FILES) if posted else form_class()
    if request.method == "POST" and form.is_valid():
        return HttpResponseRedirect(command(form) or back)
    context = {
        **admin.admin_site.each_context(request),
        "title": title,
        "text": text,
        "button": button,
        "back": back,
        "form": form,
        "danger": danger,
        "opts": admin.opts,
    }
    return TemplateResponse(request, "office/confirm.html", context)


def ask(
    admin: ModelAdmin,
    request: HttpRequest,
    *,
    do: Callable[..., Any],
    done: str,
    back: str,
    to_made: bool = False,
    **question: Any,
) -> HttpResponse:
    """Ask as ``confirm``, then do it with the form's values, and say that it was done or why not.

    ``to_made``: the next page is the one of what ``do`` returned, when it was not refused.
    """

    def command(form: forms.Form) -> str | None:
        made = attempt(request, partial(do, **form.cleaned_data), done)
        return change_url(made) if to_made and isinstance(made, Model) else None

    return confirm(admin, request, command=command, back=back, **question)


def words_filter(field: str, heading: str | Promise, words: Words) -> type[SimpleListFilter]:
    """Return a filter by one of Stripe's names, of those that there are, in the page's words."""

    class WordsFilter(SimpleListFilter):
        title = heading  # type: ignore[assignment]
        parameter_name = field

        def lookups(self, _request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            names = model_admin.model.objects.order_by(field).values_list(field, flat=True)
            choices = [(name, word(words, name)) for name in names.distinct()]
            return sorted(choices, key=lambda choice: choice[1])

        def queryset(self, _request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
            return rows.filter(**{field: self.value()}) if self.value() else rows

    return WordsFilter

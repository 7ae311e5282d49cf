"""What a run would have paid at a past instant, as a page beside the runs."""

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.widgets import INPUT_CLASSES

from saleor_alencon.errors import AlenconError
from saleor_alencon.localized import amount_text
from saleor_alencon.office.admin.base import REFUSED, change_url
from saleor_alencon.settlement.preview import PreviewLine, run_preview

INSTANT = "%Y-%m-%dT%H:%M"


class InstantForm(forms.Form):
    as_of = forms.DateTimeField(
        label=gettext_lazy("Arrêté au"),
        input_formats=[INSTANT, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(
            format=INSTANT, attrs={"type": "datetime-local", "class": " ".join(INPUT_CLASSES)}
        ),
    )


class RunPreview:
    """What :class:`SettlementRunAdmin` answers beside its records."""

    admin_site: Any

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.preview_page)
        name = "settlement_settlementrun_preview_page"
        return [path("apercu/", page, name=name), *super().get_urls()]  # type: ignore[misc]

    @action(
        description=gettext_lazy("Aperçu à un instant"),
        permissions=["view"],
        url_path="voir-apercu",
        icon="history",
    )
    def preview(self, request: HttpRequest) -> HttpResponse:
        return self.preview_page(request)

    def preview_page(self, request: HttpRequest) -> HttpResponse:
        """Show, shop by shop, what a run with that cutoff would have paid."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        now = timezone.now()
        given = bool(request.GET.get("as_of"))
        form = InstantForm(request.GET if given else None, initial={"as_of": now})
        lines: list[PreviewLine] = []
        as_of: datetime.datetime = now
        if given and form.is_valid():
            as_of = form.cleaned_data["as_of"]
        try:
            lines = run_preview(as_of=as_of, now=now)
        except AlenconError as error:
            messages.error(request, str(REFUSED).format(error=error))
        rows = [
            {
                "shop": line.shop,
                "url": change_url(line.shop),
                "due": _("oui") if line.due else _("non"),
                "balance": amount_text(line.balance_cents),
                "reserve": amount_text(line.reserve_cents),
                "payable": amount_text(line.payable_cents),
                "carried": amount_text(line.carried_cents),
                "reason": line.reason_label,
            }
            for line in lines
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Aperçu d'un reversement"),
            "form": form,
            "as_of": as_of,
            "rows": rows,
            "total": amount_text(sum(line.payable_cents for line in lines)),
            "due_total": amount_text(sum(line.payable_cents for line in lines if line.due)),
            "back": reverse("admin:settlement_settlementrun_changelist"),
            "opts": self.opts,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "office/run_preview.html", context)

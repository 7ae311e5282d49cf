"""Catalogue imports: sent for a shop, read before they are applied."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES

from saleor_alencon.catalogue.forms import OfficeCatalogueForm
from saleor_alencon.catalogue.models import ImportJob, ImportState
from saleor_alencon.catalogue.report import report_context
from saleor_alencon.catalogue.services import import_failed_rows, import_start
from saleor_alencon.catalogue.sheets import template_bytes
from saleor_alencon.errors import AlenconError
from saleor_alencon.office.admin.base import (
    REFUSED,
    ReadOnlyAdmin,
    change_url,
    download,
    list_url,
    user_of,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATE_COLOURS = {
    ImportState.CHECKED: "info",
    ImportState.APPLYING: "info",
    ImportState.CHECKING: "info",
    ImportState.STOPPED: "warning",
    ImportState.REFUSED: "danger",
    ImportState.DONE: "success",
}


def start(request: HttpRequest, job: ImportJob, *, apply: bool) -> None:
    """Start in the background, or say why not."""
    try:
        import_start(job_id=job.pk, apply=apply)
    except AlenconError as error:
        messages.error(request, str(REFUSED).format(error=error))


@admin.register(ImportJob)
class ImportJobAdmin(ReadOnlyAdmin):
    list_display = (
        "file_name",
        "shop",
        "created_at",
        "kind",
        "state_label",
        "created",
        "updated",
        "unchanged",
        "refused",
    )
    list_filter = ("state", "kind", "shop")
    list_select_related = ("shop",)
    search_fields = ("file_name", "shop__name")
    actions_list = ("send", "template")
    change_form_before_template = "office/import_report.html"
    fields = (
        ("shop", "file_name"),
        ("created_by", "created_at"),
        ("kind", "complete"),
        "finished_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportJob]:
        return super().get_queryset(request).select_related("shop", "created_by")

    def has_send_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("catalogue.import_catalogue"))

    @display(description=gettext_lazy("état"), ordering="state", label=STATE_COLOURS)
    def state_label(self, job: ImportJob) -> tuple[str, str]:
        return job.state, job.get_state_display()

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/rapport", self.view_of(self.report), name="catalogue_import_report"),
            path("<int:pk>/appliquer", self.view_of(self.apply), name="catalogue_import_apply"),
            path(
                "<int:pk>/refusees.xlsx", self.view_of(self.failed), name="catalogue_import_failed"
            ),
        ]
        return [*own, *super().get_urls()]

    def view_of(self, view: Any) -> Any:
        return self.admin_site.admin_view(view)

    def report_of(self, request: HttpRequest, job: ImportJob) -> dict[str, Any]:
        """Return what the report shows to this person."""
        return report_context(
            job,
            report_url=reverse("admin:catalogue_import_report", args=(job.pk,)),
            apply_url=reverse("admin:catalogue_import_apply", args=(job.pk,)),
            failed_url=reverse("admin:catalogue_import_failed", args=(job.pk,)),
            may_apply=self.has_send_permission(request),
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        job = get_object_or_404(ImportJob, pk=object_id)
        context = {**(extra_context or {}), **self.report_of(request, job)}
        return super().changeform_view(request, object_id, form_url, context)

    def report(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the report alone, for the page that polls."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        job = get_object_or_404(ImportJob, pk=pk)
        return TemplateResponse(request, "catalogue/report.html", self.report_of(request, job))

    def apply(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Apply an import, or resume it."""
        if request.method != "POST" or not self.has_send_permission(request):
            return HttpResponse(status=403)
        job = get_object_or_404(ImportJob, pk=pk)
        start(request, job, apply=True)
        return HttpResponseRedirect(change_url(job))

    def failed(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Download the refused rows."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        job = get_object_or_404(ImportJob, pk=pk)
        content = import_failed_rows(job=job, suffix="xlsx")
        return download(content, f"lignes-refusees-{pk}.xlsx", XLSX)

    @action(
        description=gettext_lazy("Envoyer un catalogue"),
        permissions=["send"],
        url_path="envoyer",
        icon="upload_file",
    )
    def send(self, request: HttpRequest) -> HttpResponse:
        form = OfficeCatalogueForm(
            request.POST or None, request.FILES or None, initial={"shop": request.GET.get("shop")}
        )
        for name in ("shop", "kind"):
            form.fields[name].widget.attrs["class"] = " ".join(SELECT_CLASSES)
        for name in ("file", "images"):
            form.fields[name].widget.attrs["class"] = " ".join(INPUT_CLASSES)
        if request.method == "POST" and form.is_valid():
            shop = form.cleaned_data["shop"]
            job = form.receive(shop=shop, user=user_of(request), now=timezone.now())
            start(request, job, apply=False)
            return HttpResponseRedirect(change_url(job))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Envoyer un catalogue"),
            "text": _(
                "Le fichier est d'abord vérifié : rien n'est envoyé à Saleor avant que vous "
                "ne l'appliquiez."
            ),
            "button": _("Vérifier le fichier"),
            "back": list_url(ImportJob),
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(request, "office/import_form.html", context)

    @action(
        description=gettext_lazy("Modèle de fichier"),
        permissions=["send"],
        url_path="modele",
        icon="download",
    )
    def template(self, request: HttpRequest) -> HttpResponse:
        return download(template_bytes("xlsx"), "modele-catalogue.xlsx", XLSX)

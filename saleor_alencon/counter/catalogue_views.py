"""A merchant's own catalogue: send a file, read what it would do, apply it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from saleor_alencon.catalogue.exporting import catalogue_export
from saleor_alencon.catalogue.forms import CatalogueForm
from saleor_alencon.catalogue.models import ImportJob
from saleor_alencon.catalogue.report import report_context
from saleor_alencon.catalogue.services import import_failed_rows, import_start
from saleor_alencon.catalogue.sheets import FORMATS, template_bytes
from saleor_alencon.errors import AlenconError
from saleor_alencon.shops.models import Shop

CONTENT_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHOWN_JOBS = 20


def own_shop(request: HttpRequest) -> Shop:
    """Return the signed-in merchant's shop."""
    user_id = request.user.pk
    assert user_id is not None
    shop = Shop.objects.filter(members__user_id=user_id).order_by("name").first()
    if shop is None:
        raise Http404(_("Votre compte n'est rattaché à aucune boutique : prévenez l'Office."))
    return shop


def own_job(request: HttpRequest, pk: int) -> ImportJob:
    return get_object_or_404(ImportJob, pk=pk, shop=own_shop(request))


def sheet(content: bytes, name: str, suffix: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=CONTENT_TYPES[suffix],
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{suffix}"',
            "Cache-Control": "private, no-store",
        },
    )


@login_required
def catalogue_page(request: HttpRequest) -> HttpResponse:
    """Show the form and the history; a file that is sent is checked at once."""
    shop = own_shop(request)
    form = CatalogueForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        job = form.receive(shop=shop, user=request.user, now=timezone.now())  # type: ignore[arg-type]
        start(request, job, apply=False)
        return HttpResponseRedirect(reverse("counter:import", args=(job.pk,)))
    jobs = ImportJob.objects.filter(shop=shop)[:SHOWN_JOBS]
    return render(request, "counter/catalogue.html", {"shop": shop, "form": form, "jobs": jobs})


@login_required
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one import; the part that polls gets the report alone."""
    job = own_job(request, pk)
    context = report_context(
        job,
        report_url=reverse("counter:import", args=(pk,)),
        apply_url=reverse("counter:import-apply", args=(pk,)),
        failed_url=reverse("counter:import-failed", args=(pk, "xlsx")),
    )
    page = "catalogue/report.html" if request.headers.get("HX-Request") else "counter/import.html"
    return render(request, page, context)


@login_required
@require_POST
def import_apply_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply one import, or resume it."""
    start(request, own_job(request, pk), apply=True)
    return HttpResponseRedirect(reverse("counter:import", args=(pk,)))


def start(request: HttpRequest, job: ImportJob, *, apply: bool) -> None:
    """Start in the background, or say why not."""
    try:
        import_start(job_id=job.pk, apply=apply)
    except AlenconError as error:
        messages.error(request, str(error))


@login_required
def import_failed_download(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """Download the refused rows of one import."""
    job = own_job(request, pk)
    if suffix not in FORMATS:
        raise Http404
    return sheet(import_failed_rows(job=job, suffix=suffix), f"lignes-refusees-{pk}", suffix)


@login_required
def catalogue_template(request: HttpRequest, suffix: str) -> HttpResponse:
    """Download the template."""
    if suffix not in FORMATS:
        raise Http404
    return sheet(template_bytes(suffix), "modele-catalogue", suffix)


@login_required
def catalogue_download(request: HttpRequest, suffix: str) -> HttpResponse:
    """Download the shop's own products."""
    shop = own_shop(request)
    if suffix not in FORMATS:
        raise Http404
    try:
        content = catalogue_export(shop=shop, suffix=suffix)
    except AlenconError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("counter:catalogue"))
    return sheet(content, f"catalogue-{shop.slug}", suffix)

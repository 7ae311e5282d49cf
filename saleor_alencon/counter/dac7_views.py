"""What the association declares of one's own shop, and what it still asks of it."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from saleor_alencon.counter.hours_views import own_shop
from saleor_alencon.dac7.identities import missing_labels
from saleor_alencon.dac7.models import ReportedSeller
from saleor_alencon.dac7.notices import notice_csv, notice_name, notice_pdf
from saleor_alencon.dac7.requests import chase_of
from saleor_alencon.domain.dac7 import SellerStatus
from saleor_alencon.localized import amount_text, date_text

RENDERERS = {"pdf": (notice_pdf, "application/pdf"), "csv": (notice_csv, "text/csv")}


@login_required
def declarations(request: HttpRequest) -> HttpResponse:
    """Show every version of one's own declaration, and what is missing of one's identity."""
    shop = own_shop(request.user)
    chase, today = chase_of(shop), timezone.localdate()
    kept = ReportedSeller.objects.filter(shop=shop).select_related("report")
    return render(
        request,
        "counter/declarations.html",
        {
            "shop": shop,
            "missing": missing_labels(chase.missing),
            "asked": bool(chase.days),
            "withheld": date_text(chase.withheld_from) if chase.withheld_from else "",
            "is_withheld": bool(chase.withheld_from and chase.withheld_from <= today),
            "declarations": [
                {
                    "pk": each.pk,
                    "year": each.report.year,
                    "version": each.report.version,
                    "status": each.get_status_display(),
                    "is_declared": each.status == SellerStatus.DECLARED,
                    "total": amount_text(each.total_cents),
                }
                for each in kept.order_by("-report__year", "-report__version")
            ],
        },
    )


@login_required
def declaration_download(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """Download one of one's own yearly documents as PDF or CSV."""
    if suffix not in RENDERERS:
        raise Http404
    seller = get_object_or_404(
        ReportedSeller.objects.select_related("report", "shop"),
        pk=pk,
        shop__members__user=request.user,
    )
    make, content_type = RENDERERS[suffix]
    return HttpResponse(
        make(seller),
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{notice_name(seller)}.{suffix}"',
            "Cache-Control": "private, no-store",
        },
    )

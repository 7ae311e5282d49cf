"""The merchant's pages: its pickups, its money, its statements."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from saleor_alencon.accounts.roles import Role
from saleor_alencon.cheques.services import shops_accepting
from saleor_alencon.counter.frame_views import money
from saleor_alencon.counter.hours_views import own_shop, shop_state
from saleor_alencon.desk.devices import device_seen
from saleor_alencon.outputs.theme import read_theme_file
from saleor_alencon.settlement.documents import statement_csv, statement_pdf, statement_xlsx
from saleor_alencon.settlement.models import RunState, Statement
from saleor_alencon.settlement.notices import XLSX_TYPE
from saleor_alencon.settlement.outlook import payout_outlook

RENDERERS = {
    "pdf": (statement_pdf, "application/pdf"),
    "csv": (statement_csv, "text/csv"),
    "xlsx": (statement_xlsx, XLSX_TYPE),
}
SETTLED = (RunState.APPROVED, RunState.EXECUTED)


class SignInView(LoginView):
    """Sign in; everybody lands on the page of their role."""

    template_name = "counter/sign_in.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        device_seen(
            user_id=form.get_user().pk,
            session_key=str(self.request.session.session_key),
            user_agent=self.request.headers.get("User-Agent", ""),
            now=timezone.now(),
        )
        return answer


class HomeView(LoginRequiredMixin, View):
    """Send the Office to the back-office, couriers to their rounds, merchants to their counter."""

    def get(self, request: HttpRequest) -> HttpResponse:
        name = "admin:index" if request.user.is_staff else "counter:today"
        if getattr(request.user, "role", "") == Role.COURIER:
            name = "counter:rounds"
        return HttpResponseRedirect(reverse(name))


class ShopView(LoginRequiredMixin, TemplateView):
    """One shop: its money and its next payout, its state, its statements."""

    template_name = "counter/shop.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shop = own_shop(self.request.user)
        outlook = payout_outlook(shop_id=shop.pk)
        return super().get_context_data(
            shop=shop,
            accepts_cheques=bool(shops_accepting([shop.slug], timezone.localdate())),
            outlook=outlook,
            money=money(outlook),
            statements=Statement.objects.filter(shop=shop, run__state__in=SETTLED)
            .select_related("run")
            .order_by("-id")[:24],
            **shop_state(shop),
            **kwargs,
        )


@login_required
def statement_download(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """Download one of the signed-in merchant's own statements as PDF, CSV or XLSX."""
    if suffix not in RENDERERS:
        raise Http404
    statement = get_object_or_404(
        Statement, pk=pk, shop__members__user=request.user, run__state__in=SETTLED
    )
    return statement_answer(statement, suffix)


def statement_answer(statement: Statement, suffix: str) -> HttpResponse:
    """Answer a statement's file in one of the formats of ``RENDERERS``."""
    render, content_type = RENDERERS[suffix]
    return HttpResponse(
        render(statement),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{statement.number}.{suffix}"'},
    )


def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers, for health checks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def icon(_request: HttpRequest) -> HttpResponse:
    """Answer the theme's emblem, the icon of every page."""
    answer = HttpResponse(read_theme_file("logo-mark.svg"), content_type="image/svg+xml")
    answer["Cache-Control"] = "public, max-age=86400"
    return answer

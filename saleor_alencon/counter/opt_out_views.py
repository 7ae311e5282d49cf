"""Refusing messages, by the link that each refusable one has; no account is needed."""

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from saleor_alencon.errors import AlenconError
from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.links import read_opt_out
from saleor_alencon.messaging.models import OptOut
from saleor_alencon.messaging.services import opt_in, opt_out


# A mail program posts here by itself (RFC 8058), without a cookie. The link is the proof.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def opt_out_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask (GET), then note that an address refuses a kind of message, or takes it again (POST)."""
    try:
        address, kind = read_opt_out(token)
    except BadSignature as error:
        raise Http404(_("Ce lien n'est pas complet : reprenez-le dans le message.")) from error
    if request.method == "POST":
        if request.POST.get("again"):
            opt_in(address=address, kind=kind)
        else:
            try:
                opt_out(address=address, kind=kind, now=timezone.now())
            except AlenconError as error:
                raise Http404(str(error)) from error
    answer = render(
        request,
        "counter/opt_out.html",
        {
            "address": address,
            "kind": Kind(kind).label,
            "refused": OptOut.objects.filter(address=address, kind=kind).exists(),
        },
    )
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer

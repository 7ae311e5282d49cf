"""The merchant's account at the payment provider, which its money is sent to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from saleor_alencon.counter.hours_views import own_shop
from saleor_alencon.errors import AlenconError
from saleor_alencon.psp.accounts import account_refresh, onboarding_url
from saleor_alencon.psp.gateway import Gateway
from saleor_alencon.psp.requirements import missing_words
from saleor_alencon.shops.models import Association, ConnectedAccount, PayoutRail


@login_required
def payout_account(request: HttpRequest) -> HttpResponse:
    """Say where one's own account stands (GET), or lead to the provider's form (POST)."""
    shop, now = own_shop(request.user), timezone.now()
    if not Association.objects.filter(payout_rail=PayoutRail.CONNECT).exists():
        raise Http404
    account = ConnectedAccount.objects.filter(shop=shop).first()
    try:
        if request.method == "POST":
            address = request.build_absolute_uri(reverse("counter:payout-account"))
            url = onboarding_url(
                shop_id=shop.pk, gateway=Gateway.from_settings(), return_url=address, now=now
            )
            return HttpResponseRedirect(url)
        if account is not None and not account.ready:
            account = account_refresh(account=account, gateway=Gateway.from_settings(), now=now)
    except AlenconError as error:
        messages.error(request, _("Action refusée : %(error)s") % {"error": error})
    return render(
        request,
        "counter/account.html",
        {
            "shop": shop,
            "account": account,
            "missing": missing_words(account.missing if account else ()),
        },
    )

"""A shop's account at the payment provider: opened from here, filled in by the merchant."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from saleor_alencon.office.admin.base import attempt, change_url, confirm
from saleor_alencon.psp.accounts import account_refresh, onboarding_url
from saleor_alencon.psp.gateway import Gateway
from saleor_alencon.psp.requirements import missing_words
from saleor_alencon.shops.models import Association, ConnectedAccount, PayoutRail, Shop, ShopState

CAME_BACK = "retour"
"""The parameter with which the provider leads back here."""


class ShopPayoutAccount:
    """What :class:`ShopAdmin` can do with a shop's account at the provider."""

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        allowed = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        connect = Association.objects.filter(payout_rail=PayoutRail.CONNECT).exists()
        closed = Shop.objects.filter(pk=object_id, state=ShopState.CLOSED).exists()
        if connect and not closed:
            return list(allowed)
        return [each for each in allowed if each.action_name != "shops_shop_payout_account"]

    @action(
        description=gettext_lazy("Compte Stripe"),
        permissions=["change"],
        url_path="compte-stripe",
        icon="account_balance_wallet",
    )
    def payout_account(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say where the account stands; lead to the provider's form on demand."""
        shop = get_object_or_404(Shop, pk=object_id)
        account = ConnectedAccount.objects.filter(shop=shop).first()
        if CAME_BACK in request.GET and account is not None:
            attempt(
                request,
                lambda: account_refresh(
                    account=account, gateway=Gateway.from_settings(), now=timezone.now()
                ),
                _("L'état du compte est à jour."),
            )
            account.refresh_from_db()

        def command(_form: forms.Form) -> str | None:
            url = attempt(
                request,
                lambda: onboarding_url(
                    shop_id=shop.pk,
                    gateway=Gateway.from_settings(),
                    return_url=request.build_absolute_uri(f"{request.path}?{CAME_BACK}=1"),
                    now=timezone.now(),
                ),
                _("Le formulaire de Stripe est ouvert : son adresse ne sert qu'une fois."),
            )
            return url if isinstance(url, str) else None

        return confirm(
            self,  # type: ignore[arg-type]
            request,
            title=_("Compte Stripe de « %(shop)s »") % {"shop": shop.name},
            text=account_text(account),
            button=_("Ouvrir le formulaire de Stripe"),
            command=command,
            back=change_url(shop),
        )


def account_text(account: ConnectedAccount | None) -> str:
    """Say in a sentence or two where an account stands."""
    if account is None or not account.account_id:
        return _(
            "Cette boutique n'a pas encore de compte. Le formulaire de Stripe demande au "
            "commerçant qui il est et sur quel compte bancaire il reçoit son argent."
        )
    name = {"account": account.account_id, "missing": ", ".join(missing_words(account.missing))}
    if account.ready:
        return _("Le compte %(account)s est prêt : il peut recevoir des transferts.") % name
    if account.missing:
        return _("Le compte %(account)s n'est pas prêt. Stripe attend : %(missing)s.") % name
    return _("Le compte %(account)s n'est pas prêt : Stripe vérifie ce qui a été donné.") % name

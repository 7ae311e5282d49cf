"""Gift cheques at a merchant's counter: looked at, taken, and what became of it."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saleor_alencon.accounts.models import User
from saleor_alencon.cheques.models import OPEN_MOVEMENTS, Cheque, ChequeMovement, MovementKind
from saleor_alencon.cheques.movements import redemption_reserve
from saleor_alencon.cheques.saleor import movement_settle
from saleor_alencon.cheques.services import cheque_find, shops_accepting
from saleor_alencon.counter.hours_views import own_shop
from saleor_alencon.errors import AlenconError
from saleor_alencon.localized import amount_text

LATEST = 20


class ChequeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code du chèque, tapé ou lu par la douchette"),
        max_length=80,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Montant à encaisser (€)"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=8,
        decimal_places=2,
        localize=True,
        error_messages={"min_value": gettext_lazy("Donnez un montant supérieur à zéro.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Ticket de caisse (facultatif)"), required=False, max_length=80
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=lambda: uuid.uuid4().hex)


@login_required
def cheque_page(request: HttpRequest) -> HttpResponse:
    """Look a cheque up by its code, or take an amount of it."""
    assert isinstance(request.user, User)
    shop, now = own_shop(request.user), timezone.now()
    form = ChequeForm(request.POST or None)
    context: dict[str, Any] = {"shop": shop, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            cheque = cheque_find(code=form.cleaned_data["code"])
            context["cheque"] = cheque_shown(cheque)
            if "take" in request.POST:
                amount: Decimal | None = form.cleaned_data["amount"]
                if amount is None:
                    form.add_error("amount", _("Donnez le montant à encaisser."))
                else:
                    movement = redemption_reserve(
                        code=form.cleaned_data["code"],
                        shop=shop,
                        amount_cents=int(amount * 100),
                        asked_by=request.user,
                        now=now,
                        key=form.cleaned_data["key"],
                        reason=form.cleaned_data["reason"],
                    )
                    movement_settle(movement_id=movement.pk, clock=timezone.now)
                    return HttpResponseRedirect(
                        reverse("counter:cheque-outcome", args=(movement.pk,))
                    )
        except AlenconError as error:
            form.add_error(None, str(error))
    context["accepts"] = bool(shops_accepting([shop.slug], timezone.localdate(now)))
    context["latest"] = [
        outcome_shown(each)
        for each in ChequeMovement.objects.filter(shop=shop)
        .select_related("cheque")
        .order_by("-id")[:LATEST]
    ]
    return render(request, "counter/cheques.html", context)


@login_required
def cheque_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what became of one redemption; while Saleor did not answer, ask again."""
    shop = own_shop(request.user)
    movement = get_object_or_404(ChequeMovement.objects.select_related("cheque"), pk=pk, shop=shop)
    if request.method == "POST":
        movement_settle(movement_id=movement.pk, clock=timezone.now)
        return HttpResponseRedirect(reverse("counter:cheque-outcome", args=(pk,)))
    return render(
        request, "counter/cheque.html", {"shop": shop, "outcome": outcome_shown(movement)}
    )


def cheque_shown(cheque: Cheque) -> dict[str, Any]:
    """Return what a counter may see of a cheque: nothing of its buyer, nor of other shops."""
    today = timezone.localdate()
    return {
        "serial": cheque.serial,
        "left": amount_text(cheque.remaining_cents),
        "expires_on": cheque.expires_on,
        "state": _("périmé") if cheque.expires_on < today else cheque.get_state_display(),
        "busy": cheque.movements.filter(state__in=OPEN_MOVEMENTS).exists(),
    }


def outcome_shown(movement: ChequeMovement) -> dict[str, Any]:
    """Return what a counter sees of one of its redemptions."""
    return {
        "pk": movement.pk,
        "state": movement.state,
        "state_text": movement.get_state_display(),
        "is_back": movement.kind == MovementKind.COUNTER_BACK,
        "serial": movement.cheque.serial,
        "amount": amount_text(movement.effect_cents),
        "left": amount_text(movement.cheque.remaining_cents),
        "net": amount_text(movement.net_cents),
        "fee": amount_text(movement.fee_cents + movement.fee_vat_cents),
        "has_fee": bool(movement.fee_cents),
        "refusal": movement.refusal,
        "reason": movement.reason,
        "at": movement.done_at or movement.asked_at,
    }

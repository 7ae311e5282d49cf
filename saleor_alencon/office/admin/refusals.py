"""Refusing articles of a shop order: a form with one number per line."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import INPUT_CLASSES

from saleor_alencon.office.admin.base import attempt, change_url, confirm, user_of
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.pickups.services import lines_refuse


class RefusalForm(forms.Form):
    """How many pieces of each line are refused, and whether they can be sold again."""

    restock = forms.ChoiceField(
        label=gettext_lazy("Que devient le stock ?"),
        choices=[
            ("no", gettext_lazy("Il n'y en a plus : le stock libre passe à zéro")),
            ("yes", gettext_lazy("L'article est en rayon : il peut être revendu")),
        ],
        widget=forms.RadioSelect,
        initial="no",
    )
    reason = forms.CharField(
        label=gettext_lazy("Motif, montré au client"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": " ".join(INPUT_CLASSES)}),
        help_text=gettext_lazy("Sans motif : « Article indisponible »."),
    )


def refusal_form(shop_order: ShopOrder) -> type[forms.Form]:
    """Return the form with one number per line that has pieces left."""
    fields: dict[str, Any] = {}
    for line in shop_order.lines.order_by("position"):
        left = line.quantity - line.quantity_handed_over - line.quantity_returned
        if left > 0:
            fields[f"line_{line.pk}"] = forms.IntegerField(
                label=_("%(name)s : pièces refusées, sur %(left)s")
                % {"name": line.name, "left": left},
                min_value=0,
                max_value=left,
                initial=0,
                widget=forms.NumberInput(attrs={"class": " ".join(INPUT_CLASSES)}),
            )
    return type("LinesRefusalForm", (RefusalForm,), fields)


def refuse(admin_page: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Refuse pieces of a shop order: a form, then the refund in Saleor."""
    shop_order = get_object_or_404(ShopOrder, pk=object_id)

    def command(form: Any) -> None:
        quantities = {
            int(name.removeprefix("line_")): value
            for name, value in form.cleaned_data.items()
            if name.startswith("line_") and value
        }
        attempt(
            request,
            lambda: lines_refuse(
                shop_order_id=shop_order.pk,
                quantities=quantities,
                restock=form.cleaned_data["restock"] == "yes",
                reason=form.cleaned_data["reason"],
                done_by=user_of(request),
                now=timezone.now(),
            ),
            _("Le remboursement est demandé à Saleor."),
        )

    return confirm(
        admin_page,
        request,
        title=_("Refuser des articles de %(shop_order)s ?") % {"shop_order": shop_order},
        text=_("Le client est remboursé sur ses moyens de paiement, au centime."),
        button=_("Refuser et rembourser"),
        command=command,
        back=change_url(shop_order),
        form_class=refusal_form(shop_order),
        danger=True,
    )

"""Sales of gift cheques: sold to a company or one by one, and printed."""

import uuid
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from saleor_alencon.cheques.documents import sale_sheet
from saleor_alencon.cheques.models import (
    Cheque,
    ChequeSale,
    PaymentMethod,
)
from saleor_alencon.cheques.services import (
    MOST_CHEQUES,
    cheques_sell,
)
from saleor_alencon.localized import amount_text
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    amount,
    ask,
    download,
    link,
    list_url,
    user_of,
)
from saleor_alencon.office.admin.form_fields import CentsField, day_field, reason_field


class SaleForm(forms.Form):
    buyer_name = forms.CharField(
        label=gettext_lazy("Acheteur"), max_length=160, widget=UnfoldAdminTextInputWidget
    )
    buyer_email = forms.EmailField(
        label=gettext_lazy("Adresse électronique"),
        required=False,
        widget=UnfoldAdminEmailInputWidget,
    )
    face_cents = CentsField(label=gettext_lazy("Valeur d'un chèque (€)"))
    count = forms.IntegerField(
        label=gettext_lazy("Nombre de chèques"),
        min_value=1,
        max_value=MOST_CHEQUES,
        initial=1,
        widget=forms.NumberInput(attrs={"class": " ".join(INPUT_CLASSES)}),
    )
    expires_on = day_field(
        gettext_lazy("Valable jusqu'au"),
        required=False,
        help_text=gettext_lazy("Vide : la durée de la règle en vigueur."),
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Payé par"),
        choices=PaymentMethod.choices,
        widget=UnfoldAdminSelectWidget,
    )
    reference = forms.CharField(
        label=gettext_lazy("Référence du paiement"),
        required=False,
        max_length=80,
        widget=UnfoldAdminTextInputWidget,
    )
    paid_on = day_field(gettext_lazy("Payé le"), initial=timezone.localdate)
    key = forms.CharField(
        label="", max_length=64, widget=forms.HiddenInput, initial=lambda: uuid.uuid4().hex
    )


class ReasonForm(forms.Form):
    reason = reason_field(
        gettext_lazy("Motif"), gettext_lazy("N'y nommez personne : il reste avec les livres.")
    )


class Sells:
    """Who may sell cheques may do all that changes one."""

    def has_sell_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("cheques.sell"))


@admin.register(ChequeSale)
class ChequeSaleAdmin(Sells, ReadOnlyAdmin):
    list_display = (
        "number",
        "buyer_name",
        "count",
        amount("face_cents", gettext_lazy("valeur d'un chèque")),
        amount("total_cents", gettext_lazy("total")),
        "paid_on",
        "expires_on",
    )
    search_fields = ("number", "buyer_name", "reference")
    actions_list = ("sell",)
    actions_detail = ("sheet",)
    fields = (
        "number",
        "buyer_name",
        "buyer_email",
        "count",
        amount("face_cents", gettext_lazy("valeur d'un chèque")),
        amount("total_cents", gettext_lazy("total")),
        "left",
        "expires_on",
        "method",
        "reference",
        "paid_on",
        "sold_at",
        "sold_by",
        "cheques",
    )
    readonly_fields = fields

    @display(description=gettext_lazy("reste à honorer"))
    def left(self, sale: ChequeSale) -> str:
        return amount_text(sum(each.remaining_cents for each in sale.cheques.all()))

    @display(description=gettext_lazy("chèques cadeaux"))
    def cheques(self, sale: ChequeSale) -> str:
        return link(list_url(Cheque, f"sale__id__exact={sale.pk}"), _("voir la liste"))

    @action(
        description=gettext_lazy("Vendre des chèques"),
        permissions=["sell"],
        url_path="vendre",
        icon="redeem",
    )
    def sell(self, request: HttpRequest) -> HttpResponse:
        return ask(
            self,
            request,
            title=_("Vendre des chèques cadeaux"),
            text=_(
                "Une entreprise en prend plusieurs, un particulier un seul. L'argent reçu est dû "
                "aux porteurs : ni recette, ni TVA à la vente (art. 256 ter du CGI)."
            ),
            button=_("Vendre"),
            do=partial(cheques_sell, sold_by=user_of(request), now=timezone.now()),
            done=_("Les chèques sont vendus : imprimez leur feuille."),
            to_made=True,
            back=list_url(ChequeSale),
            form_class=SaleForm,
        )

    @action(
        description=gettext_lazy("Feuille à imprimer (PDF)"),
        permissions=["sell"],
        url_path="feuille",
        icon="print",
    )
    def sheet(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        sale = get_object_or_404(ChequeSale, pk=object_id)
        return download(sale_sheet(sale), f"cheques-{sale.number}.pdf", "application/pdf")

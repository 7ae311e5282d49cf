"""Corrections by hand and reserves: drafted here, approved by a second person."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget

from saleor_alencon.domain.bearing import Bearer
from saleor_alencon.errors import AlenconError
from saleor_alencon.localized import amount_text
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    amount,
    ask,
    change_url,
    download,
    link,
    list_url,
    rate,
    user_of,
)
from saleor_alencon.office.admin.form_fields import CentsField, reason_field
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.settlement.adjustments import (
    adjustment_approve,
    adjustment_draft,
    adjustment_refuse,
    adjustment_reverse,
)
from saleor_alencon.settlement.attachments import Attachment, attachment_check
from saleor_alencon.settlement.models import (
    Adjustment,
    AdjustmentKind,
    AdjustmentState,
    Reserve,
    ReserveRelease,
)
from saleor_alencon.shops.models import BEARERS, Shop

FOR_THE_SHOP, AT_ITS_COST = "credit", "debit"
DIRECTIONS = [
    (FOR_THE_SHOP, gettext_lazy("la boutique a perdu cette somme, ou elle lui est due")),
    (AT_ITS_COST, gettext_lazy("l'Office a payé cette somme, ou elle lui est due")),
]
OFFERED = {
    "approve": (AdjustmentState.DRAFT,),
    "refuse": (AdjustmentState.DRAFT,),
    "reverse": (AdjustmentState.APPROVED,),
}


class AdjustmentForm(forms.Form):
    shop = forms.ModelChoiceField(
        label=gettext_lazy("Boutique"), queryset=Shop.objects.all(), widget=UnfoldAdminSelectWidget
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Nature"), choices=AdjustmentKind.choices, widget=UnfoldAdminSelectWidget
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("De quoi il s'agit"),
        choices=DIRECTIONS,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy(
            "Un client remboursé par Saleor a déjà coûté la somme à la boutique : choisissez la "
            "première ligne, et qui doit la supporter à la fin."
        ),
    )
    amount_cents = CentsField(label=gettext_lazy("Montant (€)"))
    bearer = forms.ChoiceField(
        label=gettext_lazy("À la charge de"), choices=BEARERS, widget=UnfoldAdminSelectWidget
    )
    office_percent = forms.DecimalField(
        label=gettext_lazy("Part de l'Office si partagé (%)"),
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": " ".join(INPUT_CLASSES)}),
    )
    order_number = forms.CharField(
        label=gettext_lazy("Numéro de la commande, s'il y en a une"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"class": " ".join(INPUT_CLASSES)}),
    )
    reason = reason_field(gettext_lazy("Motif, tel que la boutique le lira"))
    attachment = forms.FileField(
        label=gettext_lazy("Pièce jointe (PDF, PNG ou JPEG, 5 Mo au plus)"), required=False
    )

    def clean_attachment(self) -> Attachment | None:
        file = self.cleaned_data["attachment"]
        if not file:
            return None
        try:
            return attachment_check(file.name, file.read())
        except AlenconError as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number, shop = data.pop("order_number", "").strip(), data.get("shop")
        data["shop_order"] = None
        if number and shop:
            data["shop_order"] = ShopOrder.objects.filter(shop=shop, order__number=number).first()
            if data["shop_order"] is None:
                text = _("Cette boutique n'a rien dans la commande %(number)s.")
                self.add_error("order_number", text % {"number": number})
        if data.pop("direction", "") == AT_ITS_COST and data.get("amount_cents"):
            data["amount_cents"] = -data["amount_cents"]
        percent = data.pop("office_percent", None)
        data["office_bps"] = None if percent is None else int(percent * 100)
        if data.get("bearer") == Bearer.SHARED and not 0 < (data["office_bps"] or 0) < 10_000:
            text = _("Donnez la part de l'Office, plus de 0 % et moins de 100 %.")
            self.add_error("office_percent", text)
        return data


class ReversalForm(forms.Form):
    reason = reason_field(gettext_lazy("Motif, tel que la boutique le lira"))


@admin.register(Adjustment)
class AdjustmentAdmin(ReadOnlyAdmin):
    list_display = (
        "__str__",
        "shop",
        "kind",
        amount("shop_cents", gettext_lazy("effet sur le solde")),
        "reason",
        "state_label",
    )
    list_filter = ("state", "kind", "shop")
    list_select_related = ("shop",)
    search_fields = ("shop__name", "reason", "shop_order__order__number")
    actions_list = ("draft",)
    actions_detail = ("approve", "refuse", "reverse", "document")
    fields = (
        "shop",
        "kind",
        amount("amount_cents", gettext_lazy("montant")),
        "bearer",
        rate("office_bps", gettext_lazy("part de l'Office")),
        amount("shop_cents", gettext_lazy("effet sur le solde")),
        "shop_order",
        "reason",
        "attachment_name",
        "reverses",
        "state",
        ("drafted_by", "drafted_at"),
        ("approved_by", "approved_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Adjustment]:
        return super().get_queryset(request).defer("attachment")

    def has_draft_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("settlement.draft_adjustment"))

    def has_approve_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("settlement.approve_adjustment"))

    def has_refuse_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        may = ("settlement.approve_adjustment", "settlement.draft_adjustment")
        return any(request.user.has_perm(name) for name in may)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        found = Adjustment.objects.filter(pk=object_id).defer("attachment").first()
        if found is None:
            return []
        offered = {name for name, states in OFFERED.items() if found.state in states}
        if found.reverses_id or Adjustment.objects.filter(reverses=found).exists():
            offered.discard("reverse")
        if found.attachment_name:
            offered.add("document")
        names = {f"settlement_adjustment_{name}" for name in offered}
        allowed = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name in names]

    @display(
        description=gettext_lazy("état"),
        ordering="state",
        label={
            AdjustmentState.DRAFT: "warning",
            AdjustmentState.APPROVED: "success",
            AdjustmentState.REFUSED: "danger",
        },
    )
    def state_label(self, adjustment: Adjustment) -> tuple[str, str]:
        return adjustment.state, adjustment.get_state_display()

    @action(
        description=gettext_lazy("Préparer une régularisation"),
        permissions=["draft"],
        url_path="preparer",
        icon="add",
    )
    def draft(self, request: HttpRequest) -> HttpResponse:
        return ask(
            self,
            request,
            title=_("Préparer une régularisation"),
            text=_(
                "Elle change le solde d'une boutique une fois approuvée, et figure avec son motif "
                "sur son prochain relevé."
            ),
            button=_("Préparer"),
            do=partial(adjustment_draft, drafted_by=user_of(request), now=timezone.now()),
            done=_("La régularisation est préparée. Une seconde personne doit l'approuver."),
            to_made=True,
            back=list_url(Adjustment),
            form_class=AdjustmentForm,
        )

    @action(
        description=gettext_lazy("Approuver"),
        permissions=["approve"],
        url_path="approuver",
        icon="check_circle",
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(
            request,
            object_id,
            title=_("Approuver %(adjustment)s ?"),
            text=_("Le solde de « %(shop)s » change de %(amount)s. Motif : %(reason)s"),
            button=_("Approuver"),
            done=_("La régularisation est comptabilisée."),
            command=lambda pk: adjustment_approve(
                adjustment_id=pk, approved_by=user_of(request), now=timezone.now()
            ),
        )

    @action(
        description=gettext_lazy("Refuser"),
        permissions=["refuse"],
        url_path="refuser",
        icon="cancel",
    )
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(
            request,
            object_id,
            title=_("Refuser %(adjustment)s ?"),
            text=_("Rien ne change au solde de « %(shop)s » (%(amount)s). Motif : %(reason)s"),
            button=_("Refuser"),
            done=_("La régularisation est refusée."),
            command=lambda pk: adjustment_refuse(
                adjustment_id=pk, refused_by=user_of(request), now=timezone.now()
            ),
        )

    def _decide(
        self,
        request: HttpRequest,
        object_id: str,
        *,
        title: str,
        text: str,
        button: str,
        done: str,
        command: Any,
    ) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=object_id)
        words = {
            "adjustment": found,
            "shop": found.shop,
            "amount": amount_text(found.shop_cents),
            "reason": found.reason,
        }

        return ask(
            self,
            request,
            title=title % words,
            text=text % words,
            button=button,
            do=partial(command, found.pk),
            done=done,
            back=change_url(found),
        )

    @action(
        description=gettext_lazy("Annuler par une autre"),
        permissions=["draft"],
        url_path="annuler",
        icon="undo",
    )
    def reverse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=object_id)

        return ask(
            self,
            request,
            title=_("Annuler %(adjustment)s ?") % {"adjustment": found},
            text=_(
                "Elle reste dans les comptes ; une seconde, du même montant en sens inverse, est "
                "préparée et attend l'approbation."
            ),
            button=_("Préparer l'annulation"),
            do=partial(
                adjustment_reverse,
                adjustment_id=found.pk,
                drafted_by=user_of(request),
                now=timezone.now(),
            ),
            done=_("L'annulation est préparée. Une seconde personne doit l'approuver."),
            to_made=True,
            back=change_url(found),
            form_class=ReversalForm,
        )

    @action(
        description=gettext_lazy("Pièce jointe"),
        permissions=["view"],
        url_path="piece",
        icon="attach_file",
    )
    def document(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = get_object_or_404(Adjustment, pk=object_id)
        if found.attachment is None:
            raise Http404
        answer = download(bytes(found.attachment), found.attachment_name, found.attachment_type)
        answer["X-Content-Type-Options"] = "nosniff"
        return answer


class ReserveReleaseInline(ReadOnlyInline):
    model = ReserveRelease
    fields = readonly_fields = (
        "released_at",
        amount("amount_cents", gettext_lazy("libéré")),
        "covers",
    )


@admin.register(Reserve)
class ReserveAdmin(ReadOnlyAdmin):
    list_display = (
        "shop",
        "its_run",
        amount("sales_cents", gettext_lazy("nouvelles ventes, net")),
        rate("rate_bps", gettext_lazy("taux")),
        amount("amount_cents", gettext_lazy("mis en réserve")),
        "left",
        "release_on",
    )
    list_filter = ("shop", "run")
    list_select_related = ("shop", "run")
    search_fields = ("shop__name", "run__number")
    inlines = (ReserveReleaseInline,)
    fields = (*list_display, "cancelled_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reserve]:
        given = Coalesce(Sum("releases__amount_cents"), 0)
        found: QuerySet[Reserve] = super().get_queryset(request).annotate(given_cents=given)
        return found

    @display(description=gettext_lazy("reste en réserve"))
    def left(self, reserve: Any) -> str:
        kept = 0 if reserve.cancelled_at else reserve.amount_cents - reserve.given_cents
        return amount_text(int(kept))

    @display(description=gettext_lazy("reversement"))
    def its_run(self, reserve: Reserve) -> str:
        return link(change_url(reserve.run), reserve.run)

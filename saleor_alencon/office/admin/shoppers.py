"""Shoppers: the rules they follow, where the shops are, and what they withdrew from."""

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

from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    ask,
    change_url,
    link,
    user_of,
)
from saleor_alencon.office.admin.form_fields import reason_field
from saleor_alencon.office.admin.run_delivery import messages_text
from saleor_alencon.office.admin.shops import KeptAdmin
from saleor_alencon.shopper.models import (
    ShopperRules,
    ShopPlace,
    Withdrawal,
    WithdrawalException,
    WithdrawalLine,
    WithdrawalState,
)
from saleor_alencon.shopper.notices import about_withdrawal
from saleor_alencon.shopper.withdrawals import withdrawal_end, withdrawal_take_back

WITHDRAWAL_COLOURS = {
    WithdrawalState.OPEN: "warning",
    WithdrawalState.DONE: "success",
    WithdrawalState.REFUSED: "danger",
}


@admin.register(ShopperRules)
class ShopperRulesAdmin(KeptAdmin):
    list_display = ("cancel_rule", "cancel_minutes")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ShopperRules.objects.exists()

    def save_model(self, request: HttpRequest, obj: ShopperRules, form: Any, change: bool) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)


@admin.register(ShopPlace)
class ShopPlaceAdmin(KeptAdmin):
    list_display = ("shop", "latitude", "longitude", "street_order")
    list_select_related = ("shop",)
    autocomplete_fields = ("shop",)
    search_fields = ("shop__name",)


@admin.register(WithdrawalException)
class WithdrawalExceptionAdmin(KeptAdmin):
    list_display = ("goods", "ground")
    search_fields = ("goods",)


class OutcomeForm(forms.Form):
    outcome = reason_field(gettext_lazy("Suite donnée"))


class WithdrawalLineInline(ReadOnlyInline):
    model = WithdrawalLine
    fields = readonly_fields = ("line", "quantity")


@admin.register(Withdrawal)
class WithdrawalAdmin(ReadOnlyAdmin):
    list_display = ("number", "shop", "declared_at", "state_label")
    list_filter = ("state", "shop_order__shop")
    list_select_related = ("shop_order__order", "shop_order__shop")
    search_fields = ("shop_order__order__number", "shop_order__order__customer_name")
    inlines = (WithdrawalLineInline,)
    actions_detail = ("take_back", "settle", "decline")
    fields = readonly_fields = (
        "its_order",
        "declared_at",
        "received_on",
        "message",
        "state",
        "deliveries",
        "ended_at",
        "ended_by",
        "outcome",
    )

    def has_end_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("shopper.end_withdrawal"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        is_open = Withdrawal.objects.filter(pk=object_id, state=WithdrawalState.OPEN).exists()
        return super().get_actions_detail(request, object_id) if is_open else []

    @display(description=gettext_lazy("commande"), ordering="shop_order__order__number")
    def number(self, withdrawal: Withdrawal) -> str:
        return withdrawal.shop_order.order.number

    @display(description=gettext_lazy("boutique"), ordering="shop_order__shop")
    def shop(self, withdrawal: Withdrawal) -> str:
        return withdrawal.shop_order.shop.name

    @display(description=gettext_lazy("commande boutique"))
    def its_order(self, withdrawal: Withdrawal) -> str:
        return link(change_url(withdrawal.shop_order), withdrawal.shop_order)

    @display(description=gettext_lazy("par courriel"))
    def deliveries(self, withdrawal: Withdrawal) -> str:
        """Return the acknowledgement and the word to shop and Office, each with its state."""
        return messages_text(about_withdrawal(withdrawal.pk))

    @display(description=gettext_lazy("état"), ordering="state", label=WITHDRAWAL_COLOURS)
    def state_label(self, withdrawal: Withdrawal) -> tuple[str, str]:
        return withdrawal.state, withdrawal.get_state_display()

    @action(
        description=gettext_lazy("Reprendre et rembourser"),
        permissions=["end"],
        url_path="reprendre",
        icon="assignment_return",
    )
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the goods back and have them refunded, once they are there."""
        withdrawal = get_object_or_404(Withdrawal, pk=object_id)

        return ask(
            self,
            request,
            title=_("Reprendre les articles et les rembourser ?"),
            text=_("Le prix des articles est remboursé sur les moyens de paiement, au centime."),
            button=_("Reprendre et rembourser"),
            do=partial(
                withdrawal_take_back,
                withdrawal_id=withdrawal.pk,
                done_by=user_of(request),
                now=timezone.now(),
            ),
            done=_("Le remboursement est demandé à Saleor."),
            back=change_url(withdrawal),
            danger=True,
        )

    @action(
        description=gettext_lazy("Traitée"),
        permissions=["end"],
        url_path="traitee",
        icon="task_alt",
    )
    def settle(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.end(
            request,
            object_id,
            WithdrawalState.DONE,
            _("Les articles sont revenus et remboursés ?"),
            _("La rétractation ne rembourse rien elle-même : rendez et remboursez d'abord."),
        )

    @action(
        description=gettext_lazy("Refuser"), permissions=["end"], url_path="refuser", icon="block"
    )
    def decline(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.end(
            request,
            object_id,
            WithdrawalState.REFUSED,
            _("Refuser cette rétractation ?"),
            _("Le motif doit tenir devant la loi : délai passé, exception de l'article L221-28."),
        )

    def end(
        self, request: HttpRequest, object_id: str, state: WithdrawalState, title: str, text: str
    ) -> HttpResponse:
        """Confirm how one declaration ends."""
        withdrawal = get_object_or_404(Withdrawal, pk=object_id)

        return ask(
            self,
            request,
            title=title,
            text=text,
            button=_("Confirmer"),
            do=partial(
                withdrawal_end,
                withdrawal_id=withdrawal.pk,
                state=state,
                ended_by=user_of(request),
                now=timezone.now(),
            ),
            done=_("C'est noté."),
            back=change_url(withdrawal),
            form_class=OutcomeForm,
            danger=state == WithdrawalState.REFUSED,
        )

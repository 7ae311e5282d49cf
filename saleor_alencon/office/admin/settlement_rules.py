"""What is decided about settlement: rules, one shop's terms, and why money is held back."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.ledger.balances import shop_balances
from saleor_alencon.localized import amount_text
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ask,
    change_url,
    list_url,
    rate,
    user_of,
)
from saleor_alencon.office.admin.form_fields import reason_field
from saleor_alencon.office.admin.shops import KeptAdmin
from saleor_alencon.settlement.holds import (
    account_changes,
    account_confirm,
    hold_lift,
    hold_set,
    holds_of,
)
from saleor_alencon.settlement.models import SettlementRules, ShopHold, ShopTerms
from saleor_alencon.shops.models import Shop

HELD = "admin:settlement_shophold_held"


@admin.register(SettlementRules)
class SettlementRulesAdmin(KeptAdmin):
    list_display = ("__str__", "period", "iban_hold_days", "hold_without_identity", "drafts_for")
    fieldsets = (
        (gettext_lazy("Périodes"), {"fields": (("period", "weekday"), "drafts_for")}),
        (
            gettext_lazy("Versements retenus"),
            {"fields": ("hold_without_identity", "iban_hold_days", "dispute_hold_cents")},
        ),
        (gettext_lazy("Soldes négatifs"), {"fields": ("demand_after_runs", "demand_days")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not SettlementRules.objects.exists()

    def save_model(
        self, request: HttpRequest, obj: SettlementRules, form: ModelForm, change: bool
    ) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)


@admin.register(ShopTerms)
class ShopTermsAdmin(KeptAdmin):
    list_display = (
        "shop",
        "period",
        "weekday",
        rate("reserve_rate_bps", gettext_lazy("réserve de garantie")),
        "reserve_days",
    )
    list_select_related = ("shop",)
    autocomplete_fields = ("shop",)
    search_fields = ("shop__name",)

    def get_readonly_fields(
        self, _request: HttpRequest, obj: ShopTerms | None = None
    ) -> tuple[str, ...]:
        return ("shop",) if obj else ()


class HoldForm(forms.Form):
    shop = forms.ModelChoiceField(
        label=gettext_lazy("Boutique"), queryset=Shop.objects.all(), widget=UnfoldAdminSelectWidget
    )
    reason = reason_field(gettext_lazy("Motif, tel que la boutique le lira"))


class ConfirmationForm(forms.Form):
    how = reason_field(gettext_lazy("Vérifié comment, et avec qui"))


@admin.register(ShopHold)
class ShopHoldAdmin(ReadOnlyAdmin):
    list_display = ("shop", "reason", "held_by", "held_at", "state_label")
    list_filter = ("shop",)
    list_select_related = ("shop", "held_by")
    search_fields = ("shop__name", "reason")
    actions_list = ("held_list", "hold")
    actions_detail = ("lift",)
    fields = ("shop", "reason", "held_by", "held_at", "lifted_by", "lifted_at")

    def get_urls(self) -> list[Any]:
        guard = self.admin_site.admin_view
        return [
            path("etat/", guard(self.held), name="settlement_shophold_held"),
            path(
                "compte/<int:shop_id>/",
                guard(self.confirm_account),
                name="settlement_shophold_confirm",
            ),
            *super().get_urls(),
        ]

    def has_hold_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("settlement.hold_shop"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        allowed = super().get_actions_detail(request, object_id)
        is_open = ShopHold.objects.filter(pk=object_id, lifted_at=None).exists()
        return list(allowed) if is_open else []

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShopHold]:
        return super().get_queryset(request).select_related("shop")

    @display(description=gettext_lazy("état"), label={"held": "danger", "lifted": "success"})
    def state_label(self, hold: ShopHold) -> tuple[str, str]:
        return ("lifted", _("levée")) if hold.lifted_at else ("held", _("en cours"))

    @action(
        description=gettext_lazy("Versements retenus"),
        permissions=["view"],
        url_path="liste-retenues",
        icon="pan_tool",
    )
    def held_list(self, request: HttpRequest) -> HttpResponse:
        return self.held(request)

    def held(self, request: HttpRequest) -> HttpResponse:
        """Show every shop whose money is held back now, why, and what one can do about it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        shops = {shop.pk: shop for shop in Shop.objects.order_by("name")}
        changed = {event.shop_id for event in account_changes(shops, now=now)}
        held, balances = holds_of(shops, now=now), shop_balances()
        manual = dict(ShopHold.objects.filter(lifted_at=None).values_list("shop", "pk"))
        rows = [
            {
                "shop": shop,
                "url": change_url(shop),
                "available": amount_text(
                    -balances.get(shop_id, {}).get(AccountKind.SHOP_AVAILABLE, 0)
                ),
                "texts": [each.text for each in held[shop_id]],
                "confirm_url": reverse("admin:settlement_shophold_confirm", args=(shop_id,))
                if shop_id in changed and request.user.has_perm("settlement.confirm_account")
                else "",
                "lift_url": reverse("admin:settlement_shophold_change", args=(manual[shop_id],))
                if shop_id in manual
                else "",
            }
            for shop_id, shop in shops.items()
            if shop_id in held
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Versements retenus"),
            "rows": rows,
            "decisions_url": list_url(ShopHold),
            "opts": self.opts,
        }
        return TemplateResponse(request, "office/held_shops.html", context)

    @action(
        description=gettext_lazy("Retenir une boutique"),
        permissions=["hold"],
        url_path="retenir",
        icon="block",
    )
    def hold(self, request: HttpRequest) -> HttpResponse:
        return ask(
            self,
            request,
            title=_("Retenir les versements d'une boutique ?"),
            text=_("Ce qui lui est dû est reporté, sans limite de temps, jusqu'à la levée."),
            button=_("Retenir"),
            do=partial(hold_set, held_by=user_of(request), now=timezone.now()),
            done=_("Les versements de cette boutique sont retenus."),
            back=reverse(HELD),
            form_class=HoldForm,
            danger=True,
        )

    @action(
        description=gettext_lazy("Lever la retenue"),
        permissions=["hold"],
        url_path="lever",
        icon="lock_open",
    )
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        hold = get_object_or_404(ShopHold, pk=object_id)

        return ask(
            self,
            request,
            title=_("Lever la retenue de « %(shop)s » ?") % {"shop": hold.shop},
            text=_("Ce qui est reporté part avec son prochain reversement."),
            button=_("Lever"),
            do=partial(hold_lift, hold_id=hold.pk, lifted_by=user_of(request), now=timezone.now()),
            done=_("La retenue est levée."),
            back=reverse(HELD),
        )

    def confirm_account(self, request: HttpRequest, shop_id: int) -> HttpResponse:
        """Ask how the new account was checked, then let its payouts go."""
        if not request.user.has_perm("settlement.confirm_account"):
            raise PermissionDenied
        shop = get_object_or_404(Shop, pk=shop_id)

        return ask(
            self,
            request,
            title=_("Confirmer le compte bancaire de « %(shop)s » ?") % {"shop": shop},
            text=_(
                "Appelez la boutique à un numéro que vous connaissiez avant le changement, et "
                "faites-vous lire son IBAN : %(iban)s."
            )
            % {"iban": shop.iban or "—"},
            button=_("Confirmer"),
            do=partial(
                account_confirm, shop=shop, confirmed_by=user_of(request), now=timezone.now()
            ),
            done=_("Le compte est confirmé : les versements y vont."),
            back=reverse(HELD),
            form_class=ConfirmationForm,
        )

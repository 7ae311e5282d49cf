"""The association, its shops, what was agreed with them and who works for them."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from saleor_alencon.office.admin.base import amount, rate
from saleor_alencon.outputs.french_text import masked_iban_text
from saleor_alencon.shops.models import (
    Association,
    CommissionRate,
    Shop,
    ShopMember,
    ShopState,
)


class KeptAdmin(ModelAdmin):
    """Records that may be added and changed, but stay."""

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(Association)
class AssociationAdmin(KeptAdmin):
    list_display = (
        "name",
        rate("commission_vat_rate_bps", _("TVA sur commission")),
        "hold_days",
        amount("minimum_payout_cents", _("virement minimum")),
    )
    fieldsets = (
        (None, {"fields": ("name", "legal_name", "siret", "vat_number", "email")}),
        (_("Adresse"), {"fields": ("address_line", ("postal_code", "city"))}),
        (_("Banque"), {"fields": ("iban", "bic")}),
        (
            _("Règles"),
            {
                "fields": (
                    "commission_vat_rate_bps",
                    "hold_days",
                    "minimum_payout_cents",
                    "collect_within_days",
                )
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Association.objects.exists()

    def save_model(
        self, request: HttpRequest, obj: Association, form: ModelForm, change: bool
    ) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)


class CommissionRateInline(TabularInline):
    """The history of a shop's rates. A new rate is one more line."""

    model = CommissionRate
    extra = 0
    can_delete = False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


class ShopMemberInline(TabularInline):
    model = ShopMember
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Shop)
class ShopAdmin(KeptAdmin):
    list_display = ("name", "kind", "state_label", "city", "account", "email")
    list_filter = ("state", "kind")
    search_fields = ("name", "legal_name", "slug", "siret", "email", "city")
    readonly_fields = ("created_at",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "kind", "state", "created_at")}),
        (_("Entreprise"), {"fields": ("legal_name", "siret", "vat_number")}),
        (
            _("Banque"),
            {
                "fields": ("iban", "bic"),
                "description": _("Sans IBAN ni BIC, ce qui est dû à la boutique est reporté."),
            },
        ),
        (
            _("Adresse"),
            {"fields": ("address_line", ("postal_code", "city"), ("email", "phone"))},
        ),
    )
    inlines = (CommissionRateInline, ShopMemberInline)

    @display(
        description=_("état"),
        ordering="state",
        label={
            ShopState.LIVE: "success",
            ShopState.APPROVED: "info",
            ShopState.COMMITTED: "info",
            ShopState.SUSPENDED: "warning",
            ShopState.CLOSED: "danger",
        },
    )
    def state_label(self, shop: Shop) -> tuple[str, str]:
        return shop.state, shop.get_state_display()

    @display(description=_("IBAN"), ordering="iban")
    def account(self, shop: Shop) -> str:
        return masked_iban_text(shop.iban) if shop.iban else str(_("manquant"))

    def get_readonly_fields(self, request: HttpRequest, obj: Shop | None = None) -> tuple[str, ...]:
        """Keep the identifier once given: Saleor knows the shop by it."""
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields


@admin.register(CommissionRate)
class CommissionRateAdmin(KeptAdmin):
    """Rates are added, never edited."""

    list_display = ("shop", rate("rate_bps", _("taux")), "valid_from")
    list_filter = ("shop",)
    list_select_related = ("shop",)
    search_fields = ("shop__name",)
    autocomplete_fields = ("shop",)
    date_hierarchy = "valid_from"

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

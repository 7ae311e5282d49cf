"""The association, its shops, what was agreed with them and who works for them."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from saleor_alencon.localized import rate_text
from saleor_alencon.office.admin.base import NamedInline, ReadOnlyInline, amount, link, user_of
from saleor_alencon.office.admin.shop_account import ShopPayoutAccount
from saleor_alencon.office.admin.shop_form import AssociationForm, ShopForm
from saleor_alencon.office.admin.shop_steps import ShopSteps
from saleor_alencon.office.launch import launch_page
from saleor_alencon.office.shop_cures import checklist_lines
from saleor_alencon.onboarding.facts import progress_of
from saleor_alencon.onboarding.publishing import shop_publish
from saleor_alencon.outputs.french_text import masked_iban_text
from saleor_alencon.shops.checklist import field_label
from saleor_alencon.shops.hours_text import hours_lines
from saleor_alencon.shops.models import (
    Association,
    Dues,
    Shop,
    ShopEvent,
    ShopEventKind,
    ShopMember,
    ShopState,
    VatStatus,
    vat_rate_at,
)
from saleor_alencon.shops.services import details_record, event_add


class KeptAdmin(ModelAdmin):
    """Records that may be added and changed, but stay."""

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


class VatStatusInline(NamedInline):
    """The history of the association's VAT status. A new status is one more line."""

    model = VatStatus
    extra = 0
    can_delete = False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(Association)
class AssociationAdmin(KeptAdmin):
    form = AssociationForm
    inlines = (VatStatusInline,)
    list_display = (
        "name",
        "vat",
        "hold_days",
        amount("minimum_payout_cents", _("virement minimum")),
    )
    fieldsets = (
        (None, {"fields": ("name", "legal_name", "siret", "vat_number", "email")}),
        (_("Adresse"), {"fields": ("address_line", ("postal_code", "city"))}),
        (_("Banque"), {"fields": ("iban", "bic")}),
        (
            _("Versements, frais et litiges"),
            {
                "fields": (
                    "payout_rail",
                    ("charge_fee_bearer", "charge_fee_shared_bps"),
                    ("refund_fee_bearer", "refund_fee_shared_bps"),
                    ("dispute_bearer", "dispute_shared_bps"),
                    ("dispute_fee_bearer", "dispute_fee_shared_bps"),
                ),
                "description": _(
                    "Une règle changée vaut pour ce que Stripe prélève ensuite ; ce qui est "
                    "comptabilisé ne change plus."
                ),
            },
        ),
        (
            _("Règles"),
            {
                "fields": (
                    "hold_days",
                    "minimum_payout_cents",
                    "collect_within_days",
                    "year_start_month",
                    "launch_goal",
                )
            },
        ),
    )

    @display(description=_("TVA sur commission"))
    def vat(self, _association: Association) -> str:
        return rate_text(vat_rate_at(timezone.localdate()))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Association.objects.exists()

    def save_model(
        self, request: HttpRequest, obj: Association, form: ModelForm, change: bool
    ) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)


class ShopMemberInline(NamedInline):
    model = ShopMember
    extra = 0
    autocomplete_fields = ("user",)


class DuesInline(NamedInline):
    """The years that the member paid for."""

    model = Dues
    extra = 0


class ShopEventInline(ReadOnlyInline):
    """What was done to the shop, by whom, when and why."""

    model = ShopEvent
    per_page = 20
    fields = readonly_fields = ("done_at", "kind", "state", "done_by", "reason", "what")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShopEvent]:
        return super().get_queryset(request).select_related("done_by")

    @display(description=_("changé"))
    def what(self, event: ShopEvent) -> str:
        return ", ".join(field_label(name) for name in event.detail) or "—"


@admin.register(Shop)
class ShopAdmin(ShopSteps, ShopPayoutAccount, KeptAdmin):
    form = ShopForm
    list_display = ("name", "kind", "state_label", "city", "account", "email")
    list_filter = ("state", "kind")
    search_fields = ("name", "legal_name", "slug", "siret", "email", "city")
    readonly_fields = ("created_at", "state", "checklist", "hours_text")
    fieldsets = (
        (None, {"fields": ("name", "slug", "kind", "state", "checklist", "created_at")}),
        (
            _("Personne à joindre"),
            {"fields": ("contact_name", ("email", "phone"), "website")},
        ),
        (_("Entreprise"), {"fields": ("legal_name", "siret", "vat_number")}),
        (_("Adresse"), {"fields": ("address_line", ("postal_code", "city"))}),
        (_("Adhésion"), {"fields": ("agreement_signed_on",)}),
        (
            _("Banque"),
            {
                "fields": ("iban", "bic"),
                "description": _("Sans IBAN ni BIC, ce qui est dû à la boutique est reporté."),
            },
        ),
        (_("Page de la boutique"), {"fields": ("description", "logo")}),
        (_("Horaires et retrait"), {"fields": ("hours_text", "pickup_note")}),
    )
    inlines = (DuesInline, ShopMemberInline, ShopEventInline)

    def get_urls(self) -> list[Any]:
        launch = path(
            "lancement/", self.admin_site.admin_view(self.launch), name="shops_shop_launch"
        )
        return [launch, *super().get_urls()]

    def launch(self, request: HttpRequest) -> HttpResponse:
        """Show how far the launch is."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return launch_page(request, self.admin_site.each_context(request))

    def save_model(self, request: HttpRequest, obj: Shop, form: ModelForm, change: bool) -> None:
        """Save a record with what changed of it, and let Saleor know."""
        before = Shop.objects.get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        details_record(
            shop=obj,
            before=before,
            fields=form.changed_data,
            done_by=user_of(request),
            now=timezone.now(),
        )

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        """Keep in the history which years were paid before; publish what was saved."""
        years = list(form.instance.dues.values_list("year", flat=True))
        super().save_related(request, form, formsets, change)
        if years != list(form.instance.dues.values_list("year", flat=True)):
            event_add(
                shop=form.instance,
                kind=ShopEventKind.DETAILS,
                done_by=user_of(request),
                now=timezone.now(),
                detail={"dues": years},
            )
        shop = form.instance
        transaction.on_commit(lambda: shop_publish(shop))

    @display(description=_("à faire avant la mise en ligne"))
    def checklist(self, shop: Shop) -> str:
        if shop.pk is None:
            return "—"
        progress = progress_of([shop], timezone.now())[0]
        return render_to_string("shops/checklist.html", {"lines": checklist_lines(progress)})

    @display(description=_("horaires"))
    def hours_text(self, shop: Shop) -> str:
        if shop.pk is None:
            return "—"
        lines = hours_lines(shop, timezone.localdate())
        url = reverse("admin:shops_shop_hours", args=(shop.pk,))
        return format_html(
            "{}{}", format_html_join("", "{}<br>", ((each,) for each in lines)),
            link(url, _("Modifier")),
        )  # fmt: skip

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

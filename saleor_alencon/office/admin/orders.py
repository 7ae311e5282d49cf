"""Orders, orders by shop and pickups, as ingested: to read, not to write."""

from typing import Any

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from saleor_alencon.domain.shop_orders import PickupState, ShopOrderState
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    amount,
    change_url,
    link,
    rate,
)
from saleor_alencon.orders.models import (
    Order,
    Pickup,
    ShopOrder,
    ShopOrderLine,
    Tender,
    TenderShare,
)

STATE_COLOURS = {
    ShopOrderState.AWAITING_PAYMENT: "warning",
    ShopOrderState.TO_PREPARE: "info",
    ShopOrderState.PARTLY_HANDED_OVER: "info",
    ShopOrderState.HANDED_OVER: "success",
    ShopOrderState.CANCELLED: "danger",
}
PICKUP_COLOURS = {
    PickupState.TO_PREPARE: "info",
    PickupState.READY: "warning",
    PickupState.HANDED_OVER: "success",
    PickupState.UNCOLLECTED: "danger",
}


class LineInline(ReadOnlyInline):
    model = ShopOrderLine
    fields = readonly_fields = (
        "name",
        "sku",
        "quantity",
        "quantity_handed_over",
        amount("gross_cents", _("total TTC")),
        rate("vat_rate_bps", _("TVA")),
        amount("paid_cents", _("payé")),
        amount("refunded_cents", _("remboursé")),
        amount("commission_cents", _("commission")),
    )


class TenderShareInline(ReadOnlyInline):
    model = TenderShare
    verbose_name_plural = _("parts de paiement")
    fields = readonly_fields = (
        "tender",
        amount("charged_cents", _("encaissé")),
        amount("refunded_cents", _("remboursé")),
    )

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("tender")


class PickupInline(ReadOnlyInline):
    model = Pickup
    fields = readonly_fields = ("code", "state")


@admin.register(ShopOrder)
class ShopOrderAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "shop",
        "customer",
        "created_at",
        "state_label",
        amount("goods_gross_cents", _("marchandises TTC")),
        amount("paid_cents", _("payé")),
        amount("net_cents", _("net boutique")),
    )
    list_filter = ("state", "order__delivery_choice", "shop")
    list_select_related = ("order", "shop")
    search_fields = ("order__number", "order__customer_name", "order__customer_email")
    search_help_text = _("Numéro, nom ou adresse du client")
    inlines = (LineInline, TenderShareInline, PickupInline)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "whole_order",
                    "shop",
                    "customer",
                    "state",
                    "created_at",
                    "handed_over_at",
                    "released_at",
                )
            },
        ),
        (
            _("Montants"),
            {
                "fields": (
                    amount("goods_gross_cents", _("marchandises TTC")),
                    amount("shipping_share_cents", _("part de livraison")),
                    amount("paid_cents", _("payé")),
                    amount("refunded_cents", _("remboursé")),
                    rate("commission_rate_bps", _("taux de commission")),
                    amount("commission_cents", _("commission")),
                    amount("commission_vat_cents", _("TVA sur commission")),
                    amount("net_cents", _("net boutique")),
                )
            },
        ),
    )
    readonly_fields = (
        "whole_order",
        "customer",
        "created_at",
        *fieldsets[1][1]["fields"],  # type: ignore[misc]
    )

    @display(description=_("numéro"), ordering="order__number")
    def number(self, shop_order: ShopOrder) -> str:
        return shop_order.order.number

    @display(description=_("commande entière"))
    def whole_order(self, shop_order: ShopOrder) -> str:
        return link(change_url(shop_order.order), shop_order.order)

    @display(description=_("client"), ordering="order__customer_name")
    def customer(self, shop_order: ShopOrder) -> str:
        return shop_order.order.customer_name or shop_order.order.customer_email

    @display(description=_("passée le"), ordering="order__created_at")
    def created_at(self, shop_order: ShopOrder) -> str:
        return date_format(localtime(shop_order.order.created_at), "DATETIME_FORMAT")

    @display(description=_("état"), ordering="state", label=STATE_COLOURS)
    def state_label(self, shop_order: ShopOrder) -> tuple[str, str]:
        return shop_order.state, shop_order.get_state_display()


class TenderInline(ReadOnlyInline):
    model = Tender
    fields = readonly_fields = (
        "kind",
        "label",
        "psp_reference",
        "created_at",
        amount("charged_cents", _("encaissé")),
        amount("refunded_cents", _("remboursé")),
        amount("pending_cents", _("en attente")),
    )


class ShopOrderInline(ReadOnlyInline):
    model = ShopOrder
    show_change_link = True
    fields = readonly_fields = (
        "shop",
        "state",
        amount("goods_gross_cents", _("marchandises TTC")),
        amount("paid_cents", _("payé")),
        amount("refunded_cents", _("remboursé")),
    )


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "created_at",
        "customer_name",
        "delivery_choice",
        "saleor_status",
        amount("total_gross_cents", _("total TTC")),
    )
    list_filter = ("delivery_choice", "saleor_status")
    search_fields = ("number", "customer_name", "customer_email", "saleor_id")
    inlines = (ShopOrderInline, TenderInline)
    fields = (
        "number",
        "created_at",
        "saleor_status",
        "channel",
        "customer_name",
        "customer_email",
        "customer_phone",
        "delivery_choice",
        amount("total_gross_cents", _("total TTC")),
        amount("shipping_gross_cents", _("livraison TTC")),
        amount("shopper_credit_cents", _("trop-perçu")),
        "captured_at",
        "saleor_id",
    )
    readonly_fields = fields


@admin.register(Pickup)
class PickupAdmin(ReadOnlyAdmin):
    list_display = ("code", "shop", "number", "customer", "state_label")
    list_filter = ("state", "shop")
    list_select_related = ("shop", "shop_order__order")
    search_fields = ("code", "shop_order__order__number", "shop_order__order__customer_name")
    fields = readonly_fields = ("code", "shop", "its_order", "customer", "state")

    @display(description=_("commande"), ordering="shop_order__order__number")
    def number(self, pickup: Pickup) -> str:
        return pickup.shop_order.order.number

    @display(description=_("commande"))
    def its_order(self, pickup: Pickup) -> str:
        return link(change_url(pickup.shop_order), pickup.shop_order)

    @display(description=_("client"))
    def customer(self, pickup: Pickup) -> str:
        return pickup.shop_order.order.customer_name

    @display(description=_("état"), ordering="state", label=PICKUP_COLOURS)
    def state_label(self, pickup: Pickup) -> tuple[str, str]:
        return pickup.state, pickup.get_state_display()

"""Orders and orders by shop, as ingested; articles of a shop order may be refused."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from saleor_alencon.domain.shop_orders import ShopOrderState
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    amount,
    ask,
    change_url,
    link,
    rate,
)
from saleor_alencon.office.admin.pickups import SaleorCommandInline, history
from saleor_alencon.office.admin.refusals import refuse
from saleor_alencon.office.admin.rounds import packed
from saleor_alencon.office.admin.why import WhyAction
from saleor_alencon.orders.models import (
    Order,
    Pickup,
    ShopOrder,
    ShopOrderLine,
    Tender,
    TenderShare,
)
from saleor_alencon.pickups.links import link_renew, order_link
from saleor_alencon.pickups.services import REFUSABLE
from saleor_alencon.rounds.planning import to_deliver

STATE_COLOURS = {
    ShopOrderState.AWAITING_PAYMENT: "warning",
    ShopOrderState.TO_PREPARE: "info",
    ShopOrderState.PARTLY_HANDED_OVER: "info",
    ShopOrderState.HANDED_OVER: "success",
    ShopOrderState.CANCELLED: "danger",
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
        "commission_rule_name",
        rate("commission_rate_bps", _("taux de commission")),
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
    fields = readonly_fields = ("code", "state", "place", "slot_starts_at", "slot_ends_at")


@admin.register(ShopOrder)
class ShopOrderAdmin(WhyAction, ReadOnlyAdmin):
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
    list_filter = ("state", "delivery_choice", "shop")
    list_select_related = ("order", "shop")
    search_fields = ("order__number", "order__customer_name", "order__customer_email")
    search_help_text = _("Numéro, nom ou adresse du client")
    inlines = (LineInline, TenderShareInline, PickupInline, SaleorCommandInline)
    actions_detail = ("why", "refuse", "packed")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "whole_order",
                    "shop",
                    "customer",
                    "state",
                    "delivery_choice",
                    "created_at",
                    "handed_over_at",
                    "released_at",
                    "history",
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
        "history",
        *fieldsets[1][1]["fields"],  # type: ignore[misc]
    )

    def has_work_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("pickups.work"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        possible = ShopOrder.objects.filter(pk=object_id, state__in=REFUSABLE).exists()
        to_pack = to_deliver().filter(pk=object_id).exists()
        hidden = set() if possible else {"refuse", "packed"}
        hidden |= set() if to_pack else {"packed"}
        hidden = {f"orders_shoporder_{name}" for name in hidden}
        allowed = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name not in hidden]

    @action(
        description=_("Refuser des articles"),
        permissions=["work"],
        url_path="refuser",
        icon="remove_shopping_cart",
    )
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return refuse(self, request, object_id)

    @action(description=_("Emballée"), permissions=["work"], url_path="emballee", icon="package_2")
    def packed(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return packed(self, request, object_id)

    @display(description=_("retrait"))
    def history(self, shop_order: ShopOrder) -> str:
        return history(shop_order)

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
    actions_detail = ("renew_link",)
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
    readonly_fields = (*fields, "shoppers_page")

    def has_work_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("pickups.work"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the shopper's link to who may act on pickups: it opens the order for anybody."""
        fields = super().get_fields(request, obj)
        return (*fields, "shoppers_page") if self.has_work_permission(request) else fields

    @display(description=_("page du client"))
    def shoppers_page(self, order: Order) -> str:
        return link(order_link(order), _("Ouvrir la page du client"))

    @action(
        description=_("Renouveler le lien"),
        permissions=["work"],
        url_path="renouveler-le-lien",
        icon="link_off",
    )
    def renew_link(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End the shopper's link, for one that was given to the wrong person."""
        order = get_object_or_404(Order, pk=object_id)

        return ask(
            self,
            request,
            title=gettext("Renouveler le lien du client ?"),
            text=gettext("Celui qu'il a reçu n'ouvrira plus rien."),
            button=gettext("Confirmer"),
            do=partial(link_renew, order_id=order.pk, now=timezone.now()),
            done=gettext("Le lien est renouvelé : envoyez le nouveau au client."),
            back=change_url(order),
        )

"""Every table of Saleor in one class: the shop's own rows, shared to read, or hidden.

A table that is in no class makes ``alencon_scope check`` and installing fail: a new version of
Saleor brings no table that a merchant could see by oversight. In the conditions ``{row}`` stands
for the row; see predicates.py.
"""

from dataclasses import dataclass

from . import predicates as p


@dataclass(frozen=True)
class Own:
    """Rows found by shop. ``write`` differs from ``read`` where more may be seen than changed."""

    read: str
    write: str = ""

    @property
    def guard(self) -> str:
        """The condition that a row must keep when a merchant's command writes it."""
        return self.write or self.read


@dataclass(frozen=True)
class Shared:
    """Every row may be read, none written. ``written`` says why a command may write nonetheless."""

    written: str = ""


@dataclass(frozen=True)
class Hidden:
    """No row may be read. ``written`` says why a merchant's command leaves rows nonetheless."""

    written: str = ""


TableClass = Own | Shared | Hidden

PRODUCT = p.product("{row}.product_id")
VARIANT = p.variant("{row}.variant_id")
STOCK = (
    "EXISTS (SELECT FROM warehouse_stock os WHERE os.id = {row}.stock_id AND "
    + p.warehouse("os.warehouse_id")
    + ")"
)
OWN_ORDER_ADDRESS = (
    "EXISTS (SELECT FROM order_order oo WHERE (oo.shipping_address_id = {row}.id"
    " OR oo.billing_address_id = {row}.id) AND " + p.order("oo.id") + ")"
)
# What one product says of itself is kept in rows of the same table as the choices that all share.
CHOICE = (
    "EXISTS (SELECT FROM attribute_attribute oa WHERE oa.id = {row}.attribute_id"
    " AND oa.input_type IN ('dropdown', 'multiselect', 'swatch', 'boolean'))"
    " AND " + p.shop_value("{row}")
)
VALUE_OF_OWN = (
    "(EXISTS (SELECT FROM attribute_assignedproductattributevalue oap WHERE"
    " oap.value_id = {row}.id AND " + p.product("oap.product_id") + ")"
    " OR EXISTS (SELECT FROM attribute_assignedvariantattributevalue oav"
    " JOIN attribute_assignedvariantattribute oas ON oas.id = oav.assignment_id WHERE"
    " oav.value_id = {row}.id AND " + p.variant("oas.variant_id") + "))"
)
UNUSED_VALUE = (
    "NOT EXISTS (SELECT FROM attribute_assignedproductattributevalue WHERE value_id = {row}.id)"
    " AND NOT EXISTS (SELECT FROM attribute_assignedvariantattributevalue"
    " WHERE value_id = {row}.id)"
    " AND NOT EXISTS (SELECT FROM attribute_assignedpageattributevalue WHERE value_id = {row}.id)"
)
VALUE_TRANSLATION = (
    "EXISTS (SELECT FROM attribute_attributevalue otv WHERE otv.id = {row}.attribute_value_id"
    " AND ("
    + VALUE_OF_OWN.replace("{row}", "otv")
    + " OR ("
    + CHOICE.replace("{row}", "otv")
    + ")))"
)
FULFILMENT_WRITE = (
    p.order("{row}.order_id") + " AND NOT EXISTS (SELECT FROM order_fulfillmentline fl"
    " JOIN order_orderline ol ON ol.id = fl.order_line_id WHERE fl.fulfillment_id = {row}.id"
    f" AND NOT coalesce({p.order_line_row('ol')}, false))"
)
REFUND_WRITE = (
    p.order("{row}.order_id") + " AND NOT EXISTS (SELECT FROM order_ordergrantedrefundline gl"
    " JOIN order_orderline ol ON ol.id = gl.order_line_id WHERE gl.granted_refund_id = {row}.id"
    f" AND NOT coalesce({p.order_line_row('ol')}, false))"
)
PAID_WITH_CARD = (
    "EXISTS (SELECT FROM payment_transactionitem ot WHERE ot.gift_card_id = {card}"
    f" AND {p.order('ot.order_id')})"
)
OFFICE_COLLECTION = (
    "EXISTS (SELECT FROM product_collection oc WHERE oc.id = {row}.collection_id"
    f" AND ({p.marked('oc')} OR {p.unmarked('oc')}))"
)
MEDIA = (
    "EXISTS (SELECT FROM product_productmedia om WHERE om.id = {row}.media_id AND "
    + p.product("om.product_id")
    + ")"
)
THUMBNAIL = (
    "({row}.category_id IS NOT NULL OR {row}.collection_id IS NOT NULL"
    " AND " + OFFICE_COLLECTION + " OR {row}.user_id = " + p.USER + " OR"
    " EXISTS (SELECT FROM product_productmedia om WHERE om.id = {row}.product_media_id AND "
    + p.product("om.product_id")
    + "))"
)
OF_TOWN_APP = (
    "EXISTS (SELECT FROM app_app oa WHERE oa.id = {row}.app_id AND " + p.town_app("oa") + ")"
)
WAREHOUSE = p.warehouse("{row}.warehouse_id")
ORDER_LINE = p.order_line("{row}.order_line_id")
NOBODY = "false"

OWN: dict[str, Own] = {
    # The merchant itself, and the addresses of its warehouse, the town's Office and its orders.
    "account_user": Own("{row}.id = " + p.USER),
    "account_user_groups": Own("{row}.user_id = " + p.USER, NOBODY),
    "account_group": Own(
        "EXISTS (SELECT FROM account_user_groups og WHERE og.group_id = {row}.id"
        f" AND og.user_id = {p.USER})",
        NOBODY,
    ),
    "account_group_channels": Own(
        "EXISTS (SELECT FROM account_user_groups og WHERE og.group_id = {row}.group_id"
        f" AND og.user_id = {p.USER})",
        NOBODY,
    ),
    "account_address": Own(
        "(EXISTS (SELECT FROM warehouse_warehouse ow WHERE ow.address_id = {row}.id"
        f" AND {p.marked('ow')})"
        " OR EXISTS (SELECT FROM site_sitesettings WHERE company_address_id = {row}.id)"
        f" OR {OWN_ORDER_ADDRESS})",
        NOBODY,
    ),
    # The Office's page in the Dashboard, and no other App; of none a token or a webhook.
    "app_app": Own(p.town_app("{row}"), NOBODY),
    "app_appextension": Own(OF_TOWN_APP, NOBODY),
    # The catalogue: everything hangs on the product's mark.
    "product_product": Own(p.marked("{row}")),
    "product_productvariant": Own(PRODUCT),
    "product_productchannellisting": Own(PRODUCT),
    "product_productvariantchannellisting": Own(VARIANT),
    "product_productmedia": Own(PRODUCT),
    "product_variantmedia": Own(MEDIA + " AND " + VARIANT),
    "product_producttranslation": Own(PRODUCT),
    "product_productvarianttranslation": Own(p.variant("{row}.product_variant_id")),
    "product_collection": Own(f"({p.marked('{row}')} OR {p.unmarked('{row}')})", NOBODY),
    "product_collectionchannellisting": Own(OFFICE_COLLECTION, NOBODY),
    "product_collectiontranslation": Own(OFFICE_COLLECTION, NOBODY),
    "product_collectionproduct": Own(
        PRODUCT, PRODUCT + " AND " + p.collection("{row}.collection_id")
    ),
    "attribute_attributevalue": Own(
        f"({VALUE_OF_OWN} OR ({CHOICE}))", f"({VALUE_OF_OWN} OR {UNUSED_VALUE})"
    ),
    "attribute_attributevaluetranslation": Own(VALUE_TRANSLATION, NOBODY),
    "attribute_assignedproductattributevalue": Own(
        PRODUCT,
        PRODUCT + " AND EXISTS (SELECT FROM attribute_attributevalue sv"
        " WHERE sv.id = {row}.value_id AND " + p.shop_value("sv") + ")",
    ),
    "attribute_assignedvariantattribute": Own(VARIANT),
    "attribute_assignedvariantattributevalue": Own(
        "EXISTS (SELECT FROM attribute_assignedvariantattribute oas"
        " WHERE oas.id = {row}.assignment_id AND " + p.variant("oas.variant_id") + ")"
    ),
    "thumbnail_thumbnail": Own(THUMBNAIL),
    # The shop's warehouse and what lies there.
    "warehouse_warehouse": Own(p.marked("{row}")),
    "warehouse_channelwarehouse": Own(WAREHOUSE, NOBODY),
    "warehouse_warehouse_shipping_zones": Own(WAREHOUSE, NOBODY),
    "warehouse_stock": Own(WAREHOUSE, WAREHOUSE + " AND " + p.variant("{row}.product_variant_id")),
    "warehouse_allocation": Own(ORDER_LINE, f"({ORDER_LINE} AND {STOCK})"),
    # Orders: the row is shared by its shops (fields.py tells what of it is shown), lines are not.
    "order_order": Own(
        "{row}.status NOT IN ('draft', 'unconfirmed', 'expired') AND " + p.order("{row}.id"),
        p.order("{row}.id"),
    ),
    "order_orderline": Own(p.order_line_row("{row}")),
    "order_fulfillment": Own(p.fulfilment("{row}.id"), FULFILMENT_WRITE),
    "order_fulfillmentline": Own(ORDER_LINE),
    # Refunds of own lines, and the payment they go back to, whose figures fields.py leaves out.
    "order_ordergrantedrefund": Own(p.granted_refund("{row}.id"), REFUND_WRITE),
    "order_ordergrantedrefundline": Own(ORDER_LINE),
    "payment_transactionitem": Own(p.order("{row}.order_id")),
    "payment_transactionevent": Own(NOBODY, p.transaction("{row}.transaction_id")),
    "alencon_payments_refund": Own(NOBODY, p.transaction("{row}.transaction_token", "token")),
    "giftcard_giftcard": Own(NOBODY, PAID_WITH_CARD.replace("{card}", "{row}.id")),
    "giftcard_giftcardevent": Own(NOBODY, PAID_WITH_CARD.replace("{card}", "{row}.gift_card_id")),
}

SHARED: dict[str, Shared] = {
    name: Shared()
    for name in (
        "account_customertype",
        "account_group_permissions",
        "attribute_attribute",
        "attribute_attribute_reference_page_types",
        "attribute_attribute_reference_product_types",
        "attribute_attributecustomertype",
        "attribute_attributepage",
        "attribute_attributeproduct",
        "attribute_attributetranslation",
        "attribute_attributevariant",
        "channel_channel",
        "django_content_type",
        "django_site",
        "page_pagetype",
        "permission_permission",
        "product_category",
        "product_categorytranslation",
        "product_producttype",
        "shipping_shippingmethod",
        "shipping_shippingmethodchannellisting",
        "shipping_shippingmethodpostalcoderule",
        "shipping_shippingmethodtranslation",
        "shipping_shippingzone",
        "shipping_shippingzone_channels",
        "site_sitesettings",
        "site_sitesettingstranslation",
        "tax_taxclass",
        "tax_taxclasscountryrate",
        "tax_taxconfiguration",
        "tax_taxconfigurationpercountry",
    )
}

EVENT = "a command tells the Office's apps what it did"
HIDDEN: dict[str, Hidden] = {
    "account_customerevent": Hidden("a command leaves its trace"),
    "alencon_permissions_act": Hidden("the trail of the merchants' commands"),
    "core_eventdelivery": Hidden(EVENT),
    "core_eventdeliveryattempt": Hidden(EVENT),
    "core_eventpayload": Hidden(EVENT),
    "order_orderevent": Hidden("a command leaves its trace in the order's history"),
    "discount_promotionrule": Hidden("a price change marks the Office's promotions for review"),
    "discount_promotionrule_variants": Hidden("a new or removed variant joins or leaves them"),
    "product_variantchannellistingpromotionrule": Hidden("as the promotions of its variant"),
    "checkout_checkout": Hidden("a removed variant leaves the baskets, as for an admin"),
    "checkout_checkoutline": Hidden("a removed variant leaves the baskets, as for an admin"),
    "shipping_shippingmethod_excluded_products": Hidden("a removed product leaves the list"),
    "discount_promotionrule_gifts": Hidden("a removed variant leaves the promotion"),
    "discount_voucher_products": Hidden("a removed product leaves the voucher"),
    "discount_voucher_variants": Hidden("a removed variant leaves the voucher"),
} | {
    name: Hidden()
    for name in (
        "account_customernote",
        "account_staffnotificationrecipient",
        "account_user_addresses",
        "account_user_user_permissions",
        "alencon_payments_intent",
        "alencon_payments_providerevent",
        "app_app_permissions",
        "app_appextension_permissions",
        "app_appinstallation",
        "app_appinstallation_permissions",
        "app_appproblem",
        "app_apptoken",
        "attribute_assignedpageattributevalue",
        "attribute_assigneduserattributevalue",
        "checkout_checkout_gift_cards",
        "checkout_checkoutdelivery",
        "checkout_checkoutmetadata",
        "csv_exportevent",
        "csv_exportfile",
        "discount_checkoutdiscount",
        "discount_checkoutlinediscount",
        "discount_orderdiscount",
        "discount_orderlinediscount",
        "discount_promotion",
        "discount_promotionevent",
        "discount_promotionrule_channels",
        "discount_promotionruletranslation",
        "discount_promotiontranslation",
        "discount_voucher",
        "discount_voucher_categories",
        "discount_voucher_collections",
        "discount_voucherchannellisting",
        "discount_vouchercode",
        "discount_vouchercustomer",
        "discount_vouchertranslation",
        "django_celery_beat_clockedschedule",
        "django_celery_beat_crontabschedule",
        "django_celery_beat_intervalschedule",
        "django_celery_beat_periodictask",
        "django_celery_beat_periodictasks",
        "django_celery_beat_solarschedule",
        "django_migrations",
        "giftcard_giftcard_tags",
        "giftcard_giftcardtag",
        "invoice_invoice",
        "invoice_invoiceevent",
        "menu_menu",
        "menu_menuitem",
        "menu_menuitemtranslation",
        "order_order_gift_cards",
        "page_page",
        "page_pagetranslation",
        "payment_payment",
        "payment_transaction",
        "plugins_emailtemplate",
        "plugins_pluginconfiguration",
        "product_digitalcontent",
        "product_digitalcontenturl",
        "schedulers_customperiodictask",
        "schedulers_customschedule",
        "warehouse_preorderallocation",
        "warehouse_preorderreservation",
        "warehouse_reservation",
        "webhook_webhook",
        "webhook_webhookevent",
    )
}

TABLES: dict[str, TableClass] = {**OWN, **SHARED, **HIDDEN}
assert len(TABLES) == len(OWN) + len(SHARED) + len(HIDDEN), "a table is in two classes"

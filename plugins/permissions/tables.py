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

PRODUCT = p.sees("product", "{row}.product_id")
VARIANT = p.sees("variant", "{row}.variant_id")
# What one product says of itself is kept in rows of the same table as the choices that all share.
CHOICE = (
    "({row}.attribute_id IN (SELECT oa.id FROM attribute_attribute oa"
    " WHERE oa.input_type IN ('dropdown', 'multiselect', 'swatch', 'boolean'))"
    " AND " + p.shop_value("{row}") + ")"
)
VALUE_OF_OWN = p.sees("value", "{row}.id")
UNUSED_VALUE = (
    "NOT EXISTS (SELECT FROM attribute_assignedproductattributevalue WHERE value_id = {row}.id)"
    " AND NOT EXISTS (SELECT FROM attribute_assignedvariantattributevalue"
    " WHERE value_id = {row}.id)"
    " AND NOT EXISTS (SELECT FROM attribute_assignedpageattributevalue WHERE value_id = {row}.id)"
)
VALUE_TRANSLATION = (
    "EXISTS (SELECT FROM attribute_attributevalue otv WHERE otv.id = {row}.attribute_value_id"
    " AND (" + CHOICE.replace("{row}", "otv") + " OR " + VALUE_OF_OWN.replace("{row}", "otv") + "))"
)
FULFILMENT_WRITE = (
    p.order("{row}.order_id") + " AND coalesce(" + p.sees("fulfilment", "{row}.id") + ", true)"
)
REFUND_WRITE = (
    p.order("{row}.order_id") + " AND coalesce(" + p.sees("refund", "{row}.id") + ", true)"
)
PAID_WITH_CARD = (
    "EXISTS (SELECT FROM payment_transactionitem ot WHERE ot.gift_card_id = {card}"
    f" AND {p.order('ot.order_id')})"
)
OFFICE_COLLECTION = p.sees("office_collection", "{row}.collection_id")
THUMBNAIL = (
    "({row}.category_id IS NOT NULL OR {row}.user_id = " + p.USER + " OR "
    "{row}.collection_id IS NOT NULL AND " + OFFICE_COLLECTION + " OR "
    "{row}.product_media_id IS NOT NULL AND " + p.sees("media", "{row}.product_media_id") + ")"
)
WAREHOUSE = p.warehouse("{row}.warehouse_id")
ORDER_LINE = p.sees("order_line", "{row}.order_line_id")
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
    "account_address": Own(p.sees("address", "{row}.id"), NOBODY),
    # The Office's App in the Dashboard, and no other, with the pages that are for merchants; of
    # none a token or a webhook.
    "app_app": Own(p.town_app("{row}"), NOBODY),
    "app_appextension": Own(p.merchant_page("{row}"), NOBODY),
    # The catalogue: everything hangs on the product's mark.
    "product_product": Own(p.marked("{row}")),
    "product_productvariant": Own(PRODUCT),
    "product_productchannellisting": Own(PRODUCT),
    "product_productvariantchannellisting": Own(VARIANT),
    "product_productmedia": Own(PRODUCT),
    "product_variantmedia": Own(p.sees("media", "{row}.media_id") + " AND " + VARIANT),
    "product_producttranslation": Own(PRODUCT),
    "product_productvarianttranslation": Own(p.sees("variant", "{row}.product_variant_id")),
    "product_collection": Own(f"({p.marked('{row}')} OR {p.unmarked('{row}')})", NOBODY),
    "product_collectionchannellisting": Own(OFFICE_COLLECTION, NOBODY),
    "product_collectiontranslation": Own(OFFICE_COLLECTION, NOBODY),
    "product_collectionproduct": Own(
        PRODUCT, PRODUCT + " AND " + p.sees("collection", "{row}.collection_id")
    ),
    "attribute_attributevalue": Own(
        f"({CHOICE} OR {VALUE_OF_OWN})", f"({VALUE_OF_OWN} OR {UNUSED_VALUE})"
    ),
    "attribute_attributevaluetranslation": Own(VALUE_TRANSLATION, NOBODY),
    "attribute_assignedproductattributevalue": Own(
        PRODUCT,
        PRODUCT + " AND EXISTS (SELECT FROM attribute_attributevalue sv"
        " WHERE sv.id = {row}.value_id AND " + p.shop_value("sv") + ")",
    ),
    "attribute_assignedvariantattribute": Own(VARIANT),
    "attribute_assignedvariantattributevalue": Own(p.sees("assignment", "{row}.assignment_id")),
    "thumbnail_thumbnail": Own(THUMBNAIL),
    # The shop's warehouse and what lies there.
    "warehouse_warehouse": Own(p.marked("{row}")),
    "warehouse_channelwarehouse": Own(WAREHOUSE, NOBODY),
    "warehouse_warehouse_shipping_zones": Own(WAREHOUSE, NOBODY),
    "warehouse_stock": Own(
        WAREHOUSE, WAREHOUSE + " AND " + p.sees("variant", "{row}.product_variant_id")
    ),
    "warehouse_allocation": Own(
        ORDER_LINE, ORDER_LINE + " AND " + p.sees("stock", "{row}.stock_id")
    ),
    # Orders: the row is shared by its shops (fields.py tells what of it is shown), lines are not.
    "order_order": Own(
        "{row}.status NOT IN ('draft', 'unconfirmed', 'expired') AND " + p.order("{row}.id"),
        p.order("{row}.id"),
    ),
    "order_orderline": Own(p.order_line_row("{row}")),
    "order_fulfillment": Own(p.sees("fulfilment", "{row}.id"), FULFILMENT_WRITE),
    "order_fulfillmentline": Own(ORDER_LINE),
    # Refunds of own lines, and the payment they go back to, whose figures fields.py leaves out.
    "order_ordergrantedrefund": Own(p.sees("refund", "{row}.id"), REFUND_WRITE),
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

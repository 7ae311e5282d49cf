"""What every column of the database that can hold words says of a person, and what becomes of it.

For people to read, and for tests/integration/test_privacy_register.py: it fails for a column of
text, JSON or bytes that is not here, and for one that is here and no longer there; plants a person
in every column that says ``erased`` and looks for it in all tables after the erasure; and looks for
every ``exported`` one in the copy that a person gets. Columns with a fixed choice of words are left
out: they name nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from saleor_alencon.cheques.buyers import buyers_erase
from saleor_alencon.messaging.erasing import order_messages_erase
from saleor_alencon.privacy.services import erase_due, order_erase, requests_continue


class Fate(StrEnum):
    """What becomes of a column's words."""

    NOBODY = "names nobody"
    ERASED = "erased"
    KEPT = "kept"


@dataclass(frozen=True)
class Held:
    """``why``: the function that erases, or the reason in law to keep; of nobody, none."""

    fate: Fate
    why: str = ""
    exported: bool = False


Columns = dict[str, Held]


def nobody(*columns: str) -> Columns:
    """References, codes and the goods' or the association's own words."""
    return dict.fromkeys(columns, Held(Fate.NOBODY))


def erased(by: Callable[..., Any], *columns: str) -> Columns:
    """What ``by`` takes out, on schedule or at the person's request."""
    return dict.fromkeys(columns, Held(Fate.ERASED, f"{by.__module__}.{by.__name__}"))


def kept(why: str, *columns: str) -> Columns:
    """What stays although it names a person, or may, and the reason in law."""
    return dict.fromkeys(columns, Held(Fate.KEPT, why))


def exported(columns: Columns) -> Columns:
    """Columns that are also in the copy which the person gets."""
    return {name: replace(held, exported=True) for name, held in columns.items()}


BOOKS = "books, ten years: Code de commerce, art. L123-22"
MEMBER = "contract with the member shop, then the books: RGPD, art. 6, 1, b and c"
ACCOUNT = "account of staff or merchant, while it serves: RGPD, art. 6, 1, b and f"
SELLER = "DAC7: Code général des impôts, art. 1649 ter A to E, and the books"
REFUSAL = "so that a refusal of messages holds: RGPD, art. 21, paragraphe 3"
TRAIL = "trail of what staff did: RGPD, art. 32; a year at least"

REGISTER: dict[str, Columns] = {
    "accounts.User": kept(ACCOUNT, "password", "email", "name"),
    "books.ClosedYear": nobody("siren", "chart", "digest"),
    "catalogue.ImportJob": nobody("file_name", "digest", "message", "unknown_columns", "columns"),
    "catalogue.ImportFile": nobody("content", "images"),
    "catalogue.ImportRow": nobody("reference", "cells", "faults"),
    "cheques.ChequeSale": exported(erased(buyers_erase, "buyer_name", "buyer_email"))
    | exported(kept(BOOKS, "reference"))
    | nobody("number", "key"),
    "cheques.Cheque": nobody("serial", "code", "last_characters", "saleor_id", "failure"),
    "cheques.ChequeUse": nobody("tender", "order_number"),
    # The reason is the entry's in the ledger too, which nothing changes: its form says so.
    "cheques.ChequeMovement": kept(BOOKS, "reason") | nobody("key", "refusal"),
    "cheques.ChequeEvent": exported(erased(buyers_erase, "reason")) | nobody("what"),
    "commission.Plan": nobody("name"),
    "commission.Campaign": nobody("name"),
    "commission.CommissionRule": nobody(
        "name", "shops", "categories", "product_types", "deliveries", "tenders"
    ),
    "dac7.SellerIdentity": kept(
        SELLER, "first_name", "last_name", "birth_city", "birth_country", "tax_number",
        "account_holder", "exclusion_proof",
    ),
    "dac7.IdentityRequest": nobody("missing"),
    "dac7.YearReport": kept(SELLER, "operator", "reason"),
    "dac7.ReportedSeller": kept(SELLER, "identity")
    | nobody("missing", "consideration_cents", "fees_cents", "sales"),
    "desk.Pin": kept(ACCOUNT, "digest"),
    "desk.Device": kept(ACCOUNT, "session_key", "label"),
    "desk.Action": erased(order_erase, "answer") | nobody("digest"),
    "dues.DuesBill": kept(BOOKS, "cancel_reason"),
    "dues.DuesPayment": kept(BOOKS, "reference"),
    "inbox.InboxDocument": exported(erased(order_erase, "payload"))
    | erased(erase_due, "reason")
    | nobody("order_id", "digest", "source"),
    "inbox.ErasedOrder": nobody("order_id", "number", "saleor_refusal"),
    "inbox.InboxWatermark": nobody("name"),
    "invoicing.Invoice": nobody("number") | kept(BOOKS, "document", "file"),
    "ledger.Account": nobody("currency"),
    "ledger.Transaction": nobody("source_id", "subject") | kept(BOOKS, "reason"),
    # Of a message to a shop the address and the name are the shop's, and stay with the member.
    "messaging.Message": exported(
        erased(order_messages_erase, "recipient", "subject", "text")
    )
    | erased(order_messages_erase, "recipient_name", "facts", "html", "answer")
    | nobody("key", "about", "language"),
    "messaging.Attempt": erased(order_messages_erase, "answer"),
    "messaging.OptOut": kept(REFUSAL, "address"),
    "orders.Order": exported(
        erased(
            order_erase, "customer_name", "customer_email", "customer_phone", "delivery_address",
            "delivery_postal_code",
        )
    )
    | nobody("saleor_id", "number", "channel", "currency", "language_code", "digest"),
    "orders.ShopOrderLine": nobody(
        "saleor_id", "name", "sku", "category", "product_type", "commission_rule_name"
    ),
    "orders.Tender": nobody("saleor_id", "label") | exported(kept(BOOKS, "psp_reference")),
    "orders.TenderRefund": kept(BOOKS, "reference"),
    "orders.Pickup": exported(nobody("code")),
    "pickups.PickupEvent": exported(erased(order_erase, "detail")),
    "pickups.SaleorCommand": exported(erased(order_erase, "payload"))
    | erased(order_erase, "reason"),
    "privacy.PrivacyRequest": exported(erased(requests_continue, "refusal"))
    | exported(erased(requests_continue, "email")),
    "provisioning.ShopProvision": nobody(
        "warehouse_id", "collection_id", "group_id", "last_error", "drift"
    ),
    "psp.FetchState": nobody("page_after"),
    "psp.BalanceTransaction": nobody(
        "provider_id", "kind", "currency", "source", "related", "payment_intent",
        "saleor_transaction", "payout_reference", "counted_digest",
    ),
    "psp.ProviderPayout": nobody("provider_id", "status", "failure"),
    "psp.Dispute": nobody("provider_id", "payment_intent", "status", "reason"),
    "psp.Transfer": nobody("key", "provider_id", "refusal"),
    "rounds.DeliveryRound": nobody("number", "postal_codes"),
    "rounds.Stop": exported(erased(order_erase, "detail")) | nobody("code"),
    "rounds.RoundEvent": erased(order_erase, "detail"),  # the stop's words, once more
    "settlement.ShopHold": kept(MEMBER, "reason"),
    "settlement.AccountConfirmation": kept(MEMBER, "how"),
    "settlement.Adjustment": kept(BOOKS, "reason", "attachment", "attachment_name")
    | nobody("attachment_type"),
    "settlement.Demand": nobody("number") | kept(BOOKS, "reason", "cancel_reason", "document"),
    "settlement.DemandPayment": kept(BOOKS, "reference"),
    "settlement.StatementSeal": nobody("sha256", "made_with"),
    "settlement.SettlementRun": nobody("number") | kept(BOOKS, "payment_file"),
    "settlement.Statement": nobody("number") | kept(BOOKS, "document"),
    "settlement.Payout": nobody("bic", "connected_account", "end_to_end_id")
    | kept(BOOKS, "payee_name", "iban", "return_reason"),
    "shopper.WithdrawalException": nobody("goods"),
    "shopper.Withdrawal": exported(erased(order_erase, "message", "outcome"))
    | nobody("language"),
    "shopper.Throttle": nobody("place"),
    "shops.Association": nobody(
        "name", "legal_name", "siret", "vat_number", "address_line", "postal_code", "city",
        "email", "iban", "bic",
    ),
    "shops.Shop": nobody("slug", "name", "kind", "description", "logo", "website", "pickup_note",
                         "hours")
    | kept(
        MEMBER, "legal_name", "siret", "vat_number", "iban", "bic", "contact_name", "email",
        "phone", "address_line", "postal_code", "city",
    ),
    "shops.ConnectedAccount": nobody("key", "account_id", "missing"),
    "shops.ShopEvent": kept(MEMBER, "reason", "detail"),
    # In Saleor's database, written by our plugins.
    "plugins.payments.Intent": nobody(
        "currency", "intent_id", "status", "outcome", "last_error"
    ),
    "plugins.payments.Refund": nobody("currency", "intent_id", "refund_id", "status", "last_error"),
    "plugins.payments.ProviderEvent": nobody(
        "event_id", "type", "object_id", "intent_id", "last_error"
    ),
    "plugins.permissions.Act": kept(TRAIL, "email", "reason")
    | nobody("shop", "name", "ids"),
}  # fmt: skip

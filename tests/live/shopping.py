"""What shoppers and staff do in the live tests and in the recording, by the public API only."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from saleor_alencon.local.saleor_seed import CHANNEL
from saleor_alencon.saleor_api.client import SaleorClient

FIND_VARIANTS = """
query($channel: String!) {
  products(first: 100, channel: $channel) { edges { node { variants { id sku } } } }
}"""
CREATE_CHECKOUT = """
mutation($input: CheckoutCreateInput!) {
  checkoutCreate(input: $input) { checkout { id } errors { field code message } }
}"""
FIND_DELIVERIES = """
query($id: ID!) {
  checkout(id: $id) {
    shippingMethods { id name }
    availableCollectionPoints { id slug }
  }
}"""
CHOOSE_DELIVERY = """
mutation($id: ID!, $method: ID!) {
  checkoutDeliveryMethodUpdate(id: $id, deliveryMethodId: $method) {
    checkout { totalPrice { gross { amount } } } errors { field code message }
  }
}"""
ADD_CODE = """
mutation($id: ID!, $code: String!) {
  checkoutAddPromoCode(id: $id, promoCode: $code) { errors { field code message } }
}"""
FIND_TOTAL = "query($id: ID!) { checkout(id: $id) { totalPrice { gross { amount } } } }"
COMPLETE = """
mutation($id: ID!) {
  checkoutComplete(id: $id) { order { id number } errors { field code message } }
}"""
PAY = """
mutation($id: ID!, $transaction: TransactionCreateInput!, $event: TransactionEventInput) {
  transactionCreate(id: $id, transaction: $transaction, transactionEvent: $event) {
    transaction { id } errors { field code message }
  }
}"""
PAY_BY_GIFT_CARD = """
mutation($id: ID!, $amount: PositiveDecimal!, $data: JSON!) {
  transactionInitialize(
    id: $id, amount: $amount,
    paymentGateway: {id: "saleor.io.gift-card-payment-gateway", data: $data}
  ) { transaction { id } transactionEvent { type message } errors { field code message } }
}"""
CREATE_GIFT_CARD = """
mutation($input: GiftCardCreateInput!) {
  giftCardCreate(input: $input) { giftCard { id code } errors { field code message } }
}"""
FIND_ORDER = """
query($id: ID!) {
  order(id: $id) {
    id number status total { gross { amount } }
    lines {
      id productSku quantity quantityToFulfill
      allocations { quantity warehouse { id slug } }
    }
    fulfillments { id status warehouse { id } }
    transactions { id pspReference chargedAmount { amount } }
    grantedRefunds { id status }
  }
}"""
FULFIL = """
mutation($id: ID!, $input: OrderFulfillInput!) {
  orderFulfill(order: $id, input: $input) {
    fulfillments { id } errors { field code message }
  }
}"""
CANCEL_FULFILMENT = """
mutation($id: ID!, $warehouse: ID!) {
  orderFulfillmentCancel(id: $id, input: {warehouseId: $warehouse}) {
    errors { field code message }
  }
}"""
CANCEL_ORDER = "mutation($id: ID!) { orderCancel(id: $id) { errors { field code message } } }"
GRANT_REFUND = """
mutation($id: ID!, $input: OrderGrantRefundCreateInput!) {
  orderGrantRefundCreate(id: $id, input: $input) {
    grantedRefund { id amount { amount } } errors { field code message }
  }
}"""
REQUEST_REFUND = """
mutation($id: ID!, $refund: ID!) {
  transactionRequestRefundForGrantedRefund(id: $id, grantedRefundId: $refund) {
    transaction { id } errors { field code message }
  }
}"""
REPORT_EVENT = """
mutation($id: ID!, $type: TransactionEventTypeEnum!, $amount: PositiveDecimal!, $psp: String!) {
  transactionEventReport(id: $id, type: $type, amount: $amount, pspReference: $psp) {
    alreadyProcessed errors { field code message }
  }
}"""
SET_TRACKING = """
mutation($id: ID!, $number: String!) {
  orderFulfillmentUpdateTracking(id: $id, input: {trackingNumber: $number}) {
    errors { field code message }
  }
}"""
SET_UNPAID_ALLOWED = """
mutation($id: ID!, $allowed: Boolean!) {
  channelUpdate(id: $id, input: {orderSettings: {allowUnpaidOrders: $allowed}}) {
    errors { field code message }
  }
}"""


@dataclass(frozen=True)
class PlacedOrder:
    """An order as checkoutComplete answers it."""

    id: str
    number: str


def make_address(name: str, phone: str = "+33261910000") -> dict[str, Any]:
    """Return an address of a demo customer, for example ``Cliente Démo 12``."""
    return {
        "firstName": name.rsplit(" ", 1)[0],
        "lastName": name.rsplit(" ", 1)[1],
        "streetAddress1": "1 rue de Démonstration",
        "postalCode": "61000",
        "city": "Alençon",
        "country": "FR",
        "phone": phone,
    }


class Town:
    """The shop seen from outside.

    ``public`` has no rights, ``staff`` is an app with many, ``payments`` is the payment app.
    """

    def __init__(self, url: str, staff_token: str, payment_token: str) -> None:
        self.public = SaleorClient(url)
        self.staff = SaleorClient(url, staff_token)
        self.payments = SaleorClient(url, payment_token)
        self._variants: dict[str, str] = {}
        self._references = 0

    def close(self) -> None:
        """Close the connections."""
        for client in (self.public, self.staff, self.payments):
            client.close()

    def variant(self, sku: str) -> str:
        """Return a variant's id by its article number."""
        if not self._variants:
            edges = self.public.execute(FIND_VARIANTS, channel=CHANNEL)["products"]["edges"]
            for edge in edges:
                self._variants |= {item["sku"]: item["id"] for item in edge["node"]["variants"]}
        return self._variants[sku]

    def start_checkout(
        self,
        basket: dict[str, int],
        *,
        customer: str = "Cliente Démo 1",
        delivery: str = "Retrait en boutique",
        voucher: str | None = None,
        phone: str = "+33261910000",
    ) -> str:
        """Fill a basket ({sku: quantity}), choose the delivery, and return the checkout's id."""
        address = make_address(customer, phone)
        checkout = self.public.mutate(
            CREATE_CHECKOUT,
            input={
                "channel": CHANNEL,
                "email": f"cliente-demo-{customer.rsplit(' ', 1)[1]}@client.example",
                "languageCode": "FR",
                "lines": [
                    {"variantId": self.variant(sku), "quantity": quantity}
                    for sku, quantity in basket.items()
                ],
                "billingAddress": address,
                "shippingAddress": address,
            },
        )["checkout"]["id"]
        found = self.public.execute(FIND_DELIVERIES, id=checkout)["checkout"]
        choices = {item["name"]: item["id"] for item in found["shippingMethods"]}
        choices |= {item["slug"]: item["id"] for item in found["availableCollectionPoints"]}
        self.public.mutate(CHOOSE_DELIVERY, id=checkout, method=choices[delivery])
        if voucher:
            self.public.mutate(ADD_CODE, id=checkout, code=voucher)
        return str(checkout)

    def total(self, checkout: str) -> Decimal:
        """Return what the checkout costs."""
        found = self.public.execute(FIND_TOTAL, id=checkout)["checkout"]
        return Decimal(str(found["totalPrice"]["gross"]["amount"]))

    def reference(self) -> str:
        """Return a new reference of the imaginary payment provider."""
        self._references += 1
        return f"demo-psp-{self._references:05}"

    def pay(self, target: str, amount: Decimal) -> str:
        """Record a card payment on a checkout or an order; return the transaction's id."""
        reference = self.reference()
        payload = self.payments.mutate(
            PAY,
            id=target,
            transaction={
                "name": "Carte",
                "pspReference": reference,
                "amountCharged": {"amount": str(amount), "currency": "EUR"},
                "availableActions": ["REFUND"],
                "paymentMethodDetails": {
                    "card": {"name": "Carte", "brand": "visa", "lastDigits": "4242"}
                },
            },
            event={"pspReference": reference, "message": "Paiement de démonstration"},
        )
        return str(payload["transaction"]["id"])

    def make_gift_card(self, amount: Decimal) -> str:
        """Issue a gift card and return its code."""
        payload = self.staff.mutate(
            CREATE_GIFT_CARD,
            input={"balance": {"amount": str(amount), "currency": "EUR"}, "isActive": True},
        )
        return str(payload["giftCard"]["code"])

    def pay_by_gift_card(self, checkout: str, code: str, amount: Decimal) -> str:
        """Reserve money of a gift card for a checkout; Saleor takes it at completion."""
        payload = self.public.mutate(
            PAY_BY_GIFT_CARD, id=checkout, amount=str(amount), data={"code": code}
        )
        assert payload["transactionEvent"]["type"] == "AUTHORIZATION_SUCCESS", payload
        return str(payload["transaction"]["id"])

    def complete(self, checkout: str) -> PlacedOrder:
        """Place the order."""
        order = self.public.mutate(COMPLETE, id=checkout)["order"]
        return PlacedOrder(order["id"], order["number"])

    def buy(self, basket: dict[str, int], **choices: Any) -> PlacedOrder:
        """Fill a basket, pay all of it by card, and place the order."""
        checkout = self.start_checkout(basket, **choices)
        total = self.total(checkout)
        if total:
            self.pay(checkout, total)
        return self.complete(checkout)

    def order(self, order_id: str) -> dict[str, Any]:
        """Return an order's state."""
        return dict(self.staff.execute(FIND_ORDER, id=order_id)["order"])

    def fulfil(
        self, order_id: str, skus: set[str] | None = None, quantity: int | None = None
    ) -> None:
        """Hand over what is left of the given articles (all), each from its own shop."""
        lines = []
        for line in self.order(order_id)["lines"]:
            left = line["quantityToFulfill"]
            if left <= 0 or (skus is not None and line["productSku"] not in skus):
                continue
            wanted = min(left, quantity or left)
            for allocation in line["allocations"]:
                taken = min(wanted, allocation["quantity"])
                if taken:
                    stock = {"quantity": taken, "warehouse": allocation["warehouse"]["id"]}
                    lines.append({"orderLineId": line["id"], "stocks": [stock]})
                    wanted -= taken
        self.staff.mutate(FULFIL, id=order_id, input={"lines": lines, "notifyCustomer": False})

    def cancel_fulfilment(self, fulfilment_id: str, warehouse_id: str) -> None:
        """Take a fulfilment back into stock."""
        self.staff.mutate(CANCEL_FULFILMENT, id=fulfilment_id, warehouse=warehouse_id)

    def set_tracking(self, fulfilment_id: str, number: str) -> None:
        """Note a carrier's number on a fulfilment."""
        self.staff.mutate(SET_TRACKING, id=fulfilment_id, number=number)

    def cancel(self, order_id: str) -> None:
        """Cancel an order."""
        self.staff.mutate(CANCEL_ORDER, id=order_id)

    def grant_refund(
        self,
        order_id: str,
        transaction_id: str,
        *,
        skus: dict[str, int] | None = None,
        amount: Decimal | None = None,
        shipping: bool = False,
        reason: str = "Geste commercial",
    ) -> tuple[str, Decimal]:
        """Decide a refund by lines ({sku: quantity}) or by amount; return its id and amount."""
        lines = [
            {"id": line["id"], "quantity": skus[line["productSku"]], "reason": reason}
            for line in self.order(order_id)["lines"]
            if skus and line["productSku"] in skus
        ]
        data: dict[str, Any] = {"reason": reason, "transactionId": transaction_id}
        if lines:
            data["lines"] = lines
        if shipping:
            data["grantRefundForShipping"] = True
        if amount is not None:
            data["amount"] = str(amount)
        granted = self.staff.mutate(GRANT_REFUND, id=order_id, input=data)["grantedRefund"]
        return str(granted["id"]), Decimal(str(granted["amount"]["amount"]))

    def request_refund(self, transaction_id: str, refund_id: str) -> None:
        """Ask for the money of a granted refund; a gift card gets it at once."""
        self.staff.mutate(REQUEST_REFUND, id=transaction_id, refund=refund_id)

    def report(
        self, transaction_id: str, event: str, amount: Decimal, reference: str | None = None
    ) -> None:
        """Report what the payment provider did, for example ``REFUND_SUCCESS``."""
        self.payments.mutate(
            REPORT_EVENT,
            id=transaction_id,
            type=event,
            amount=str(amount),
            psp=reference or self.reference(),
        )

    def allow_unpaid_orders(self, allowed: bool) -> None:
        """Let checkouts be completed without payment, or no longer."""
        channel = self.staff.execute("query($s: String!) { channel(slug: $s) { id } }", s=CHANNEL)
        self.staff.mutate(SET_UNPAID_ALLOWED, id=channel["channel"]["id"], allowed=allowed)

"""Connected accounts (Express), and the link by which a merchant opens its own."""

from typing import Any

from .errors import Json, StripeError
from .events import changes, emit
from .parameters import METADATA, OBJECT, TEXT, Param, Spec, merge_metadata
from .store import new_id
from .views import list_of, show, show_page
from .work import Work

TYPES = ("express",)
UPDATE: Spec = {
    "business_profile": OBJECT,
    "capabilities": OBJECT,
    "email": TEXT,
    "metadata": METADATA,
    "settings": OBJECT,
}
CREATE: Spec = {
    **UPDATE,
    "business_type": Param(
        "choice", choices=("company", "government_entity", "individual", "non_profit")
    ),
    "country": TEXT,
    "default_currency": TEXT,
    "type": Param("choice", choices=TYPES, required=True),
}
LINK: Spec = {
    "account": Param("text", required=True),
    "type": Param("choice", required=True, choices=("account_onboarding", "account_update")),
    "collect": TEXT,
    "collection_options": OBJECT,
    "refresh_url": TEXT,
    "return_url": TEXT,
}
LINK_SECONDS = 300
CAPABILITIES = ("card_payments", "transfers")
DUE = ["business_type", "external_account", "tos_acceptance.date", "tos_acceptance.ip"]
PROFILE = (
    *("annual_revenue", "estimated_worker_count", "mcc", "minority_owned_business_designation"),
    *("name", "product_description", "support_address", "support_email", "support_phone"),
    *("support_url", "url"),
)
FLAGS = ("details_submitted", "charges_enabled", "payouts_enabled")


def create(work: Work, params: dict[str, Any]) -> Json:
    """POST /v1/accounts: an Express account, which the merchant completes by its link."""
    account = new_account(work, params)
    request_capabilities(account, params.get("capabilities", {}))
    work.add(account)
    return show(work, account, params.get("expand"))


def new_account(work: Work, params: Json) -> Json:
    """Return an account of which Stripe knows nothing yet."""
    name = new_id("acct_1", 15)
    schedule = {"delay_days": work.rules.settlement_days, "interval": "daily"}
    return {
        "id": name,
        "object": "account",
        "business_profile": {**dict.fromkeys(PROFILE), **params.get("business_profile", {})},
        "business_type": params.get("business_type"),
        "capabilities": {},
        "charges_enabled": False,
        "controller": {
            "fees": {"payer": "application_express"},
            "is_controller": True,
            "losses": {"payments": "application"},
            "requirement_collection": "stripe",
            "stripe_dashboard": {"type": "express"},
            "type": "application",
        },
        "country": params.get("country", "FR"),
        "created": work.now,
        "default_currency": params.get("default_currency", "eur"),
        "details_submitted": False,
        "email": params.get("email"),
        "external_accounts": list_of(f"/v1/accounts/{name}/external_accounts", []),
        "future_requirements": requirements([], None),
        "metadata": merge_metadata({}, params.get("metadata") or {}),
        "payouts_enabled": False,
        "requirements": requirements(DUE, "requirements.past_due"),
        "settings": {
            "dashboard": {"display_name": None, "timezone": "Europe/Paris"},
            "payouts": {
                "debit_negative_balances": True,
                "schedule": schedule,
                "statement_descriptor": None,
            },
        },
        "tos_acceptance": {"date": None},
        "type": params["type"],
    }


def requirements(due: list[str], disabled_reason: str | None) -> Json:
    """Return what an account still owes Stripe."""
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": disabled_reason,
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": [],
    }


def request_capabilities(account: Json, asked: Json) -> None:
    """Request capabilities: inactive until the merchant has given its details."""
    for name, wish in asked.items():
        if name not in CAPABILITIES:
            raise StripeError(
                f"Received unknown parameter: capabilities[{name}]",
                code="parameter_unknown",
                param=f"capabilities[{name}]",
            )
        if str(wish.get("requested")).lower() == "true":
            active = "active" if account["details_submitted"] else "inactive"
            account["capabilities"].setdefault(name, active)


def retrieve(work: Work, params: Json) -> Json:
    """GET /v1/accounts/:account"""
    account = find_account(work, params.pop("account"))
    return show(work, account, params.get("expand"))


def find_account(work: Work, name: str) -> Json:
    """Return a connected account; Stripe tells no stranger whether another one exists.

    :raises StripeError: 403, there is none.
    """
    account = work.store.get(name, kind="account", account=work.account)
    if account is None:
        raise StripeError(
            f"The provided key does not have access to account '{name}' (or that account does "
            "not exist). Application access may have been revoked.",
            status=403,
            code="account_invalid",
        )
    return account


def update(work: Work, params: dict[str, Any]) -> Json:
    """POST /v1/accounts/:account"""
    account = find_account(work, params.pop("account"))
    before = {**account, "capabilities": dict(account["capabilities"])}
    account["metadata"] = merge_metadata(account["metadata"], params.get("metadata", {}))
    request_capabilities(account, params.get("capabilities", {}))
    for name in ("business_profile", "settings"):
        account[name] = {**account[name], **params.get(name, {})}
    if "email" in params:
        account["email"] = params["email"] or None
    store_change(work, account, before)
    return show(work, account, params.get("expand"))


def store_change(work: Work, account: Json, before: Json) -> None:
    """Store a changed account, and tell the Connect endpoints."""
    if account != before:
        work.store.save(account)
        there = work.for_account(account["id"])
        emit(there, "account.updated", account, previous=changes(before, account))


def list_all(work: Work, params: Json) -> Json:
    """GET /v1/accounts"""
    return show_page(work, "account", params, url="/v1/accounts")


def create_link(work: Work, params: Json) -> Json:
    """POST /v1/account_links: the page on which the merchant gives its details.

    Source: docs.stripe.com/api/account_links/create.
    """
    account = find_account(work, params["account"])
    for name in ("refresh_url", "return_url"):
        if name not in params:
            raise StripeError(
                f"Missing required param: {name}.", code="parameter_missing", param=name
            )
    if params["type"] == "account_update":
        raise StripeError(
            "You cannot create `account_update` type Account Links for this account. Please use "
            "the `account_onboarding` type instead.",
            param="type",
        )
    link = {
        "_return_url": params["return_url"],
        "_refresh_url": params["refresh_url"],
        "_link_until": work.now + LINK_SECONDS,
    }
    work.store.save(account | link)
    return {
        "object": "account_link",
        "created": work.now,
        "expires_at": work.now + LINK_SECONDS,
        "url": f"{work.base_url}/_test/onboarding/{account['id']}",
    }


def link_of(work: Work, account: Json) -> str | None:
    """Return where a link leads that is not good any more; None when it is good.

    It has its time, and is good for one visit that ends. Source: docs.stripe.com/api/account_links.
    """
    good = work.now < account.get("_link_until", 0)
    return None if good else str(account.get("_refresh_url", ""))


def link_use(work: Work, account: Json) -> None:
    """Let the account's link be used up."""
    work.store.save(account | {"_link_until": 0})


def create_login_link(work: Work, params: Json) -> Json:
    """POST /v1/accounts/:account/login_links: the merchant's own Express dashboard."""
    account = find_account(work, params["account"])
    if not account["details_submitted"]:
        raise StripeError(
            "Cannot create a login link for an account that has not completed onboarding."
        )
    url = f"{work.base_url}/_test/express/{account['id']}"
    return {"object": "login_link", "created": work.now, "url": url}


def set_state(work: Work, account: Json, changes_asked: Json) -> Json:
    """Let Stripe's review come to a result: flags, capabilities, what is due.

    :raises StripeError: an unknown field.
    """
    before = {**account, "capabilities": dict(account["capabilities"])}
    for name, value in changes_asked.items():
        if name in FLAGS and isinstance(value, bool):
            account[name] = value
        elif name in CAPABILITIES and value in ("active", "inactive", "pending"):
            account["capabilities"][name] = value
        elif name == "requirements":
            due, reason = value.get("currently_due", []), value.get("disabled_reason")
            account["requirements"] = requirements(due, reason)
        else:
            raise StripeError(
                f"An account's state has {', '.join((*FLAGS, *CAPABILITIES))} and requirements "
                f"with currently_due and disabled_reason, not {name}={value}."
            )
    store_change(work, account, before)
    return account


def complete_onboarding(work: Work, account: Json) -> Json:
    """Accept all that the merchant gave: everything that was requested is active."""
    active = dict.fromkeys(account["capabilities"], "active")
    flags = dict.fromkeys(FLAGS, True)
    return set_state(work, account, {**flags, **active, "requirements": {}})

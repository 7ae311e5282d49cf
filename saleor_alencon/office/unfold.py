"""What the back-office looks like and what its menu holds (the ``UNFOLD`` setting).

Read while settings load: nothing here may import a model.
"""

import base64
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from saleor_alencon.outputs.theme import load_tokens, read_theme_file

# Share of white (positive) or black (negative) mixed into a colour, in percent, per shade.
SHADES = {
    "50": 95,
    "100": 89,
    "200": 76,
    "300": 68,
    "400": 57,
    # Unfold's links on dark ground: lighter than its own, to be read (WCAG AA).
    "500": 45,
    "600": 0,
    "700": -12,
    "800": -26,
    "900": -40,
    "950": -58,
}


def colour_scale(colour: str) -> dict[str, str]:
    """Return the eleven shades that unfold asks for, ``colour`` being the one of buttons."""
    return {shade: mixed(colour, percent) for shade, percent in SHADES.items()}


def mixed(colour: str, percent: int) -> str:
    """Mix ``percent`` of white into a colour, or of black when it is negative."""
    target = 255 if percent > 0 else 0
    share = abs(percent)
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return "#" + "".join(f"{(part * (100 - share) + target * share) // 100:02x}" for part in parts)


def logo_uri(name: str, _request: HttpRequest | None = None) -> str:
    """Return one of the theme's drawings as a data URI: no second request, no copy of it."""
    return "data:image/svg+xml;base64," + base64.b64encode(read_theme_file(name)).decode()


def stylesheet(_request: HttpRequest) -> str:
    return static("office/office.css")


def may_view(permission: str, request: HttpRequest) -> bool:
    return bool(request.user.has_perm(permission))


def rejected_badge(request: HttpRequest) -> str:
    """Return how many documents are set aside, or nothing when there are none."""
    from saleor_alencon.inbox.models import InboxDocument, InboxState

    count = InboxDocument.objects.filter(state=InboxState.REJECTED).count()
    return str(count) if count else ""


def messages_badge(request: HttpRequest) -> str:
    """Return how many messages did not arrive, or nothing when all did."""
    from saleor_alencon.messaging.models import TROUBLE_STATES, Message

    count = Message.objects.filter(state__in=TROUBLE_STATES).count()
    return str(count) if count else ""


def page(title: Any, icon: str, model: str, **more: Any) -> dict[str, Any]:
    """Return one line of the menu; ``model`` is ``app_model``."""
    app, name = model.split("_", 1)
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{model}_changelist"),
        "permission": partial(may_view, f"{app}.view_{name}"),
        **more,
    }


def report(title: Any, icon: str, name: str) -> dict[str, Any]:
    """Return one line of the menu for a report of the books."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:books_closedyear_{name}"),
        "permission": partial(may_view, "books.view_closedyear"),
    }


NAVIGATION = [
    {
        "items": [{"title": _("Accueil"), "icon": "home", "link": reverse_lazy("admin:index")}],
    },
    {
        "title": _("Commandes"),
        "items": [
            page(_("Commandes par boutique"), "shopping_bag", "orders_shoporder"),
            page(_("Commandes entières"), "receipt_long", "orders_order"),
            page(_("Retraits"), "storefront", "orders_pickup"),
            page(_("Demandes à Saleor"), "sync", "pickups_saleorcommand"),
            page(
                _("Documents reçus"),
                "inbox",
                "inbox_inboxdocument",
                badge="saleor_alencon.office.unfold.rejected_badge",
            ),
        ],
    },
    {
        "title": _("Argent"),
        "items": [
            page(_("Reversements"), "event_repeat", "settlement_settlementrun"),
            page(_("Relevés"), "description", "settlement_statement"),
            page(_("Virements"), "payments", "settlement_payout"),
            page(_("Factures et avoirs"), "receipt", "invoicing_invoice"),
            {
                "title": _("Rapprochement avec Stripe"),
                "icon": "balance",
                "link": reverse_lazy("admin:psp_balancetransaction_agreement"),
                "permission": partial(may_view, "psp.view_balancetransaction"),
            },
            page(_("Versements à la banque"), "savings", "psp_providerpayout"),
            page(_("Litiges"), "gavel", "psp_dispute"),
            page(_("Comptes"), "account_balance", "ledger_account"),
            page(_("Écritures"), "menu_book", "ledger_transaction"),
        ],
    },
    {
        "title": _("Comptabilité"),
        "items": [
            report(_("Exercices et FEC"), "library_books", "changelist"),
            report(_("Balance"), "account_tree", "balance"),
            report(_("Grand livre"), "auto_stories", "ledger"),
            report(_("Balance âgée"), "hourglass_bottom", "aged"),
            report(_("Ventes"), "bar_chart", "sales"),
            page(_("Déclarations DAC7"), "policy", "dac7_yearreport"),
            page(_("Identités fiscales"), "badge", "dac7_selleridentity"),
        ],
    },
    {
        "title": _("Association"),
        "items": [
            {
                "title": _("Lancement"),
                "icon": "rocket_launch",
                "link": reverse_lazy("admin:shops_shop_launch"),
                "permission": partial(may_view, "shops.view_shop"),
            },
            page(_("Boutiques"), "store", "shops_shop"),
            page(_("Boutiques dans Saleor"), "cloud_sync", "provisioning_shopprovision"),
            {
                "title": _("Journal des commerçants"),
                "icon": "policy",
                "link": reverse_lazy("admin:provisioning_shopprovision_trail"),
                "permission": partial(may_view, "provisioning.view_shopprovision"),
            },
            page(_("Catalogues"), "upload_file", "catalogue_importjob"),
            page(_("Barèmes de commission"), "percent", "commission_plan"),
            page(_("Campagnes"), "campaign", "commission_campaign"),
            page(_("Ventes par mois"), "calendar_month", "commission_monthlyturnover"),
            page(_("Cotisations"), "card_membership", "dues_duesbill"),
            page(_("Montants des cotisations"), "price_change", "dues_duesrate"),
            page(_("Accords de retenue"), "handshake", "dues_offsetconsent"),
            page(
                _("Messages"),
                "mail",
                "messaging_message",
                badge="saleor_alencon.office.unfold.messages_badge",
            ),
            page(_("Refus de messages"), "unsubscribe", "messaging_optout"),
            page(_("Association"), "groups", "shops_association"),
            page(_("Utilisateurs"), "person", "accounts_user"),
        ],
    },
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Office des commerçants"),
    "SITE_HEADER": _("Office des commerçants"),
    "SITE_SUBHEADER": load_tokens().label,
    "SITE_URL": "/",
    "SITE_ICON": partial(logo_uri, "logo-mark.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": partial(logo_uri, "logo-mark.svg"),
        }
    ],
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "SHOW_LANGUAGES": True,
    "STYLES": [stylesheet],
    "COLORS": {"primary": colour_scale(load_tokens().light["primary"])},
    "DASHBOARD_CALLBACK": "saleor_alencon.office.dashboard.dashboard",
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": NAVIGATION,
    },
}

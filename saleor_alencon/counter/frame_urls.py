"""The pages inside Saleor's Dashboard, below ``encart``: each a page, and what it shows.

The names of the pages are those of the App's entries in ``plugins/permissions/town_app.py``. The
Dashboard may drop the last slash of an address.
"""

from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext_lazy as _

from saleor_alencon.counter.entry_views import entry_make, entry_page
from saleor_alencon.counter.frame import frame_page
from saleor_alencon.counter.frame_office import frame_launch, frame_settlement
from saleor_alencon.counter.frame_payouts import frame_payouts, frame_statement
from saleor_alencon.counter.frame_views import frame_today

COUNTER = frame_page(_("Comptoir"), "frame-today")
PAYOUTS = frame_page(_("Versements"), "frame-payouts")
SETTLEMENT = frame_page(_("Reversements"), "frame-settlement")
LAUNCH = frame_page(_("Lancement"), "frame-launch")

urlpatterns: list[URLPattern] = [
    re_path(r"^encart/?$", COUNTER, name="frame"),
    path("encart/jour", frame_today, name="frame-today"),
    re_path(r"^encart/versements/?$", PAYOUTS),
    path("encart/versements/etat", frame_payouts, name="frame-payouts"),
    path("encart/releves/<int:pk>.<str:suffix>", frame_statement, name="frame-statement"),
    re_path(r"^encart/reversements/?$", SETTLEMENT),
    path("encart/reversements/etat", frame_settlement, name="frame-settlement"),
    re_path(r"^encart/lancement/?$", LAUNCH),
    path("encart/lancement/etat", frame_launch, name="frame-launch"),
    path("encart/entree", entry_make, name="frame-entry-make"),
    path("encart/entree/<str:ticket>", entry_page, name="frame-entry"),
]

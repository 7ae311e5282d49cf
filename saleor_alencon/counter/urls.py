from django.urls import path

from saleor_alencon.counter import desk_views, people_views
from saleor_alencon.counter.account_views import payout_account
from saleor_alencon.counter.app_views import manifest, worker
from saleor_alencon.counter.catalogue_views import (
    catalogue_download,
    catalogue_page,
    catalogue_template,
    import_apply_view,
    import_failed_download,
    import_page,
)
from saleor_alencon.counter.dac7_views import declaration_download, declarations
from saleor_alencon.counter.documents_views import documents_page, invoice_download
from saleor_alencon.counter.hours_views import hours_page
from saleor_alencon.counter.views import ShopView, statement_download
from saleor_alencon.counter.why_views import (
    why_balance,
    why_line,
    why_order,
    why_payout,
    why_statement,
)

app_name = "counter"
urlpatterns = [
    path("", ShopView.as_view(), name="shop"),
    path("comptoir/", desk_views.today, name="today"),
    path("comptoir/liste", desk_views.today_list, name="today-list"),
    path("comptoir/recherche", desk_views.search, name="search"),
    path("comptoir/code", desk_views.by_code, name="code"),
    path("comptoir/preparation", desk_views.preparation, name="preparation"),
    path("comptoir/moi", desk_views.me, name="me"),
    path("comptoir/actions", desk_views.act, name="act"),
    path("comptoir/qui", people_views.who_acts, name="who"),
    path("comptoir/<int:pk>", desk_views.pickup_page, name="pickup"),
    path("equipe/", people_views.team, name="team"),
    path("equipe/appareils", people_views.devices, name="devices"),
    path("comptoir.webmanifest", manifest, name="manifest"),
    path("comptoir.js", worker, name="worker"),
    path("horaires/", hours_page, name="hours"),
    path("compte/", payout_account, name="payout-account"),
    path("releves/<int:pk>.<str:suffix>", statement_download, name="statement"),
    path("documents/", documents_page, name="documents"),
    path("pourquoi/solde/", why_balance, name="why-balance"),
    path("pourquoi/releve/<int:pk>/", why_statement, name="why-statement"),
    path("pourquoi/ligne/<int:pk>/", why_line, name="why-line"),
    path("pourquoi/virement/<int:pk>/", why_payout, name="why-payout"),
    path("pourquoi/commande/<int:pk>/", why_order, name="why-order"),
    path("factures/<int:pk>.pdf", invoice_download, name="invoice"),
    path("declarations/", declarations, name="declarations"),
    path("declarations/<int:pk>.<str:suffix>", declaration_download, name="declaration"),
    path("catalogue/", catalogue_page, name="catalogue"),
    path("catalogue/modele.<str:suffix>", catalogue_template, name="catalogue-template"),
    path("catalogue/articles.<str:suffix>", catalogue_download, name="catalogue-download"),
    path("catalogue/<int:pk>/", import_page, name="import"),
    path("catalogue/<int:pk>/appliquer", import_apply_view, name="import-apply"),
    path("catalogue/<int:pk>/refusees.<str:suffix>", import_failed_download, name="import-failed"),
]

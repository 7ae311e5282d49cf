from django.urls import path

from saleor_alencon.counter.account_views import payout_account
from saleor_alencon.counter.catalogue_views import (
    catalogue_download,
    catalogue_page,
    catalogue_template,
    import_apply_view,
    import_failed_download,
    import_page,
)
from saleor_alencon.counter.dac7_views import declaration_download, declarations
from saleor_alencon.counter.hours_views import hours_page
from saleor_alencon.counter.views import ShopView, statement_download

app_name = "counter"
urlpatterns = [
    path("", ShopView.as_view(), name="shop"),
    path("horaires/", hours_page, name="hours"),
    path("compte/", payout_account, name="payout-account"),
    path("releves/<int:pk>.<str:suffix>", statement_download, name="statement"),
    path("declarations/", declarations, name="declarations"),
    path("declarations/<int:pk>.<str:suffix>", declaration_download, name="declaration"),
    path("catalogue/", catalogue_page, name="catalogue"),
    path("catalogue/modele.<str:suffix>", catalogue_template, name="catalogue-template"),
    path("catalogue/articles.<str:suffix>", catalogue_download, name="catalogue-download"),
    path("catalogue/<int:pk>/", import_page, name="import"),
    path("catalogue/<int:pk>/appliquer", import_apply_view, name="import-apply"),
    path("catalogue/<int:pk>/refusees.<str:suffix>", import_failed_download, name="import-failed"),
]

from django.urls import path

from saleor_alencon.counter.views import ShopView, statement_download

app_name = "counter"
urlpatterns = [
    path("", ShopView.as_view(), name="shop"),
    path("releves/<int:pk>.<str:suffix>", statement_download, name="statement"),
]

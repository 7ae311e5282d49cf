"""Saleor's addresses, with the merchants' view before its own at ``/graphql/``."""

from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt
from saleor.graphql.api import backend, schema
from saleor.urls import urlpatterns as saleor_urls

from .views import MerchantGraphQLView

urlpatterns = [
    re_path(
        r"^graphql/$",
        csrf_exempt(MerchantGraphQLView.as_view(backend=backend, schema=schema)),
        name="api",
    ),
    *(one for one in saleor_urls if getattr(one, "name", None) != "api"),
]

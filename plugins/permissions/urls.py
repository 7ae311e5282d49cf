"""Saleor's addresses, the merchants' view before its own at ``/graphql/``, and the Office's."""

from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from saleor.graphql.api import backend, schema
from saleor.urls import urlpatterns as saleor_urls

from .endpoint import answer_who, end_look, for_the_office, keep_app, list_trail, open_look
from .views import MerchantGraphQLView

OFFICE = {
    "who": answer_who,
    "app": for_the_office("POST", keep_app),
    "acts": for_the_office("GET", list_trail),
    "looks": for_the_office("POST", open_look),
    "looks/end": for_the_office("POST", end_look),
}
urlpatterns = [
    re_path(
        r"^graphql/$",
        csrf_exempt(MerchantGraphQLView.as_view(backend=backend, schema=schema)),
        name="api",
    ),
    *(
        path(f"plugins/alencon.merchants/{name}", csrf_exempt(view))
        for name, view in OFFICE.items()
    ),
    *(one for one in saleor_urls if getattr(one, "name", None) != "api"),
]

"""Where the API is."""

from django.urls import path

from saleor_alencon.api.views import graphql

urlpatterns = [path("graphql/", graphql, name="graphql")]

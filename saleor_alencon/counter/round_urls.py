"""Addresses of the courier's pages, below ``/tournees/``; they are in the namespace ``counter``."""

from django.urls import path

from saleor_alencon.counter import delivery_views
from saleor_alencon.counter import round_views as views

SHOP = [
    path("", delivery_views.deliveries_page, name="deliveries"),
    path("<int:pk>/", delivery_views.delivery_step, name="delivery-step"),
]
"""Below ``/boutique/livraisons/``: what a shop has to pack."""

urlpatterns = [
    path("", views.rounds_page, name="rounds"),
    path("<int:pk>/", views.round_page, name="round"),
    path("<int:pk>/<slug:paper>.pdf", views.round_paper, name="round-paper"),
    path("<int:pk>/<slug:step>", views.round_step, name="round-step"),
    path("<int:pk>/colis/<int:parcel>/<slug:step>", views.parcel_step, name="round-parcel"),
    path("<int:pk>/arret/<int:stop>/<slug:step>", views.stop_step, name="round-stop"),
]

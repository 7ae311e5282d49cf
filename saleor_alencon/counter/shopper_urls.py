"""Addresses of the shopper's pages, below ``/commande/``; they are in the namespace ``counter``."""

from django.urls import path

from saleor_alencon.counter import shopper_views as views

urlpatterns = [
    path("", views.ask_link, name="ask-link"),
    path("<str:token>/", views.order_pickups, name="order-pickups"),
    path("<str:token>/creneau/<int:pk>/", views.slot_view, name="order-slot"),
    path("<str:token>/annuler/<int:pk>/", views.cancel_view, name="order-cancel"),
    path("<str:token>/calendrier/<int:pk>.ics", views.calendar_view, name="order-calendar"),
    path("<str:token>/retractation/<int:pk>/", views.withdrawal_view, name="order-withdrawal"),
    path(
        "<str:token>/accuse/<int:pk>.txt", views.acknowledgement_view, name="order-acknowledgement"
    ),
]

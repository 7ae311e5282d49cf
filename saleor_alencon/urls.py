"""Addresses of the Office service."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from saleor_alencon.counter import frame_urls, round_urls, shopper_urls
from saleor_alencon.counter import urls as counter_urls
from saleor_alencon.counter.opt_out_views import opt_out_page
from saleor_alencon.counter.people_views import SignOutView
from saleor_alencon.counter.views import HomeView, SignInView, health, icon
from saleor_alencon.shops.views import logo

# One namespace: what merchants see, what a shopper's link opens, and where couriers go.
COUNTER = [
    path("boutique/", include(counter_urls.urlpatterns)),
    path("boutique/livraisons/", include(round_urls.SHOP)),
    path("commande/", include(shopper_urls.urlpatterns)),
    path("tournees/", include(round_urls.urlpatterns)),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", HomeView.as_view(), name="home"),
    path("connexion/", SignInView.as_view(), name="sign-in"),
    path("deconnexion/", SignOutView.as_view(), name="sign-out"),
    path("langue/", set_language, name="set_language"),  # The name that unfold's menu looks for.
    path("", include((COUNTER, counter_urls.app_name))),
    *frame_urls.urlpatterns,
    path("messages/refuser/<str:token>", opt_out_page, name="opt-out"),
    path("bureau/", admin.site.urls),
    path("admin/", RedirectView.as_view(pattern_name="admin:index")),
    path("", include("saleor_alencon.api.urls")),
    path("medias/logos/<str:name>", logo, name="logo"),  # What MEDIA_URL leads to.
    path("favicon.ico", icon, name="icon"),  # Browsers ask for it by themselves, on every page.
    path("sante/", health, name="health"),
]
